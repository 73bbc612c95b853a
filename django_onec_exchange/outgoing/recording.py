"""What is kept of each order that a file carries or leaves out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from ..adapters import ExchangeContext
from ..commerceml.errors import Problem
from ..models import OrderBatch, SkippedOrder
from .ledger import Ledger, Offer
from .numbers import Numbers
from .skipping import LeftOut, restore, skip


class Recorder:
    """Keeps it in the ledger, and among the orders left out."""

    def __init__(self, batch: OrderBatch, context: ExchangeContext) -> None:
        self._context = context
        self._left_out = LeftOut(context)
        self._numbers = Numbers(batch)
        self._ledger = Ledger(batch)

    def left_out(self, keys: Sequence[str]) -> dict[str, SkippedOrder]:
        """Return the open records of the orders with these keys that were left out before, by key."""
        return self._left_out.among(keys)

    def taken(self, orders: Collection[tuple[str, str]]) -> set[str]:
        """Return the keys of those orders, given with their numbers, whose number another order has.

        The rest have theirs from now on.
        """
        return self._numbers.taken(orders)

    def offered(self, offers: Sequence[Offer]) -> None:
        if self._ledger.add(offers):
            self._numbers.moved_to_ledger()

    def finish(self) -> None:
        """Keep what is not yet: the file is whole."""
        self._ledger.flush()

    def skipped(self, order: Any, number: str, problem: Problem) -> None:
        skip(order, number, problem, self._context)

    def refused_again(self, record: SkippedOrder) -> None:
        """1C refused this very revision: it was looked at, and stays out."""
        record.last_skipped_at = timezone.now()
        record.save(update_fields=["last_skipped_at"])

    def restored(self, record: SkippedOrder, order: Any, revision: str) -> None:
        restore(record, order, self._context, revision=revision)


class Onlooker(Recorder):
    """Keeps nothing, and tells of the orders left out: their number and the reason, a translated sentence."""

    def __init__(
        self,
        batch: OrderBatch,
        context: ExchangeContext,
        tell: Callable[[str, str], None],
        advance: Callable[[int], None],
        *,
        chosen: bool,
    ) -> None:
        """``chosen``: somebody wants these orders whatever became of them before."""
        super().__init__(batch, context)
        self._tell, self._advance = tell, advance
        self._chosen = chosen

    def left_out(self, keys: Sequence[str]) -> dict[str, SkippedOrder]:
        return {} if self._chosen else super().left_out(keys)

    def offered(self, offers: Sequence[Offer]) -> None:
        self._advance(len(offers))

    def skipped(self, order: Any, number: str, problem: Problem) -> None:
        self._tell(number or str(order.pk), gettext(problem.message) % problem.params)

    def refused_again(self, record: SkippedOrder) -> None:
        self._tell(record.number, record.reason)

    def restored(self, record: SkippedOrder, order: Any, revision: str) -> None:
        """It stays left out until a real exchange carries it."""
