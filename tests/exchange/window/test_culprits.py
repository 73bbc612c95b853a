"""One order that 1C refuses stops no other: the window closes on it, and opens again."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from django_onec_exchange.models import DeliveryWindow, OrderBatch, SkippedOrder
from django_onec_exchange.simulator import UT11, BitrixModule
from tests.exchange.window.trouble import KINDS, Base, assert_over, refused
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "marker", "position"),
    [
        pytest.param(UT11, "OrderMarker", 0, id="UT, fields, first"),
        pytest.param(UT11, "LedgerOrderMarker", 700, id="UT, ledger, within"),
        pytest.param(BitrixModule, "OrderMarker", 300, id="Bitrix module, fields, within"),
        pytest.param(BitrixModule, "LedgerOrderMarker", 999, id="Bitrix module, ledger, last"),
    ],
)
def test_one_culprit_of_a_thousand_costs_25_exchanges_at_most(settings, shop, run, kind, marker, position):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"django_onec_exchange.adapters.{marker}"
    shop(1000)
    culprit = f"{position:05}"
    infobase = Base(culprit)

    carried = run(infobase, kind=kind, most=26)

    assert len(carried) <= 25
    assert len(infobase.orders) == 999
    assert infobase.updated == 0
    assert list(refused()) == [culprit]
    assert_over()


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_three_culprits_cost_60_exchanges_at_most(settings, shop, run, kind):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1000 if kind is UT11 else 40  # pages
    shop(300)
    culprits = ["00010", "00011", "00250"]
    infobase = Base(*culprits)

    carried = run(infobase, kind=kind, most=61)

    assert len(carried) <= 60
    assert len(infobase.orders) == 297
    assert sorted(refused()) == culprits
    assert_over()


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "marker"), [(UT11, "LedgerOrderMarker"), (BitrixModule, "OrderMarker")])
def test_a_day_of_refusing_everything_sets_nothing_aside(settings, shop, run, kind, marker, time_machine):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"django_onec_exchange.adapters.{marker}"
    shop(30)
    infobase = Base()
    run(infobase, kind=kind, most=1)
    shop(40, first=100)
    infobase.ill = True
    start = timezone.now()

    for minutes in range(0, 24 * 60, 30):
        time_machine.move_to(start + timedelta(minutes=minutes))
        run(infobase, kind=kind, most=1)
        if minutes == 600:
            shop(3, first=500)
    window = DeliveryWindow.objects.get()
    assert (window.limit, SkippedOrder.objects.count()) == (1, 0)
    assert abs(window.since - start) < timedelta(minutes=31)
    infobase.ill = False
    carried = run(infobase, kind=kind)

    assert not SkippedOrder.objects.exists()
    assert len(infobase.orders) == 73
    assert len(carried) <= 12
    assert_over()


@pytest.mark.parametrize("hours", [0.2, 2, 60])
def test_the_window_remembers_however_rarely_1c_comes(shop, run, time_machine, hours):
    """Sessions are forgotten meanwhile, and what they showed is not."""
    shop(20)
    infobase = Base("00013")
    start = timezone.now()

    for exchange in range(20):
        time_machine.move_to(start + timedelta(hours=hours * exchange))
        run(infobase, most=1)

    assert len(infobase.orders) == 19
    assert list(refused()) == ["00013"]


def test_a_client_with_credentials_alone_is_served_as_well(shop, make_onec):
    shop(12)
    infobase = Base("00004")
    for _ in range(20):
        make_onec(infobase=infobase, use_cookie=False).fetch_orders()

    assert len(infobase.orders) == 11
    assert list(refused()) == ["00004"]


def test_the_story_is_one_that_a_manager_understands(shop, run):
    shop(8)

    run(Base("00002"))

    record = SkippedOrder.objects.get()
    began = timezone.localtime(OrderBatch.objects.earliest("pk").created_at)
    since = date_format(began, "SHORT_DATETIME_FORMAT")
    assert record.reason == (
        f"1C does not take this order. Since {since} it has confirmed other orders (7), but not this one, although"
        " it was offered it alone 3 times. 1C's log of the exchange says why."
    )
    assert Order.objects.get(number="00002").export_skipped


def test_each_base_has_a_window_of_its_own(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    shop(6)
    poisoned, second = Base("00001"), Base()
    for _ in range(4):
        make_onec(infobase=poisoned).fetch_orders()

    report = make_onec(infobase=second, path="/1c/second/exchange/").fetch_orders()

    assert len(report.orders) == 6
    assert list(DeliveryWindow.objects.values_list("base__name", flat=True)) == ["default"]


def test_random_culprits_come_to_light(settings, shop, run):
    chance = random.Random(7)
    shop(60)
    culprits = sorted(f"{place:05}" for place in chance.sample(range(60), 3))
    infobase = Base(*culprits)

    run(infobase, kind=chance.choice([UT11, BitrixModule]), most=60)

    assert len(infobase.orders) == 57
    assert sorted(refused()) == culprits
