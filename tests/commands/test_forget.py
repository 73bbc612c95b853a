"""``manage.py onec_forget``: one customer's orders taken out of the audit copies."""

from __future__ import annotations

import hashlib
import shutil
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from lxml import etree

from django_onec_exchange import audit
from django_onec_exchange.commerceml.redaction import copy_without
from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.models import (
    ExchangeSession,
    IncomingFile,
    OrderBatch,
    OrderDelivery,
    OrderLink,
    SkippedOrder,
)
from django_onec_exchange.outgoing.by_hand import mark_as_sent
from django_onec_exchange.simulator import BitrixModule
from django_onec_exchange.status import context_of
from tests.conftest import SECOND, body
from tests.incoming import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upload_root(settings, tmp_path):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")


@pytest.fixture
def forget(capsys):
    """Run the command and return the lines it wrote."""

    def run(*arguments) -> list[str]:
        capsys.readouterr()
        call_command("onec_forget", "--order", *arguments)
        return capsys.readouterr().out.splitlines()

    return run


def copy_of(audit_root, batch: OrderBatch) -> bytes:
    return (audit_root / batch.audit_file).read_bytes()


def numbers(xml: bytes) -> list[str]:
    return [number.text for number in etree.fromstring(xml).iterfind(".//Документ/Номер")]


def everything(audit_root) -> bytes:
    return b"".join(path.read_bytes() for path in audit_root.rglob("*") if path.is_file())


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
@pytest.mark.parametrize("query", ["mode=query", "mode=query&zip=yes"], ids=["plain", "zip"])
@pytest.mark.parametrize("version", ["2.10", "3.1"])
def test_an_order_is_taken_out_and_the_others_stay_as_they_were(
    settings, ask, sign_in, make_order, audit_root, forget, encoding, query, version
):
    settings.ONEC_EXCHANGE_ENCODING = encoding
    settings.ONEC_EXCHANGE_FORCED_VERSION = version
    for _ in range(3):
        make_order(comment="Ёлка → 5 <b>\nстрока")
    delivered = ask(query, cookie=sign_in()).getvalue()

    told = forget("1002")

    batch = OrderBatch.objects.get()
    copy = copy_of(audit_root, batch)
    if batch.zipped:
        copy, delivered_xml = (zipfile.ZipFile(BytesIO(one)).read("orders.xml") for one in (copy, delivered))
    else:
        delivered_xml = delivered
    assert numbers(copy) == ["1001", "1003"]
    mark = f"\n<{'Контейнер' if version == '3.1' else 'Документ'}>".encode(encoding)
    parts = delivered_xml.split(mark)
    assert copy == mark.join([parts[0], parts[1], parts[3]])
    assert told[0].endswith("1 order is taken out")
    assert batch.redacted_at is not None
    assert (batch.size, batch.digest) == (len(delivered), hashlib.sha256(delivered).hexdigest())
    assert len([path for path in audit_root.rglob("*") if path.is_file()]) == 1


def test_all_of_a_file_may_go_and_it_stays_a_document(onec, make_order, audit_root, forget):
    make_order()
    onec.fetch_orders()

    forget("1001")

    assert numbers(copy_of(audit_root, OrderBatch.objects.get())) == []


def test_every_copy_it_stands_in_is_written_anew(settings, ask, sign_in, make_order, audit_root, forget):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    make_order()
    token = sign_in()
    for _ in range(3):
        body(ask("mode=query", cookie=token))

    assert len(forget("1001")) == 3

    assert "Покупатель 1<" not in everything(audit_root).decode()
    assert everything(audit_root).decode().count("<Номер>1002<") == 3


def test_the_ledger_stays(onec, make_order, forget):
    make_order()
    onec.fetch_orders()

    forget("1001")

    assert OrderDelivery.objects.get().state == "marked"


def test_what_reasons_and_warnings_quote_is_forgotten_too(onec, make_order, forget):
    make_order(number="1001")
    make_order(number="1002", rows=0)
    onec.fetch_orders()
    OrderDelivery.objects.update(warning="Иванов")

    forget("1001", "1002")

    assert OrderDelivery.objects.get().warning == ""
    skipped = SkippedOrder.objects.get()
    assert (skipped.reason, skipped.code, skipped.resolved_at) == ("", "no-items", None)


def test_an_order_whose_number_changed_is_found_under_both(onec, make_onec, make_order, audit_root, forget):
    order = make_order(number="old")
    onec.fetch_orders()
    order.number, order.sent_to_1c = "new", False
    order.save()
    make_onec().fetch_orders()

    assert len(forget("new")) == 2

    assert "Покупатель" not in everything(audit_root).decode()


def test_numbers_that_look_alike_are_others(onec, make_order, audit_root, forget):
    for number in ("17", "170", "1-17", "A&17", "a&17"):
        make_order(number=number)
    onec.fetch_orders()

    forget("17")
    assert numbers(copy_of(audit_root, OrderBatch.objects.get())) == ["170", "1-17", "A&17", "a&17"]
    forget("A&17", "1-17")

    assert numbers(copy_of(audit_root, OrderBatch.objects.get())) == ["170", "a&17"]


def test_the_copies_of_all_bases_unless_one_is_named(make_onec, make_order, audit_root, forget):
    make_order()
    for path in ("/1c/exchange/", SECOND):
        make_onec(BitrixModule, path=path).fetch_orders()

    assert len(forget("1001", "--base", "second")) == 1
    assert everything(audit_root).decode().count("<Номер>1001<") == 1
    assert len(forget("1001")) == 1

    assert "1001" not in everything(audit_root).decode()


