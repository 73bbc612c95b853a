"""How much an exchange may carry, and which orders go alone."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import DeliveryWindow, SkippedOrder
from django_onec_exchange.simulator import BitrixModule
from tests.exchange.window.trouble import Base, assert_over, counts, fetch, refused
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


def test_the_first_failure_changes_nothing_and_each_further_one_halves(shop, make_onec):
    shop(40)
    infobase = Base()
    infobase.ill = True

    assert counts(make_onec, infobase, 5) == [40, 40, 20, 10, 5]


def test_the_window_holds_for_all_pages_of_an_exchange(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 6
    shop(40)
    infobase = Base("00039")
    counts(make_onec, infobase, 2, BitrixModule)
    onec = make_onec(BitrixModule, infobase=infobase)
    onec.checkauth()
    onec.init()

    pages = [len(onec.query()) for _ in range(5)]
    onec.success()

    assert counts(make_onec, infobase, 1, BitrixModule) == [10]
    assert pages == [6, 6, 6, 2, 0]
    assert Order.objects.filter(sent_to_1c=True).count() == 20 + 10


def test_an_exchange_goes_on_as_it_began_whatever_others_find_out(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    shop(9)
    paging = make_onec(BitrixModule)
    paging.checkauth()
    paging.init()
    assert len(paging.query()) == 2
    ill = Base()
    ill.ill = True
    counts(make_onec, ill, 4, user_agent="1C+Enterprise/8.2")
    assert DeliveryWindow.objects.get().limit == 1

    assert [len(paging.query()) for _ in range(3)] == [2, 2, 2]
    paging.success()
    counts(make_onec, Base(), 3, BitrixModule)
    assert not Order.objects.filter(sent_to_1c=False).exists()


def test_one_lost_success_means_nothing(shop, make_onec):
    shop(10)
    make_onec().fetch_orders(confirm=False)

    assert len(make_onec().fetch_orders().orders) == 10
    assert_over()


def test_more_failures_are_tolerated_where_the_setting_says_so(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_WINDOW_TOLERANCE = 3
    shop(8)
    infobase = Base()
    infobase.ill = True

    assert counts(make_onec, infobase, 5) == [8, 8, 8, 8, 4]


def test_more_attempts_are_made_where_the_setting_says_so(settings, shop, run):
    settings.ONEC_EXCHANGE_WINDOW_ATTEMPTS = 5
    shop(60)

    run(Base("00000"))

    assert "alone 5 times" in refused()["00000"]


def test_switched_off_all_comes_each_time(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    shop(8)

    assert counts(make_onec, Base("00003"), 6) == [8] * 6
    assert not DeliveryWindow.objects.exists()
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = True
    assert counts(make_onec, Base("00003"), 3) == [8, 8, 4]


def test_an_order_that_fails_alone_lets_the_others_by(shop, make_onec):
    shop(1)
    infobase = Base("00000")
    counts(make_onec, infobase, 10)
    assert not SkippedOrder.objects.exists()  # nothing got through

    shop(3, first=5)

    assert fetch(make_onec(infobase=infobase)) == ["00005", "00006", "00007"]
    assert fetch(make_onec(infobase=infobase)) == ["00000"]


def test_those_that_stepped_back_take_turns(shop, make_onec):
    shop(2)
    infobase = Base("00000")
    infobase.ill = True
    counts(make_onec, infobase, 12)
    infobase.ill = False

    counts(make_onec, infobase, 2)

    assert list(infobase.orders) == ["00001"]


def test_of_two_orders_the_sound_one_gets_through_and_the_other_is_set_aside(marker, shop, run):
    shop(2)

    run(Base("00000"), most=15)

    assert list(refused()) == ["00000"]
