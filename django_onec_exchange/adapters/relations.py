"""Which of the well-known relations a model has, so that reading orders takes a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import ForeignObjectRel, Model

from . import wellknown

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
_ON_ITEM = (wellknown.PRODUCT, wellknown.VARIANT, wellknown.UNIT)


def to_one(model: type[Model]) -> list[str]:
    """Return the paths for ``select_related`` on the Order ``model``."""
    paths = []
    for name, related in _found(model, _ON_ORDER, many=False):
        paths.append(name)
        if name in wellknown.CUSTOMER:
            paths += [f"{name}__{path}" for path, _ in _found(related, _ON_CUSTOMER, many=False)]
    return paths


def to_many(model: type[Model]) -> list[str]:
    """Return the paths for ``prefetch_related``: the rows, and what they point to."""
    paths = []
    for items, item_model in _found(model, (wellknown.ITEMS,), many=True):
        paths.append(items)
        for name, related in _found(item_model, _ON_ITEM, many=False):
            paths.append(f"{items}__{name}")
            paths += [f"{items}__{name}__{unit}" for unit, _ in _found(related, (wellknown.UNIT,), many=False)]
    return paths


def _found(
    model: type[Model], attributes: Iterable[tuple[str, ...]], *, many: bool
) -> list[tuple[str, type[Model]]]:
    """Return the relations among ``attributes``, under the name that the serializer reads, and their models."""
    relations = _relations(model, many)
    names = (wellknown.attribute(model, names) for names in attributes)
    return [(name, relations[name]) for name in names if name is not None and name in relations]


def _relations(model: type[Model], many: bool) -> dict[str, type[Model]]:
    """Return the related models of ``model`` by the name of the attribute that leads to them."""
    return {
        str(field.get_accessor_name() if isinstance(field, ForeignObjectRel) else field.name): field.related_model
        for field in model._meta.get_fields()
        if isinstance(field.related_model, type) and bool(field.one_to_many or field.many_to_many) is many
    }
