"""The examples of docs/adapters/updates.md run."""

from __future__ import annotations

from django.core.checks import run_checks

from django_onec_exchange import simulator
from tests.incoming import files
from tests.shop.models import Order


def test_example_orders_that_come_back(example, take_in, make_order):
    example("Orders that come back")
    orders = [make_order(), make_order(status="paid"), make_order()]
    news = ({"Отменен": "true"}, {"Дата_оплаты": "2026-11-23"}, {"Проведен": "true"})
    documents = [files.order(order.number, **says) for order, says in zip(orders, news, strict=True)]

    take_in({"orders-1.xml": files.orders(*documents)})

    assert run_checks(tags=["onec_exchange"]) == []
    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "paid", "new"]


def test_example_more_than_the_status(example, settings, take_in, make_order):
    example("More than the status")
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "shop.exchange.WithPayment"
    paid, open_ = make_order(), make_order(is_paid=True)
    documents = [files.order(paid.number, Дата_оплаты="2026-11-23"), files.order(open_.number)]

    take_in({"orders-1.xml": files.orders(*documents)})

    assert list(Order.objects.values_list("is_paid", flat=True)) == [True, True]


def test_example_numbers_made_in_another_way(example, settings, take_in, make_order):
    example("Numbers made in another way")
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "shop.exchange.PrefixedNumbers"
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "shop.exchange.PrefixedUpdates"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"cancelled": "cancelled"}
    orders = [make_order(), make_order()]
    numbers = [f"70{orders[0].pk:06d}", f"71{orders[1].pk:06d}", "7", "70x"]

    take_in({"orders-1.xml": files.orders(*(files.order(f"{one:>03}", Отменен="true") for one in numbers))})

    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "new"]


def test_example_lists_for_1c(example, make_onec):
    example("Lists for 1C")
    onec = make_onec(simulator.BitrixModule)
    onec.checkauth()

    info = onec.info()

    assert next((one.id, one.name) for one in info.statuses) == ("new", "Новый")
    kinds = [(one.id, one.name) for one in info.delivery_services]
    assert kinds == [("courier", "Курьер"), ("pickup", "Самовывоз")]
