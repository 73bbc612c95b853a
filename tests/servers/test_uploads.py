"""Files over real sockets, to a server of its own process: clients that hang up, or come at the same moment."""

from __future__ import annotations

import time
from itertools import chain, groupby
from pathlib import Path

import pytest
from django.db import connection

from django_onec_exchange.models import ImportSession, IncomingFile
from django_onec_exchange.simulator import (
    UNF,
    UT11,
    BitrixModule,
    ExchangeStoppedError,
    HttpTransport,
    TransferError,
)
from tests.conftest import ENDPOINT, SECOND
from tests.incoming import files
from tests.incoming.zips import ordinary
from tests.shop.models import Order

from .catalog import GOODS, in_shop, names, times_saved, upload
from .processes import serving
from .shop import make_orders, sent_numbers, wait_until
from .threads import threads

STATUSES = {"ORDER_STATUSES": {"posted": "paid"}, "ORDER_STATUS_SEQUENCE": ["new", "paid", "cancelled"]}
State = ImportSession.State


@pytest.fixture
def running():
    with threads() as running:
        yield running


@pytest.fixture
def diary(tmp_path) -> Path:
    return tmp_path / "diary"


@pytest.fixture
def site(shared_database, tmp_path, diary):
    environment = shared_database.environment(
        {"TEST_CHUNK_SECONDS": 0.1, "TEST_DIARY": str(diary)},
        UPLOAD_ROOT=str(tmp_path / "uploads"),
        CATALOG_HANDLER="tests.servers.catalog.CountingCatalog",
        CHUNK_SIZE=10,
        FILE_LIMIT=30_000,
        IMPORT_POLL_HOLD=0.2,
        **STATUSES,
    )
    with serving(environment) as url:
        yield url


@pytest.fixture
def call(site):
    """Make an emulated 1C; UT 11.5 unless told otherwise."""

    def make(kind=UT11, path=ENDPOINT, **options):
        return kind(HttpTransport(site + path, 60), username="1c", password="secret", **options)

    return make


def begin(onec, type_: str = "catalog"):
    onec.checkauth(type_)
    onec.init()
    return onec


def stored(tmp_path, name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((tmp_path / "uploads").rglob(name))]


def tries(step, *args) -> bool:
    """Tell whether a step was answered with success."""
    try:
        step(*args)
    except ExchangeStoppedError:
        return False
    return True


# -- uploads


@pytest.mark.parametrize("cut", [1, 10_000, 25_000])
def test_a_client_that_hangs_up_in_a_chunk_may_send_it_again_at_once(call, tmp_path, cut):
    onec = begin(call())
    chunks = [bytes([number]) * 25_001 for number in range(3)]
    onec.file("a.jpg", chunks[0])

    for chunk in chunks[1:]:
        onec.transport.cut_body_after = cut
        with pytest.raises(TransferError):
            onec.file("a.jpg", chunk)
        onec.transport.cut_body_after = None
        onec.file("a.jpg", chunk)

    assert stored(tmp_path, "a.jpg") == [b"".join(chunks)]


def test_requests_for_one_file_at_once_stand_behind_each_other(call, running, tmp_path):
    onec = begin(call())
    chunks = [bytes([number]) * 30_000 for number in range(4)]

    running.at_once(*[lambda chunk=chunk: onec.file("a.jpg", chunk) for chunk in chunks])

    (content,) = stored(tmp_path, "a.jpg")
    assert sorted((value, len(list(run))) for value, run in groupby(content)) == [(n, 30_000) for n in range(4)]


def test_sessions_at_once_do_not_meet(call, running, shared_database):
    clients = [call(), call(BitrixModule), call(UNF, seconds_before_import=0)]
    goods = [names(30, 1), names(30, 101), names(30, 201)]

    reports = running.at_once(
        *[
            lambda onec=onec, mine=mine: onec.send_catalog(upload(mine))
            for onec, mine in zip(clients, goods, strict=True)
        ]
    )

    assert [report.error for report in reports] == [None, None, None]
    assert in_shop(shared_database.alias) == dict.fromkeys([*chain(*goods)], "250.00")
    assert times_saved(shared_database.alias) == {1}


# -- imports


def test_the_same_import_asked_for_at_once_is_applied_once(call, running, shared_database):
    onec = begin(call())
    onec.upload(GOODS, upload(names(40))[GOODS])

    running.at_once(*[lambda: onec.import_file(GOODS)] * 4)

    assert times_saved(shared_database.alias) == {1}
    record = ImportSession.objects.using(shared_database.alias).get()
    assert (record.state, record.applied_count) == (State.DONE, 40)


