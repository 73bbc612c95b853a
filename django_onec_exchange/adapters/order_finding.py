"""Which of the shop's orders 1C means."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, IntegerField, Q

from ..commerceml.updates import OrderUpdate
from ..models import OrderLink
from . import wellknown
from .incoming_context import ImportContext
from .loading import get_order_model
from .wellknown import WellKnown, model_field

logger = logging.getLogger(__name__)


class OrderFinder:
    """The part of ``OrderUpdateHandler`` that finds orders."""

    def find(self, updates: Sequence[OrderUpdate], context: ImportContext) -> list[Any | None]:
        """Return the order of each update, None for those the shop does not have.

        By Номер first, then by 1C's identifier remembered earlier, and only then by our own: what comes back as Ид
        is 1C's.  At most four queries, however many updates.
        """
        found: list[Any | None] = [None] * len(updates)
        searches = (self.find_by_number, "number"), (self.find_by_onec_id, "id"), (self.find_by_own_id, "id")
        for search, attribute in searches:
            keys = {
                index: getattr(update, attribute).strip()
                for index, update in enumerate(updates)
                if found[index] is None
            }
            wanted = set(keys.values()) - {""}
            orders = search(wanted, context) if wanted else {}
            for index, key in keys.items():
                found[index] = orders.get(key)
        return found

    def find_by_number(self, numbers: Collection[str], context: ImportContext) -> Mapping[str, Any]:
        """Return orders by the number under which ``OrderSerializer.get_number`` sends them.

        Those that may have it are looked up by the number field and by the primary key; override this if your
        numbers are made in another way, such as with a prefix.
        """
        get_number, exchange = context.adapters.serializer.get_number, context.exchange
        orders = _candidates(wellknown.NUMBER, numbers, keys=numbers)
        return _unambiguous((get_number(order, exchange).strip(), order) for order in orders)

    def find_by_onec_id(self, onec_ids: Collection[str], context: ImportContext) -> Mapping[str, Any]:
        """Return orders by the identifier that 1C gave them in an earlier document."""
        stored = {onec_id[: OrderLink.TEXT_LENGTH]: onec_id for onec_id in onec_ids}
        links = OrderLink.objects.filter(base=context.base, onec_id__in=list(stored))
        order_ids = _unambiguous(links.values_list("onec_id", "order_id"))
        model = get_order_model()
        keys = dict(zip(order_ids, map(model._meta.pk.to_python, order_ids.values()), strict=True))
        orders = model._base_manager.in_bulk(list(keys.values()))
        return {text: orders[keys[onec_id]] for onec_id, text in stored.items() if keys.get(onec_id) in orders}

    def find_by_own_id(self, ids: Collection[str], context: ImportContext) -> Mapping[str, Any]:
        """Return orders by the identifier under which ``OrderSerializer.get_id`` sends them."""
        get_id, exchange = context.adapters.serializer.get_id, context.exchange
        orders = _candidates(wellknown.EXTERNAL_ID, ids, keys=[text.removeprefix("order-") for text in ids])
        return _unambiguous((get_id(order, exchange), order) for order in orders)


def _candidates(names: WellKnown, texts: Iterable[str], *, keys: Iterable[str]) -> Iterable[Any]:
    """Return the orders that have one of the texts in the field, or one of the keys as primary key."""
    model = get_order_model()
    field = model_field(model, names)
    condition = Q(pk__in=_stored(model._meta.pk, keys))
    if field is not None:
        condition |= Q(**{f"{field.name}__in": _stored(field, texts)})
    return model._base_manager.filter(condition)


def _stored(field: Field[Any, Any], texts: Iterable[str]) -> list[Any]:
    """Return the texts as values of the field, without those that it cannot hold."""
    values = []
    for text in texts:
        try:
            value = field.to_python(text)
            if isinstance(field, IntegerField):
                field.run_validators(value)  # a number too long for the database
        except ValidationError:
            continue
        values.append(value)
    return values


def _unambiguous(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs whose key is not met twice: nobody can say which order 1C means then."""
    found: dict[str, Any] = {}
    twice: set[str] = set()
    for key, one in pairs:
        if found.setdefault(key, one) != one:
            twice.add(key)
    for key in twice:
        extra = {"event": "order_ambiguous"}
        logger.warning("several orders go by %r, so 1C's news about it reach none", key, extra=extra)
        del found[key]
    return found
