"""What became of one order in the exchange, told in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _

from .health.findings import shown
from .models import InfoBase, OrderBatch, OrderDelivery, OrderLink, SkippedOrder, SuspectOrder, order_key

_MOST = 100  # deliveries of one order, the newest

_Batch = OrderBatch.State
_Delivery = OrderDelivery.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to an order."""

    at: datetime
    base: InfoBase
    code: str  # stable; the page's style goes by it
    sentence: str
    detail: str = ""
    delivery: OrderDelivery | None = None  # in whose file the order stood


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    steps: list[Step]  # the newest first
    links: list[OrderLink]  # what 1C calls the order, by base


def timeline_of(order: Any) -> Timeline:
    """Return what the exchange knows of an order of the shop."""
    key = order_key(order)
    bases = list(InfoBase.objects.all())  # an index begins with the base
    known = {"base__in": bases, "order_id": key}
    deliveries = OrderDelivery.objects.filter(**known).select_related("base", "batch__session").order_by("-pk")
    steps = [step for delivery in deliveries[:_MOST] for step in _of_delivery(delivery)]
    steps += [
        step for row in SkippedOrder.objects.filter(**known).select_related("base") for step in _skipped(row)
    ]
    steps += [_suspected(row) for row in SuspectOrder.objects.filter(**known).select_related("base")]
    links = list(OrderLink.objects.filter(**known).select_related("base"))
    steps += [_named(link) for link in links]
    return Timeline(steps=sorted(steps, key=attrgetter("at"))[::-1], links=links)  # of one moment: the last told


def _of_delivery(delivery: OrderDelivery) -> Iterator[Step]:
    batch = delivery.batch
    if batch.state == _Batch.BY_HAND:
        told = {"user": batch.session.account_name}
        yield _step(
            delivery, batch.created_at, "by-hand", _("Marked as sent by hand by %(user)s.") % told, batch.note
        )
        if delivery.state == _Delivery.WITHDRAWN:
            sentence = _("Later somebody asked for it to be sent again.")
            yield _step(delivery, batch.created_at, delivery.state, sentence)
    else:
        client = {"client": batch.session.get_profile_display(), "program": batch.session.user_agent or "–"}
        sentence = _("Offered to 1C in file № %(batch)s.") % {"batch": batch.pk}
        detail = _("Client: %(client)s; program: %(program)s.") % client
        yield _step(delivery, batch.created_at, "offered", sentence, f"{detail} {delivery.warning}".strip())
        if batch.confirmed_at is not None:
            yield _step(delivery, batch.confirmed_at, delivery.state, _after_confirmation(delivery))
        elif batch.state in (_Batch.SUPERSEDED, _Batch.BROKEN):
            yield _step(delivery, batch.handed_over_at or batch.created_at, "unconfirmed", _without(batch))


def _step(delivery: OrderDelivery, at: datetime, code: str, sentence: str, detail: str = "") -> Step:
    return Step(at=at, base=delivery.base, code=code, sentence=sentence, detail=detail, delivery=delivery)


def _after_confirmation(delivery: OrderDelivery) -> str:
    return {
        _Delivery.MARKED: _("1C confirmed it: marked as sent."),
        _Delivery.CHANGED: _("1C confirmed the file, but the order had changed meanwhile: it goes again."),
        _Delivery.NOT_WAITING: _("1C confirmed the file; the order was no longer waiting then."),
        _Delivery.WITHDRAWN: _("1C confirmed the file; somebody asked for the order to be sent again."),
    }.get(_Delivery(delivery.state), _("1C confirmed the file."))


def _without(batch: OrderBatch) -> str:
    if batch.state == _Batch.BROKEN:
        return _("The connection broke before the end of the file: it goes again.")
    return _("1C did not confirm the file and asked again: the order went with a later one.")


def _skipped(row: SkippedOrder) -> Iterator[Step]:
    refused = row.code == SkippedOrder.REFUSED
    sentence = _("Set aside: 1C does not take it.") if refused else _("Left out.")
    detail = row.reason
    if row.attempts > 1:
        detail = _("%(reason)s Attempts: %(attempts)s, the last at %(last)s.") % {
            "reason": row.reason,
            "attempts": row.attempts,
            "last": shown(row.last_skipped_at),
        }
    yield Step(at=row.first_skipped_at, base=row.base, code="skipped", sentence=sentence, detail=detail)
    if row.resolved_at is not None:
        yield Step(at=row.resolved_at, base=row.base, code="resolved", sentence=_("No longer left out."))


def _suspected(row: SuspectOrder) -> Step:
    times = {"times": row.failures}
    return Step(
        at=row.first_failed_at,
        base=row.base,
        code="suspected",
        sentence=_("1C did not confirm it though it was alone in the file; times: %(times)s.") % times,
    )


def _named(link: OrderLink) -> Step:
    told = {"number": link.onec_number or link.onec_id}
    return Step(at=link.updated_at, base=link.base, code="named", sentence=_("1C calls it %(number)s.") % told)
