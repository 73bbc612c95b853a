"""Which CommerceML version a client gets."""

from __future__ import annotations

from collections.abc import Iterable

#: How the 1C platform names itself.  A hint for the layout, never for access.
STOCK_AGENT = "1C+Enterprise/"


def version_key(version: str) -> tuple[int, ...]:
    """Return a sort key: "2.10" is above "2.9" and "2.09" equals "2.9"."""
    return tuple(int(part) for part in version.split("."))


def newest_not_above(declared: str, supported: Iterable[str]) -> str:
    """Return the newest supported version not above ``declared``; the oldest one if all are above."""
    versions = sorted(supported, key=version_key)
    fitting = [version for version in versions if version_key(version) <= version_key(declared)]
    return fitting[-1] if fitting else versions[0]


def is_stock(user_agent: str, declared: str) -> bool:
    """Tell whether the client is a stock configuration (UT, UNF, Retail) on the 1C platform.

    Those look for Документ right under the root.  In 3.1's containers they would find nothing, and would still
    send ``success``: every order would be lost (protocol.md, section 18.1).
    """
    return not declared and user_agent.startswith(STOCK_AGENT)
