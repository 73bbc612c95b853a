"""The well-known relations of orders, read with a fixed number of queries.

Rows are read as ``prefetch_related`` would, but what orders and rows point to (customers, products, units) is kept
for the whole batch: the same few products stand on most orders, and a join or prefetch builds them anew for every
chunk.  To join a chunk of orders to their customers, PostgreSQL reads the table of customers from end to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import F, ForeignKey, ManyToOneRel, Model
from django.db.models.manager import BaseManager

from ..lookups import OneOf
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
_ON_ROW = (wellknown.PRODUCT, wellknown.VARIANT, wellknown.UNIT)
#: What the targets themselves point to, read along with them.
_FURTHER = (wellknown.UNIT, wellknown.LEGAL_ADDRESS)

#: Objects kept for each relation; more are forgotten and read again.
_KEPT = 5_000


class RelationReader:
    """Attaches to orders what they point to, their rows, and what these point to.  One serves one batch."""

    def __init__(self, model: type[Model]) -> None:
        accessor = wellknown.ITEMS.on(model)
        relations = [rel for rel in model._meta.related_objects if rel.get_accessor_name() == accessor]
        self._relation = relations[0] if relations and isinstance(relations[0], ManyToOneRel) else None
        self._of_orders = [_Targets(field) for field in _foreign_keys(model, _ON_ORDER)]
        self._of_rows: list[_Targets] = []
        if self._relation is not None:
            self._of_rows = [_Targets(field) for field in _foreign_keys(self._relation.related_model, _ON_ROW)]

    def attach_targets(self, orders: Sequence[Model]) -> None:
        """Read what the orders point to, as ``select_related`` does."""
        for targets in self._of_orders:
            targets.attach(orders)

    def attach_rows(self, orders: Sequence[Model]) -> None:
        """Make ``order.items.all()`` of each order a list in memory, as a prefetch does."""
        if self._relation is None or not orders:
            return
        field, name = self._relation.field, self._relation.cache_name
        if name in getattr(orders[0], "_prefetched_objects_cache", {}):
            return  # the shop's own queryset prefetched them
        if type(getattr(orders[0], name)).all is not BaseManager.all:
            return  # the shop's own manager chooses among them
        database, key = orders[0]._state.db, field.target_field.attname
        found: Any = self._relation.related_model._default_manager.using(database)
        found = found.filter(OneOf(F(field.attname), [getattr(order, key) for order in orders]))
        rows = list(found if found.ordered else found.order_by("pk"))
        for targets in self._of_rows:
            targets.attach(rows)
        by_order: dict[Any, list[Model]] = {}
        for row in rows:
            by_order.setdefault(getattr(row, field.attname), []).append(row)
        for order in orders:
            own = by_order.get(getattr(order, key), [])
            for row in own:
                field.set_cached_value(row, order)
            prefetched = _Prefetched(order.__dict__.get("_prefetched_objects_cache", ()))
            prefetched[name] = _Rows(own, order)
            order.__dict__["_prefetched_objects_cache"] = prefetched


class _Targets:
    """What one foreign key points to, as far as it was read."""

    def __init__(self, field: ForeignKey[Any, Any]) -> None:
        self._field = field
        self._further = [one.name for one in _foreign_keys(field.related_model, _FURTHER)]
        self._forget()

    def attach(self, subjects: Sequence[Model]) -> None:
        field, attribute = self._field, self._field.attname
        if not subjects or field.is_cached(subjects[0]):
            return  # the shop's own queryset joined them
        if len(self._kept) > _KEPT:
            self._forget()
        kept = self._kept
        missing = {getattr(subject, attribute) for subject in subjects}.difference(kept)
        if missing:
            self._read(missing, subjects[0]._state.db)
        for subject in subjects:
            value = getattr(subject, attribute)
            if value in kept:
                field.set_cached_value(subject, kept[value])

    def _forget(self) -> None:
        # None leads to None: Django would find that out for each subject, and slowly.
        self._kept: dict[Any, Model | None] = {None: None}

    def _read(self, keys: Iterable[Any], database: str | None) -> None:
        key = self._field.target_field.attname
        targets = self._field.related_model._base_manager.using(database).filter(OneOf(F(key), keys))
        if self._further:  # without arguments it would follow every relation
            targets = targets.select_related(*self._further)
        self._kept.update({getattr(one, key): one for one in targets})


class _Rows(NamedTuple):
    """The rows of an order, for which no queryset was made yet."""

    rows: list[Model]
    order: Model


class _Prefetched(dict[str, Any]):
    """An order's ``_prefetched_objects_cache``, in which Django keeps rows in a queryset.

    To make one takes as long as reading two rows, and the serializer needs none.  So it is made when asked for.
    """

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if not isinstance(found, _Rows):
            return found
        del self[name]  # or the manager would look no further
        queryset = getattr(found.order, name).get_queryset()
        queryset._result_cache, queryset._prefetch_done = found.rows, True
        self[name] = queryset
        return queryset


def rows_of(order: Any) -> Iterable[Any]:
    """Return the rows of an order, which cost no query where ``RelationReader`` attached them."""
    found = getattr(order, "_prefetched_objects_cache", {}).get(wellknown.ITEMS.on(order.__class__))
    if isinstance(found, _Rows):
        return found.rows
    items = wellknown.ITEMS.read(order)
    return items.all() if hasattr(items, "all") else items or ()


def release(orders: Iterable[Model]) -> None:
    """Forget the rows of orders that were written: they refer to each other, and memory would grow."""
    for order in orders:
        order.__dict__.pop("_prefetched_objects_cache", None)


def _foreign_keys(model: Any, attributes: Iterable[WellKnown]) -> list[ForeignKey[Any, Any]]:
    """Return the foreign keys of ``model`` among ``attributes``, in the order in which they are read."""
    by_name = {field.name: field for field in model._meta.get_fields() if isinstance(field, ForeignKey)}
    names = (attribute.on(model) for attribute in attributes)
    return [by_name[name] for name in names if name in by_name]
