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


def success(remark: str = "") -> Reply:
    """``remark`` goes on a line of its own, which 1C logs at most."""
    return Reply(("success", *_one_line(remark)))


def progress(remark: str) -> Reply:
    """1C asks the same again: legal for ``import`` alone."""
    return Reply(("progress", *_one_line(remark)))


def failure(sentence: str) -> Reply:
    """``sentence`` is made one line: what follows would be another line to the client."""
    return Reply(("failure", *_one_line(sentence)))


def authenticated(cookie: str, token: str, timestamp: int | None = None) -> Reply:
    """The reply to ``checkauth``.

    UT cuts the literal ``sessid=`` off the fourth line, UNF pastes the line as it is behind an ``&``.  The Bitrix
    module wants a fifth one for the catalogue, the time that it gives back with ``deactivate``.
    """
    lines = ("success", cookie, token, f"sessid={token}")
    return Reply(lines if timestamp is None else (*lines, f"timestamp={timestamp}"))


def parameters(*, zip: bool, file_limit: int) -> Reply:
    """The reply to ``init``: exactly two lines, or UT and Retail refuse it.  ``file_limit`` is in bytes."""
    return Reply((f"zip={'yes' if zip else 'no'}", f"file_limit={file_limit}"))


def versioned_parameters(*, zip: bool, file_limit: int, sessid: str, version: str) -> Reply:
    """The reply to ``init`` of a client that declared a version: two lines more."""
    plain = parameters(zip=zip, file_limit=file_limit)
    return Reply((*plain.lines, f"sessid={sessid}", f"version={version}"))


def _one_line(text: str) -> tuple[str, ...]:
    line = " ".join(text.split())
    return (line,) if line else ()
