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


def portions(
    orders: QuerySet[Any], behind: Sequence[OrderBatch], context: ExchangeContext, *, look_only: bool = False
) -> list[Portion]:
    """Return what the next file may carry: the first of these portions that holds anything that can be written.

    ``behind`` are the pages of the same exchange, which goes on as it began.  A suspect that no longer waits is
    none, and its row is removed unless this is only a look.
    """
    if not conf.WINDOW_ENABLED:
        return [Portion(orders=orders)]
    stored = DeliveryWindow.objects.filter(base=context.base).first()
    others, probes = Portion(orders=orders), []
    window = load_window(stored)
    if stored is not None:
        keys = _stepped_back(orders, context, look_only)
        others = Portion(orders=orders.exclude(pk__in=keys) if keys else orders, limit=window.limit)
        if keys:
            probes = [Portion(orders=orders, keys=keys, limit=window.probe, probing=True)]
    if behind:
        first = min(behind, key=lambda page: page.pk)
        begun = probes if first.probing else [others]
        return [replace(portion, limit=first.window_limit) for portion in begun]
    return [*probes, others] if window.suspects_go_first else [others, *probes]


def _stepped_back(orders: QuerySet[Any], context: ExchangeContext, look_only: bool) -> list[Any]:
    """Return the keys of the waiting orders that are tried apart, the longest untried first.

    First of all those that were set aside and shall be tried again.
    """
    suspects = list(SuspectOrder.objects.filter(base=context.base).order_by("failed_step", "pk"))
    refused = order_pks(refused_orders(context.base))
    keys = list(dict.fromkeys([*refused, *order_pks(suspects)]))
    waiting = set(orders.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    gone = [row.pk for row, key in zip(suspects, order_pks(suspects), strict=True) if key not in waiting]
    if gone and not look_only:
        SuspectOrder.objects.filter(pk__in=gone).delete()
    return [key for key in keys if key in waiting]
