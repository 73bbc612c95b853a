"""What goes wrong between an emulated 1C and the site, and inside the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from hypothesis import strategies as st

from django_onec_exchange.simulator import Answer, DjangoTransport, TransferError


class Crash(BaseException):
    """The server process died.  No code of the site survives it, so no ``except Exception`` may see it."""


@dataclass(frozen=True)
class Fault:
    """What becomes of one request."""

    kind: str = "none"  # or "request lost", "reply lost", "hang up", "crash"
    after: int = 0  # bytes of the reply, or statements of the database


FINE = Fault()

_misfortunes = st.one_of(
    st.builds(Fault, st.sampled_from(["request lost", "reply lost"])),
    st.builds(Fault, st.just("hang up"), st.integers(0, 6000)),
    st.builds(Fault, st.just("crash"), st.integers(0, 30)),
)
#: Mostly fine, or no exchange would get far.
faults = st.integers(0, 3).flatmap(lambda one: _misfortunes if one == 3 else st.just(FINE))


class Weather:
    """A transport whose next request meets a fault; those after it are fine."""

    def __init__(self, transport: DjangoTransport) -> None:
        self._transport = transport
        self.fault = FINE

    def send(self, method: str, query: str, *, headers: Mapping[str, str], body: Any = b"") -> Answer:
        fault, self.fault = self.fault, FINE
        if fault.kind == "request lost":
            raise TransferError("The request never arrived.")
        self._transport.hang_up_after = fault.after if fault.kind == "hang up" else None
        try:
            with _Death(fault.after if fault.kind == "crash" else None):
                answer = self._transport.send(method, query, headers=headers, body=body)
        except Crash:
            raise TransferError("The site broke off the connection.", partial=True) from None
        if fault.kind == "reply lost":
            raise TransferError("No answer within 180 seconds.")
        return answer


class _Death:
    """The process dies at one statement of the database; none of its statements arrives any more after that.

    What transactions it had open is rolled back, as the database does when a connection breaks.
    """

    def __init__(self, after: int | None) -> None:
        self._left = after
        self._wrapper = connection.execute_wrapper(self._execute)

    def __enter__(self) -> None:
        self._wrapper.__enter__()

    def __exit__(self, *exc: Any) -> None:
        self._wrapper.__exit__(*exc)

    def _execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self._left is not None and not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            if self._left <= 0:
                raise Crash
            self._left -= 1
        return execute(sql, params, many, context)
