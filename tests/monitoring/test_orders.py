"""Do orders get through to 1C?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.health import Level
from tests.conftest import SECOND
from tests.shop.models import Deal, Stage

pytestmark = pytest.mark.django_db


def test_orders_that_are_fetched_again_and_again_without_confirmation(
    settings, onec, make_order, finding, codes, later
):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    for _ in range(6):
        assert codes() in ([], ["never-came"])
        onec.fetch_orders(confirm=False)
        later(hours=1)

    assert codes() == ["unconfirmed"]
    assert finding("unconfirmed").level == Level.ERROR

    onec.fetch_orders()
    assert codes() == []


def test_an_order_that_was_just_offered_is_not_unconfirmed_because_of_an_older_one(
    settings, onec, make_order, codes, later
):
    """The older one was marked by hand meanwhile."""
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    old = make_order()
    onec.fetch_orders(confirm=False)
    later(hours=7)
    type(old).objects.update(sent_to_1c=True)
    make_order()

    onec.fetch_orders(confirm=False)

    assert codes() == []


def test_a_file_that_was_not_confirmed_is_forgotten_when_a_later_one_was(
    settings, onec, make_onec, make_order, codes, later
):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    onec.fetch_orders(confirm=False)
    later(hours=7)

    make_onec().fetch_orders()

    assert codes() == []


def test_an_order_that_waits_for_long(settings, onec, make_order, finding, codes, later):
    order = make_order()
    type(order).objects.update(updated_at=order.created_at)
    onec.checkauth()
    later(hours=25)
    onec.checkauth()

    assert codes() == ["waits-long"]
    assert finding("waits-long").level == Level.ERROR

    settings.ONEC_EXCHANGE_ALERT_WAITING = 0
    assert codes() == []


def test_an_old_order_that_was_paid_just_now_has_not_waited_for_long(onec, make_order, codes):
    onec.checkauth()
    make_order(created_at=timezone.now() - timedelta(days=5))

    assert codes() == []


def test_in_a_shop_with_a_ledger_the_age_of_an_order_counts(ask, sign_in, make_order, codes):
    sign_in(path=SECOND)
    make_order(created_at=timezone.now() - timedelta(days=5))

    assert codes("second") == ["waits-long"]


def test_orders_whose_keys_do_not_grow_are_looked_at_by_their_date(settings, onec, codes, monkeypatch):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Deal"
    monkeypatch.setattr("django_onec_exchange.health.orders._LOOKED_AT", 1)
    onec.checkauth()
    stage = Stage.objects.create(name="new")
    days_ago = [timezone.now() - timedelta(days=days) for days in (9, 5, 7)]
    deals = [Deal.objects.create(created_at=moment, status=stage, sent_to_1c=True) for moment in days_ago]
    Deal.objects.update(updated_at=days_ago[0])
    assert codes() == []

    Deal.objects.filter(pk=deals[1].pk).update(sent_to_1c=False)

    assert codes() == ["waits-long"]


def test_the_search_for_an_order_that_stops_1c(make_order, refusing, finding, codes):
    for _ in range(4):
        make_order()
    refusing(6, "1001")

    assert finding("window-narrowed").level == Level.WARNING
    assert "not confirmed though alone: 1001" in finding("window-narrowed").message

    refusing(12, "1001")
    assert codes() == ["orders-refused"]
    assert "1C does not take 1 order" in finding("orders-refused").message


def test_exchanges_that_are_still_small_after_the_trouble(make_order, refusing, finding):
    numbers = [make_order().number for _ in range(16)]
    refusing(5, *numbers)
    refusing(2)

    found = finding("window-narrowed")

    assert "grow with each confirmed one" in found.message
    assert "suspicion" not in found.message
    assert found.remedy == "Nothing needs to be done."


def test_a_confirmation_that_got_lost_once_is_no_finding(make_order, refusing, codes):
    make_order()

    refusing(2, "1001")

    assert codes() == []


def test_a_1c_that_is_ill(make_order, refusing, finding):
    for _ in range(4):
        make_order()

    refusing(7, "1001", "1002", "1003", "1004")

    assert finding("onec-ill").level == Level.ERROR


def test_what_follows_from_a_1c_that_is_ill_is_not_told_too(settings, make_order, refusing, codes, later):
    settings.ONEC_EXCHANGE_ALERT_WAITING = 3600
    for _ in range(4):
        make_order()
    refusing(7, "1001", "1002", "1003", "1004")

    later(hours=7)

    assert codes() == ["onec-ill"]


def test_orders_that_are_left_out(settings, onec, make_order, finding, codes):
    make_order(rows=0)
    make_order(rows=0)
    make_order(currency="")
    settings.ONEC_EXCHANGE_CURRENCY = "?"
    onec.fetch_orders()

    found = finding("orders-skipped")
    assert found.level == Level.WARNING
    assert "3 orders are left out" in found.message

    settings.ONEC_EXCHANGE_ALERT_SKIPPED = 4
    assert codes() == []


def test_an_order_that_is_left_out_does_not_wait_for_long(onec, make_order, codes, later):
    make_order(rows=0)
    onec.fetch_orders()
    later(hours=27)
    onec.checkauth()

    assert codes() == ["orders-skipped"]


def test_an_order_that_was_left_out_and_then_deleted_is_no_finding(onec, make_order, codes):
    order = make_order(rows=0)
    onec.fetch_orders()
    assert codes() == ["orders-skipped"]

    order.delete()

    assert codes() == []
