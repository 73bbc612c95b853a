"""Orders that change, or that a person asks for, get another chance."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.models import SkippedOrder, SuspectOrder
from tests.exchange.window.trouble import Base, Mendable, assert_over, fetch, no_trouble, refused
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


def mend(number: str) -> None:
    order = Order.objects.get(number=number)
    order.comment = "mended"
    order.save()


@pytest.mark.parametrize("exchanges", [1, 2, 3, 4, 5, 6])
def test_a_suspect_that_was_mended_gets_through(marker, shop, run, exchanges):
    shop(8)
    infobase = Mendable("00000")
    run(infobase, most=exchanges)

    mend("00000")
    run(infobase, most=20)

    assert len(infobase.orders) == 8
    assert not SkippedOrder.objects.exists()
    assert_over()


def test_an_order_that_changed_gets_all_its_attempts_again(marker, shop, make_onec):
    shop(30)
    infobase = Base("00000")
    make = make_onec
    while not SuspectOrder.objects.filter(failures=2).exists():
        fetch(make(infobase=infobase))
    mend("00000")

    while "00000" not in fetch(make(infobase=infobase)):
        pass
    fetch(make(infobase=infobase))

    assert SuspectOrder.objects.get().failures == 1
    assert not refused()


def set_aside(shop, run, infobase: Base) -> None:
    shop(4)
    run(infobase)
    assert list(refused()) == ["00001"]


def test_time_alone_does_not_bring_it_back(marker, shop, run, make_onec, time_machine):
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(2, first=10)

    for _ in range(5):
        time_machine.move_to(timezone.now() + timedelta(hours=30))
        offered = fetch(make_onec(infobase=infobase))
        assert "00001" not in offered
    assert len(infobase.orders) == 5
    assert list(refused()) == ["00001"]


def test_once_mended_it_goes_alone_and_is_done(marker, shop, run, make_onec, time_machine):
    infobase = Mendable("00001")
    set_aside(shop, run, infobase)
    shop(3, first=10)

    time_machine.move_to(timezone.now() + timedelta(hours=2))
    mend("00001")

    assert fetch(make_onec(infobase=infobase)) == ["00001"]
    assert fetch(make_onec(infobase=infobase)) == ["00010", "00011", "00012"]
    assert len(infobase.orders) == 7
    assert not refused()
    assert no_trouble()
    assert not Order.objects.filter(export_skipped=True).exists()


def ask_by_record() -> None:
    SkippedOrder.objects.update(retry_requested=True)


def ask_by_field() -> None:
    Order.objects.filter(number="00001").update(export_skipped=False)


@pytest.mark.parametrize("ask", [ask_by_record, ask_by_field])
def test_when_a_person_asks_it_goes_alone_and_stops_nobody(shop, run, make_onec, ask):
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(6, first=10)

    ask()
    offered = [fetch(make_onec(infobase=infobase)) for _ in range(8)]

    assert offered[0] == ["00001"]
    assert all(file == ["00001"] or "00001" not in file for file in offered)
    assert len(infobase.orders) == 9
    assert list(refused()) == ["00001"]
    assert "alone 6 times" in refused()["00001"]


def test_asked_for_with_the_ledger_it_goes_alone(settings, shop, run, make_onec):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(2, first=10)
    infobase.bad.clear()

    ask_by_record()

    assert fetch(make_onec(infobase=infobase)) == ["00001"]
    assert not refused()
    assert fetch(make_onec(infobase=infobase)) == ["00010", "00011"]


def test_a_selector_that_keeps_nothing_out_does_not_bring_it_back(settings, shop, run, make_onec):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.UnsentOnly"
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(2, first=10)

    assert fetch(make_onec(infobase=infobase)) == ["00010", "00011"]
