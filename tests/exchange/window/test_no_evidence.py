"""What says nothing against the orders of a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.models import DeliveryWindow, OrderDelivery, SkippedOrder, SuspectOrder
from django_onec_exchange.simulator import UT11, BitrixModule, ExchangeStoppedError, TransferError
from tests.conftest import body
from tests.exchange.window.trouble import Base, assert_over, counts, fetch, no_trouble
from tests.shop.models import Order, OrderItem

pytestmark = pytest.mark.django_db


def test_replies_that_broke_off_are_no_evidence(shop, make_onec):
    shop(10)
    for kind in (UT11, BitrixModule):
        for _ in range(4):
            onec = make_onec(kind)
            onec.transport.hang_up_after = 1
            onec.fetch_orders()

    assert no_trouble()
    assert len(make_onec().fetch_orders().orders) == 10


def test_pages_before_one_that_broke_off_are_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 4
    shop(10)
    for _ in range(4):
        onec = make_onec(BitrixModule)
        onec.checkauth()
        onec.init()
        onec.query()
        onec.transport.hang_up_after = 1
        with pytest.raises(TransferError):
            onec.query()

    assert no_trouble()
    assert len(make_onec(BitrixModule).fetch_orders().orders) == 10


def test_open_pages_of_the_session_that_asks_are_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    shop(12)

    assert len(make_onec(BitrixModule).fetch_orders().orders) == 12
    assert no_trouble()


def test_empty_documents_are_no_evidence(make_onec):
    for _ in range(4):
        make_onec().fetch_orders(confirm=False)

    assert no_trouble()


def test_a_confirmation_that_the_site_refused_is_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.BrokenMarker"
    shop(6)

    assert counts(make_onec, Base(), 5) == [6] * 5
    assert no_trouble()


def test_a_page_that_the_site_failed_to_make_is_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    shop(6)
    for _ in range(4):
        onec = make_onec(BitrixModule)
        onec.checkauth()
        onec.init()
        onec.query()
        settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.BrokenSelector"
        with pytest.raises(ExchangeStoppedError):
            onec.query()
        settings.ONEC_EXCHANGE_ORDER_SELECTOR = "django_onec_exchange.adapters.OrderSelector"

    assert no_trouble()


def test_another_client_that_still_loads_has_not_failed(shop, make_onec, time_machine):
    shop(6)
    slow = make_onec(user_agent="1C+Enterprise/8.2")
    slow.checkauth()
    slow.query()
    for _ in range(3):
        make_onec().fetch_orders(confirm=False)
    assert DeliveryWindow.objects.get().unconfirmed == 2

    slow.success()

    assert slow.confirmed
    assert Order.objects.filter(sent_to_1c=True).count() == 6
    assert_over()


def test_a_client_that_fell_silent_counts_whoever_asks_next(shop, make_onec, time_machine):
    shop(6)
    make_onec(user_agent="1C+Enterprise/8.2").fetch_orders(confirm=False)

    make_onec().fetch_orders(confirm=False)
    assert no_trouble()
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    make_onec(user_agent="1C+Enterprise/8.5").fetch_orders(confirm=False)

    assert DeliveryWindow.objects.get().unconfirmed == 2


def test_a_late_confirmation_still_counts(shop, make_onec):
    shop(6)
    slow = make_onec()
    slow.checkauth()
    slow.query()
    counts(make_onec, Base(*(f"{place:05}" for place in range(6))), 2)
    assert DeliveryWindow.objects.get().limit == 3

    slow.success()

    assert Order.objects.filter(sent_to_1c=True).count() == 6
    assert_over()


def test_what_another_exchange_marked_is_no_suspect_any_more(shop, make_onec):
    shop(5)
    infobase = Base()
    infobase.ill = True
    counts(make_onec, infobase, 7)
    assert SuspectOrder.objects.exists()

    Order.objects.update(sent_to_1c=True)
    shop(3, first=10)

    assert len(fetch(make_onec())) == 1
    assert not SuspectOrder.objects.exists()


@pytest.mark.parametrize("how", ["deleted", "not chosen any more"])
def test_an_order_that_no_longer_waits_is_no_suspect(settings, marker, shop, make_onec, how):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.PaidOnly"
    shop(5)
    Order.objects.update(is_paid=True)
    infobase = Base("00000")
    counts(make_onec, infobase, 5)
    assert SuspectOrder.objects.get().number == "00000"

    culprit = Order.objects.filter(number="00000")
    if how == "deleted":
        OrderItem.objects.filter(order__number="00000").delete()
        culprit.delete()
    else:
        culprit.update(is_paid=False)
    counts(make_onec, infobase, 4)

    assert len(infobase.orders) == 4
    assert_over()
    assert not SkippedOrder.objects.exists()


def test_history_that_somebody_removed_stops_nothing(shop, make_onec):
    shop(1)
    infobase = Base("00000")
    counts(make_onec, infobase, 2)
    OrderDelivery.objects.all().delete()

    assert fetch(make_onec(infobase=infobase)) == ["00000"]
    assert not SuspectOrder.objects.exists()


def test_a_confirmation_that_came_after_its_session_had_ended_is_no_evidence(
    settings, shop, ask, sign_in, time_machine
):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 60
    shop(4)

    for _ in range(4):
        token = sign_in()
        body(ask("type=sale&mode=query", cookie=token))
        time_machine.move_to(timezone.now() + timedelta(minutes=5))
        assert body(ask("type=sale&mode=success", cookie=token)).startswith("failure")

    assert not DeliveryWindow.objects.exists()
