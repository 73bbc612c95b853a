"""What the site says back, as text.

Lines end in LF, the last one in nothing: UT counts line ends to see whether ``init`` is legal, and takes a CR
for a part of the cookie (protocol.md, sections 2.3 and 3).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of one or more lines."""

    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def success() -> Reply:
    return Reply(("success",))


def failure(sentence: str) -> Reply:
    """``sentence`` is made one line: what follows would be another line to the client."""
    line = " ".join(sentence.split())
    return Reply(("failure", line) if line else ("failure",))


def authenticated(cookie: str, token: str) -> Reply:
    """The reply to ``checkauth``.

    UT cuts the literal ``sessid=`` off the fourth line, UNF pastes the line as it is behind an ``&``.
    """
    return Reply(("success", cookie, token, f"sessid={token}"))


def parameters(*, zip: bool, file_limit: int) -> Reply:
    """The reply to ``init``: exactly two lines, or UT and Retail refuse it.  ``file_limit`` is in bytes."""
    return Reply((f"zip={'yes' if zip else 'no'}", f"file_limit={file_limit}"))


def versioned_parameters(*, zip: bool, file_limit: int, sessid: str, version: str) -> Reply:
    """The reply to ``init`` of a client that declared a version: two lines more."""
    plain = parameters(zip=zip, file_limit=file_limit)
    return Reply((*plain.lines, f"sessid={sessid}", f"version={version}"))
