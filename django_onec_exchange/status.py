"""How the exchange with one 1C base stands: the facts.  What they mean, and what to do, says health/."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, QuerySet
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
    last_contact_at: datetime | None  # when a 1C that had signed in last called
    window: WindowStatus


def exchange_status(base_name: str = "default", *, at_most: int | None = None) -> ExchangeStatus:
    """Return the status of one base, as its own view's adapters see it.

    ``at_most`` keeps the question cheap in a shop with very many orders: nothing is counted beyond it.
    Raises NotConfigured, also for a base that no address of the site serves.
    """
    context = context_of(base_name)
    base, adapters = context.base, context.adapters
    session, confirmed = last_session(base), last_confirmed(base)
    return ExchangeStatus(
        waiting=count(adapters.selector.select(context), at_most),
        sent=count(adapters.marker.filter_sent(adapters.selector.get_queryset(), context), at_most),
        skipped=count(SkippedOrder.objects.filter(base=base, resolved_at=None), at_most),
        open_batches=count(open_batches(base), at_most),
        last_confirmed_at=confirmed.confirmed_at if confirmed else None,
        last_contact_at=session.last_seen_at if session else None,
        window=window_status(base),
    )


def context_of(base_name: str) -> ExchangeContext:
    """Return what the adapters of a base are told outside of any exchange.

    Raises NotConfigured, also for a base that no address of the site serves.
    """
    mount = get_mount(base_name)
    if mount is None:
        raise NotConfigured(what=f"base {base_name}")
    adapters = mount.load_adapters()
    return ExchangeContext(
        base=get_base(base_name), cutoff=timezone.now(), version=conf.COMMERCEML_VERSION, adapters=adapters
    )


def count(rows: QuerySet[Model], at_most: int | None = None) -> int:
    """Return how many rows there are; at most so many are looked at."""
    return (rows if at_most is None else rows.order_by()[:at_most]).count()


def last_session(base: InfoBase) -> ExchangeSession | None:
    """Return the session of 1C's last call."""
    return ExchangeSession.objects.of_1c().filter(base=base).order_by("-last_seen_at").first()


def last_confirmed(base: InfoBase) -> OrderBatch | None:
    """Return the batch with orders that 1C confirmed last."""
    batches = OrderBatch.objects.filter(base=base, order_count__gt=0, state=OrderBatch.State.CONFIRMED)
    return batches.order_by("-confirmed_at").first()


def window_status(base: InfoBase) -> WindowStatus:
    """Return how far the exchanges of a base go without confirmation."""
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


def open_batches(base: InfoBase) -> QuerySet[OrderBatch]:
    """Return the files that 1C may still confirm and that hold an order which it has from no other."""
    return OrderBatch.objects.filter(
        Exists(_unconfirmed(base)),
        base=base,
        order_count__gt=0,
        state=OrderBatch.State.OPEN,
        session__in=ExchangeSession.objects.alive(),
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
