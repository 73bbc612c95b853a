"""Orders that 1C sent back, applied chunk by chunk."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from ..commerceml.updates import ORDER_OPERATION, OrderUpdate
from ..models import OrderBatch, OrderDelivery, OrderLink, order_key
from ..signals import order_update_applied, orders_bulk_updated, send_after_commit
from .context import ExchangeContext
from .incoming_context import ImportContext
from .loading import get_order_model
from .order_updates import OrderUpdateHandler
from .upserts import upsert

logger = logging.getLogger(__name__)

_LINK_FIELDS = ("onec_id", "onec_number", "onec_date")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedUpdates:
    """What became of the documents of one chunk: each stands in one list."""

    changed: list[Any] = field(default_factory=list)  # primary keys of orders that something changed of
    unchanged: list[Any] = field(default_factory=list)  # of orders that stood so already
    unknown: list[OrderUpdate] = field(default_factory=list)  # the shop has no such order, which is no error
    failed: list[tuple[OrderUpdate, Exception]] = field(default_factory=list)  # and what the handler raised
    ignored: list[OrderUpdate] = field(default_factory=list)  # no orders, but documents of another kind


@transaction.atomic
def apply_order_updates(
    handler: OrderUpdateHandler, updates: Sequence[OrderUpdate], context: ImportContext
) -> AppliedUpdates:
    """Apply one chunk, at most ``CHUNK_SIZE`` documents, in one transaction.

    An unknown order is no error: 1C would send the same file for ever (protocol.md, section 17).  Raises only if
    the database fails or ``find`` raises; then nothing is applied, and the chunk can be applied again.
    """
    context.base.lock()  # so that no confirmation for this base comes between
    result = AppliedUpdates()
    pairs = _find(handler, updates, context, result)
    _remember(pairs, context)
    offers = _Offers([order for order, _ in pairs], context)
    for order, update in pairs:
        _apply(handler, order, update, context, offers, result)
    if result.unknown:
        numbers = ", ".join(repr(update.number or update.id) for update in result.unknown)  # on one line
        extra = {"event": "orders_unknown", "base": context.base.name, "orders": len(result.unknown)}
        logger.warning("1C sent orders that the shop does not have: %s", numbers, extra=extra)
    if result.changed:
        order_ids = list(dict.fromkeys(result.changed))
        send_after_commit(
            orders_bulk_updated,
            get_order_model(),
            order_ids=order_ids,
            count=len(order_ids),
            fields=handler.get_updated_fields(),
        )
    return result


def _find(
    handler: OrderUpdateHandler, updates: Sequence[OrderUpdate], context: ImportContext, result: AppliedUpdates
) -> list[tuple[Any, OrderUpdate]]:
    """Return the updates of orders the shop has, each with its order: locked, and as it stands now."""
    wanted: list[OrderUpdate] = []
    for update in updates:
        is_order = update.operation.strip().lower() in ("", ORDER_OPERATION)
        (wanted if is_order else result.ignored).append(update)
    found = handler.find(wanted, context)
    orders = get_order_model()._base_manager.filter(pk__in={order.pk for order in found if order is not None})
    locked = {order.pk: order for order in orders.order_by("pk").select_for_update()}  # as ``success`` locks them
    pairs: list[tuple[Any, OrderUpdate]] = []
    for order, update in zip(found, wanted, strict=True):
        if order is None or order.pk not in locked:
            result.unknown.append(update)
        else:
            pairs.append((locked[order.pk], update))
    return pairs


def _remember(pairs: Sequence[tuple[Any, OrderUpdate]], context: ImportContext) -> None:
    """Keep what 1C calls the orders; what it does not say stays as it was."""
    order_ids = [order_key(order) for order, _ in pairs]
    links = {link.order_id: link for link in OrderLink.objects.filter(base=context.base, order_id__in=order_ids)}
    changed: dict[str, OrderLink] = {}
    length = OrderLink.TEXT_LENGTH
    for order_id, (_, update) in zip(order_ids, pairs, strict=True):
        link = links.setdefault(order_id, OrderLink(base=context.base, order_id=order_id))
        date = update.onec_date.replace(microsecond=0, tzinfo=None).isoformat() if update.onec_date else ""
        values = (update.id.strip()[:length], update.onec_number.strip()[:length], date)
        for name, value in zip(_LINK_FIELDS, values, strict=True):
            if value and value != getattr(link, name):
                setattr(link, name, value)
                link.updated_at = timezone.now()
                changed[order_id] = link
    if changed:
        upsert(OrderLink, [*changed.values()], by=("base", "order_id"), update=(*_LINK_FIELDS, "updated_at"))


def _apply(
    handler: OrderUpdateHandler,
    order: Any,
    update: OrderUpdate,
    context: ImportContext,
    offers: _Offers,
    result: AppliedUpdates,
) -> None:
    try:
        with transaction.atomic(), offers.kept(order):
            changed = handler.apply(order, update, context)
    except (OperationalError, InterfaceError):
        raise  # the database fails, and not this order
    except Exception as error:
        extra = {"event": "order_update_failed", "base": context.base.name, "order_id": order.pk}
        logger.exception("what 1C says of order %r was not applied", update.number or update.id, extra=extra)
        result.failed.append((update, error))
        return
    (result.changed if changed else result.unchanged).append(order.pk)
    send_after_commit(
        order_update_applied, get_order_model(), order_id=order.pk, update=update, changed=bool(changed)
    )


class _Offers:
    """Orders that were handed over, and that 1C may still confirm.

    A revision may tell of the status, as that by content does.  What 1C itself changed must not make the order
    look changed, or it would be sent once more.  What the shop changed since it was handed over still does.
    """

    def __init__(self, orders: Sequence[Any], context: ImportContext) -> None:
        self._adapters = context.adapters
        self._by_order: dict[str, list[OrderDelivery]] = {}
        deliveries = OrderDelivery.objects.filter(
            base=context.base,
            order_id__in=[order_key(order) for order in orders],
            state=OrderDelivery.State.OFFERED,
            batch__state=OrderBatch.State.OPEN,
        )
        for delivery in deliveries.select_related("batch__session", "batch__base"):
            self._by_order.setdefault(delivery.order_id, []).append(delivery)

    @contextmanager
    def kept(self, order: Any) -> Iterator[None]:
        """Let the order's open deliveries that are up to date stay so, whatever the body changes.

        The order is locked, so what the shop writes together with it waits until this is committed.
        """
        deliveries = self._by_order.get(order_key(order), ()) if self._by_order else ()
        current = [one for one in deliveries if self._revision(order, one.batch) == one.revision]
        yield
        for delivery in current:
            revision = self._revision(order, delivery.batch)
            if revision is not None and revision != delivery.revision:
                delivery.revision = revision
                delivery.save(update_fields=["revision"])

    def _revision(self, order: Any, batch: OrderBatch) -> str | None:
        context = ExchangeContext(
            base=batch.base,
            cutoff=timezone.now(),
            version=batch.version,
            adapters=self._adapters,
            session=batch.session,
            profile=batch.session.profile,
        )
        return self._adapters.marker.get_current_revisions([order.pk], context).get(order.pk)
