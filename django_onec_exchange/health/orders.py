"""Do orders get through to 1C?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import CharField, Exists, IntegerField, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..adapters import ExchangeContext, order_pks
from ..conf import conf
from ..models import OrderBatch, OrderDelivery, SkippedOrder
from ..status import WindowStatus, last_confirmed, window_status
from .findings import Finding, Level, ago, shown

_LOOKED_AT = 1000  # orders, the newest
_SAMPLE = 50  # orders of a batch
_NAMED = 10  # orders


def look_at_confirmations(context: ExchangeContext) -> Iterator[Finding]:
    """Orders that still wait were handed over long ago, and nothing has been confirmed since."""
    since = _unconfirmed_since(context) if conf.ALERT_UNCONFIRMED else None
    if since is None or since > ago(conf.ALERT_UNCONFIRMED):
        return
    yield Finding(
        level=Level.ERROR,
        code="unconfirmed",
        message=_("1C has fetched orders since %(since)s and confirmed none.") % {"since": shown(since)},
        remedy=_(
            "1C's log of the exchange names the order at which it stops. If it names none, see whether the file "
            "reaches 1C whole: time-outs of a proxy cut it off."
        ),
    )


def look_at_the_queue(context: ExchangeContext) -> Iterator[Finding]:
    """An order waits that neither came nor changed for long: it may have begun to wait only when it was paid."""
    moment = ago(conf.ALERT_WAITING)
    if not conf.ALERT_WAITING or not _waits_since(moment, context):
        return
    yield Finding(
        level=Level.ERROR,
        code="waits-long",
        message=_("Orders of before %(moment)s still wait for 1C.") % {"moment": shown(moment)},
        remedy=_(
            "See whether 1C comes and confirms. If old orders are not to go to 1C at all, mark them as sent: "
            "the documentation's quickstart tells how."
        ),
    )


def look_at_the_window(context: ExchangeContext) -> Iterator[Finding]:
    window = window_status(context.base)
    if window.since is None:
        return
    since = shown(window.since)
    if window.nothing_confirmed:
        yield Finding(
            level=Level.ERROR,
            code="onec-ill",
            message=_("Since %(since)s 1C confirms nothing, not even single orders.") % {"since": since},
            remedy=_("1C itself is ill; its log of the exchange says why. No order is to blame or lost."),
        )
        return
    if window.limit is None and not window.alone:  # one lost ``success`` means nothing
        return
    yield _narrowed(window, since)


def _narrowed(window: WindowStatus, since: str) -> Finding:
    if not window.suspects:
        return Finding(
            level=Level.WARNING,
            code="window-narrowed",
            message=_(
                "Since %(since)s 1C has not confirmed everything. The exchanges are still small and grow with "
                "each confirmed one."
            )
            % {"since": since},
            remedy=_("Nothing needs to be done."),
        )
    told = {"since": since, "suspects": window.suspects, "numbers": ", ".join(window.alone[:_NAMED]) or "–"}
    return Finding(
        level=Level.WARNING,
        code="window-narrowed",
        message=_(
            "Since %(since)s 1C has not confirmed everything, and the site searches for the order that stops it. "
            "Under suspicion: %(suspects)s; not confirmed though alone: %(numbers)s."
        )
        % told,
        remedy=_(
            "The search goes on by itself. 1C's log of the exchange tells sooner which order it is, and why."
        ),
    )


def look_at_skipped_orders(context: ExchangeContext) -> Iterator[Finding]:
    rows = _skipped_orders(context) if conf.ALERT_SKIPPED else []
    if len(rows) < min(conf.ALERT_SKIPPED, _LOOKED_AT):
        return
    refused = [row for row in rows if row.code == SkippedOrder.REFUSED]
    others = [row for row in rows if row.code != SkippedOrder.REFUSED]
    if refused:
        sentence = ngettext(
            "1C does not take %(count)s order; it was set aside on %(since)s.",
            "1C does not take %(count)s orders; they were set aside, the first on %(since)s.",
            len(refused),
        )
        yield Finding(
            level=Level.WARNING,
            code="orders-refused",
            message=sentence % _about(refused),
            remedy=_("1C's log of the exchange says why. Mend the order; when it changes it is offered again."),
        )
    if others:
        sentence = ngettext(
            "Since %(since)s %(count)s order is left out.",
            "Since %(since)s %(count)s orders are left out.",
            len(others),
        )
        yield Finding(
            level=Level.WARNING,
            code="orders-skipped",
            message=sentence % _about(others),
            remedy=_("The admin's list of orders left out says what is wrong with each. Mended, it goes along."),
        )


def _unconfirmed_since(context: ExchangeContext) -> datetime | None:
    """Return when orders of the newest file that still wait were first offered since the last confirmation."""
    confirmed = last_confirmed(context.base)
    batches = OrderBatch.objects.filter(base=context.base, order_count__gt=0)
    if confirmed is not None:
        batches = batches.filter(pk__gt=confirmed.pk, created_at__gt=confirmed.confirmed_at)
    batches = batches.exclude(state=OrderBatch.State.PREPARING)
    newest = batches.order_by("-pk").first()
    if newest is None:
        return None
    offered = list(newest.deliveries.order_by("pk")[:_SAMPLE])
    keys = order_pks(offered)
    still = set(context.adapters.selector.select(context).filter(pk__in=keys).values_list("pk", flat=True))
    waiting = [delivery.order_id for delivery, key in zip(offered, keys, strict=True) if key in still]
    first = OrderDelivery.objects.filter(base=context.base, order_id__in=waiting, batch__in=batches)
    return first.order_by("batch").values_list("batch__created_at", flat=True).first()


def _waits_since(moment: datetime, context: ExchangeContext) -> bool:
    """Tell whether one of the newest orders from before ``moment`` waits.

    The oldest go first, so if any waits for long, those do.  A ledger of all orders would take seconds.
    """
    selector, marker = context.adapters.selector, context.adapters.marker
    created_at = getattr(selector, "created_at_field", None)
    if created_at is None:
        return False
    orders = selector.get_queryset()
    newest = "pk" if isinstance(orders.model._meta.pk, IntegerField) else created_at  # the key has an index
    before = orders.filter(**{f"{created_at}__lt": moment}).order_by(f"-{newest}")
    waiting = selector.select(context).filter(pk__in=list(before.values_list("pk", flat=True)[:_LOOKED_AT]))
    updated_at = getattr(marker, "updated_at_field", None)
    if updated_at is not None:
        waiting = waiting.filter(**{f"{updated_at}__lt": moment})
    skipped = SkippedOrder.objects.filter(  # these wait for somebody here, not for 1C
        base=context.base, order_id=Cast(OuterRef("pk"), CharField()), resolved_at=None
    )
    return bool(waiting.filter(~Exists(skipped)).exists())


def _skipped_orders(context: ExchangeContext) -> list[SkippedOrder]:
    """Return what is left out now; an order that was deleted since needs nobody's attention."""
    rows = list(SkippedOrder.objects.filter(base=context.base, resolved_at=None).order_by("-pk")[:_LOOKED_AT])
    keys = order_pks(rows)
    there = context.adapters.selector.get_queryset().filter(pk__in=keys).values_list("pk", flat=True)
    existing = set(there) if rows else set()
    return [row for row, key in zip(rows, keys, strict=True) if key in existing]


def _about(rows: list[SkippedOrder]) -> dict[str, str]:
    return {
        "count": f"{_LOOKED_AT}+" if len(rows) == _LOOKED_AT else str(len(rows)),
        "since": shown(min(row.first_skipped_at for row in rows)),
    }
