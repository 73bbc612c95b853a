"""The orders that wait, as the contestants read them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from django_onec_exchange.access import get_base
from django_onec_exchange.adapters import ExchangeContext, load_adapters
from tests.shop.models import Order

CHUNK_SIZE = 500
TO_ONE = ("customer", "delivery_address")
ROWS = ("items__product", "items__variant")


def selected() -> QuerySet[Any]:
    """Return what the package's own selector selects, joined and prefetched as Django does it: the floor.

    The package itself attaches them to a chunk, and keeps the customers and products of the whole batch.
    """
    adapters = load_adapters()
    context = ExchangeContext(base=get_base("default"), cutoff=timezone.now(), version="2.10", adapters=adapters)
    return adapters.selector.select(context).select_related(*TO_ONE).prefetch_related(*ROWS)


def all_columns() -> QuerySet[Any]:
    """Return the same orders as a shop would write it by hand: every column, the same relations."""
    return (
        Order.objects.filter(sent_to_1c=False, export_skipped=False)
        .select_related(*TO_ONE)
        .prefetch_related(*ROWS)
        .order_by("created_at", "pk")
    )
