"""The overview: at one glance, whether the exchange is alive."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import override

from django_onec_exchange.models import (
    DeliveryWindow,
    ImportSession,
    IncomingFile,
    InfoBase,
    OrderBatch,
    SkippedOrder,
)
from tests.shop.models import Order

from .pages import page

pytestmark = pytest.mark.django_db

OVERVIEW = "/admin/django_onec_exchange/infobase/"


def cards(browser) -> dict[str, dict]:
    return {card["overview"].base.name: card for card in browser.get(OVERVIEW).context["cards"]}


def test_every_base_that_the_site_serves_has_a_card(browser, superuser):
    assert list(cards(browser)) == ["default", "second"]


def test_a_base_that_exchanges_is_fine(browser, superuser, onec, make_order):
    make_order()
    onec.fetch_orders()

    card = cards(browser)["default"]

    assert (card["code"], card["overview"].findings) == ("fine", [])
    assert card["overview"].queue.waiting == 0
    assert card["overview"].confirmed is not None


def test_a_file_whose_orders_were_confirmed_with_another_is_settled(browser, superuser, make_onec, make_order):
    make_order()
    gave_up = make_onec()
    gave_up.checkauth()
    gave_up.query()
    assert len(cards(browser)["default"]["overview"].open_batches) == 1

    assert make_onec().fetch_orders().confirmed

    assert cards(browser)["default"]["overview"].open_batches == []


def test_what_is_wrong_stands_there_with_what_to_do(browser, superuser, onec, make_order):
    make_order(total=Decimal(9999))
    onec.fetch_orders()

    card = cards(browser)["default"]
    text = browser.get(OVERVIEW).content.decode()

    assert card["code"] == "attention"
    (finding,) = card["overview"].findings
    assert escape(finding.message) in text
    assert escape(finding.remedy) in text
    assert escape(SkippedOrder.objects.get().reason) in text


def test_a_silent_1c_stops_the_exchange(browser, superuser, onec, make_order, time_machine):
    make_order()
    onec.fetch_orders()
    time_machine.move_to(timezone.now() + timedelta(days=3))

    assert cards(browser)["default"]["code"] == "stopped"


def test_orders_that_wait_and_files_that_are_not_confirmed_are_shown(browser, superuser, onec, make_order):
    order = make_order()
    onec.fetch_orders(confirm=False)

    found = cards(browser)["default"]["overview"]

    assert (found.queue.waiting, found.queue.oldest) == (1, order.created_at)
    assert found.open_batches == [OrderBatch.objects.get()]


def test_the_chart_counts_by_days(browser, superuser, onec, make_order, time_machine):
    make_order()
    onec.fetch_orders()
    OrderBatch.objects.update(created_at=timezone.now() - timedelta(days=2))
    old = OrderBatch.objects.get()
    old.pk, old.created_at, old.confirmed_at = None, timezone.now() - timedelta(days=31), None
    old.save()

    response = browser.get(OVERVIEW)
    chart = response.context["cards"][0]["chart"]

    assert len(chart.bars) == 30
    assert (chart.offered, chart.confirmed, chart.most) == (1, 1, 1)
    assert [bar.day.offered for bar in chart.bars[-3:]] == [1, 0, 0]
    assert [bar.day.confirmed for bar in chart.bars[-3:]] == [0, 0, 1]
    assert chart.bars[-3].offered_height == chart.HEIGHT
    text = response.content.decode()
    assert 'role="img" aria-labelledby="chart-title-default chart-desc-default"' in text
    assert "1 orders were offered and 1 confirmed" in text


def test_imports_are_shown_as_far_as_they_are(browser, superuser, onec, make_order):
    make_order()
    onec.fetch_orders()
    session = OrderBatch.objects.get().session
    file = IncomingFile.objects.create(session=session, upload="u", name="import0_1.xml")
    ImportSession.objects.create(
        base=session.base, file=file, state=ImportSession.State.RUNNING, percent=40, moved_at=timezone.now()
    )

    text = browser.get(OVERVIEW).content.decode()

    assert "import0_1.xml" in text
    assert 'value="40"' in text


def test_an_adapter_that_fails_hides_nothing_else(settings, browser, superuser, onec, make_order):
    make_order(total=Decimal(9999))
    onec.fetch_orders()
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.BrokenSelector"

    card = cards(browser)["default"]

    assert (card["code"], card["overview"].queue) == ("stopped", None)
    assert len(card["overview"].skipped) == 1


def test_a_site_without_adapters_is_told_so(settings, browser, superuser):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "no.Such"

    assert cards(browser)["default"]["overview"].findings[0].code == "not-configured"


def test_staff_needs_the_permission_to_see_it(browser, staff):
    staff("view_orderbatch")
    assert browser.get(OVERVIEW).status_code == 403
    assert OVERVIEW not in browser.get(page(OrderBatch)).content.decode()

    staff("view_infobase")
    assert browser.get(OVERVIEW).status_code == 200
    assert OVERVIEW in browser.get(page(OrderBatch)).content.decode()


def test_reasons_need_a_permission_of_their_own(browser, staff, history):
    staff("view_infobase")
    assert history.number not in browser.get(OVERVIEW).content.decode()

    staff("view_skippedorder")
    text = browser.get(OVERVIEW).content.decode()
    assert escape(history.reason) in text
    order = Order.objects.get(number=history.number)
    assert page(Order, "change", order.pk) not in text

    staff("view_order")
    assert page(Order, "change", order.pk) in browser.get(OVERVIEW).content.decode()


def test_one_base_has_a_page_of_its_own(browser, superuser, history):
    base = InfoBase.objects.get(name="default")

    response = browser.get(page(InfoBase, "change", base.pk))

    assert [card["overview"].base for card in response.context["cards"]] == [base]
    assert browser.get(page(InfoBase, "change", 999)).status_code == 302


def test_the_index_of_the_app_leads_to_it(browser, superuser):
    index = browser.get(reverse("admin:app_list", args=["django_onec_exchange"])).content.decode()

    assert f'href="{OVERVIEW}"' in index


def test_it_takes_as_many_queries_whatever_there_is(browser, superuser, history, make_onec, make_order):
    DeliveryWindow.objects.all().delete()
    browser.get(OVERVIEW)
    with CaptureQueriesContext(connection) as queries:
        browser.get(OVERVIEW)
    few = len(queries)
    for number in range(3):
        make_order(total=Decimal(9999))
        make_order()
        make_onec(user_agent=f"1C+Enterprise/8.{number}").fetch_orders()

    with CaptureQueriesContext(connection) as queries:
        browser.get(OVERVIEW)

    assert len(queries) <= few + 1


def test_a_number_at_which_counting_stopped_says_that_there_may_be_more(
    monkeypatch, browser, superuser, onec, make_order
):
    for _ in range(2):
        make_order()
        make_order(rows=0)
    onec.fetch_orders(confirm=False)
    of_default = page(InfoBase, "change", InfoBase.objects.get(name="default").pk)
    assert "2+" not in browser.get(of_default).content.decode()

    monkeypatch.setattr("django_onec_exchange.overview.MOST", 2)

    assert browser.get(of_default).content.decode().count("2+") == 2  # those that wait, and those left out


def test_moments_are_written_as_django_writes_them(browser, superuser, onec):
    onec.fetch_orders()
    seen = cards(browser)["default"]["overview"].session.last_seen_at

    with override("en"):
        expected = date_format(timezone.localtime(seen), "SHORT_DATETIME_FORMAT")

    assert expected in browser.get(OVERVIEW).content.decode()
