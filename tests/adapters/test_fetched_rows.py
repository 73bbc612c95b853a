"""What the selector attaches to orders: ``order.items`` is Django's own manager, with the rows in memory."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects
from django.test.utils import CaptureQueriesContext

from django_onec_exchange.adapters import load_adapters
from tests.shop.models import Customer, Order, OrderItem

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


def test_what_orders_point_to_is_read_once_for_all(make_order, django_assert_num_queries):
    customer = Customer.objects.create(email="buyer@example.com")
    keys = [make_order(customer=customer).pk, make_order(customer=customer).pk, make_order().pk]
    selector = load_adapters().selector
    first, second, guest = selector.fetch(Order.objects.all(), keys)

    with django_assert_num_queries(0):
        assert first.customer == customer and second.customer is first.customer
        assert guest.customer is None and guest.delivery_address is None

    with django_assert_num_queries(2):  # orders and rows: the customer is known
        selector.fetch(Order.objects.all(), keys)


def test_a_relation_that_the_shop_joined_is_not_read_again(make_order, django_assert_num_queries):
    key = make_order(customer=Customer.objects.create(email="buyer@example.com")).pk
    table = connection.ops.quote_name(Customer._meta.db_table)
    joined = Order.objects.select_related("customer")

    with CaptureQueriesContext(connection) as queries:
        (order,) = load_adapters().selector.fetch(joined, [key])

    assert not any(f"FROM {table}" in query["sql"] for query in queries)
    with django_assert_num_queries(0):
        assert order.customer.email == "buyer@example.com"


def test_no_keys_are_no_orders_and_no_query(django_assert_num_queries):
    selector = load_adapters().selector
    with django_assert_num_queries(0):
        assert selector.fetch(Order.objects.all(), []) == []
