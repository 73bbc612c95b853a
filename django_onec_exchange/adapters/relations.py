"""The well-known relations of orders, read with a fixed number of queries.

Rows are read as ``prefetch_related`` would, but what they point to (products, variants, units) is kept for the
whole batch: the same few products stand on most orders, and a prefetch builds them anew for every chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import ForeignKey, ManyToOneRel, Model

from . import wellknown
from .wellknown import WellKnown

_ON_ORDER = (
    wellknown.CUSTOMER,
    wellknown.DELIVERY_ADDRESS,
    wellknown.LEGAL_ADDRESS,
    wellknown.STATUS,
    wellknown.CURRENCY,
    wellknown.PAYMENT_METHOD,
    wellknown.DELIVERY_METHOD,
    wellknown.WAREHOUSE,
    wellknown.ORGANIZATION,
    wellknown.AGREEMENT,
)
_ON_CUSTOMER = (wellknown.LEGAL_ADDRESS,)
_ON_ROW = (wellknown.PRODUCT, wellknown.VARIANT, wellknown.UNIT)
_ON_PRODUCT = (wellknown.UNIT,)

#: Objects kept for each relation; more are forgotten and read again.
_KEPT = 10_000


def to_one(model: type[Model]) -> list[str]:
    """Return the paths for ``select_related`` on the Order ``model``."""
    paths = []
    for field in _foreign_keys(model, _ON_ORDER):
        paths.append(field.name)
        if field.name in wellknown.CUSTOMER:
            paths += [f"{field.name}__{one.name}" for one in _foreign_keys(field.related_model, _ON_CUSTOMER)]
    return paths


class RowReader:
    """Attaches the rows to orders, and to the rows what they point to.  One serves one batch."""

    def __init__(self, model: type[Model]) -> None:
        accessor = wellknown.ITEMS.on(model)
        relations = [rel for rel in model._meta.related_objects if rel.get_accessor_name() == accessor]
        self._relation = relations[0] if relations and isinstance(relations[0], ManyToOneRel) else None
        self._kept: dict[ForeignKey[Any, Any], dict[Any, Model]] = {}
        if self._relation is not None:
            self._kept = {field: {} for field in _foreign_keys(self._relation.related_model, _ON_ROW)}

    def attach(self, orders: Sequence[Model]) -> None:
        """Make ``order.items.all()`` of each order a list in memory, as a prefetch does."""
        if self._relation is None or not orders:
            return
        field, name = self._relation.field, self._relation.cache_name
        if name in getattr(orders[0], "_prefetched_objects_cache", {}):
            return  # the shop's own queryset prefetched them
        database, key = orders[0]._state.db, field.target_field.attname
        found: Any = self._relation.related_model._default_manager.using(database)
        found = found.filter(**{f"{field.name}__in": [getattr(order, key) for order in orders]})
        rows = list(found if found.ordered else found.order_by("pk"))
        self._attach_targets(rows, database)
        by_order: dict[Any, list[Model]] = {}
        for row in rows:
            by_order.setdefault(getattr(row, field.attname), []).append(row)
        accessor = str(self._relation.get_accessor_name())
        for order in orders:
            queryset = getattr(order, accessor).get_queryset()
            queryset._result_cache = by_order.get(getattr(order, key), [])
            queryset._prefetch_done = True
            for row in queryset._result_cache:
                field.set_cached_value(row, order)
            order.__dict__.setdefault("_prefetched_objects_cache", {})[name] = queryset

    def _attach_targets(self, rows: Sequence[Model], database: str | None) -> None:
        for field, kept in self._kept.items():
            if len(kept) > _KEPT:
                kept.clear()
            attribute = field.attname
            missing = {getattr(row, attribute) for row in rows}.difference(kept) - {None}
            if missing:
                units = [one.name for one in _foreign_keys(field.related_model, _ON_PRODUCT)]
                targets = field.related_model._base_manager.using(database)
                targets = targets.select_related(*units) if units else targets
                key = field.target_field.attname
                kept.update({getattr(one, key): one for one in targets.filter(**{f"{key}__in": missing})})
            for row in rows:
                value = getattr(row, attribute)
                if value in kept:
                    field.set_cached_value(row, kept[value])


def release(orders: Iterable[Model]) -> None:
    """Forget the rows of orders that were written: they refer to each other, and memory would grow."""
    for order in orders:
        getattr(order, "_prefetched_objects_cache", {}).clear()


def _foreign_keys(model: Any, attributes: Iterable[WellKnown]) -> list[ForeignKey[Any, Any]]:
    """Return the foreign keys of ``model`` among ``attributes``, in the order in which they are read."""
    by_name = {field.name: field for field in model._meta.get_fields() if isinstance(field, ForeignKey)}
    names = (attribute.on(model) for attribute in attributes)
    return [by_name[name] for name in names if name in by_name]
