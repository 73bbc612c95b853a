"""Sending again and marking by hand: a page that asks, a permission, and an entry in the log."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from django_onec_exchange.admin import by_hand
from django_onec_exchange.models import OrderBatch, OrderDelivery, SkippedOrder
from tests.shop.models import Order

from .pages import page

pytestmark = pytest.mark.django_db

AGAIN, MARK = "onec_send_again", "onec_mark_as_sent"


def choose(browser, action: str, *rows, model=Order, **answer):
    form = {"action": action, "_selected_action": [row.pk for row in rows], **answer}
    return browser.post(page(model), form)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def sent(onec, make_order) -> Order:
    order = make_order()
    onec.fetch_orders()
    order.refresh_from_db()
    assert order.sent_to_1c
    return order


def test_a_person_is_asked_before_anything_happens(browser, superuser, sent):
    response = choose(browser, AGAIN, sent)

    assert response.status_code == 200
    assert list(response.context["orders"]) == [sent]
    assert Order.objects.get().sent_to_1c
    assert not LogEntry.objects.exists()


def test_an_order_goes_again_once_the_question_is_answered(browser, superuser, sent, onec):
    response = choose(browser, AGAIN, sent, apply="yes", base="default")

    assert response.status_code == 302
    assert said(response) == ["Send to 1C again: 1 order."]
    assert [order.number for order in onec.fetch_orders().orders] == [sent.number]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (superuser, str(sent.pk))
    assert entry.get_edited_object() == sent


def test_the_base_is_chosen_where_there_are_several(browser, superuser, sent, make_onec):
    second = make_onec(path="/1c/second/exchange/")
    second.fetch_orders()

    refused = choose(browser, AGAIN, sent, apply="yes", base="unknown")
    choose(browser, AGAIN, sent, apply="yes", base="second")

    assert refused.status_code == 200
    assert Order.objects.get().sent_to_1c
    assert len(second.fetch_orders().orders) == 1


def test_an_order_is_marked_only_with_a_note(browser, superuser, make_order):
    order = make_order()

    asked = choose(browser, MARK, order, apply="yes", base="default", note="")
    assert asked.status_code == 200
    assert not Order.objects.get().sent_to_1c

    choose(browser, MARK, order, apply="yes", base="default", note="entered in 1C by hand")
    assert Order.objects.get().sent_to_1c
    assert "entered in 1C by hand" in LogEntry.objects.get().change_message
    assert OrderBatch.objects.get().note == "entered in 1C by hand"


def test_what_stays_as_it_is_is_said(browser, superuser, sent, make_order):
    response = choose(browser, AGAIN, sent, make_order(), apply="yes", base="default")

    done, stays = said(response)
    assert done == "Send to 1C again: 1 order."
    assert stays.startswith("1 order stays as it is")
    assert LogEntry.objects.count() == 1


def test_very_many_at_once_are_refused(monkeypatch, browser, superuser, sent, make_order):
    monkeypatch.setattr(by_hand, "MOST", 1)

    response = choose(browser, AGAIN, sent, make_order(), apply="yes", base="default")

    assert said(response) == ["Choose at most 1 orders at once."]
    assert Order.objects.filter(sent_to_1c=True).count() == 1


def test_no_part_of_a_selection_of_rows_is_dropped_without_a_word(monkeypatch, browser, superuser, sent, onec):
    """The rows are many, though of few orders."""
    Order.objects.update(sent_to_1c=False)
    onec.fetch_orders()
    monkeypatch.setattr(by_hand, "MOST", 1)

    response = choose(
        browser, "send_again", *OrderDelivery.objects.all(), model=OrderDelivery, apply="yes", base="default"
    )

    assert said(response) == ["Choose at most 1 orders at once."]
    assert Order.objects.get().sent_to_1c


def test_a_number_that_another_order_has_in_1c_is_told(browser, superuser, sent, make_order):
    response = choose(browser, MARK, make_order(number=sent.number), apply="yes", base="default", note="x")

    (stays,) = said(response)
    assert "1C has another order with this number" in stays
    assert not LogEntry.objects.exists()


def test_orders_are_named_only_to_those_who_may_see_them(browser, staff, sent):
    staff("view_orderdelivery", "send_again")
    address = page(OrderDelivery)
    form = {"action": "send_again", "_selected_action": [OrderDelivery.objects.get().pk]}

    response = browser.post(address, form)
    assert list(response.context["orders"]) == []
    assert response.context["count"] == 1
    assert f"<li>{sent}</li>" not in response.content.decode()

    staff("view_order")
    assert f"<li>{sent}</li>" in browser.post(address, form).content.decode()


def test_a_site_that_is_not_set_up_says_so(settings, browser, superuser, sent):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "no.such.Thing"

    response = choose(browser, AGAIN, sent, apply="yes", base="default")

    assert "ONEC_EXCHANGE_ORDER_SELECTOR" in said(response)[0]
    assert Order.objects.get().sent_to_1c


def test_deliveries_are_sent_again_from_their_own_list(browser, superuser, sent, onec):
    delivery = OrderDelivery.objects.get()

    assert choose(browser, "send_again", delivery, model=OrderDelivery).status_code == 200
    choose(browser, "send_again", delivery, model=OrderDelivery, apply="yes")

    assert [order.number for order in onec.fetch_orders().orders] == [sent.number]
    assert LogEntry.objects.get().object_id == str(sent.pk)


def test_an_order_that_was_left_out_is_marked_from_that_list(browser, superuser, onec, make_order):
    order = make_order(total=Decimal(9999))
    onec.fetch_orders()

    choose(
        browser, "mark_as_sent", SkippedOrder.objects.get(), model=SkippedOrder, apply="yes", note="by telephone"
    )

    order.refresh_from_db()
    assert order.sent_to_1c
    assert SkippedOrder.objects.get().resolved_at is not None


def test_the_page_of_one_order_offers_both(browser, superuser, sent):
    address = page(Order, "onec", sent.pk)
    assert all(name in browser.get(address).content.decode() for name in (AGAIN, MARK))

    assert browser.post(address, {"action": AGAIN}).status_code == 200
    response = browser.post(address, {"action": AGAIN, "apply": "yes", "base": "default"})

    assert (response.status_code, response["Location"]) == (302, address)
    assert not Order.objects.get().sent_to_1c
    steps = browser.get(address).context["timeline"].steps
    assert "withdrawn" in [step.code for step in steps]


@pytest.mark.parametrize(("action", "codename"), [(AGAIN, "send_again"), (MARK, "mark_as_sent")])
def test_each_needs_its_own_permission(browser, staff, sent, make_order, action, codename):
    staff("view_order", "change_order", "view_orderdelivery")
    address = page(Order, "onec", sent.pk)
    form = {"action": action, "apply": "yes", "base": "default", "note": "x"}
    rows = Order.objects.order_by("pk").values()
    before = list(rows)

    assert action not in browser.get(page(Order)).content.decode()
    assert action not in browser.get(address).content.decode()
    choose(browser, action, sent, apply="yes", base="default", note="x")
    assert browser.post(address, form).status_code == 403
    assert list(rows.all()) == before
    assert not LogEntry.objects.exists()

    staff(codename)
    assert action in browser.get(page(Order)).content.decode()
    assert choose(browser, action, sent).status_code == 200
    assert browser.post(address, form).status_code == 302


def test_an_unknown_operation_is_refused(browser, superuser, sent):
    assert browser.post(page(Order, "onec", sent.pk), {"action": "delete"}).status_code == 403
