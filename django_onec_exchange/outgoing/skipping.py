"""Orders that are left out, and why."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from ..adapters import ExchangeContext, get_order_model
from ..commerceml.errors import Problem, gettext_noop
from ..commerceml.values import clean
from ..conf import conf
from ..models import SkippedOrder, SuspectOrder, order_key
from ..signals import order_skipped, send_after_commit
from .locking import alone_with

logger = logging.getLogger(__name__)

SERIALIZER_FAILED = Problem(
    "serializer-error",
    gettext_noop("The site could not describe the order. The site's log says why."),
)


def number_taken(number: str) -> Problem:
    return Problem(
        "number-taken",
        gettext_noop(
            "1C already has another order with the number %(number)s. Give this order a number of its own."
        ),
        {"number": number},
    )


def unsent_of(order_ids: Sequence[Any], context: ExchangeContext) -> set[Any]:
    """Return those of these keys whose orders exist and do not count as sent, whether or not they are left out."""
    orders = get_order_model()._base_manager.filter(pk__in=order_ids)
    sent = context.adapters.marker.filter_sent(orders, context)
    return set(orders.values_list("pk", flat=True)) - set(sent.values_list("pk", flat=True))


def skip(order: Any, number: str, problem: Problem, context: ExchangeContext, revision: str = "") -> None:
    """Record that the order was left out of a batch; ``retry_due`` of the marker says when it is tried again.

    ``revision`` is that of an order which 1C refused: only another one is tried by itself.  An order that was
    marked or deleted since it was read is left alone: nothing would ever close its record.
    """
    with alone_with(context.base):
        if unsent_of([order.pk], context):
            _record(order, number, problem, context, revision)


def _record(order: Any, number: str, problem: Problem, context: ExchangeContext, revision: str) -> None:
    marker = context.adapters.marker
    reason = clean(gettext(problem.message) % problem.params)  # no database takes every character
    updated_at = marker.updated_at(order)
    skipped, _ = SkippedOrder.objects.get_or_create(
        base=context.base, order_id=order_key(order), defaults={"code": problem.code}
    )
    if skipped.resolved_at is not None:
        skipped.first_skipped_at, skipped.attempts = timezone.now(), 0
    skipped.number, skipped.code, skipped.reason = clean(number, 255), problem.code, reason
    skipped.revision = revision
    skipped.order_updated_at, skipped.last_skipped_at = updated_at, timezone.now()
    skipped.attempts += 1
    skipped.retry_requested, skipped.resolved_at = False, None
    skipped.save()
    marker.skip(order.pk, reason, context)
    facts = {"base": context.base.name, "order_id": skipped.order_id, "code": problem.code}
    extra = {"event": "order_skipped", **facts}
    logger.warning("order %s was left out: %s", skipped.order_id, problem.code, extra=extra)
    send_after_commit(order_skipped, SkippedOrder, skipped=skipped, order=order)


class LeftOut:
    """The orders that were left out before, as long as they are."""

    def __init__(self, context: ExchangeContext) -> None:
        self._records = SkippedOrder.objects.filter(base=context.base, resolved_at=None)
        self._any = self._records.exists()

    def among(self, keys: Sequence[str]) -> dict[str, SkippedOrder]:
        """Return the open records of the orders with these keys, by key."""
        if not self._any:
            return {}
        return {record.order_id: record for record in self._records.filter(order_id__in=keys)}


def is_refused_as_it_is(skipped: SkippedOrder, revision: str) -> bool:
    """Tell whether 1C refused the order in this revision, and nobody asked for another attempt."""
    refused = skipped.code == SkippedOrder.REFUSED
    return refused and skipped.revision == revision and not skipped.retry_requested


def restore(skipped: SkippedOrder, order: Any, context: ExchangeContext, revision: str) -> None:
    """Note that an order which was left out became a document.  One that 1C refused goes alone again."""
    if skipped.code == SkippedOrder.REFUSED and conf.WINDOW_ENABLED:
        SuspectOrder.objects.get_or_create(
            base=context.base,
            order_id=skipped.order_id,
            defaults={"number": skipped.number, "revision": revision},
        )
    skipped.resolved_at = timezone.now()
    skipped.save(update_fields=["resolved_at"])
    context.adapters.marker.restore(order.pk, context)
