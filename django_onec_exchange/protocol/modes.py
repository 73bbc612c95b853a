"""What 1C may ask for.

There is no table of steps: real clients skip some (UT asks ``query`` right after ``checkauth``), so whether a
call is legal is judged by what exists: a session, a batch, an upload.
"""

from __future__ import annotations

from enum import StrEnum


class ExchangeType(StrEnum):
    """The ``type`` parameter.  Absent, it is taken for the one in which the mode makes sense."""

    SALE = "sale"
    CATALOG = "catalog"


class Mode(StrEnum):
    """The ``mode`` parameter."""

    CHECKAUTH = "checkauth"
    INIT = "init"
    QUERY = "query"
    SUCCESS = "success"
    FILE = "file"
    IMPORT = "import"
    INFO = "info"
    COMPLETE = "complete"
    DEACTIVATE = "deactivate"


_BOTH = frozenset(ExchangeType)
_SALE = frozenset({ExchangeType.SALE})
_CATALOG = frozenset({ExchangeType.CATALOG})

#: The types in which each mode is known to any client (protocol.md, sections 3 to 11).
TYPES_OF = {
    Mode.CHECKAUTH: _BOTH,
    Mode.INIT: _BOTH,
    Mode.QUERY: _SALE,
    Mode.SUCCESS: _SALE,
    Mode.FILE: _BOTH,
    Mode.IMPORT: _BOTH,
    Mode.INFO: _SALE,
    Mode.COMPLETE: _CATALOG,
    Mode.DEACTIVATE: _CATALOG,
}
