"""The main job: every waiting order reaches 1C, and exactly those that it confirmed are marked."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_onec_exchange.models import OrderBatch, OrderDelivery
from django_onec_exchange.protocol.errors import NotConfigured
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.commerceml.schema import validate
from tests.conftest import body
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.django_db

CLIENTS = [
    pytest.param(UT11, {}, "2.10", id="UT 11.5"),
    pytest.param(UT11, {"use_session_id": True}, "2.10", id="UT 11.5 with sessid"),
    pytest.param(UNF, {}, "2.10", id="UNF"),
    pytest.param(UNF, {"bitrix": True}, "2.10", id="UNF, protocol Битрикс"),
    pytest.param(UNF, {"subordinate": True}, "2.10", id="UNF with subordinate documents"),
    pytest.param(BitrixModule, {"version": "3.1"}, "3.1", id="Bitrix module 3.1"),
    pytest.param(BitrixModule, {"version": "2.09"}, "2.08", id="Bitrix module 2.09"),
    pytest.param(BitrixModule, {"version": "2.08"}, "2.08", id="Bitrix module 2.08"),
]


def sent_numbers() -> set[str]:
    return set(Order.objects.filter(sent_to_1c=True).values_list("number", flat=True))


@pytest.mark.parametrize("zipped", [False, True], ids=["xml", "zip"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
@pytest.mark.parametrize(("kind", "options", "version"), CLIENTS)
def test_every_client_loads_and_confirms_all_orders(
    settings, make_onec, make_order, kind, options, version, encoding, zipped
):
    settings.ONEC_EXCHANGE_ENCODING = encoding
    make_order(total=Decimal(500))
    make_order(total=Decimal(650), delivery_cost=Decimal(200), discount=Decimal(50), customer_name="Ёж № 5 — ≥ 😀")
    customer = Customer.objects.create(
        company_name="ООО «Пример»", inn="7701234567", kpp="770101001", email="a@example.com"
    )
    make_order(total=Decimal(999), rows=2, customer=customer)
    onec = make_onec(kind, zip=zipped, **options)

    report = onec.fetch_orders()

    assert report.error is None
    assert report.confirmed
    assert not report.warnings
    booked = {number: order.total for number, order in onec.infobase.orders.items()}
    assert booked == {"1001": Decimal(500), "1002": Decimal(650), "1003": Decimal(999)}
    assert sent_numbers() == {"1001", "1002", "1003"}
    assert set(OrderBatch.objects.filter(order_count__gt=0).values_list("version", flat=True)) == {version}


@pytest.mark.parametrize("version", ["2.05", "2.08", "2.10", "3.1"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_a_document_is_valid_in_each_version_and_encoding(settings, ask, sign_in, make_order, version, encoding):
    settings.ONEC_EXCHANGE_FORCED_VERSION = version
    settings.ONEC_EXCHANGE_ENCODING = encoding
    make_order(total=Decimal(490), customer_name="Имя <с> & \x07знаками\ufffd ≥")

    response = ask("type=sale&mode=query", cookie=sign_in())

    document = response.getvalue()
    assert response["Content-Type"] == f"application/xml; charset={encoding}"
    assert int(response["Content-Length"]) == len(document)
    assert "orders.xml" in response["Content-Disposition"]
    validate(document, version)
    assert "Имя <с> & знаками ≥" in document_text(document)


def document_text(document: bytes) -> str:
    from lxml import etree

    return "".join(etree.fromstring(document).itertext())


@pytest.mark.parametrize("asked_by", ["zip=yes", "setting"])
def test_a_zip_holds_the_same_document(settings, ask, sign_in, make_order, asked_by):
    make_order()
    settings.ONEC_EXCHANGE_ZIP_REPLY = asked_by == "setting"
    query = "type=sale&mode=query" + ("&zip=yes" if asked_by == "zip=yes" else "")

    response = ask(query, cookie=sign_in())

    content = response.getvalue()
    assert response["Content-Type"] == "application/zip"
    assert "orders.zip" in response["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["orders.xml"]
        validate(archive.read("orders.xml"), "3.1")


def test_init_may_promise_zip_and_query_still_comes_as_xml(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ZIP_UPLOADS = True
    make_order()

    assert onec.fetch_orders().confirmed


def test_nothing_to_send_is_a_whole_document_and_is_confirmed(onec, ask, sign_in):
    report = onec.fetch_orders()
    document = body(ask("mode=query", cookie=sign_in()))

    assert report.confirmed
    assert report.orders == ()
    assert document.startswith("<?xml")
    assert "Документ" not in document
    validate(document.encode(), "3.1")


def test_query_works_without_a_type(ask, sign_in, make_order):
    make_order()

    assert "<Номер>1001</Номер>" in body(ask("mode=query", cookie=sign_in()))


def test_orders_go_oldest_first_and_only_up_to_the_moment_of_the_query(onec, make_order):
    now = timezone.now()
    make_order(number="younger", created_at=now - timedelta(hours=1))
    make_order(number="older", created_at=now - timedelta(hours=2))
    make_order(number="future", created_at=now + timedelta(hours=1))

    report = onec.fetch_orders()

    assert [order.number for order in report.orders] == ["older", "younger"]
    assert sent_numbers() == {"older", "younger"}


def test_guests_keep_their_name_mail_and_phone(onec, make_order):
    make_order(customer_name="Гость", customer_email="guest@example.com", customer_phone="+7 000 000-00-01")

    order = onec.fetch_orders().orders[0]

    assert order.counterparty.name == "Гость"
    assert order.counterparty.emails == ("guest@example.com",)
    assert order.counterparty.phones == ("+7 000 000-00-01",)


def test_a_batch_ends_at_the_limit_and_the_rest_goes_next(settings, onec, make_order):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 1
    for _ in range(5):
        make_order()

    counts = [len(onec.fetch_orders().orders) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    assert Order.objects.filter(sent_to_1c=False).count() == 0
    assert onec.infobase.updated == 0


@pytest.mark.parametrize("name", ["QUERY_LIMIT", "CHUNK_SIZE"])
@pytest.mark.parametrize("limit", [0, -1, "1000", None, 2.5])
def test_a_limit_that_lets_no_order_through_is_a_failure(settings, ask, sign_in, make_order, name, limit):
    make_order()
    token = sign_in()
    setattr(settings, f"ONEC_EXCHANGE_{name}", limit)

    answer = body(ask("mode=query", cookie=token))

    assert answer == f"failure\n{NotConfigured(what=f'ONEC_EXCHANGE_{name}')}"
    assert OrderBatch.objects.count() == 0


def test_a_batch_ends_when_its_time_is_spent_but_never_empty(settings, onec, make_order):
    settings.ONEC_EXCHANGE_QUERY_TIME_BUDGET = 1e-6
    for _ in range(3):
        make_order()

    counts = [len(onec.fetch_orders().orders) for _ in range(4)]

    assert counts == [1, 1, 1, 0]


def test_marking_sets_the_three_fields(onec, make_order):
    order = make_order()
    before = timezone.now()

    onec.fetch_orders()

    changed = Order.objects.get(pk=order.pk)
    assert changed.sent_to_1c
    assert before <= changed.sent_to_1c_at <= timezone.now()
    assert changed.updated_at == changed.sent_to_1c_at


def test_without_success_nothing_is_marked_and_all_comes_again(onec, make_order):
    make_order()

    first = onec.fetch_orders(confirm=False)
    assert sent_numbers() == set()
    second = onec.fetch_orders()

    assert [order.number for order in first.orders] == [order.number for order in second.orders]
    assert sent_numbers() == {"1001"}


def test_what_was_delivered_is_remembered_order_by_order(onec, make_order):
    orders = [make_order(), make_order()]

    onec.fetch_orders()

    deliveries = OrderDelivery.objects.order_by("pk")
    assert [delivery.order_id for delivery in deliveries] == [str(order.pk) for order in orders]
    assert {delivery.state for delivery in deliveries} == {OrderDelivery.State.MARKED}
    batch = OrderBatch.objects.get()
    assert (batch.order_count, batch.marked_count, batch.state) == (2, 2, OrderBatch.State.CONFIRMED)
    assert batch.handed_over_at <= batch.confirmed_at


def test_a_long_number_is_sent_to_ut_with_a_warning(onec, make_order):
    make_order(number="SHOP-2026-000123")

    report = onec.fetch_orders()

    assert report.confirmed
    assert "11" in OrderDelivery.objects.get().warning


def test_a_polling_1c_that_finds_nothing_leaves_one_row(onec, time_machine):
    for minutes in range(0, 50, 10):
        time_machine.move_to(timezone.now() + timedelta(minutes=minutes))
        assert onec.fetch_orders().confirmed

    assert OrderBatch.objects.count() == 1
