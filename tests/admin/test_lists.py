"""Lists and details: who sees them, how they are searched, and what they show."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from django_onec_exchange.models import (
    DeliveryWindow,
    ExchangeEvent,
    ExchangeSession,
    InfoBase,
    OrderBatch,
    OrderDelivery,
    OrderLink,
    SkippedOrder,
    SuspectOrder,
)

from .pages import page

pytestmark = pytest.mark.django_db

MODELS = [
    DeliveryWindow,
    ExchangeSession,
    OrderBatch,
    OrderDelivery,
    OrderLink,
    SkippedOrder,
    SuspectOrder,
]


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_sees_lists_and_details(browser, superuser, history, model):
    listed = browser.get(page(model))
    detail = browser.get(page(model, "change", model.objects.get().pk))

    assert (listed.status_code, detail.status_code) == (200, 200)
    assert len(listed.context["cl"].result_list) == 1
    assert escape(str(model.objects.get())) in detail.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_staff_sees_what_it_may_view_and_nothing_else(browser, staff, history, model):
    staff(f"view_{model._meta.model_name}")

    for other in MODELS:
        allowed = 200 if other is model else 403
        assert browser.get(page(other)).status_code == allowed
        assert browser.get(page(other, "change", other.objects.get().pk)).status_code == allowed


@pytest.mark.parametrize("model", MODELS)
def test_strangers_are_sent_to_the_login(browser, history, model):
    response = browser.get(page(model))

    assert response.status_code == 302
    assert "/login/" in response["Location"]


@pytest.mark.parametrize("model", MODELS)
def test_empty_lists_open(browser, superuser, model):
    assert browser.get(page(model)).status_code == 200


@pytest.mark.parametrize(
    ("model", "query", "count"),
    [
        (ExchangeSession, "q=1c", 1),
        (ExchangeSession, "q=nobody", 0),
        (ExchangeSession, "profile__exact=stock", 1),
        (ExchangeSession, "version__exact=3.1", 0),
        (OrderBatch, "state__exact=confirmed", 1),
        (OrderBatch, "state__exact=open", 0),
        (OrderDelivery, "q=good", 1),
        (OrderDelivery, "q=bad", 0),
        (OrderDelivery, "state__exact=marked", 1),
        (OrderLink, "q=УТ-17", 1),
        (OrderLink, "q=УТ", 0),
        (SuspectOrder, "q=suspect", 1),
        (SuspectOrder, "q=good", 0),
        (SkippedOrder, "q=bad", 1),
        (SkippedOrder, "open=1", 1),
        (SkippedOrder, "open=0", 0),
        (SkippedOrder, "code__exact=nonsense", 0),
    ],
)
def test_lists_are_searched_and_filtered(browser, superuser, history, model, query, count):
    response = browser.get(f"{page(model)}?{query}")

    assert response.status_code == 200
    assert response.context["cl"].result_count == count


@pytest.mark.parametrize("model", [model for model in MODELS if model not in (DeliveryWindow, SuspectOrder)])
def test_a_long_list_takes_as_many_queries_as_a_short_one(
    browser, superuser, history, make_onec, make_order, model
):
    with CaptureQueriesContext(connection) as queries:
        browser.get(page(model))
        short = len(queries)
    for number in range(3):
        again = make_order(number=f"again{number}")
        OrderLink.objects.create(base=InfoBase.objects.get(), order_id=again.pk)
        make_order(total=Decimal(9999))
        make_onec(user_agent=f"1C+Enterprise/8.{number}").fetch_orders()
    assert model.objects.count() == 4

    with CaptureQueriesContext(connection) as queries:
        browser.get(page(model))
        assert len(queries) == short > 2


def test_the_dialogue_of_a_session_is_shown(browser, superuser, history):
    response = browser.get(page(ExchangeSession, "change", ExchangeSession.objects.get().pk))

    text = response.content.decode()
    assert all(mode in text for mode in ("checkauth", "query", "success"))


def test_the_dialogue_needs_its_own_permission(browser, staff, history):
    staff("view_exchangesession")

    response = browser.get(page(ExchangeSession, "change", ExchangeSession.objects.get().pk))

    assert "checkauth" not in response.content.decode()


def test_the_token_is_shown_nowhere(browser, superuser, history):
    session = ExchangeSession.objects.get()

    for path in (page(ExchangeSession), page(ExchangeSession, "change", session.pk)):
        assert session.token_hash not in browser.get(path).content.decode()


def test_the_reason_of_an_order_left_out_is_shown(browser, superuser, history):
    assert len(history.reason) > 10
    listed = browser.get(page(SkippedOrder)).content.decode()
    assert escape(history.reason) in listed
    assert history.number in listed


def test_a_batch_shows_where_its_audit_copy_lies(browser, superuser, history):
    batch = OrderBatch.objects.get()

    assert batch.audit_file.endswith(".xml")
    assert batch.audit_file in browser.get(page(OrderBatch)).content.decode()
    assert batch.audit_file in browser.get(page(OrderBatch, "change", batch.pk)).content.decode()


def test_a_batch_shows_why_it_has_no_audit_copy(settings, tmp_path, browser, superuser, onec, make_order):
    (tmp_path / "file").touch()
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "file")
    make_order()

    assert onec.fetch_orders().confirmed

    batch = OrderBatch.objects.get()
    assert batch.audit_file == ""
    assert "There is a file" in batch.audit_error
    assert batch.audit_error in browser.get(page(OrderBatch)).content.decode()


# -- history is not touched


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_not_even_a_superuser_adds_changes_or_deletes(browser, superuser, history, model, method):
    row = model.objects.values().get()

    assert getattr(browser, method)(page(model, "add")).status_code == 403
    assert getattr(browser, method)(page(model, "delete", row["id"])).status_code == 403
    changed = browser.post(page(model, "change", row["id"]), {"number": "x", "reason": "x", "state": "open"})

    assert changed.status_code == 403
    assert model.objects.values().get() == row


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_not_deleted_by_the_list(browser, superuser, history, model):
    browser.post(
        page(model), {"action": "delete_selected", "_selected_action": [model.objects.get().pk], "post": "yes"}
    )

    assert model.objects.count() == 1
    assert ExchangeEvent.objects.count() == 3