def test_orders_that_came_back_are_forgotten_with_their_file(site, sign_in, make_order, audit_root, forget):
    make_order()
    token = sign_in()
    for name, number in (("a.xml", "1001"), ("b.xml", "7777")):
        site.post(
            f"/1c/exchange/?type=sale&mode=file&filename={name}",
            files.orders(files.order(number)),
            content_type="application/octet-stream",
            headers={"Cookie": f"onec_exchange={token}"},
        )

    (told,) = forget("1001")

    assert told.endswith("the whole copy is removed")
    assert [bool(file.audit_file) for file in IncomingFile.objects.order_by("pk")] == [False, True]
    assert "7777" in everything(audit_root).decode()
    assert "<Номер>1001<" not in everything(audit_root).decode()


def test_an_order_that_1c_calls_otherwise_is_found_by_its_identifier(site, sign_in, onec, make_order, forget):
    """A manager has given it another number in 1C."""
    order = make_order()
    onec.fetch_orders()
    base = OrderBatch.objects.get().base
    OrderLink.objects.create(base=base, order_id=str(order.pk), onec_id="guid-1", onec_number="ТД-5")
    sign_in()
    for name, element in (
        ("a.xml", "<Ид>guid-1</Ид>"),
        ("b.xml", "<Номер>ТД-5</Номер>"),
        ("c.xml", "<Ид>1001</Ид>"),
    ):
        IncomingFile.objects.create(
            session=ExchangeSession.objects.latest("pk"),
            name=name,
            audit_file=audit.get_storage().save(f"default/{name}", ContentFile(files.document(element))),
        )

    forget("1001")

    assert [bool(file.audit_file) for file in IncomingFile.objects.order_by("pk")] == [False, False, True]


@pytest.mark.parametrize("query", ["mode=query", "mode=query&zip=yes"], ids=["plain", "zip"])
def test_a_copy_that_no_row_tells_of_goes_whole(ask, sign_in, make_order, audit_root, forget, query):
    """A process that was killed left it."""
    make_order()
    ask(query, cookie=sign_in()).getvalue()
    copy = audit_root / OrderBatch.objects.get().audit_file
    shutil.copy(copy, copy.with_name(f"orders-00000099{copy.suffix}"))

    assert len(forget("1001")) == 2

    assert [path.name for path in copy.parent.iterdir()] == [f"{copy.stem}-redacted{copy.suffix}"]


def test_a_dry_run_changes_nothing(onec, make_order, audit_root, forget):
    make_order()
    onec.fetch_orders()
    before = everything(audit_root)

    told = forget("1001", "--dry-run")

    assert told[0].endswith("1 order is taken out")
    assert told[-1] == "Nothing was changed: this was a dry run."
    assert everything(audit_root) == before
    assert OrderBatch.objects.get().redacted_at is None


def test_what_is_not_there_is_told_and_no_error(onec, make_order, forget, audit_root):
    make_order()
    onec.fetch_orders()

    assert forget("nowhere") == ["No audit copy holds these orders."]
    shutil.rmtree(audit_root)
    assert forget("1001") == ["No audit copy holds these orders."]


def test_once_more_changes_nothing(onec, make_order, forget):
    make_order()
    onec.fetch_orders()
    forget("1001")

    assert forget("1001") == ["No audit copy holds these orders."]


def test_a_copy_that_cannot_be_replaced_is_told_and_no_second_one_is_left(settings, onec, make_order, capsys):
    backend = {"BACKEND": "tests.commands.adapters.Undeletable"}
    settings.STORAGES = {**settings.STORAGES, "onec_exchange": backend}
    make_order()
    onec.fetch_orders()

    with pytest.raises(CommandError):
        call_command("onec_forget", "--order", "1001")

    batch = OrderBatch.objects.get()
    assert batch.redacted_at is None
    assert audit.get_storage().exists(batch.audit_file)


def test_a_storage_without_paths_does_as_well(settings, ask, sign_in, make_order, forget):
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "onec_exchange": memory}
    make_order()
    ask("mode=query&zip=yes", cookie=sign_in()).getvalue()

    forget("1001")

    with audit.get_storage().open(OrderBatch.objects.get().audit_file) as copy:
        assert numbers(zipfile.ZipFile(copy).read("orders.xml")) == []


def test_an_unknown_base_is_told(db):
    with pytest.raises(CommandError, match="unknown"):
        call_command("onec_forget", "--order", "1", "--base", "unknown")


def test_memory_stands_still_whatever_the_size_of_the_file():
    order = f"\n<Документ><Ид>1</Ид><Номер>1</Номер><К>{'я' * 10_000}</К></Документ>".encode()

    class Sink:
        size = 0

        def write(self, data):
            self.size += len(data)

    class Source:
        left = 2000

        def read(self, size):
            self.left -= 1
            return order if self.left >= 0 else b""

    sink = Sink()
    tracemalloc.start()
    removed = copy_without(Source(), sink, {"2"}, version=VERSIONS["2.10"], encoding="utf-8")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert removed == 0
    assert sink.size == 2000 * len(order)
    assert peak < 1 << 20


def test_a_note_of_somebody_who_marked_the_order_by_hand_goes(account, make_order, forget):
    order, other = make_order(), make_order()
    for one in (order, other):
        mark_as_sent([one.pk], "Константин asked for it", account, context_of("default"))

    forget(order.number)

    notes = OrderBatch.objects.order_by("pk").values_list("note", flat=True)
    assert list(notes) == ["", "Константин asked for it"]