def test_an_archive_asked_for_at_once_is_applied_once(call, running, shared_database, tmp_path):
    onec = begin(call())
    onec.upload("v8_1.zip", ordinary(upload(names(30), picture=200_000).items(), method=0))

    running.at_once(*[lambda: onec.import_file(GOODS)] * 4)

    assert times_saved(shared_database.alias) == {1}
    assert not list((tmp_path / "uploads").glob(".*"))


def test_of_two_imports_of_one_base_one_runs_and_the_other_waits(call, running, shared_database, diary):
    clients, goods = [call(), call()], [names(50), names(50, 101)]
    for onec, mine in zip(clients, goods, strict=True):
        begin(onec).upload(GOODS, upload(mine)[GOODS])

    running.at_once(*[lambda onec=onec: onec.import_file(GOODS) for onec in clients])

    assert sorted(in_shop(shared_database.alias)) == sorted([*chain(*goods)])
    assert times_saved(shared_database.alias) == {1}
    assert len([session for session, _ in groupby(diary.read_text().split("\n")[:-1])]) == 2
    assert [len(onec.polls[GOODS]) > 0 for onec in clients].count(True) == 1


def test_two_bases_import_at_once(call, running, shared_database, diary):
    clients = {call(): names(50), call(path=SECOND): names(50, 101)}
    for onec, mine in clients.items():
        begin(onec).upload(GOODS, upload(mine)[GOODS])

    running.at_once(*[lambda onec=onec: onec.import_file(GOODS) for onec in clients])

    assert times_saved(shared_database.alias) == {1}
    assert [onec.polls[GOODS] for onec in clients] == [[], []]
    if connection.vendor != "sqlite":  # which lets one write at a time
        assert len([base for base, _ in groupby(diary.read_text().split("\n")[:-1])]) > 2


def test_the_file_of_a_running_import_is_not_touched(call, running, shared_database, tmp_path, diary):
    onec = begin(call())
    content = upload(names(100))[GOODS]
    onec.upload(GOODS, content)
    importing = running.start(onec.import_file, GOODS)
    wait_until(diary.exists, "the import runs")

    assert not tries(onec.file, GOODS, b"<new/>")
    onec.init()  # a new upload, beside the old one
    onec.file(GOODS, b"<new/>")

    importing.result(30)
    assert len(in_shop(shared_database.alias)) == 100
    assert times_saved(shared_database.alias) == {1}
    assert sorted(stored(tmp_path, GOODS)) == sorted([content, b"<new/>"])


# -- orders that come back


def test_orders_come_back_while_success_marks_them(call, running, shared_database):
    alias = shared_database.alias
    for turn in range(4):
        numbers = make_orders(30, using=alias, first=turn * 100 + 1)
        leaving, returning = call(), call(UNF)
        leaving.checkauth()
        leaving.query()
        content = files.orders(*[files.order(number, Проведен="true") for number in reversed(numbers)])
        begin(returning, "sale")

        answers = running.at_once(
            lambda onec=leaving: onec.success() or onec.confirmed,
            lambda onec=returning, content=content: onec.upload("orders-1_1.xml", content),
        )

        assert answers == [True, None]
        assert sent_numbers(alias)[-30:] == numbers
    orders = Order.objects.using(alias)
    assert set(orders.values_list("status", flat=True)) == {"paid"}
    assert call().fetch_orders().orders == ()
    for record in ImportSession.objects.using(alias).all():
        assert (record.state, record.applied_count, record.position) == (State.DONE, 30, 30)


def test_the_same_order_file_at_once_is_applied_once(call, running, shared_database):
    alias = shared_database.alias
    numbers = make_orders(30, using=alias)
    onec = begin(call(BitrixModule), "sale")
    content = files.orders(*[files.order(number, Проведен="true") for number in numbers])
    onec.upload("orders-1_1.xml", content)

    running.at_once(*[lambda: onec.import_file("orders-1_1.xml")] * 3)

    record = ImportSession.objects.using(alias).get()
    assert (record.state, record.position) == (State.DONE, 30)


def test_a_large_upload_does_not_hold_up_another_client(call, running, shared_database):
    slow, quick = begin(call()), call()
    sending = running.start(lambda: [slow.file("a.jpg", bytes(30_000)) for _ in range(50)])

    started = time.monotonic()
    assert quick.fetch_orders().error is None
    assert time.monotonic() - started < 5

    sending.result(60)
    assert IncomingFile.objects.using(shared_database.alias).get().size == 1_500_000
