"""Real threads with connections of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

from django.db import connections, transaction

from tests.shop.models import Order

PATIENCE = 20  # seconds until a thread is taken for stuck


class Threads:
    """Runs functions in threads; each has its own database connection and closes it."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        def run() -> Any:
            try:
                return function(*args)
            finally:
                connections.close_all()

        return self._pool.submit(run)

    def at_once(self, *functions: Callable[[], Any]) -> list[Any]:
        """Run them together, none before all are ready, and return what they return."""
        barrier = Barrier(len(functions), timeout=PATIENCE)

        def run(function: Callable[[], Any]) -> Any:
            barrier.wait()
            return function()

        return [future.result(PATIENCE * 3) for future in [self.start(run, function) for function in functions]]


@contextmanager
def threads() -> Iterator[Threads]:
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield Threads(pool)


class OpenTransaction:
    """Somebody else's transaction: it did ``work``, and commits when it is told to."""

    def __init__(self, running: Threads, work: Callable[[], Any]) -> None:
        self._worked, self._commit = Event(), Event()
        self._ended = running.start(self._run, work)
        assert self._worked.wait(PATIENCE) or self._ended.result(0)

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                work()
                self._worked.set()
                assert self._commit.wait(PATIENCE), "nobody told it to commit"
        finally:
            self._worked.set()

    def commit(self) -> None:
        self._commit.set()
        self._ended.result(PATIENCE)


def edit(number: str, comment: str = "changed meanwhile") -> None:
    """Change an order as a shop does: its row is locked from here to the end of the transaction."""
    order = Order.objects.select_for_update().get(number=number)
    order.comment = comment
    order.save()
