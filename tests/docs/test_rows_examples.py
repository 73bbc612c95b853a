"""The examples of docs/adapters/rows.md run."""

from __future__ import annotations

from decimal import Decimal

from django_onec_exchange.adapters import OrderSerializer
from tests.shop.models import Product, Variant


def test_example_units(example, read, make_order, product):
    serializer = example("Units").Rolls
    Product.objects.update(unit="рулон")

    assert read(make_order(), serializer).items[0].unit.code == "736"
    Product.objects.update(unit="кг")
    assert read(make_order(), serializer).items[0].unit.code == "166"


def test_example_variants(example, read, make_order, product):
    variant = Variant.objects.create(product=product, onec_id="11111111-55bc-11d9-848a-00112f43529a", name="синий")
    Variant.objects.update(sku="T-1-B")
    order = make_order()
    order.items.update(variant=variant)

    row = read(order, example("Variants").NamedVariants).items[0]

    assert row.name == "Чайник#синий, T-1-B"
    assert row.id == f"{product.onec_id}#{variant.onec_id}"
    assert read(order, OrderSerializer).items[0].name == "Чайник#синий"


def test_example_taxes(example, read, make_order, product):
    serializer = example("Taxes").ReducedRates

    assert read(make_order(), serializer).items[0].vat_rate == 22
    Product.objects.update(sku="FOOD-1")
    assert read(make_order(), serializer).items[0].vat_rate == 10


def test_example_discounts(example, read, make_order):
    order = make_order(discount=Decimal(50), total=Decimal(450))

    document = read(order, example("Discounts").NamedDiscounts)

    assert [discount.name for discount in document.discounts] == ["Промокод"]
    assert document.items[0].total == 450


def test_example_delivery(example, read, make_order):
    serializer = example("Delivery").CourierService

    by_courier = make_order(delivery_cost=Decimal(200), delivery_method="courier")
    assert read(by_courier, serializer).items[-1].name == "Доставка курьером"
    by_post = make_order(delivery_cost=Decimal(200), delivery_method="post")
    assert read(by_post, serializer).items[-1].name == "Доставка заказа"
    assert len(read(make_order(delivery_method="courier"), serializer).items) == 1


def test_example_currency_names(example, read, make_order):
    example("Currency names")

    assert read(make_order(currency="RUB"), OrderSerializer).currency == "руб"
