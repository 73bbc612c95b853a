"""How the shop remembers what was sent."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from ..commerceml.documents import OrderDocument
from ..conf import conf
from ..models import OrderDelivery, SkippedOrder, SuspectOrder
from ..signals import orders_bulk_updated, send_after_commit
from .context import ExchangeContext
from .loading import get_order_model
from .selector import check_fields

logger = logging.getLogger(__name__)


class OrderMarker:
    """Remembers in fields of the Order model (``OneCOrderMixin``).

    Name yours in ``ONEC_EXCHANGE_ORDER_MARKER``.  An order's *revision* tells whether it changed between sending
    and confirmation: its ``updated_at``, or the content of its document where the model has no such field.
    """

    sent_field = "sent_to_1c"
    sent_at_field = "sent_to_1c_at"
    skipped_field = "export_skipped"
    #: Must change whenever the order or its items do.  None: compare the documents' content instead.
    updated_at_field: str | None = "updated_at"

    def filter_waiting(self, queryset: QuerySet[Any], context: ExchangeContext) -> QuerySet[Any]:
        """Return the orders of ``queryset`` that 1C has not got and that are not left out for a reason."""
        due = self.skipped_orders(context).filter(self.retry_due())
        return queryset.filter(Q(**{self.skipped_field: False}) | Exists(due), **{self.sent_field: False})

    def filter_sent(self, queryset: QuerySet[Any], context: ExchangeContext) -> QuerySet[Any]:
        """Return the orders of ``queryset`` that 1C has."""
        return queryset.filter(**{self.sent_field: True})

    def get_revision(self, order: Any, document: OrderDocument) -> str:
        """Return the revision of the order as it was serialized; at most 64 characters."""
        if self.updated_at_field is None:
            return hashlib.sha256(repr(document).encode("utf-8", "surrogatepass")).hexdigest()
        return self._dated_revision(order)

    def get_current_revisions(self, order_ids: Sequence[Any], context: ExchangeContext) -> Mapping[Any, str]:
        """Lock the orders and return the revision of each that is still unsent, by primary key.

        Called inside the transaction of ``success``, with at most ``CHUNK_SIZE`` keys.
        """
        orders = self.lock(order_ids)
        if self.updated_at_field is None:
            return self._revisions_by_content([order.pk for order in orders], context)
        return {order.pk: self._dated_revision(order) for order in orders}

    def lock(self, order_ids: Sequence[Any]) -> list[Any]:
        """Lock the orders that are still unsent, in the order of their keys, and return them."""
        orders = _manager().filter(pk__in=order_ids, **{self.sent_field: False})
        return list(self._narrowed(orders).order_by("pk").select_for_update())

    def mark(self, deliveries: Sequence[OrderDelivery], context: ExchangeContext) -> set[Any]:
        """Mark the orders as sent and return the keys of those really marked.

        Called inside the transaction of ``success`` with orders that are locked and unchanged.
        ``QuerySet.update`` calls neither ``save()`` nor signals, hence ``updated_at`` is set here, and the signal
        ``orders_bulk_updated`` tells the shop afterwards.
        """
        values: dict[str, Any] = {
            self.sent_field: True,
            self.sent_at_field: context.cutoff,
            self.skipped_field: False,
        }
        if self.updated_at_field is not None:
            values[self.updated_at_field] = context.cutoff
        order_ids = order_pks(deliveries)
        self._update(order_ids, values)
        return set(order_ids)

    def unmark(self, order_ids: Sequence[Any], context: ExchangeContext) -> set[Any]:
        """Forget that these orders were sent and return the keys of those that were.

        Called when a person asks for them again, in a transaction that no confirmation runs beside.  They count
        as changed, so that a file which 1C already has cannot confirm them.
        """
        sent = _manager().filter(pk__in=order_ids, **{self.sent_field: True})
        found = [order.pk for order in self._narrowed(sent).order_by("pk").select_for_update()]
        values: dict[str, Any] = {self.sent_field: False, self.sent_at_field: None}
        if self.updated_at_field is not None:
            values[self.updated_at_field] = timezone.now()
        self._update(found, values)
        return set(found)

    def skip(self, order_id: Any, reason: str, context: ExchangeContext) -> None:
        """Note on the order that it is left out.  Its ``updated_at`` stays: nothing about the order changed."""
        _manager().filter(pk=order_id).update(**{self.skipped_field: True})

    def restore(self, order_id: Any, context: ExchangeContext) -> None:
        """Note on the order that it goes out again."""
        _manager().filter(pk=order_id).update(**{self.skipped_field: False})

    def is_left_out(self, order: Any) -> bool:
        """Tell whether the order still says that it is left out: somebody may have cleared the field."""
        return bool(getattr(order, self.skipped_field))

    def skipped_orders(self, context: ExchangeContext) -> QuerySet[SkippedOrder]:
        """Return the records of left out orders, as a subquery on the orders."""
        return SkippedOrder.objects.filter(
            base=context.base, order_id=Cast(OuterRef("pk"), CharField()), resolved_at=None
        )

    def retry_due(self) -> Q:
        """Return the condition under which a left out order is tried again, for ``skipped_orders``.

        From time to time though it stayed the same: the mistake may stand in a product or in the customer.  Not
        so if 1C refused it; where no date tells whether it changed, its content is compared from time to time.
        """
        interval = timedelta(seconds=conf.SKIPPED_RETRY_INTERVAL)
        again = Q(last_skipped_at__lt=timezone.now() - interval)
        if self.updated_at_field is None:
            return Q(retry_requested=True) | again
        changed = Q(order_updated_at__isnull=False) & ~Q(order_updated_at=OuterRef(self.updated_at_field))
        return Q(retry_requested=True) | (again & ~Q(code=SkippedOrder.REFUSED)) | changed

    def updated_at(self, order: Any) -> Any:
        """Return when the order last changed; None where the model does not say."""
        return getattr(order, self.updated_at_field) if self.updated_at_field else None

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        fields = {name: getattr(self, name) for name in ("sent_field", "sent_at_field", "skipped_field")}
        if self.updated_at_field is not None:
            fields["updated_at_field"] = self.updated_at_field
        return check_fields(self, fields, "ORDER_MARKER")

    def _update(self, order_ids: Sequence[Any], values: dict[str, Any]) -> None:
        if not order_ids:
            return
        _manager().filter(pk__in=order_ids).update(**values)
        send_after_commit(
            orders_bulk_updated,
            get_order_model(),
            order_ids=order_ids,
            count=len(order_ids),
            fields=tuple(values),
        )

    def _dated_revision(self, order: Any) -> str:
        updated_at = getattr(order, str(self.updated_at_field))
        return updated_at.isoformat() if updated_at else ""

    def _narrowed(self, orders: QuerySet[Any]) -> QuerySet[Any]:
        return orders.only("pk", *([self.updated_at_field] if self.updated_at_field else []))

    def _revisions_by_content(self, order_ids: Sequence[Any], context: ExchangeContext) -> dict[Any, str]:
        selector = context.adapters.selector
        orders = selector.fetch(selector.get_queryset(), order_ids)
        return {order.pk: self._revision_by_content(order, context) for order in orders}

    def _revision_by_content(self, order: Any, context: ExchangeContext) -> str:
        """Return the revision; "", which none has, for an order that cannot be described: it has changed.

        A statement that fails would fail the whole transaction, hence the savepoint.
        """
        try:
            with transaction.atomic():
                return self.get_revision(order, context.adapters.serializer.serialize(order, context))
        except (OperationalError, InterfaceError):  # the database is ill, not the order
            raise
        except Exception:
            extra = {"event": "order_not_serialized", "base": context.base.name, "order_id": order.pk}
            logger.exception("order %s can no longer be serialized", order.pk, extra=extra)
            return ""


class LedgerOrderMarker(OrderMarker):
    """Remembers in our own tables, one ledger for each 1C base, and leaves the Order model alone."""

    updated_at_field = None

    def filter_waiting(self, queryset: QuerySet[Any], context: ExchangeContext) -> QuerySet[Any]:
        skipped = self.skipped_orders(context)
        return queryset.filter(
            ~Exists(self.ledger(context)), ~Exists(skipped) | Exists(skipped.filter(self.retry_due()))
        )

    def filter_sent(self, queryset: QuerySet[Any], context: ExchangeContext) -> QuerySet[Any]:
        return queryset.filter(Exists(self.ledger(context)))

    def lock(self, order_ids: Sequence[Any]) -> list[Any]:
        return list(self._narrowed(_manager().filter(pk__in=order_ids)).order_by("pk").select_for_update())

    def get_current_revisions(self, order_ids: Sequence[Any], context: ExchangeContext) -> Mapping[Any, str]:
        sent = set(_manager().filter(Exists(self.ledger(context)), pk__in=order_ids).values_list("pk", flat=True))
        return super().get_current_revisions([pk for pk in order_ids if pk not in sent], context)

    def mark(self, deliveries: Sequence[OrderDelivery], context: ExchangeContext) -> set[Any]:
        """The deliveries are the ledger: their state, which follows from the result, is all there is to keep."""
        return set(order_pks(deliveries))

    def unmark(self, order_ids: Sequence[Any], context: ExchangeContext) -> set[Any]:
        """The deliveries are the ledger: whoever asks withdraws them."""
        sent = _manager().filter(Exists(self.ledger(context)), pk__in=order_ids)
        return set(sent.values_list("pk", flat=True))

    def skip(self, order_id: Any, reason: str, context: ExchangeContext) -> None:
        """``SkippedOrder`` remembers it."""

    def restore(self, order_id: Any, context: ExchangeContext) -> None:
        """``SkippedOrder`` remembers it."""

    def is_left_out(self, order: Any) -> bool:
        return True

    def ledger(self, context: ExchangeContext) -> QuerySet[OrderDelivery]:
        """Return the deliveries that count as sent to this base, as a subquery on the orders."""
        return OrderDelivery.objects.filter(
            base=context.base, order_id=Cast(OuterRef("pk"), CharField()), state=OrderDelivery.State.MARKED
        )

    def check(self) -> list[CheckMessage]:
        fields: dict[str, str] = {"updated_at_field": self.updated_at_field} if self.updated_at_field else {}
        return check_fields(self, fields, "ORDER_MARKER")


def order_pks(deliveries: Sequence[OrderDelivery | SkippedOrder | SuspectOrder]) -> list[Any]:
    """Return the primary keys of the orders that these rows are of, as the Order model has them."""
    to_python = get_order_model()._meta.pk.to_python
    return [to_python(delivery.order_id) for delivery in deliveries]


def _manager() -> Any:
    model: type[Model] = get_order_model()
    return model._base_manager
