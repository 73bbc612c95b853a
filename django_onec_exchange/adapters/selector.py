"""Which orders wait for 1C."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet

from .context import ExchangeContext
from .loading import get_order_model
from .wellknown import CUSTOMER, ITEMS, PRODUCT, VARIANT


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
        one, many = self.select_related, self.prefetch_related
        if one is None:
            one = _existing(model, CUSTOMER)
        if many is None:
            many = _item_relations(model)
        queryset: QuerySet[Any] = model._default_manager.all()
        if one:
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
                    f"{type(adapter).__name__}.{attribute} is {name!r}, but {model._meta.label} has no such field.",
                    hint=f"Add OneCOrderMixin to the model, or set {attribute} in a subclass of the adapter; "
                    "for a model that must stay as it is use LedgerOrderMarker.",
                    obj=type(adapter),
                    id="onec_exchange.E004",
                )
            )
    return errors


def _existing(model: type[Model], names: Sequence[str], *, many: bool = False) -> list[str]:
    """Return the first of ``names`` that is a relation of ``model``, in a list; an empty one if none is."""
    relations = {
        field.get_accessor_name() if field.auto_created and not field.concrete else field.name: field  # type: ignore[union-attr]
        for field in model._meta.get_fields()
        if field.is_relation and bool(field.one_to_many or field.many_to_many) is many
    }
    return [name for name in names if name in relations][:1]


def _item_relations(model: type[Model]) -> list[str]:
    """Return the prefetches for the rows of an order and for what they point to."""
    prefetches: list[str] = []
    for items in _existing(model, ITEMS, many=True):
        prefetches.append(items)
        item_model = model._meta.get_field(_query_name(model, items)).related_model
        if isinstance(item_model, type) and issubclass(item_model, Model):
            for names in (PRODUCT, VARIANT):
                prefetches += [f"{items}__{name}" for name in _existing(item_model, names)]
    return prefetches


def _query_name(model: type[Model], accessor: str) -> str:
    for field in model._meta.get_fields():
        if getattr(field, "get_accessor_name", lambda: field.name)() == accessor:
            return field.name
    return accessor
