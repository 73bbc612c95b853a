"""Which orders wait for 1C."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet

from .context import ExchangeContext
from .loading import get_order_model
from .relations import to_many, to_one


class OrderSelector:
    """Chooses the orders that one ``query`` may carry.  Name yours in ``ONEC_EXCHANGE_ORDER_SELECTOR``.

    Most shops add a condition::

        class PaidOrders(OrderSelector):
            def select(self, context):
                return super().select(context).filter(status="paid")
    """

    #: When an order was created; orders go oldest first.
    created_at_field = "created_at"
    #: What the serializer will follow.  None: the well-known relations that the model has.
    select_related: Sequence[str] | None = None
    prefetch_related: Sequence[Any] | None = None

    def get_queryset(self) -> QuerySet[Any]:
        """Return all orders, guests' too, with what the serializer reads of them."""
        model = get_order_model()
        one = to_one(model) if self.select_related is None else self.select_related
        many = to_many(model) if self.prefetch_related is None else self.prefetch_related
        queryset: QuerySet[Any] = model._default_manager.all()
        if one:  # without arguments it would follow every relation
            queryset = queryset.select_related(*one)
        return queryset.prefetch_related(*many)

    def select(self, context: ExchangeContext) -> QuerySet[Any]:
        """Return the orders that wait, oldest first; never slice it.

        Called once for each ``query`` and for the status; the result is narrowed, limited and read in chunks.
        It must not write.
        """
        queryset = self.get_queryset().filter(**{f"{self.created_at_field}__lte": context.cutoff})
        return context.adapters.marker.filter_waiting(queryset, context).order_by(self.created_at_field, "pk")

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        return check_fields(self, {"created_at_field": self.created_at_field})


def check_fields(adapter: object, fields: dict[str, str]) -> list[CheckMessage]:
    """Return an error for each attribute of ``adapter`` that names a field the Order model lacks."""
    model = get_order_model()
    errors: list[CheckMessage] = []
    for attribute, name in fields.items():
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            errors.append(
                Error(
                    f"{type(adapter).__name__}.{attribute} is {name!r}, which {model._meta.label} lacks.",
                    hint=f"Add OneCOrderMixin to the model, or set {attribute} in a subclass of the adapter; "
                    "for a model that must stay as it is use LedgerOrderMarker.",
                    obj=type(adapter),
                    id="onec_exchange.E004",
                )
            )
    return errors
