"""An order's own page: what the exchange did with it."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.core.files.storage import InMemoryStorage
from django.urls import reverse
from django.utils import timezone

from django_onec_exchange.models import OrderBatch, OrderDelivery, OrderLink, SkippedOrder, SuspectOrder, order_key
from django_onec_exchange.outgoing.by_hand import mark_as_sent, send_again
from django_onec_exchange.status import context_of
from tests.shop.models import Deal, Order, Stage

from .pages import page

pytestmark = pytest.mark.django_db


def codes(browser, order) -> list[str]:
    response = browser.get(page(type(order), "onec", order.pk))
    assert response.status_code == 200
    return [step.code for step in reversed(response.context["timeline"].steps)]


def test_an_order_that_1c_has_tells_when_it_went_and_was_confirmed(browser, superuser, onec, make_order):
    order = make_order()
    onec.fetch_orders()

    text = browser.get(page(Order, "onec", order.pk)).content.decode()

    assert codes(browser, order) == ["offered", "marked"]
    assert "stock 1C configuration" in text
    assert OrderBatch.objects.get().session.user_agent in text


def test_an_order_that_changed_meanwhile_tells_so(browser, superuser, onec, make_order):
    order = make_order()
    onec.checkauth()
    onec.query()
    order.save()
    onec.success()

    assert codes(browser, order) == ["offered", "changed"]


def test_an_order_that_was_fetched_twice_tells_of_both_files(browser, superuser, onec, make_order):
    order = make_order()
    onec.checkauth()
    onec.query()
    onec.query()
    onec.success()

    assert sorted(codes(browser, order)) == ["marked", "offered", "offered", "unconfirmed"]


def test_an_order_marked_by_hand_and_asked_for_again_tells_both(browser, superuser, make_order):
    order = make_order()
    mark_as_sent([order.pk], "1C has it", superuser, context_of("default"))
    send_again([order.pk], context_of("default"))

    assert codes(browser, order) == ["by-hand", "withdrawn"]


def test_an_order_asked_for_before_1c_confirmed_does_not_tell_that_it_was_later(
    browser, superuser, onec, make_order
):
    order = make_order()
    onec.checkauth()
    onec.query()
    mark_as_sent([order.pk], "1C has it", superuser, context_of("default"))
    send_again([order.pk], context_of("default"))
    onec.success()

    response = browser.get(page(Order, "onec", order.pk))
    steps = response.context["timeline"].steps
    (confirmed,) = [
        step for step in steps if step.code == "withdrawn" and step.delivery.batch.state == "confirmed"
    ]
    assert confirmed.sentence == "1C confirmed the file; somebody asked for the order to be sent again."


def test_an_order_that_was_left_out_and_mended_tells_the_reason(browser, superuser, onec, make_order):
    order = make_order(total=Decimal(9999))
    onec.fetch_orders()
    reason = SkippedOrder.objects.get().reason
    order.total = Decimal(500)
    order.save()
    onec.fetch_orders()

    steps = browser.get(page(Order, "onec", order.pk)).context["timeline"].steps

    assert sorted(step.code for step in steps) == ["marked", "offered", "resolved", "skipped"]
    assert reason in [step.detail for step in steps]


def test_an_order_that_the_window_set_aside_tells_so(browser, superuser, onec, make_order):
    order = make_order()
    onec.fetch_orders()
    base = OrderBatch.objects.get().base
    SuspectOrder.objects.create(base=base, order_id=order.pk, number=order.number, failures=2)
    SkippedOrder.objects.create(base=base, order_id=order.pk, code="refused", reason="1C does not take it.")

    assert {"suspected", "skipped"} < set(codes(browser, order))
    assert "Set aside" in browser.get(page(Order, "onec", order.pk)).content.decode()


def test_it_names_the_order_as_1c_does(browser, superuser, onec, make_order):
    order = make_order()
    onec.fetch_orders()
    OrderLink.objects.create(base=OrderBatch.objects.get().base, order_id=order.pk, onec_number="УТ-17")

    assert "УТ-17" in browser.get(page(Order, "onec", order.pk)).content.decode()
    assert codes(browser, order)[-1] == "named"


def test_both_bases_are_told_apart(browser, superuser, make_onec, make_order):
    order = make_order()
    make_onec().fetch_orders()
    make_onec(path="/1c/second/exchange/").fetch_orders()

    steps = browser.get(page(Order, "onec", order.pk)).context["timeline"].steps

    assert sorted((step.base.name, step.code) for step in steps) == [
        ("default", "marked"),
        ("default", "offered"),
        ("second", "marked"),
        ("second", "offered"),
    ]


def test_an_order_the_exchange_has_not_met_has_an_empty_page(browser, superuser, make_order):
    assert codes(browser, make_order()) == []


def test_an_order_whose_key_is_a_uuid_has_a_page_too(settings, browser, superuser, onec):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Deal"
    deal = Deal.objects.create(id=uuid.uuid4(), created_at=timezone.now(), status=Stage.objects.create(name="new"))
    onec.fetch_orders()  # without rows it is left out

    assert SkippedOrder.objects.get().order_id == order_key(deal)
    assert codes(browser, deal) == ["skipped"]


def test_the_page_of_the_order_leads_there_for_those_who_may_see_it(browser, staff, make_order):
    order = make_order()
    link = f'href="{page(Order, "onec", order.pk)}"'
    staff("view_order")
    assert link not in browser.get(page(Order, "change", order.pk)).content.decode()
    assert browser.get(page(Order, "onec", order.pk)).status_code == 403

    staff("view_orderdelivery")
    assert link in browser.get(page(Order, "change", order.pk)).content.decode()
    assert browser.get(page(Order, "onec", order.pk)).status_code == 200


def test_whoever_may_not_see_the_order_does_not_see_its_page(browser, staff, make_order):
    order = make_order()
    staff("view_orderdelivery", "download_audit", "send_again")

    assert browser.get(page(Order, "onec", order.pk)).status_code == 403
    assert browser.post(page(Order, "onec", order.pk), {"action": "onec_send_again"}).status_code == 403


def test_no_order_no_page(browser, superuser):
    assert browser.get(page(Order, "onec", 999)).status_code == 404


# -- the order as it went


@pytest.mark.parametrize("zipped", [False, True], ids=["xml", "zip"])
@pytest.mark.parametrize("version", ["2.10", "3.1"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_the_xml_of_one_order_is_shown(
    settings, browser, superuser, ask, sign_in, make_order, zipped, version, encoding
):
    settings.ONEC_EXCHANGE_ZIP_REPLY = zipped
    settings.ONEC_EXCHANGE_FORCED_VERSION = version
    settings.ONEC_EXCHANGE_ENCODING = encoding
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    orders = [make_order(customer_name=f"Покупатель <{name}>") for name in "АБВ"]
    ask("mode=query", cookie=sign_in()).close()
    delivery = OrderDelivery.objects.get(order_id=orders[1].pk)

    text = browser.get(page(Order, "onec_xml", orders[1].pk, delivery.pk)).context["xml"]

    assert text.startswith("<Документ>")
    assert text.count("<Номер>") == 1
    assert f"<Номер>{orders[1].number}</Номер>" in text
    assert "Покупатель &lt;Б&gt;" in text


@pytest.mark.parametrize("trouble", ["gone", "torn", "another"])
def test_an_audit_copy_that_cannot_be_read_is_said_so(browser, superuser, onec, make_order, audit_root, trouble):
    order = make_order()
    onec.fetch_orders()
    batch = OrderBatch.objects.get()
    copy = audit_root / batch.audit_file
    if trouble == "gone":
        copy.unlink()
    elif trouble == "torn":
        copy.write_bytes(copy.read_bytes()[:100])
    else:
        copy.write_bytes(
            copy.read_bytes()
            .replace(b"<\xd0\x9d\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80>1", b"<x>1", 1)
            .replace(b"</\xd0\x9d\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80>", b"</x>", 1)
        )

    response = browser.get(page(Order, "onec_xml", order.pk, batch.deliveries.get().pk))

    assert response.status_code == 200
    assert "no longer there" in response.content.decode()


def test_a_second_admin_site_that_knows_only_the_orders_has_the_page_too(
    browser, superuser, onec, make_order, settings
):
    settings.ROOT_URLCONF = "tests.admin.second_site_urls"
    order = make_order()
    onec.fetch_orders()

    response = browser.get(reverse("office:shop_order_onec", args=[order.pk]))

    assert response.status_code == 200
    assert [step.code for step in response.context["timeline"].steps] == ["marked", "offered"]


class FarAway(InMemoryStorage):
    """A storage with errors of its own, as those of cloud libraries are."""

    def _open(self, name, mode="rb"):
        raise RuntimeError("AccessDenied")


def test_a_storage_that_fails_in_its_own_way_is_said_so(browser, superuser, onec, make_order, settings):
    order = make_order()
    onec.fetch_orders()
    settings.STORAGES = {
        **settings.STORAGES,
        "onec_exchange": {"BACKEND": "tests.admin.test_timeline.FarAway"},
    }

    response = browser.get(page(Order, "onec_xml", order.pk, OrderDelivery.objects.get().pk))

    assert response.status_code == 200
    assert "no longer there" in response.content.decode()


def test_the_xml_is_personal_data_and_needs_a_permission(browser, staff, onec, make_order):
    order = make_order()
    onec.fetch_orders()
    address = page(Order, "onec_xml", order.pk, OrderDelivery.objects.get().pk)
    staff("view_order", "view_orderdelivery")
    assert browser.get(address).status_code == 403
    assert address not in browser.get(page(Order, "onec", order.pk)).content.decode()

    staff("download_audit")
    assert browser.get(address).status_code == 200


def test_the_xml_of_one_order_is_not_shown_as_anothers(browser, superuser, onec, make_order):
    order, other = make_order(), make_order()
    onec.fetch_orders()
    delivery = OrderDelivery.objects.get(order_id=order.pk)

    assert browser.get(page(Order, "onec_xml", other.pk, delivery.pk)).status_code == 404
