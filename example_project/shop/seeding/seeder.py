"""Many orders, fast: in chunks, each with a handful of INSERTs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from django.db import transaction

from ..models import Order, OrderItem
from . import catalogue
from .broken import Breaker
from .buyers import create_customers
from .orders import Draft, make_order

CHUNK_SIZE = 1000  # orders saved in one transaction, so that a running shop waits for none of them long
_ORDERS_PER_CUSTOMER = 4
_MOST_CUSTOMERS = 5000


@dataclass(frozen=True, slots=True)
class Seeded:
    """The numbers of the orders that were added."""

    valid: tuple[str, ...]
    broken: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.valid) + len(self.broken)


def seed_orders(
    count: int, seed: int, *, broken: int = 0, on_progress: Callable[[int], None] | None = None
) -> Seeded:
    """Add ``count`` orders, and ``broken`` more among them that no valid document can be made of.

    Deterministic for the seed and what exists.  ``on_progress`` is told how many are saved.
    """
    start = Order.objects.next_number()
    random = Random(f"{seed}/{start}")
    with transaction.atomic():
        choices = catalogue.ensure()
        customers = create_customers(min(count // _ORDERS_PER_CUSTOMER, _MOST_CUSTOMERS) + 5, random)
        customers = list(customers)
        breaker = Breaker() if broken else None
    numbers: dict[bool, list[str]] = {True: [], False: []}
    drafts: list[Draft] = []
    for index in range(count + broken):
        draft = make_order(start + index, customers, choices, random)
        is_broken = _is_broken(index, count + broken, broken)
        if is_broken and breaker is not None:
            breaker.spoil(draft)
        numbers[is_broken].append(draft.order.number)
        drafts.append(draft)
        if len(drafts) == CHUNK_SIZE or index + 1 == count + broken:
            _save(drafts)
            drafts.clear()
            if on_progress is not None:
                on_progress(index + 1)
    return Seeded(valid=tuple(numbers[False]), broken=tuple(numbers[True]))


def _is_broken(index: int, total: int, broken: int) -> bool:
    """Spread the broken orders evenly among the others."""
    return index * broken // total != (index + 1) * broken // total


@transaction.atomic
def _save(drafts: Sequence[Draft]) -> None:
    Order.objects.bulk_create(draft.order for draft in drafts)
    numbers = [draft.order.number for draft in drafts]  # MySQL does not say which keys it gave
    keys = dict(Order.objects.filter(number__in=numbers).values_list("number", "pk"))
    items = []
    for draft in drafts:
        draft.order.pk = keys[draft.order.number]
        for item in draft.items:
            item.order = draft.order
            items.append(item)
    OrderItem.objects.bulk_create(items)
