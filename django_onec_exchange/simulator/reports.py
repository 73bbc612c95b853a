"""What came of one operation: its steps, its orders or files, and why it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .documents import ReceivedOrder

SHOWN = 80  # characters of a reply's first line
_SESSION = re.compile(r"(?<=sessid=)[^\s&]+", re.IGNORECASE)
#: what follows ``success`` in one line is a cookie whose line breaks were lost
_COOKIE = re.compile(r"(?<=success)\s+\S.*", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One request and what came back."""

    mode: str
    query: str  # behind the question mark, with *** in the place of session ids
    status: int | None  # None: no complete reply came
    first_line: str
    seconds: float
    bytes: int  # of the reply body
    sent: int = 0  # bytes of the request body


@dataclass(frozen=True)
class ExchangeReport:
    """A whole operation as 1C's log would tell it."""

    profile: str
    steps: tuple[Step, ...]
    orders: tuple[ReceivedOrder, ...]  # what stayed in the base
    total: Decimal  # of these orders, as 1C computed it
    warnings: tuple[str, ...]  # nothing failed, yet something is not as the site meant it
    error: str | None  # one plain sentence; None: the operation ran to its end
    confirmed: bool  # ``success`` was sent and the site did not answer failure

    def as_dict(self) -> dict[str, Any]:
        """The report as values JSON knows; money as strings, raw XML left out."""
        return {
            "profile": self.profile,
            "confirmed": self.confirmed,
            "error": self.error,
            "total": str(self.total),
            "orders": [_order(order) for order in self.orders],
            "steps": [vars(step) for step in self.steps],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class SentFile:
    """What became of one file."""

    name: str
    bytes: int
    succeeded: bool  # sent and, where this 1C asks for it, imported
    polls: int  # how often ``import`` was answered with ``progress``
    progress: tuple[str, ...]  # what the site said each time, "" for nothing
    error: str | None  # one plain sentence; None also for a file that was not reached


@dataclass(frozen=True)
class UploadReport:
    """The sending of files, as 1C's log would tell it."""

    profile: str
    type: str  # "catalog" or "sale"
    steps: tuple[Step, ...]  # of all attempts
    files: tuple[SentFile, ...]  # after the last attempt
    attempts: int
    warnings: tuple[str, ...]  # nothing failed, yet something is not as the site meant it
    error: str | None  # one plain sentence; None: everything was taken

    @property
    def succeeded(self) -> bool:
        """1C considers it done and forgets that it had something to send."""
        return self.error is None

    def as_dict(self) -> dict[str, Any]:
        """The report as values JSON knows."""
        return {
            "profile": self.profile,
            "type": self.type,
            "succeeded": self.succeeded,
            "error": self.error,
            "attempts": self.attempts,
            "files": [{**vars(file), "progress": list(file.progress)} for file in self.files],
            "steps": [vars(step) for step in self.steps],
            "warnings": list(self.warnings),
        }


def first_line_of(body: bytes) -> str:
    """The start of a reply, safe to print."""
    if body.startswith(b"PK"):
        return "(zip archive)"
    return shown_line(body[: SHOWN * 4].decode("utf-8", "replace").split("\n")[0])


def shown_line(line: str) -> str:
    """The start of a reply's first line, safe to print and without the session it may hold."""
    shown = "".join(sign if sign.isprintable() else " " for sign in line[:SHOWN]).strip()
    return without_session(_COOKIE.sub(" ***", shown))


def without_session(text: str) -> str:
    """Put *** in the place of session ids."""
    return _SESSION.sub("***", text)


def _order(order: ReceivedOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "date": order.date.isoformat(),
        "time": order.time.isoformat(),
        "currency": order.currency,
        "declared_total": None if order.declared_total is None else str(order.declared_total),
        "total": str(order.total),
        "counterparty": order.counterparty.name,
        "rows": len(order.rows),
    }
