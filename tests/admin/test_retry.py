"""Orders that were left out are tried again when somebody asks for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from django.test import Client

from django_onec_exchange.admin import by_hand
from django_onec_exchange.models import SkippedOrder
from tests.shop.models import Order

from .pages import page

pytestmark = pytest.mark.django_db


def retry(browser: Client, skipped: SkippedOrder):
    return browser.post(page(SkippedOrder), {"action": "retry", "_selected_action": [skipped.pk]}, follow=True)


def test_an_order_is_tried_again_when_somebody_asks_for_it(settings, browser, superuser, history, onec):
    settings.ONEC_EXCHANGE_MONEY_MISMATCH = "send"  # what was wrong is mended, but the order did not change
    assert onec.fetch_orders().orders == ()

    assert retry(browser, history).status_code == 200

    assert [order.number for order in onec.fetch_orders().orders] == ["bad"]
    assert Order.objects.get(number="bad").sent_to_1c
    history.refresh_from_db()
    assert history.resolved_at is not None


def test_an_order_that_is_still_wrong_is_left_out_again(browser, superuser, history, onec):
    retry(browser, history)
    assert onec.fetch_orders().orders == ()

    history.refresh_from_db()
    assert (history.attempts, history.retry_requested, history.resolved_at) == (2, False, None)


def test_only_the_chosen_orders_are_tried_again(browser, superuser, history, onec, make_order):
    make_order(number="bad too", total=Decimal(9999))
    onec.fetch_orders()

    retry(browser, history)

    asked = SkippedOrder.objects.filter(retry_requested=True)
    assert [skipped.number for skipped in asked] == ["bad"]


def test_very_many_at_once_are_refused(monkeypatch, browser, superuser, history, onec, make_order):
    make_order(number="bad too", total=Decimal(9999))
    onec.fetch_orders()
    monkeypatch.setattr(by_hand, "MOST", 1)
    rows = SkippedOrder.objects.values_list("pk", flat=True)

    response = browser.post(page(SkippedOrder), {"action": "retry", "_selected_action": list(rows)}, follow=True)

    assert "Choose at most 1 orders at once." in response.content.decode()
    assert not SkippedOrder.objects.filter(retry_requested=True).exists()
    assert not LogEntry.objects.exists()


def test_nothing_is_logged_that_did_not_happen(monkeypatch, browser, superuser, history):
    def fail(*arguments, **options):
        raise OperationalError

    monkeypatch.setattr("django_onec_exchange.admin.skipped.try_again", fail)

    with pytest.raises(OperationalError):
        retry(browser, history)

    assert not LogEntry.objects.exists()


def test_staff_that_may_only_look_cannot_ask_for_it(browser, staff, history):
    staff("view_skippedorder")
    assert 'value="retry"' not in browser.get(page(SkippedOrder)).content.decode()

    retry(browser, history)

    history.refresh_from_db()
    assert not history.retry_requested


def test_staff_with_the_permission_can_ask_for_it_and_for_nothing_more(browser, staff, history):
    staff("view_skippedorder", "retry_skippedorder")
    assert 'value="retry"' in browser.get(page(SkippedOrder)).content.decode()

    retry(browser, history)

    history.refresh_from_db()
    assert history.retry_requested
    assert browser.post(page(SkippedOrder, "change", history.pk), {"reason": "x"}).status_code == 403


def test_who_asked_for_it_is_logged(browser, superuser, history):
    retry(browser, history)

    entry = LogEntry.objects.get()
    assert entry.user == superuser
    assert entry.object_id == str(history.pk)
