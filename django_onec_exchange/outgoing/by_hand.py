"""What people may do with orders past 1C: send them again, try them again, say that 1C has them.

Each does its work under the locks of ``success``, so that neither sees the other half done.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from ..adapters import ExchangeContext, get_order_model
from ..adapters.wellknown import NUMBER
from ..commerceml.values import clean
from ..models import ExchangeSession, OrderBatch, OrderDelivery, SkippedOrder, SuspectOrder, order_key
from ..protocol.errors import NotConfigured
from .locking import alone_with
from .numbers import Numbers
from .skipping import unsent_of

logger = logging.getLogger(__name__)

_UNENDED = (OrderBatch.State.PREPARING, OrderBatch.State.OPEN)


def send_again(order_ids: Sequence[Any], context: ExchangeContext) -> set[Any]:
    """Have orders that 1C has go to it once more, and return the keys of those that do.

    A file that 1C already has and confirms later does not count for them: they were asked for after it.
    Call it with at most ``CHUNK_SIZE`` keys.  Raises NotConfigured if the shop's own marker cannot ``unmark``.
    """
    unmark = getattr(context.adapters.marker, "unmark", None)
    if unmark is None:
        raise NotConfigured(what="ONEC_EXCHANGE_ORDER_MARKER (unmark)")
    with alone_with(context.base):
        sent: set[Any] = unmark(order_ids, context)
        keys = [order_key(order) for order in _orders(sent)]
        deliveries = OrderDelivery.objects.filter(base=context.base, order_id__in=keys)
        marked = deliveries.filter(state=OrderDelivery.State.MARKED)
        offered = deliveries.filter(state=OrderDelivery.State.OFFERED, batch__state__in=_UNENDED)
        pks = [*marked.values_list("pk", flat=True), *offered.values_list("pk", flat=True)]
        OrderDelivery.objects.filter(pk__in=pks).update(state=OrderDelivery.State.WITHDRAWN)
    extra = {"event": "orders_sent_again", "base": context.base.name, "orders": len(sent)}
    logger.info("%s orders are sent again by hand", len(sent), extra=extra)
    return sent


def mark_as_sent(
    order_ids: Sequence[Any], note: str, user: AbstractBaseUser, context: ExchangeContext
) -> set[Any]:
    """Say that 1C has orders which it never confirmed, and return the keys of those that did not count as sent.

    They stand in a batch of their own, without a file.  An order stays as it is if 1C has its number from another:
    that one could never be sent again.  Of all that count as sent then, or are gone, the records of what was left
    out are closed.  Call it with at most ``CHUNK_SIZE`` keys.
    """
    with alone_with(context.base):
        unsent = context.adapters.marker.get_current_revisions(order_ids, context)
        batch = _batch(note, user, context) if unsent else None
        marked = _mark(unsent, batch, context) if batch else set()
        _close(order_ids, context)
    if batch and marked:
        facts = {"base": context.base.name, "batch": batch.pk, "orders": len(marked)}
        extra = {"event": "orders_marked_by_hand", **facts}
        logger.info("%s orders were marked as sent by hand", len(marked), extra=extra)
    return marked


def try_again(skipped: QuerySet[SkippedOrder]) -> int:
    """Have orders that were left out tried at the next exchange, and return how many are."""
    return skipped.filter(resolved_at=None).update(retry_requested=True)


def _mark(unsent: Mapping[Any, str], batch: OrderBatch, context: ExchangeContext) -> set[Any]:
    """Mark orders, given with their revisions, and keep the batch if any were."""
    deliveries = [
        OrderDelivery(
            batch=batch,
            base=context.base,
            order_id=order_key(order),
            number=_number(order, context),
            revision=unsent[order.pk],
            state=OrderDelivery.State.MARKED,
        )
        for order in _orders(unsent)
    ]
    taken = Numbers(batch).taken([(one.order_id, one.number) for one in deliveries])
    deliveries = [one for one in deliveries if one.order_id not in taken]
    marked = context.adapters.marker.mark(deliveries, context) if deliveries else set()
    if not marked:
        batch.session.delete()  # and the batch
        return set()
    keys = {order_key(order) for order in _orders(marked)}
    OrderDelivery.objects.bulk_create(one for one in deliveries if one.order_id in keys)
    batch.marked_count = len(marked)
    batch.save(update_fields=["marked_count"])
    return marked


def _close(order_ids: Sequence[Any], context: ExchangeContext) -> None:
    """Close the records of those orders that no longer wait."""
    unsent = unsent_of(order_ids, context)
    model = get_order_model()
    pks = {order_key(model(pk=pk)): pk for pk in order_ids if pk not in unsent}
    rows = {"base": context.base, "order_id__in": list(pks)}
    for record in SkippedOrder.objects.filter(resolved_at=None, **rows):
        record.resolved_at = timezone.now()
        record.save(update_fields=["resolved_at"])
        context.adapters.marker.restore(pks[record.order_id], context)  # or it would not go if asked for again
    SuspectOrder.objects.filter(**rows).delete()


def _orders(order_ids: Any) -> list[Any]:
    model = get_order_model()
    return list(model._base_manager.filter(pk__in=list(order_ids)).order_by("pk"))


def _batch(note: str, user: AbstractBaseUser, context: ExchangeContext) -> OrderBatch:
    session = ExchangeSession.objects.create(
        base=context.base,
        account=user,  # type: ignore[misc]  # the site's own user model
        account_name=user.get_username()[:255],
        version=context.version,
    )
    return OrderBatch.objects.create(
        base=context.base,
        session=session,
        state=OrderBatch.State.BY_HAND,
        cutoff=context.cutoff,
        version=context.version,
        encoding="",
        confirmed_at=timezone.now(),
        note=note,
    )


def _number(order: Any, context: ExchangeContext) -> str:
    """Return what 1C knew the order by, if it ever was in a file; else what it would know it by."""
    known = OrderDelivery.objects.filter(base=context.base, order_id=order_key(order)).order_by("-pk").first()
    if known is not None:
        return known.number
    try:
        with transaction.atomic():  # a statement that fails would fail the caller's transaction
            number = context.adapters.serializer.get_number(order, context)
    except (OperationalError, InterfaceError):  # the database is ill, not the order
        raise
    except Exception:  # it may be marked by hand because it cannot be read
        number = NUMBER.text(order)
    return clean(number or str(order.pk), 255)
