"""How the exchange with one 1C base stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from .access import get_base
from .adapters import ExchangeContext
from .conf import conf
from .models import ExchangeSession, InfoBase, OrderBatch, OrderDelivery, SkippedOrder
from .mounting import get_mount
from .protocol.errors import NotConfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeStatus:
    """What a shop manager asks first."""

    waiting: int  # orders the next ``query`` may carry
    sent: int  # orders 1C has
    skipped: int  # orders left out, with a reason
    open_batches: int  # files that 1C may still confirm, with an order that it has from no other
    last_confirmed_at: datetime | None  # when 1C last confirmed a file with orders


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
