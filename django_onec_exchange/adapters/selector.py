"""Which orders wait for 1C."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from ..lookups import OneOf
from ..mixins import OneCOrderMixin
from .context import ExchangeContext
from .loading import get_order_model
from .relations import RelationReader


class OrderSelector:
    """Chooses the orders that one ``query`` may carry.  Name yours in ``ONEC_EXCHANGE_ORDER_SELECTOR``.

    Most shops add a condition::

        class PaidOrders(OrderSelector):
            def select(self, context):
                return super().select(context).filter(status="paid")
    """

    #: When an order was created; orders go oldest first.
    created_at_field = "created_at"
    #: What the serializer will follow.  None: the well-known relations that the model has, which ``fetch`` reads.
    select_related: Sequence[str] | None = None
    #: The same for the rows and what they point to.  None: the well-known ones, read faster than by a prefetch.
    prefetch_related: Sequence[Any] | None = None

    def get_queryset(self) -> QuerySet[Any]:
        """Return all orders, guests' too, with what ``select_related`` and ``prefetch_related`` name."""
        queryset: QuerySet[Any] = get_order_model()._default_manager.all()
        if self.select_related:  # without arguments it would follow every relation
            queryset = queryset.select_related(*self.select_related)
        return queryset.prefetch_related(*(self.prefetch_related or ()))

    def select(self, context: ExchangeContext) -> QuerySet[Any]:
        """Return the orders that wait, oldest first; never slice it.

        Called once for each ``query`` and for the status; the result is narrowed, limited and read in chunks.
        It must not write.
        """
        queryset = self.get_queryset().filter(**{f"{self.created_at_field}__lte": context.cutoff})
        return context.adapters.marker.filter_waiting(queryset, context).order_by(self.created_at_field, "pk")

    def fetch(self, orders: QuerySet[Any], keys: Sequence[Any]) -> list[Any]:
        """Return the orders with these primary keys, in this order, with everything the serializer follows.

        Those that ``orders`` does not (any longer) hold are absent.  Called with at most ``CHUNK_SIZE`` keys.
        """
        found = {order.pk: order for order in orders.filter(OneOf(F("pk"), keys)).order_by()}
        fetched = [found[key] for key in keys if key in found]
        if self.select_related is None:
            self._relations.attach_targets(fetched)
        if self.prefetch_related is None:
            self._relations.attach_rows(fetched)
        return fetched

    @cached_property
    def _relations(self) -> RelationReader:
        return RelationReader(get_order_model())

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        return check_fields(self, {"created_at_field": self.created_at_field}, "ORDER_SELECTOR")


_OF_MIXIN = frozenset(field.name for field in OneCOrderMixin._meta.get_fields())


def check_fields(adapter: object, fields: dict[str, str], setting: str) -> list[CheckMessage]:
    """Return an error for each attribute of ``adapter`` that names a field the Order model lacks.

    ``setting``, without its prefix, is where the shop names a class of its own.
    """
    model = get_order_model()
    errors: list[CheckMessage] = []
    for attribute, name in fields.items():
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            errors.append(
                Error(
                    _("%(attribute)s is %(name)s, which %(model)s lacks.")
                    % {
                        "attribute": f"{type(adapter).__name__}.{attribute}",
                        "name": repr(name),
                        "model": model._meta.label,
                    },
                    hint=_remedy(attribute, name, setting),
                    obj=type(adapter),
                    id="onec_exchange.E004",
                )
            )
    return errors


def _remedy(attribute: str, name: str, setting: str) -> str:
    told = {"attribute": attribute, "setting": f"ONEC_EXCHANGE_{setting}"}
    if name in _OF_MIXIN:
        remedy = _(
            "Add OneCOrderMixin to the model, or set %(attribute)s in a subclass of the adapter and name that in "
            "%(setting)s; for a model that must stay as it is use LedgerOrderMarker."
        )
    else:
        remedy = _('Name the field in a subclass: %(attribute)s = "...", and the subclass in %(setting)s.')
        if attribute == "updated_at_field":
            remedy += " " + _("None compares what the documents say instead.")
    return remedy % told
