"""An order of unmodified django-oscar, made by its own checkout, reaches an emulated 1C."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

pytest.importorskip("oscar", reason="django-oscar is not installed; `tox run -e oscar` installs it")

from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oscar.apps.checkout.surcharges import FlatCharge, PercentageCharge
from oscar.core.loading import get_model

from django_onec_exchange.models import OrderDelivery, SkippedOrder
from django_onec_exchange.simulator import UNF, UT11, BitrixModule, HttpTransport
from django_onec_exchange.testing import assert_adapter

from .checkout import BillingAddress, Free, WithVat, address, place_order
from .conftest import ENDPOINT

Order = get_model("order", "Order")


def rows(received):
    return [(row.name, row.quantity, row.sum, row.vat_rate) for row in received.rows]


def fetch_one(onec):
    """Let 1C fetch its one order, and return it as 1C read it."""
    report = onec.fetch_orders()
    assert report.confirmed, report.error
    assert not report.warnings
    (received,) = report.orders
    return received


def test_the_project_is_checked_without_a_complaint(db):
    assert [one for one in run_checks() if (one.id or "").startswith("onec_exchange")] == []


@pytest.mark.parametrize("kind", [UT11, UNF, BitrixModule])
def test_a_guests_order_arrives_whole(make_onec, teapot, cup, kind):
    order = place_order([(teapot, 2), (cup, 3)], paid=True)

    received = fetch_one(make_onec(kind))

    assert received.number == order.number
    assert received.currency == "RUB"
    assert received.total == order.total_incl_tax == Decimal("1199.99")
    assert rows(received) == [
        ("Чайник", 2, Decimal("600.00"), 20),
        ("Чашка", 3, Decimal("299.99"), 20),
        ("Доставка заказа", 1, Decimal("300.00"), 20),
    ]
    assert [row.id for row in received.rows[:2]] == [teapot.code, cup.code]
    assert [row.article for row in received.rows[:2]] == ["T-1", "C-1"]
    assert received.counterparty.name == "Анна Образцова"
    assert received.requisites["Заказ оплачен"] == "true"
    assert received.requisites["Метод оплаты"] == "Картой онлайн"
    assert received.requisites["Дата оплаты"] == f"{timezone.localtime():%Y-%m-%d}"
    assert received.requisites["Метод доставки ИД"] == "courier"
    assert received.requisites["Адрес доставки"] == "125009, Россия, Москва, Тверская ул., 1, кв. 5"


def test_a_guest_is_a_person_with_a_phone_and_an_email(teapot):
    document = assert_adapter(place_order([(teapot, 1)]))

    buyer = document.counterparty
    assert (buyer.last_name, buyer.first_name) == ("Образцова", "Анна")
    assert [contact.value for contact in buyer.contacts] == ["+79161234567", "anna@example.com"]
    assert buyer.id.startswith("guest-")


def test_a_registered_buyer_is_known_by_the_account_and_named_by_the_bill(teapot):
    user = User.objects.create_user("ivan", email="ivan@example.com")
    order = place_order([(teapot, 1)], user=user, billing_address=address(BillingAddress, first_name="Иван"))

    buyer = assert_adapter(order).counterparty

    assert buyer.id == f"user-{user.pk}"
    assert buyer.name == "Иван Образцова"
    assert buyer.legal_address.presentation.startswith("125009, Россия")
    assert "ivan@example.com" in [contact.value for contact in buyer.contacts]


def test_the_name_of_an_account_goes_before_that_of_the_address(teapot):
    user = User.objects.create_user("ivan", first_name="Иван", last_name="Иванов")

    buyer = assert_adapter(place_order([(teapot, 1)], user=user)).counterparty

    assert (buyer.name, buyer.last_name) == ("Иван Иванов", "Иванов")


def test_a_discount_on_the_basket_is_taken_off_the_rows(onec, teapot, cup, make_offer):
    make_offer("Percentage", "7")
    order = place_order([(teapot, 1), (cup, 7)])
    assert order.total_discount_incl_tax > 0

    received = fetch_one(onec)

    assert received.total == order.total_incl_tax
    assert [row.sum for row in received.rows[:2]] == [line.line_price_incl_tax for line in order.lines.all()]
    assert received.rows[0].price == Decimal("300.00")


def test_a_voucher_is_taken_off_and_named_in_the_comment(onec, teapot, cup, make_voucher):
    order = place_order([(teapot, 1), (cup, 2)], vouchers=[make_voucher("SPRING", "Absolute", "100.01")])
    assert order.discounts.get().voucher_code == "SPRING"

    received = fetch_one(onec)

    assert received.total == order.total_incl_tax
    assert received.comment == "Промокод: SPRING"


def test_what_is_given_away_is_a_row_with_its_rate(onec, teapot, make_offer):
    make_offer("Percentage", "100")
    order = place_order([(teapot, 1)])

    received = fetch_one(onec)

    assert rows(received) == [("Чайник", 1, 0, 20), ("Доставка заказа", 1, 300, 20)]
    assert received.total == order.total_incl_tax == 300


def test_a_discount_on_the_delivery_is_taken_off_the_delivery(onec, teapot, make_offer):
    make_offer("Shipping percentage", "50")
    order = place_order([(teapot, 1)])
    assert order.shipping_incl_tax == 150

    received = fetch_one(onec)

    assert rows(received)[-1] == ("Доставка заказа", 1, 150, 20)
    assert received.total == order.total_incl_tax == 450


def test_free_shipping_is_no_row(onec, teapot):
    order = place_order([(teapot, 1)], shipping=Free())

    received = fetch_one(onec)

    assert [row.name for row in received.rows] == ["Чайник"]
    assert received.total == order.total_incl_tax == 300
    assert received.requisites["Метод доставки ИД"] == "free-shipping"


def test_surcharges_are_rows_of_services(onec, teapot):
    flat = FlatCharge(excl_tax=Decimal("50"), incl_tax=Decimal("60"))
    order = place_order([(teapot, 1)], surcharges=[flat, PercentageCharge(Decimal("3"))])

    received = fetch_one(onec)

    assert rows(received)[2:] == [
        ("Flat surcharge", 1, Decimal("60.00"), 20),
        ("Percentage surcharge", 1, Decimal("18.00"), 20),
    ]
    assert received.total == order.total_incl_tax == Decimal("678.00")


def test_a_surcharge_below_zero_is_a_discount(onec, teapot):
    order = place_order([(teapot, 1)], surcharges=[FlatCharge(excl_tax=Decimal("-25"), incl_tax=Decimal("-30"))])

    received = fetch_one(onec)

    assert [row.sum for row in received.rows] == [270, 300]
    assert received.total == order.total_incl_tax == 570


@pytest.mark.parametrize(("quantity", "beside"), [(1, "0.01"), (2, "-0.01")])
def test_the_rows_make_oscars_total_though_it_adds_unrounded_prices(onec, make_product, quantity, beside):
    prices = ["10.02", "33.32", "7.77"]  # 12.024, 39.984 and 9.324 with VAT
    products = [make_product(f"Товар {price}", price, f"P-{price}") for price in prices]
    order = place_order([(product, quantity) for product in products])
    lines = sum(line.line_price_incl_tax for line in order.lines.all())
    assert order.basket_total_incl_tax - lines == Decimal(beside)

    received = fetch_one(onec)

    assert received.total == order.total_incl_tax


def test_an_order_without_tax_goes_without_vat(onec, teapot):
    class NoTax(WithVat):
        rate = Decimal(0)

    place_order([(teapot, 1)], shipping=Free(), strategy=NoTax())

    assert [row.vat_rate for row in fetch_one(onec).rows] == [None]


def test_an_order_whose_product_and_account_are_gone_still_goes(onec, make_product):
    kettle = make_product("Самовар", sku="S-1")
    user = User.objects.create_user("ivan", email="ivan@example.com")
    order = place_order([(kettle, 1)], user=user)
    kettle.delete()
    user.delete()

    received = fetch_one(onec)

    assert (received.rows[0].name, received.rows[0].article) == ("Самовар", "S-1")
    assert received.counterparty.name == "Анна Образцова"
    assert received.total == order.total_incl_tax


def test_the_managers_notes_are_the_comment_oldest_first(onec, teapot):
    order = place_order([(teapot, 1)])
    for kind, message in (("Info", "Позвонить"), ("System", "Status changed"), ("Info", "Код домофона 12")):
        order.notes.create(note_type=kind, message=message)

    assert fetch_one(onec).comment == "Позвонить\nКод домофона 12"


def test_a_refunded_order_is_not_paid(onec, teapot):
    order = place_order([(teapot, 1)], paid=True)
    order.sources.get().refund(Decimal("1"))

    assert fetch_one(onec).requisites["Заказ оплачен"] == "false"


# -- which orders, and once only


def test_an_order_goes_once_and_the_ledger_remembers_it(onec, teapot):
    order = place_order([(teapot, 1)])

    assert fetch_one(onec).number == order.number
    assert onec.fetch_orders().orders == ()

    delivery = OrderDelivery.objects.get()
    assert (delivery.order_id, delivery.state) == (str(order.pk), OrderDelivery.State.MARKED)


def test_orders_go_oldest_first(onec, teapot):
    second, first = place_order([(teapot, 1)]), place_order([(teapot, 1)])
    Order.objects.filter(pk=first.pk).update(date_placed=timezone.now() - timedelta(days=1))

    assert [one.number for one in onec.fetch_orders().orders] == [first.number, second.number]


def test_an_order_that_waits_for_the_bank_goes_once_it_is_paid(onec, teapot):
    order = place_order([(teapot, 1)], status="Awaiting payment")
    assert onec.fetch_orders().orders == ()

    order.set_status("Pending")

    assert fetch_one(onec).number == order.number


def test_a_cancelled_order_says_so(make_onec, teapot):
    order = place_order([(teapot, 1)])
    order.set_status("Cancelled")

    assert fetch_one(make_onec(UNF)).is_cancelled  # UT asks for reasons of its own


@pytest.mark.parametrize("change", ["line", "address", "note", "payment"])
def test_an_order_changed_before_the_confirmation_goes_again(onec, teapot, change):
    order = place_order([(teapot, 1)], paid=False)
    onec.checkauth()
    onec.query()
    if change == "line":
        order.lines.update(title="Чайник электрический")
    elif change == "address":
        type(order.shipping_address).objects.update(line1="Садовая ул., 3")
    elif change == "note":
        order.notes.create(message="Позвонить")
    else:
        order.sources.get().debit()
    onec.success()

    assert [one.number for one in onec.fetch_orders().orders] == [order.number]
    assert onec.fetch_orders().orders == ()


def test_an_order_that_1c_has_goes_again_when_it_is_withdrawn(onec, teapot):
    place_order([(teapot, 1)])
    fetch_one(onec)

    OrderDelivery.objects.filter(state=OrderDelivery.State.MARKED).update(state=OrderDelivery.State.WITHDRAWN)

    assert len(onec.fetch_orders().orders) == 1


def test_an_order_without_lines_stops_no_other(onec, teapot):
    flat = FlatCharge(excl_tax=Decimal("50"), incl_tax=Decimal("60"))
    empty, whole = place_order([(teapot, 1)], surcharges=[flat]), place_order([(teapot, 1)])
    empty.lines.all().delete()

    assert [one.number for one in onec.fetch_orders().orders] == [whole.number]
    assert SkippedOrder.objects.get().order_id == str(empty.pk)


def test_more_orders_cost_no_more_queries(make_onec, teapot, cup):
    def counted(count):
        for _ in range(count):
            order = place_order([(teapot, 1), (cup, 2)], paid=True, billing_address=address(BillingAddress))
            order.notes.create(message="Позвонить")
        onec = make_onec()
        onec.checkauth()
        with CaptureQueriesContext(connection) as queries:
            assert len(onec.query()) == count
        number = len(queries)  # the next request forgets them
        onec.success()
        return number

    assert counted(2) == counted(6) > 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [UT11, UNF, BitrixModule])
def test_over_a_real_socket(live_server, account, teapot, cup, make_offer, kind):
    make_offer("Percentage", "10")
    order = place_order([(teapot, 2), (cup, 3)], paid=True)
    onec = kind(HttpTransport(live_server.url + ENDPOINT), username="1c", password="secret")

    assert fetch_one(onec).total == order.total_incl_tax
    assert onec.fetch_orders().orders == ()
