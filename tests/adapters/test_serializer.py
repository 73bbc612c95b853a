"""From the shop's tables to the file: whatever order a shop has, what comes out is valid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_onec_exchange.adapters import ExchangeContext, OrderSerializer, load_adapters
from django_onec_exchange.commerceml.documents import OrderDocument
from django_onec_exchange.commerceml.money import balance, payable
from django_onec_exchange.commerceml.validation import check
from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.models import InfoBase
from tests.commerceml.schema import validate
from tests.documents import ENCODINGS, write
from tests.shop.models import Address, Customer, Order, OrderItem, Product, Variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> InfoBase:
    return InfoBase.objects.create(name="default")


@pytest.fixture
def make_full_order(make_order):
    """Make an order that leads to every table of the shop."""

    def make(number: int) -> Order:
        customer = Customer.objects.create(
            last_name="Петров", first_name="Пётр", email=f"{number}@example.org", legal_address="Тверь"
        )
        if number % 2:
            customer.company_name, customer.inn, customer.kpp = "ООО «Колёса» & Ко", "7701234567", "770101001"
            customer.save()
        product = Product.objects.create(
            onec_id=f"p{number}", name='Болт "М8" <8>', unit="кг", vat_rate=Decimal(20)
        )
        variant = Variant.objects.create(product=product, onec_id=f"v{number}", name="Синий", sku=f"S{number}")
        order = make_order(
            rows=2,
            customer=customer,
            number=str(number),
            delivery_address=Address.objects.create(city="Москва", street="Тверская"),
            delivery_cost=Decimal("299.99"),
            discount=Decimal("77.77"),
            comment="Привет \x07 \ufffd 漢",
        )
        OrderItem.objects.create(
            order=order, product=product, variant=variant, price=Decimal("10.3333"), quantity=Decimal("3.5")
        )
        return order

    return make


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("version", VERSIONS)
def test_orders_of_every_kind_become_a_valid_file(serialize, make_order, make_full_order, version, encoding):
    make_full_order(1)
    make_full_order(2)
    make_order(number="3", total=Decimal("499.99"))
    documents = [serialize(order) for order in Order.objects.all()]

    assert [check(document, stock=True) for document in documents] == [[], [], []]
    balanced = [balance(document) for document in documents]

    assert [payable(document) for document in balanced] == [document.total for document in documents]
    validate(write(*balanced, version=version, encoding=encoding), version)


@pytest.fixture
def context(context, base) -> ExchangeContext:
    return replace(context, base=base, cutoff=timezone.now() + timedelta(days=1))


@pytest.fixture
def serialize_all(context):
    """Serialize the orders that wait as an exchange does: fetched by the selector, in chunks of five."""

    def run() -> list[OrderDocument]:
        adapters = load_adapters()
        waiting = adapters.selector.select(context)
        keys = list(waiting.select_related(None).values_list("pk", flat=True))
        return [
            adapters.serializer.serialize(order, context)
            for start in range(0, len(keys), 5)
            for order in adapters.selector.fetch(waiting, keys[start : start + 5])
        ]

    return run


@pytest.mark.parametrize("count", [1, 5])
def test_the_number_of_queries_does_not_grow_with_the_orders(
    serialize_all, make_full_order, django_assert_max_num_queries, count
):
    for number in range(1, count + 1):
        make_full_order(number)

    with django_assert_max_num_queries(7):  # keys, orders, customers, addresses, rows, products, variants
        documents = serialize_all()

    assert len(documents) == count


def test_orders_fetched_together_are_what_they_are_one_by_one(
    serialize, serialize_all, make_order, make_full_order
):
    for number in range(1, 5):
        make_full_order(number)
        make_order(rows=number, number=f"guest {number}", price=str(number))
    make_order(rows=0, number="empty")

    together = serialize_all()

    assert len(together) == 9
    assert together == [serialize(order) for order in Order.objects.order_by("created_at", "pk")]


def test_serializing_writes_nothing(serialize, make_full_order):
    order = make_full_order(1)
    before = Order.objects.values().get(pk=order.pk)

    first = serialize(Order.objects.get(pk=order.pk))
    second = serialize(Order.objects.get(pk=order.pk))

    assert first == second
    assert Order.objects.values().get(pk=order.pk) == before


def test_the_settings_count_for_the_next_exchange(serialize, make_order, settings):
    order = make_order()
    settings.ONEC_EXCHANGE_DEFAULT_VAT_RATE = "20"
    with_vat = serialize(order)
    settings.ONEC_EXCHANGE_DEFAULT_VAT_RATE = "22"

    assert with_vat.items[0].vat_rate == Decimal(20)
    assert serialize(order).items[0].vat_rate == Decimal(22)


def test_rows_of_ones_own_go_before_the_delivery(serialize, make_order):
    class Mine(OrderSerializer):
        def get_items(self, order, context):
            for item in super().get_items(order, context):
                yield item
                yield item

    document = serialize(make_order(delivery_cost=Decimal(300)), Mine)

    assert [item.is_service for item in document.items] == [False, False, True]
    assert document.total == Decimal(1300)


def test_a_delivery_of_ones_own_can_be_left_out(serialize, make_order):
    mine = type("Mine", (OrderSerializer,), {"get_delivery": lambda self, order, context: None})

    assert len(serialize(make_order(delivery_cost=Decimal(300)), mine).items) == 1


def test_the_default_serializer_has_nothing_to_complain_of():
    assert OrderSerializer().check() == []
