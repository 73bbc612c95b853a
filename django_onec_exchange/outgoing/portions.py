"""What the next file may carry, and in which order the waiting orders get their turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from ..adapters import ExchangeContext, order_pks
from ..conf import conf
from ..models import DeliveryWindow, OrderBatch, SuspectOrder
from .evidence import load_window, refused_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Waiting orders that may go together."""

    orders: QuerySet[Any]
    keys: Sequence[Any] | None = None  # of these only those, in this order
    limit: int | None = None  # in one exchange; None: all
    probing: bool = False  # they stepped back: where one of them fails, the others shall not


def portions(orders: QuerySet[Any], behind: Sequence[OrderBatch], context: ExchangeContext) -> list[Portion]:
    """Return what the next file may carry: the first of these portions that holds anything that can be written.

    ``behind`` are the pages of the same exchange, which goes on as it began.
    """
    if not conf.WINDOW_ENABLED:
        return [Portion(orders=orders)]
    stored = DeliveryWindow.objects.filter(base=context.base).first()
    others, probes = Portion(orders=orders), []
    window = load_window(stored)
    if stored is not None:
        keys = _stepped_back(orders, context)
        others = Portion(orders=orders.exclude(pk__in=keys) if keys else orders, limit=window.limit)
        if keys:
            probes = [Portion(orders=orders, keys=keys, limit=window.probe, probing=True)]
    if behind:
        first = min(behind, key=lambda page: page.pk)
        begun = probes if first.probing else [others]
        return [replace(portion, limit=first.window_limit) for portion in begun]
    return [*probes, others] if window.suspects_go_first else [others, *probes]


def drop_gone_suspects(orders: QuerySet[Any], context: ExchangeContext) -> None:
    """A suspect that no longer waits is none."""
    suspects = list(SuspectOrder.objects.filter(base=context.base)) if conf.WINDOW_ENABLED else []
    keys = order_pks(suspects)
    waiting = _waiting(orders, keys)
    gone = [row.pk for row, key in zip(suspects, keys, strict=True) if key not in waiting]
    if gone:
        SuspectOrder.objects.filter(pk__in=gone).delete()


def _stepped_back(orders: QuerySet[Any], context: ExchangeContext) -> list[Any]:
    """Return the keys of the waiting orders that are tried apart, the longest untried first.

    First of all those that were set aside and shall be tried again.
    """
    suspects = SuspectOrder.objects.filter(base=context.base).order_by("failed_step", "pk")
    keys = list(dict.fromkeys([*order_pks(refused_orders(context.base)), *order_pks(list(suspects))]))
    waiting = _waiting(orders, keys)
    return [key for key in keys if key in waiting]


def _waiting(orders: QuerySet[Any], keys: Sequence[Any]) -> set[Any]:
    return set(orders.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
