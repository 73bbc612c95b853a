"""``manage.py onec_export``: a look at the file that 1C would get."""

from __future__ import annotations

import stat
import zipfile
from io import BytesIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from django_onec_exchange.models import (
    DeliveryWindow,
    ExchangeSession,
    OrderBatch,
    OrderDelivery,
    SkippedOrder,
    SuspectOrder,
)
from tests.conftest import body
from tests.shop.models import Deal, Order, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(capsysbinary):
    """Run the command and return what it wrote to stdout."""

    def run(*arguments) -> bytes:
        call_command("onec_export", *arguments)
        return capsysbinary.readouterr().out

    return run


def numbers(xml: bytes) -> list[str]:
    return [number.text for number in etree.fromstring(xml).iterfind(".//Документ/Номер")]


def documents(xml: bytes) -> bytes:
    """Return the file without the moment it was made at."""
    return xml.partition(b"\n<\xd0\x94\xd0\xbe")[2]


def test_it_is_the_file_that_the_next_query_of_a_stock_1c_carries(export, onec, make_order, audit_root):
    for _ in range(3):
        make_order(delivery_cost="300")

    seen = export()

    onec.fetch_orders()
    assert documents(seen) == documents((audit_root / OrderBatch.objects.get().audit_file).read_bytes())
    assert numbers(seen) == ["1001", "1002", "1003"]


def test_nothing_is_marked_offered_or_recorded(export, make_order, audit_root, capsysbinary):
    make_order()
    make_order(rows=0)

    with CaptureQueriesContext(connection) as queries, pytest.raises(CommandError):
        export()

    assert not ExchangeSession.objects.exists()
    assert not OrderBatch.objects.exists()
    assert not OrderDelivery.objects.exists()
    assert not SkippedOrder.objects.exists()
    assert not Order.objects.filter(sent_to_1c=True).exists()
    assert not Order.objects.filter(export_skipped=True).exists()
    assert not audit_root.exists()
    writing = [one["sql"] for one in queries if not one["sql"].startswith("SELECT")]
    assert [sql for sql in writing if "infobase" not in sql and "POINT" not in sql] == []


def test_orders_that_cannot_be_written_are_told_with_the_reason(make_order, capsysbinary):
    make_order()
    make_order(number="broken", rows=0)

    with pytest.raises(CommandError, match="Not every order"):
        call_command("onec_export")

    out, err = capsysbinary.readouterr()
    assert numbers(out) == ["1001"]
    assert "broken: " in err.decode()
    assert "1 order was written." in err.decode()


def test_given_orders_are_written_even_if_they_were_sent_or_left_out(export, make_order):
    make_order(sent_to_1c=True)
    make_order(export_skipped=True)
    last = make_order()
    make_order()

    assert numbers(export("--order", "1002", "1001", "--order", str(last.pk))) == ["1002", "1001", "1003"]


def test_a_number_that_no_order_has_is_told(make_order, capsysbinary):
    make_order()

    with pytest.raises(CommandError):
        call_command("onec_export", "--order", "1001", "nowhere", "99999999999999999999")

    out, err = capsysbinary.readouterr()
    assert numbers(out) == ["1001"]
    assert "nowhere: no order" in err.decode()
    assert "99999999999999999999: no order" in err.decode()


def test_keys_of_any_kind_do(export, settings, product):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Deal"
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.commands.adapters.DealSerializer"
    deal = Deal.objects.create(created_at="2026-01-01T00:00Z", status=Stage.objects.create(name="new"))

    assert numbers(export("--order", str(deal.pk))) == [str(deal.pk)]


def test_a_file_is_written_whole_and_for_its_owner_alone(export, make_order, tmp_path):
    make_order()
    path = tmp_path / "orders.xml"

    assert export("--output", path) == b""

    assert numbers(path.read_bytes()) == ["1001"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_fails_on_the_way_leaves_the_old_one(settings, make_order, tmp_path):
    path = tmp_path / "orders.xml"
    path.write_text("old")
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.BrokenSelector"

    with pytest.raises(RuntimeError):
        call_command("onec_export", "--output", path)

    assert [one.read_text() for one in tmp_path.iterdir() if one.is_file()] == ["old"]


def test_a_folder_that_is_not_there_is_told(make_order, tmp_path):
    with pytest.raises(CommandError, match="could not be written"):
        call_command("onec_export", "--output", tmp_path / "nowhere" / "orders.xml")


@pytest.mark.parametrize("version", ["2.05", "2.10", "3.1"])
def test_the_version_can_be_chosen(export, make_order, version):
    make_order()

    root = etree.fromstring(export("--commerceml", version))

    assert root.get("ВерсияСхемы") == version
    assert (root.find("Контейнер") is not None) is (version == "3.1")


def test_it_can_be_packed(export, make_order):
    make_order()

    packed = export("--zip")

    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert numbers(archive.read("orders.xml")) == ["1001"]


def test_a_limit_counts_the_orders_that_are_written(export, make_order):
    for _ in range(5):
        make_order()

    assert numbers(export("--limit", "2")) == ["1001", "1002"]
    assert numbers(export("--limit", "1", "--order", "1003", "1004")) == ["1003"]
    with pytest.raises(CommandError):
        export("--limit", "0")


def test_many_orders_that_cannot_be_written_do_not_hide_the_others(settings, make_order, capsysbinary):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    for _ in range(5):
        make_order(rows=0)
    make_order(number="good")

    with pytest.raises(CommandError):
        call_command("onec_export")

    assert numbers(capsysbinary.readouterr().out) == ["good"]


def test_a_serializer_that_always_fails_is_told_of_each_order(settings, make_order, capsysbinary):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.BrokenSerializer"
    make_order()
    make_order()

    with pytest.raises(CommandError):
        call_command("onec_export")

    out, err = capsysbinary.readouterr()
    assert numbers(out) == []
    assert err.count(b"could not describe") == 2


def test_suspects_are_left_as_they_are(export, ask, sign_in, make_order):
    """The next query would drop a suspect that no longer waits."""
    order = make_order(sent_to_1c=True)
    body(ask("mode=query", cookie=sign_in()))
    SuspectOrder.objects.create(
        base=OrderBatch.objects.get().base, order_id=str(order.pk), number=order.number, revision="x"
    )
    DeliveryWindow.objects.create(base=OrderBatch.objects.get().base, limit=1)

    export()
    assert SuspectOrder.objects.exists()

    body(ask("mode=query", cookie=sign_in()))
    assert not SuspectOrder.objects.exists()


def test_without_orders_it_is_an_empty_document(export):
    assert numbers(export()) == []


def test_an_unknown_base_is_told():
    with pytest.raises(CommandError, match="unknown"):
        call_command("onec_export", "--base", "unknown")
