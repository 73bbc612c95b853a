"""An order stands once in a batch, and a number is one order's: 1C keeps the later of two with one number."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_onec_exchange.models import OrderDelivery, SkippedOrder
from django_onec_exchange.outgoing import ledger
from django_onec_exchange.simulator import BitrixModule
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


def numbers(report) -> list[str]:
    return [order.number for order in report.orders]


def test_of_two_orders_with_one_number_the_later_is_left_out(onec, make_order):
    first = make_order(number="7", price="100")
    second = make_order(number=" 7 ", price="999")

    report = onec.fetch_orders()

    assert [order.total for order in report.orders] == [Decimal(200)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.sent_to_1c, second.sent_to_1c) == (True, False)
    skipped = SkippedOrder.objects.get()
    assert (skipped.order_id, skipped.number, skipped.code) == (str(second.pk), "7", "number-taken")
    assert "7" in skipped.reason


def test_a_number_is_taken_by_an_order_that_stands_in_the_ledger_already(settings, monkeypatch, onec, make_order):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    monkeypatch.setattr(ledger, "_BUFFERED", 2)
    orders = [make_order(number=number) for number in ("7", "8", "9", "7", "8", "10")]

    report = onec.fetch_orders()

    assert numbers(report) == ["7", "8", "9", "10"]
    skipped = SkippedOrder.objects.order_by("pk").values_list("order_id", "code")
    assert [*skipped] == [(str(orders[3].pk), "number-taken"), (str(orders[4].pk), "number-taken")]


def test_a_number_that_1c_confirmed_is_taken(onec, make_order):
    make_order(number="7")
    onec.fetch_orders()
    make_order(number="7")
    sound = make_order()

    report = onec.fetch_orders()

    assert numbers(report) == [sound.number]
    assert SkippedOrder.objects.get().code == "number-taken"


def test_a_number_on_an_earlier_page_is_taken(settings, make_onec, make_order):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    make_order(number="7")
    make_order(number="7")

    report = make_onec(BitrixModule).fetch_orders()

    assert numbers(report) == ["7"]
    assert Order.objects.filter(sent_to_1c=True).count() == 1
    assert SkippedOrder.objects.get().code == "number-taken"


def test_a_number_that_1c_never_confirmed_is_free(onec, make_order):
    first = make_order(number="7")
    onec.fetch_orders(confirm=False)
    Order.objects.filter(pk=first.pk).update(number="8")
    make_order(number="7")

    assert numbers(onec.fetch_orders()) == ["8", "7"]


def test_an_order_that_is_sent_again_keeps_its_number(onec, make_order):
    make_order(number="7")
    onec.fetch_orders()
    Order.objects.update(sent_to_1c=False)

    assert numbers(onec.fetch_orders()) == ["7"]


def test_each_base_has_numbers_of_its_own(onec, make_onec, make_order):
    first = make_order(number="7")
    onec.fetch_orders()
    Order.objects.filter(pk=first.pk).update(number="8")
    make_order(number="7")

    report = make_onec(path="/1c/second/exchange/").fetch_orders()

    assert numbers(report) == ["8", "7"]


def test_it_goes_out_once_it_has_a_number_of_its_own(onec, make_order, time_machine):
    make_order(number="7")
    second = make_order(number="7")
    onec.fetch_orders()

    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    second.refresh_from_db()
    second.number = "8"
    second.save()

    assert numbers(onec.fetch_orders()) == ["8"]


def test_numbers_are_asked_for_once_for_a_chunk(settings, onec, make_order, django_assert_max_num_queries):
    def fetch() -> int:
        with django_assert_max_num_queries(1000) as captured:
            onec.fetch_orders()
        asked = [query["sql"].replace("`", '"') for query in captured.captured_queries]  # MariaDB's quotes
        return sum("IN ('" in sql and '"number"' in sql for sql in asked)

    for _ in range(5):
        make_order()

    assert fetch() == 1


def test_orders_that_all_fit_are_looked_for_once(onec, make_order, django_assert_max_num_queries):
    make_order()

    with django_assert_max_num_queries(1000) as captured:
        onec.fetch_orders()

    endings = [query["sql"].partition("ORDER BY")[2] for query in captured.captured_queries]
    assert sum("created_at" in ending and "LIMIT" in ending for ending in endings) == 1


def test_an_order_stands_once_though_an_older_one_became_due_meanwhile(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.PaidOnly"
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.PayingMeanwhile"
    make_order(number="old", created_at=timezone.now() - timedelta(days=30))
    for number in ("1001", "1002", "1003"):
        make_order(number=number, is_paid=True)

    assert numbers(onec.fetch_orders()) == ["1001", "1002", "1003"]
    assert OrderDelivery.objects.count() == 3
    assert numbers(onec.fetch_orders()) == ["old"]


def test_a_selector_that_ignores_what_was_left_out_does_not_try_it_twice(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.UnsentOnly"
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 4
    for _ in range(6):
        make_order(rows=0)
    sound = [make_order() for _ in range(3)]

    report = onec.fetch_orders()

    assert numbers(report) == [order.number for order in sound]
    assert set(SkippedOrder.objects.values_list("attempts", flat=True)) == {1}


def test_an_interval_of_nought_does_not_try_an_order_twice_in_a_batch(settings, onec, make_order):
    settings.ONEC_EXCHANGE_SKIPPED_RETRY_INTERVAL = 0
    make_order(rows=0)
    sound = [make_order() for _ in range(2)]

    report = onec.fetch_orders()

    assert numbers(report) == [order.number for order in sound]
    assert SkippedOrder.objects.get().attempts == 1


def test_a_selector_that_names_an_order_twice_sends_it_once(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.WithRows"
    for _ in range(2):
        make_order(rows=3)

    assert numbers(onec.fetch_orders()) == ["1001", "1002"]
    assert OrderDelivery.objects.count() == 2
