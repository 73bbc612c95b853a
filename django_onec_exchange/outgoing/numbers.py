"""Whose a number is: of two orders with one number 1C keeps the later, and both would count as sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F, Q

from ..lookups import OneOf
from ..models import OrderBatch, OrderDelivery
from .ledger import ledger_rows


class Numbers:
    """The numbers that 1C knows: from this batch, the session's earlier pages, and what it confirmed before.

    An order that is to go again keeps its number: 1C has it under that, or may have it where it did not confirm.
    """

    def __init__(self, batch: OrderBatch) -> None:
        self._batch = batch
        self._here: dict[str, str] = {}  # those of this batch that the ledger does not have yet
        self._in_ledger = False

    def taken(self, orders: Collection[tuple[str, str]]) -> set[str]:
        """Return the keys of those orders, given with their numbers, whose number another order has.

        The rest have theirs from now on.
        """
        owners: dict[str, set[str]] = {}
        for number, key in self._known({number for _, number in orders}):
            owners.setdefault(number, set()).add(key)
        refused = set()
        for key, number in orders:
            if owners.get(number, set()) - {key} or self._here.setdefault(number, key) != key:
                refused.add(key)
        return refused

    def moved_to_ledger(self) -> None:
        """Look for the orders so far in the ledger, where they stand now: memory would grow with the batch."""
        self._here.clear()
        self._in_ledger = True

    def _known(self, numbers: Collection[str]) -> Iterable[tuple[str, str]]:
        if not numbers:
            return ()
        session = self._batch.session
        known = Q(state__in=(OrderDelivery.State.MARKED, OrderDelivery.State.WITHDRAWN))
        if session.pages:
            known |= Q(batch__session=session, batch__state=OrderBatch.State.OPEN)
        if self._in_ledger:
            known |= Q(batch=self._batch)
        deliveries = ledger_rows().filter(known, OneOf(F("number"), numbers), base_id=self._batch.base_id)
        return deliveries.values_list("number", "order_id")
