"""The order itself: identity, dates, money, delivery."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.commerceml.money import balance, payable
from tests.adapters.things import a_row, a_thing, an_order_thing
from tests.shop.models import Order

NAIVE = datetime(2026, 2, 3, 12, 0)


@pytest.mark.django_db
def test_the_number_is_the_one_the_customer_knows(serialize, make_order):
    assert serialize(make_order(number="A-17")).number == "A-17"


def test_orders_that_have_no_numbers_are_numbered_by_their_primary_keys(serialize):
    assert serialize(an_order_thing(pk=17)).number == "17"


def test_the_amounts_of_django_oscar_are_known_by_their_names(serialize, problems):
    line = a_thing(
        pk=5,
        title="Болт",
        partner_sku="B-1",
        quantity=2,
        unit_price_incl_tax=Decimal("100"),
        line_price_incl_tax=Decimal("180"),
    )
    order = a_thing(
        pk=17,
        number="100017",
        date_placed=NAIVE,
        guest_email="anna@example.com",
        lines=[line],
        total_incl_tax=Decimal("480"),
        shipping_incl_tax=Decimal("300"),
    )

    document = serialize(order)

    assert problems(document) == []
    assert [(item.article, item.price, item.total, item.discount) for item in document.items] == [
        ("B-1", 100, 180, 20),
        ("", 300, 300, 0),
    ]
    assert document.total == payable(document) == 480


@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_a_number_that_is_empty_stays_so(serialize, problems, nothing):
    """Its primary key may be the number of another order."""
    document = serialize(an_order_thing(number=nothing))

    assert document.number == ""
    assert problems(document) == ["no-number"]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"pk": 17}, "order-17"),
        ({"pk": 17, "external_id": "a-guid"}, "a-guid"),
        ({"pk": UUID("12345678-1234-5678-1234-567812345678")}, "12345678-1234-5678-1234-567812345678"),
    ],
)
def test_the_id_fits_and_stays_the_same(serialize, attributes, expected):
    order = an_order_thing(**attributes)

    assert serialize(order).id == serialize(order).id == expected
    assert len(expected) <= 40


@pytest.mark.django_db
def test_an_aware_date_is_that_moment(serialize, make_order):
    moment = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
    order = make_order(created_at=moment)

    created_at = serialize(Order.objects.get(pk=order.pk)).created_at

    assert created_at == moment
    assert created_at.tzinfo is not None


@pytest.mark.parametrize("onec_zone", ["", "Europe/Moscow"])
def test_a_naive_date_is_in_the_zone_of_the_site(serialize, settings, onec_zone):
    """Without USE_TZ Django keeps dates in TIME_ZONE, whatever the zone of the 1C base."""
    settings.TIME_ZONE = "Asia/Yekaterinburg"
    settings.ONEC_EXCHANGE_TIME_ZONE = onec_zone

    document = serialize(an_order_thing(created_at=NAIVE))

    assert document.created_at == NAIVE.replace(tzinfo=ZoneInfo("Asia/Yekaterinburg"))


def test_a_naive_date_does_not_depend_on_who_is_asking(serialize, settings):
    """A middleware may have activated the zone of a visitor; what is stored is in TIME_ZONE all the same."""
    settings.TIME_ZONE = "Asia/Yekaterinburg"

    with timezone.override("Asia/Tokyo"):
        document = serialize(an_order_thing(created_at=NAIVE))

    assert document.created_at == NAIVE.replace(tzinfo=ZoneInfo("Asia/Yekaterinburg"))


def test_a_day_is_its_midnight(serialize):
    document = serialize(an_order_thing(created_at=NAIVE.date()))

    assert document.created_at == datetime(2026, 2, 3, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize(
    ("currency", "names", "expected"),
    [
        ("USD", {}, "USD"),
        ("", {}, "EUR"),
        (None, {}, "EUR"),
        ("RUB", {"RUB": "руб"}, "руб"),
        ("", {"EUR": "евр"}, "евр"),
        ("USD", {"RUB": "руб"}, "USD"),
    ],
)
def test_the_currency_is_named_as_in_the_1c_base(serialize, settings, currency, names, expected):
    settings.ONEC_EXCHANGE_CURRENCY = "EUR"
    settings.ONEC_EXCHANGE_CURRENCY_NAMES = names

    assert serialize(an_order_thing(currency=currency)).currency == expected


@pytest.mark.django_db
def test_the_comment_goes_along(serialize, make_order):
    assert serialize(make_order(comment="Позвонить\nза час")).comment == "Позвонить\nза час"


@pytest.mark.django_db
def test_the_total_is_what_the_customer_pays(serialize, make_order):
    document = serialize(make_order(total=Decimal("450.00")))

    assert document.total == Decimal("450.00")
    assert balance(document).items[0].total == Decimal("450.00")


@pytest.mark.django_db
def test_without_a_total_it_is_what_the_rows_make_less_the_discount(serialize, make_order):
    document = serialize(make_order(discount=Decimal("50.00"), delivery_cost=Decimal("300.00")))

    assert document.total == Decimal("750.00")
    assert [discount.amount for discount in document.discounts] == [Decimal("50.00")]
    assert payable(balance(document)) == Decimal("750.00")


@pytest.mark.parametrize("discount", [None, Decimal("10.00")])
def test_without_a_total_the_vat_on_top_is_part_of_it(serialize, discount):
    order = an_order_thing(a_row(vat_rate=20), vat_included=False, discount=discount)

    document = balance(serialize(order))

    assert payable(document) == document.total
    assert document.total == (Decimal("120.00") if discount is None else Decimal("108.00"))


@pytest.mark.parametrize("nothing", [None, "", Decimal(0)])
def test_no_discount_is_none(serialize, nothing):
    assert serialize(an_order_thing(discount=nothing)).discounts == ()


@pytest.mark.parametrize(
    ("order", "setting", "included"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"vat_included": False}, True, False),
        ({"prices_include_vat": True}, False, True),
    ],
)
def test_whether_prices_include_the_vat(serialize, settings, order, setting, included):
    settings.ONEC_EXCHANGE_VAT_INCLUDED = setting

    assert serialize(an_order_thing(**order)).vat_included is included


@pytest.mark.django_db
def test_the_delivery_is_a_service_line_of_a_constant_name(serialize, make_order, settings):
    document = serialize(make_order(delivery_cost=Decimal("300.00")))

    goods, delivery = document.items
    assert not goods.is_service
    assert delivery.is_service
    assert (delivery.id, delivery.name, delivery.kind) == ("ORDER_DELIVERY", "Доставка заказа", "Услуга")
    assert (delivery.price, delivery.quantity, delivery.total) == (
        Decimal("300.00"),
        Decimal(1),
        Decimal("300.00"),
    )
    assert delivery.unit.code == "796"


def test_the_settings_name_the_delivery(serialize, settings):
    settings.ONEC_EXCHANGE_DELIVERY_ID = "a-guid"
    settings.ONEC_EXCHANGE_DELIVERY_NAME = "Перевозка"

    delivery = serialize(an_order_thing(shipping_cost=300)).items[-1]

    assert (delivery.id, delivery.name) == ("a-guid", "Перевозка")


@pytest.mark.parametrize("nothing", [None, "", 0, "0.00"])
def test_a_delivery_that_costs_nothing_is_no_line(serialize, nothing):
    assert len(serialize(an_order_thing(delivery_cost=nothing)).items) == 1


@pytest.mark.parametrize(
    ("order", "of_delivery", "of_items", "rate"),
    [
        ({}, None, None, None),
        ({}, None, "20", Decimal(20)),
        ({}, "10", "20", Decimal(10)),
        ({}, "0", "20", Decimal(0)),
        ({"delivery_vat_rate": 7}, "10", "20", Decimal(7)),
        ({"delivery_vat_rate": 0}, "10", "20", Decimal(0)),
    ],
)
def test_the_vat_rate_of_the_delivery(serialize, settings, order, of_delivery, of_items, rate):
    settings.ONEC_EXCHANGE_DELIVERY_VAT_RATE = of_delivery
    settings.ONEC_EXCHANGE_DEFAULT_VAT_RATE = of_items

    assert serialize(an_order_thing(delivery_cost=300, **order)).items[-1].vat_rate == rate


@pytest.mark.parametrize("items", [None, []])
def test_an_order_without_items_is_kept_back(serialize, problems, items):
    assert problems(serialize(an_order_thing(items=items))) == ["no-items"]


@pytest.mark.parametrize("total", ["", None])
def test_an_empty_total_is_none(serialize, total):
    assert serialize(an_order_thing(total=total)).total == Decimal(100)


@pytest.mark.parametrize(
    ("order", "total"),
    [
        pytest.param({"total": Decimal("99.999")}, "100.00", id="total"),
        pytest.param({"total": 0.1 + 0.2, "items": [a_row(price=0.1), a_row(price=0.2)]}, "0.30", id="binary"),
        pytest.param({"delivery_cost": Decimal("299.999")}, "400.00", id="delivery"),
        pytest.param({"delivery_cost": 0.1 + 0.2}, "100.30", id="binary delivery"),
        pytest.param({"discount": Decimal("6.1725")}, "93.83", id="discount"),
        pytest.param({"discount": Decimal("33.335"), "total": Decimal("66.665")}, "66.67", id="halves up"),
    ],
)
def test_money_is_rounded_as_1c_rounds_it(serialize, problems, order, total):
    document = serialize(an_order_thing(**order))

    assert problems(document) == []
    assert payable(balance(document)) == document.total == Decimal(total)


def test_a_total_that_is_no_number_keeps_the_order_back(serialize, problems):
    assert problems(serialize(an_order_thing(total="сто"))) == ["bad-amount"]


@pytest.mark.parametrize(
    ("method", "result", "attribute"),
    [
        ("get_id", "mine", "id"),
        ("get_number", "000017", "number"),
        ("get_created_at", datetime(2026, 1, 1, tzinfo=UTC), "created_at"),
        ("get_currency", "USD", "currency"),
        ("get_total", Decimal(90), "total"),
        ("get_vat_included", False, "vat_included"),
        ("get_comment", "mine", "comment"),
    ],
)
def test_one_method_of_the_order_can_be_overridden(serialize, method, result, attribute):
    order = an_order_thing(discount=10, comment="theirs")
    mine = type("Mine", (OrderSerializer,), {method: lambda self, order, context: result})

    changed, plain = serialize(order, mine), serialize(order)

    assert getattr(changed, attribute) == result
    assert getattr(plain, attribute) != result or attribute == "total"
    assert (changed.items, changed.counterparty) == (plain.items, plain.counterparty)
