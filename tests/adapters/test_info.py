"""The lists that 1C asks for are those of the shop."""

from __future__ import annotations

import pytest

from django_onec_exchange.adapters import ExchangeLists, render_lists
from tests.shop.models import Order, Stage


def test_the_choices_of_the_order_model_are_listed(context):
    lists = ExchangeLists()

    assert list(lists.get_statuses(context)) == [("new", "Новый"), ("paid", "Оплачен"), ("cancelled", "Отменен")]
    assert list(lists.get_payment_methods(context)) == [], "a field without choices lists nothing"
    assert lists.check() == []


@pytest.mark.django_db
def test_the_objects_that_an_order_refers_to_are_listed(context, settings):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Deal"
    Stage.objects.create(code="new", name="Новый")
    plain = Stage.objects.create(name="Без кода")
    lists = ExchangeLists()

    assert list(lists.get_statuses(context)) == [("new", "Новый"), (str(plain.pk), "Без кода")]
    assert list(lists.get_delivery_methods(context)) == []


def test_statuses_are_listed_as_orders_carry_them(serialize, make_order, context):
    requisites = {one.name: one.value for one in serialize(make_order(status=Order.Status.PAID)).requisites}

    assert (requisites["Статуса заказа ИД"], requisites["Статус заказа"]) in ExchangeLists().get_statuses(context)


class MyLists(ExchangeLists):
    def get_payment_methods(self, context):
        yield "card", "Картой & СБП"
        yield "cash", "При получении"

    def get_payment_type(self, method_id, context):
        return "Эквайринг" if method_id == "card" else ""


def test_a_shop_lists_what_it_likes(context):
    rendered = render_lists(MyLists(), context, "utf-8").decode()

    assert (
        "<ПлатежныеСистемы>"
        "<Элемент><Ид>card</Ид><Название>Картой &amp; СБП</Название><ТипОплаты>Эквайринг</ТипОплаты></Элемент>"
        "<Элемент><Ид>cash</Ид><Название>При получении</Название><ТипОплаты></ТипОплаты></Элемент>"
        "</ПлатежныеСистемы>"
    ) in rendered
