"""How the exchange with one 1C base stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from .access import get_base
from .adapters import ExchangeContext
from .conf import conf
from .models import (
    DeliveryWindow,
    ExchangeSession,
    InfoBase,
    OrderBatch,
    OrderDelivery,
    SkippedOrder,
    SuspectOrder,
)
from .mounting import get_mount
from .outgoing.evidence import load_window
from .protocol.errors import NotConfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowStatus:
    """How far exchanges go without confirmation; all as here while they are confirmed."""

    limit: int | None = None  # orders the next exchange may carry; None: as many as wait
    suspects: int = 0  # orders of which at least one stops 1C
    alone: tuple[str, ...] = ()  # numbers of orders that failed though they were alone
    unconfirmed: int = 0  # exchanges in a row without confirmation
    since: datetime | None = None  # the first of the exchanges that began it
    nothing_confirmed: bool = False  # not even single orders get through: 1C itself is ill


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeStatus:
    """What a shop manager asks first."""

    waiting: int  # orders the next ``query`` may carry
    sent: int  # orders 1C has
    skipped: int  # orders left out, with a reason
    open_batches: int  # files that 1C may still confirm, with an order that it has from no other
    last_confirmed_at: datetime | None  # when 1C last confirmed a file with orders
    window: WindowStatus


def exchange_status(base_name: str = "default") -> ExchangeStatus:
    """Return the status of one base, as its own view's adapters see it.

    Raises NotConfigured, also for a base that no address of the site serves.
    """
    mount = get_mount(base_name)
    if mount is None:
        raise NotConfigured(what=f"base {base_name}")
    adapters = mount.load_adapters()
    base = get_base(base_name)
    context = ExchangeContext(base=base, cutoff=timezone.now(), version=conf.COMMERCEML_VERSION, adapters=adapters)
    orders = adapters.selector.get_queryset()
    batches = OrderBatch.objects.filter(base=base, order_count__gt=0)
    confirmed = batches.filter(state=OrderBatch.State.CONFIRMED).order_by("-confirmed_at")
    return ExchangeStatus(
        waiting=adapters.selector.select(context).count(),
        sent=adapters.marker.filter_sent(orders, context).count(),
        skipped=SkippedOrder.objects.filter(base=base, resolved_at=None).count(),
        open_batches=batches.filter(
            Exists(_unconfirmed(base)), state=OrderBatch.State.OPEN, session__in=ExchangeSession.objects.alive()
        ).count(),
        last_confirmed_at=confirmed.values_list("confirmed_at", flat=True).first(),
        window=_window_status(base),
    )


def _window_status(base: InfoBase) -> WindowStatus:
    stored = DeliveryWindow.objects.filter(base=base).first()
    suspects = SuspectOrder.objects.filter(base=base, failures__gt=0).order_by("pk")
    alone = tuple(suspects.values_list("number", flat=True))
    window = load_window(stored)
    if stored is None or (window.is_calm and not alone) or not conf.WINDOW_ENABLED:
        return WindowStatus()
    return WindowStatus(
        limit=window.limit,
        suspects=window.blamed + len(alone),
        alone=alone,
        unconfirmed=window.unconfirmed,
        since=stored.since,
        nothing_confirmed=window.nothing_gets_through,
    )


def _unconfirmed(base: InfoBase) -> QuerySet[OrderDelivery]:
    """Return what of a batch, the outer query, was not confirmed with another since it was made."""
    confirmed = OrderDelivery.objects.filter(
        base=base,
        order_id=OuterRef("order_id"),
        state=OrderDelivery.State.MARKED,
        batch__confirmed_at__gt=OuterRef("batch__created_at"),
    )
    return OrderDelivery.objects.filter(~Exists(confirmed), batch=OuterRef("pk"))
