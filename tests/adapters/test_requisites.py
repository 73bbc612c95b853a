"""ЗначенияРеквизитов: names as 1C reads them, and nothing said that is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from django_onec_exchange.adapters import OrderSerializer
from tests.adapters.things import a_thing, an_order_thing
from tests.shop.models import Address, Order

NAIVE = datetime(2026, 2, 3, 23, 30)


@pytest.fixture
def requisites_of(serialize):
    def run(order, serializer=OrderSerializer) -> dict[str, str]:
        requisites = serialize(order, serializer).requisites
        named = {requisite.name: requisite.value for requisite in requisites}
        assert len(named) == len(requisites)
        return named

    return run


@pytest.mark.django_db
def test_all_that_is_known_of_an_order_is_told(requisites_of, make_order, settings):
    settings.ONEC_EXCHANGE_SITE_NAME = "shop.example.org"
    settings.ONEC_EXCHANGE_ORGANIZATION = "ООО «Мы»"
    settings.ONEC_EXCHANGE_WAREHOUSE = "Основной"
    settings.ONEC_EXCHANGE_AGREEMENT = "Типовой"
    order = make_order(
        status=Order.Status.PAID,
        payment_method="Картой",
        is_paid=True,
        paid_at=datetime(2026, 2, 3, 22, 30, tzinfo=UTC),
        delivery_method="Курьер",
        delivery_address=Address.objects.create(city="Тверь", street="Советская"),
    )

    assert requisites_of(Order.objects.get(pk=order.pk)) == {
        "Статус заказа": "Оплачен",
        "Статуса заказа ИД": "paid",
        "Отменен": "false",
        "Метод оплаты": "Картой",
        "Метод оплаты ИД": "Картой",
        "Заказ оплачен": "true",
        "Дата оплаты": "2026-02-04",  # in Moscow
        "Способ доставки": "Курьер",
        "Метод доставки ИД": "Курьер",
        "Адрес доставки": "Тверь, Советская",
        "Сайт": "shop.example.org",
        "Организация": "ООО «Мы»",
        "Склад": "Основной",
        "Договор контрагента": "Типовой",
    }


@pytest.mark.django_db
def test_what_is_not_known_is_not_told(requisites_of, make_order):
    assert requisites_of(make_order()) == {
        "Статус заказа": "Новый",
        "Статуса заказа ИД": "new",
        "Отменен": "false",
        "Заказ оплачен": "false",
    }


def test_an_order_without_a_status_tells_only_that_it_is_not_cancelled(requisites_of):
    assert requisites_of(an_order_thing()) == {"Отменен": "false"}


@pytest.mark.parametrize(
    ("order", "cancelled"),
    [
        ({"status": "cancelled"}, "true"),
        ({"status": "Canceled"}, "true"),
        ({"status": "new"}, "false"),
        ({"is_cancelled": True, "status": "new"}, "true"),
        ({"is_cancelled": False, "status": "cancelled"}, "false"),
        ({"canceled": True}, "true"),
        ({"status": a_thing(pk=4, code="cancelled", __str__=lambda self: "Отменён")}, "true"),
        ({"status": a_thing(pk=4, code="new", __str__=lambda self: "cancelled")}, "false"),
        ({"status": a_thing(pk="cancelled")}, "true"),
    ],
)
def test_a_cancelled_order_says_so(requisites_of, order, cancelled):
    assert requisites_of(an_order_thing(**order))["Отменен"] == cancelled


@pytest.mark.parametrize(
    ("value", "code", "name"),
    [
        pytest.param("Картой", "Картой", "Картой", id="text"),
        pytest.param(a_thing(pk=3, __str__=lambda self: "Картой"), "3", "Картой", id="object"),
        pytest.param(
            a_thing(pk=3, code="card", __str__=lambda self: "Картой"), "card", "Картой", id="with a code"
        ),
        pytest.param(a_thing(pk=3, name="Картой"), "3", "Картой", id="with a name and no words"),
    ],
)
@pytest.mark.parametrize(
    ("attribute", "code_requisite", "name_requisite"),
    [
        ("status", "Статуса заказа ИД", "Статус заказа"),
        ("payment_method", "Метод оплаты ИД", "Метод оплаты"),
        ("shipping_method", "Метод доставки ИД", "Способ доставки"),
    ],
)
def test_a_kind_has_a_code_and_a_name(requisites_of, attribute, code_requisite, name_requisite, value, code, name):
    told = requisites_of(an_order_thing(**{attribute: value}))

    assert (told[code_requisite], told[name_requisite]) == (code, name)


def test_a_kind_without_any_words_is_told_by_its_code_alone(requisites_of):
    told = requisites_of(an_order_thing(payment_method=a_thing(pk=3)))

    assert (told["Метод оплаты ИД"], told.get("Метод оплаты")) == ("3", None)


def test_a_warehouse_without_any_words_is_not_told(requisites_of):
    assert "Склад" not in requisites_of(an_order_thing(warehouse=a_thing(pk=3)))
    assert requisites_of(an_order_thing(warehouse=a_thing(pk=3, name="Основной")))["Склад"] == "Основной"


@pytest.mark.parametrize(
    ("paid", "expected"),
    [(True, "true"), (False, "false"), (None, None), (Decimal("1.00"), None), (1, None), ("yes", None)],
)
@pytest.mark.parametrize("name", ["is_paid", "paid"])
def test_paid_is_a_flag_and_no_amount(requisites_of, name, paid, expected):
    assert requisites_of(an_order_thing(**{name: paid})).get("Заказ оплачен") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(datetime(2026, 2, 3, 22, 30, 15, 999, UTC), "2026-02-04T01:30:15", id="aware, in Moscow"),
        pytest.param(date(2026, 2, 3), "2026-02-03T00:00:00", id="day"),
        pytest.param(NAIVE, "2026-02-03T23:30:00", id="naive"),
        pytest.param(None, None, id="none"),
        pytest.param("завтра", None, id="no date"),
    ],
)
def test_the_date_of_delivery_is_a_moment_in_1cs_time(requisites_of, value, expected):
    assert requisites_of(an_order_thing(delivery_date=value)).get("Дата отгрузки") == expected


def test_a_naive_moment_is_in_the_zone_of_the_site(requisites_of, settings):
    settings.TIME_ZONE = "Asia/Yekaterinburg"
    settings.ONEC_EXCHANGE_TIME_ZONE = "Europe/Moscow"

    assert requisites_of(an_order_thing(delivery_date=NAIVE))["Дата отгрузки"] == "2026-02-03T21:30:00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(datetime(2026, 2, 3, 22, 30, tzinfo=UTC), "2026-02-04"), (date(2026, 2, 3), "2026-02-03"), (None, None)],
)
def test_the_date_of_payment_is_a_day(requisites_of, value, expected):
    assert requisites_of(an_order_thing(paid_at=value)).get("Дата оплаты") == expected


def test_the_number_of_the_payment_goes_along(requisites_of):
    assert requisites_of(an_order_thing(transaction_id=" 42 "))["Номер платежного документа"] == "42"


@pytest.mark.parametrize(
    ("attribute", "setting", "requisite"),
    [
        ("warehouse", "WAREHOUSE", "Склад"),
        ("organization", "ORGANIZATION", "Организация"),
        ("agreement", "AGREEMENT", "Договор контрагента"),
    ],
)
def test_what_the_order_says_goes_before_the_setting(requisites_of, settings, attribute, setting, requisite):
    setattr(settings, f"ONEC_EXCHANGE_{setting}", "из настроек")

    assert requisites_of(an_order_thing())[requisite] == "из настроек"
    assert requisites_of(an_order_thing(**{attribute: "из заказа"}))[requisite] == "из заказа"


@pytest.mark.parametrize(
    ("method", "requisite"),
    [("get_warehouse", "Склад"), ("get_organization", "Организация"), ("get_agreement", "Договор контрагента")],
)
def test_one_method_can_be_overridden(requisites_of, method, requisite):
    mine = type("Mine", (OrderSerializer,), {method: lambda self, order, context: "моё"})

    assert requisites_of(an_order_thing(), mine)[requisite] == "моё"


def test_requisites_of_ones_own_are_added(requisites_of):
    class Mine(OrderSerializer):
        def get_requisites(self, order, address, context):
            yield from super().get_requisites(order, address, context)
            yield "Вес", str(Decimal("1.5"))
            yield "Упаковка", ""

    assert requisites_of(an_order_thing(), Mine) == {"Отменен": "false", "Вес": "1.5"}
