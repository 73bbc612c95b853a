"""The examples of docs/adapters/reading.md and order.md run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.utils.timezone import make_aware

from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.testing import assert_adapter
from tests.shop.models import Customer

from .examples import numbers


def test_example_properties_under_the_well_known_names(example, sale):
    module = example("Properties under the well-known names")
    ((row,), named) = sale.bought.all(), type("Named", (module.SaleNames,), {})()
    named_row = type("NamedRow", (module.SaleRowNames,), {})()
    vars(named_row).update(vars(row), goods=row.goods)
    vars(named).update(vars(sale), pk=sale.pk, bought=[named_row])

    document = assert_adapter(named)

    assert (document.number, document.total, document.items[0].price) == ("S-17", 500, 250)
    assert document.counterparty.name == "Иван Образцов"


@pytest.mark.parametrize("name", ["OrdersWithUsers", "OrdersWithVariants"])
def test_example_what_reading_costs(
    example, settings, onec, make_order, company, make_account, django_assert_num_queries, name
):
    selector = getattr(example("What reading costs"), name)()
    company.user = make_account("buyer")
    company.save()
    order = make_order(customer=company)
    (fetched,) = selector.fetch(selector.get_queryset(), [order.pk])

    with django_assert_num_queries(0):
        assert [row.product.name for row in fetched.items.all()] == ["Чайник"]
        if name == "OrdersWithUsers":
            assert fetched.customer.user.username == "buyer"
        else:
            assert [list(row.product.variants.all()) for row in fetched.items.all()] == [[]]
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = f"shop.exchange.{name}"
    assert numbers(onec.fetch_orders()) == [order.number]


def test_example_paid_orders(example, settings, onec, make_order):
    example("Paid orders only")
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.PaidOrders"
    make_order()
    paid = make_order(is_paid=True)

    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == [paid.number]


def test_example_orders_from_a_day_on(example, settings, onec, make_order, time_machine):
    day = make_aware(example("Orders from a day on").RecentOrders.first_day)
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.RecentOrders"
    time_machine.move_to(day + timedelta(days=9))
    make_order(created_at=day - timedelta(seconds=1))
    recent = make_order(created_at=day)

    assert numbers(onec.fetch_orders()) == [recent.number]


def test_example_another_name_for_the_date(example, settings, onec, make_order):
    example("Another name for the date")
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "shop.exchange.Orders"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.Marker"
    order = make_order()

    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == [order.number]
    assert onec.fetch_orders().orders == ()


def test_example_persons(example, read, make_order, make_account):
    user = make_account("ivan")
    user.first_name, user.last_name = "Иван", "Образцов"
    user.save()
    customer = Customer.objects.create(user=user, email="ivan@example.com")
    serializer = example("Persons").PersonsByUser

    assert read(make_order(customer=customer, customer_name=""), serializer).counterparty.name == "Иван Образцов"
    assert read(make_order(customer_name="Гость"), serializer).counterparty.name == "Гость"


def test_example_companies(example, read, make_order, company):
    buyer = read(make_order(customer=company), example("Companies").CompaniesByShortName).counterparty

    assert buyer.name == "ООО «Пример»"
    assert buyer.official_name == company.company_name


def test_example_guests(example, read, make_order, company):
    serializer = example("Guests").GuestsAreOneBuyer
    guests = [read(make_order(comment="до обеда"), serializer) for _ in range(2)]

    assert {guest.counterparty.name for guest in guests} == {"Розничный покупатель"}
    assert guests[0].comment.splitlines()[0] == "до обеда"
    assert "buyer1@example.com" in guests[0].comment
    assert read(make_order(customer=company), serializer).counterparty.inn == "7701234567"


def test_example_addresses(example, read, make_order, address):
    order = make_order(delivery_address=address)

    sent = read(order, example("Addresses").AddressesAsText).counterparty.address

    assert sent.presentation == "101000, Москва, Мясницкая, 1"
    assert not sent.parts
    assert len(read(order, OrderSerializer).counterparty.address.parts) == 4


def test_example_contacts(example, read, make_order):
    order = make_order(customer_phone="8 (900) 000-00-00")

    contacts = read(order, example("Contacts").OnePhoneForm).counterparty.contacts

    assert [contact.value for contact in contacts] == ["+79000000000", "buyer1@example.com"]


def requisites(document) -> dict[str, str]:
    return {requisite.name: requisite.value for requisite in document.requisites}


def test_example_requisites(example, read, make_order):
    sent = requisites(read(make_order(), example("Requisites").WithSource))

    assert sent["Источник заказа"] == "Сайт"
    assert sent["Статус заказа"] == "Новый"


def test_example_warehouse_organisation_agreement(example, read, make_order, company):
    order = make_order(customer=company, delivery_method="pickup")

    sent = requisites(read(order, example("Warehouse, organisation, agreement").BySeller))

    assert sent["Организация"] == "7701234567"
    assert sent["Склад"] == "Склад самовывоза"
    assert sent["Договор контрагента"] == "Договор оферты"


def test_example_comment(example, read, make_order):
    order = make_order(comment="до обеда", delivery_method="courier")

    assert read(order, example("Comment").LongerComment).comment == "до обеда\nДоставка: courier"
