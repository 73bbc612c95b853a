"""``order.items`` of orders that the selector fetched is Django's own manager, with the rows in memory."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import QuerySet, prefetch_related_objects

from django_onec_exchange.adapters import load_adapters
from tests.shop.models import Order, OrderItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetch(make_order) -> Callable[[], list[Order]]:
    """Fetch two orders, of two rows and of one, as an exchange does."""
    keys = [make_order(rows=2, number="1").pk, make_order(rows=1, number="2").pk]
    return lambda: load_adapters().selector.fetch(Order.objects.all(), keys)


def test_all_rows_are_read_without_a_query(fetch, django_assert_num_queries):
    first, second = fetch()
    with django_assert_num_queries(0):
        assert [len(first.items.all()), len(second.items.all())] == [2, 1]
        assert first.items.count() == 2
        assert all(row.order is first for row in first.items.all())


def test_a_narrowed_queryset_holds_rows_of_this_order_alone(fetch):
    first, second = fetch()
    row = first.items.first()

    assert set(first.items.filter(pk__gt=0)) == set(OrderItem.objects.filter(order=first))
    assert not second.items.filter(pk=row.pk).exists()
    assert isinstance(second.items.all(), QuerySet)


def test_a_row_that_is_added_is_seen(fetch, context):
    serializer = load_adapters().serializer
    order, _ = fetch()
    order.items.create(name="Болт", price=Decimal(5), quantity=Decimal(1))

    assert order.items.count() == 3
    assert len(serializer.serialize(order, context).items) == 3


def test_more_is_prefetched_from_the_rows_that_are_there(fetch, django_assert_num_queries):
    orders = fetch()
    with django_assert_num_queries(0):  # the rows have no product
        prefetch_related_objects(orders, "items__product")


def test_a_manager_that_chooses_among_the_rows_is_asked(fetch, context, monkeypatch):
    class Dear(Order.items.related_manager_cls):
        def all(self):
            return super().all().filter(name="Гайка")

    monkeypatch.setattr(Order.items, "related_manager_cls", Dear)
    order, _ = fetch()
    order.items.create(name="Гайка", price=Decimal(5), quantity=Decimal(1))

    document = load_adapters().serializer.serialize(fetch()[0], context)

    assert [item.name for item in document.items] == ["Гайка"]
