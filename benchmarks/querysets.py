"""The orders that wait, as the contestants read them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from django_onec_exchange.access import get_base
from django_onec_exchange.adapters import ExchangeContext, load_adapters
from tests.shop.models import Order

CHUNK_SIZE = 500
ROWS = ("items__product", "items__variant")


def selected() -> QuerySet[Any]:
    """Return what the package's own selector selects, with the rows prefetched as Django does it: the floor.

    The package itself reads the rows of a chunk as a prefetch would, and keeps the products of the whole batch.
    """
    adapters = load_adapters()
    context = ExchangeContext(base=get_base("default"), cutoff=timezone.now(), version="2.10", adapters=adapters)
    return adapters.selector.select(context).prefetch_related(*ROWS)


def all_columns() -> QuerySet[Any]:
    """Return the same orders as a shop would write it by hand: every column, the same relations."""
    return (
        Order.objects.filter(sent_to_1c=False, export_skipped=False)
        .select_related("customer", "delivery_address")
        .prefetch_related(*ROWS)
        .order_by("created_at", "pk")
    )
