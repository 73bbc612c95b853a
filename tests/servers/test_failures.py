"""Accidents in the middle of an exchange: 1C is told, nothing is marked, and everything is as it was."""

from __future__ import annotations

import re
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from django_onec_exchange.models import OrderBatch, OrderDelivery
from django_onec_exchange.outgoing.handover import WatchedFile
from django_onec_exchange.simulator import ExchangeStoppedError
from tests.conftest import body
from tests.shop.models import Order

from .adapters import HookedSerializer, end_own_connection
from .processes import run_child
from .shop import LONG, make_orders, sent_numbers

FAILURE = re.compile(r"failure\nThe site could not answer. Give its administrator the number [0-9a-f]{8}\.")
HERE = "tests.servers.adapters"


def open_files() -> set[str]:
    """Return the files this process holds open, deleted temporary ones included."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return {f"{link.name} {link.readlink()}" for link in links if str(link.readlink()).startswith("/")}


@pytest.fixture
def watched_files():
    """No file that the test opened may be open after it."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("no /proc here to count open files")
    before = open_files()
    yield
    assert {name for name in open_files() - before if "socket" not in name and "/fd" not in name} == set()


@contextmanager
def disk_with(size: int):
    """No file may grow beyond ``size`` bytes, for this process: the write fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def handed_over(db, ask, sign_in):
    """An exchange whose first ``query`` went well: three orders wait for ``success``.  Its token."""
    make_orders(3)
    token = sign_in()
    body(ask("mode=query", cookie=token))
    return token


def assert_only_the_first_batch_is_left(ask, token: str) -> None:
    """The earlier batch of the session can still be confirmed, and it alone."""
    assert OrderBatch.objects.get().state == OrderBatch.State.OPEN
    assert OrderDelivery.objects.count() == 3
    assert sent_numbers() == []
    assert body(ask("mode=success", cookie=token)) == "success"
    assert sent_numbers() == ["000001", "000002", "000003"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["mode=query", "mode=query&zip=yes"])
def test_a_disk_that_fills_up_while_the_file_is_written(watched_files, ask, handed_over, query, audit_root):
    copies = [path for path in audit_root.rglob("*") if path.is_file()]
    make_orders(50, comment="".join(map(chr, range(0x400, 0x400 + LONG))), first=4)

    with disk_with(100_000 if "zip" not in query else 2_000):
        answer = ask(query, cookie=handed_over)
        text = body(answer)

    assert answer.status_code == 200
    assert FAILURE.fullmatch(text)
    assert [path for path in audit_root.rglob("*") if path.is_file()] == copies
    assert_only_the_first_batch_is_left(ask, handed_over)


@pytest.mark.django_db
def test_a_missing_folder_for_temporary_files(settings, watched_files, ask, handed_over, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "missing")

    answer = ask("mode=query", cookie=handed_over)

    assert answer.status_code == 200
    assert FAILURE.fullmatch(body(answer))
    assert_only_the_first_batch_is_left(ask, handed_over)


@pytest.fixture
def full_audit_storage(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "onec_exchange": {"BACKEND": f"{HERE}.FullStorage", "OPTIONS": {"location": tmp_path / "full"}},
    }


@pytest.mark.django_db
def test_a_required_audit_copy_that_cannot_be_kept(settings, watched_files, ask, handed_over, full_audit_storage):
    settings.ONEC_EXCHANGE_AUDIT_REQUIRED = True

    answer = ask("mode=query", cookie=handed_over)

    assert answer.status_code == 200
    assert body(answer) == (
        "failure\nThe audit copy of the orders could not be saved, so they are not handed over."
    )
    assert_only_the_first_batch_is_left(ask, handed_over)


@pytest.mark.django_db
def test_an_audit_copy_that_cannot_be_kept_is_noted_and_the_orders_go(
    watched_files, ask, handed_over, full_audit_storage
):
    make_orders(1, first=4)

    text = body(ask("mode=query", cookie=handed_over))

    assert text.rstrip().endswith("</КоммерческаяИнформация>")
    assert body(ask("mode=success", cookie=handed_over)) == "success"
    assert sent_numbers() == ["000001", "000002", "000003", "000004"]
    batch = OrderBatch.objects.latest("pk")
    assert batch.audit_file == ""
    assert batch.audit_error == "There is no room left on the disk of the audit copies."


# -- processes that die


def said(reply) -> str:
    status, text = reply
    assert status == 200
    return text


def ask_for(query: str, cookie: str = "") -> dict[str, object]:
    return {"do": "ask", "queries": [query], "cookie": cookie}


def test_a_process_that_dies_in_the_middle_of_a_query_leaves_nothing_to_confirm(shared_database):
    expected = make_orders(5, using=shared_database.alias)
    dying = shared_database.environment(ORDER_SERIALIZER=f"{HERE}.DyingSerializer")
    (token,) = run_child(dying, ask_for("mode=query"), code=9)
    assert OrderBatch.objects.using(shared_database.alias).get().state == OrderBatch.State.PREPARING

    site = shared_database.environment()
    answer, report = run_child(site, ask_for("mode=success", token), {"do": "fetch"})

    assert said(answer).startswith("failure\nThere is nothing to confirm")
    assert report["confirmed"], report["error"]
    assert [order["number"] for order in report["orders"]] == expected
    assert sent_numbers(shared_database.alias) == expected


def test_a_restart_between_query_and_success_changes_nothing(shared_database):
    expected = make_orders(5, using=shared_database.alias)
    site = shared_database.environment()
    token, document = run_child(site, ask_for("mode=query"))
    assert said(document).count("<Документ>") == 5
    assert sent_numbers(shared_database.alias) == []

    (answer,) = run_child(site, ask_for("mode=success", token))

    assert said(answer) == "success"
    assert sent_numbers(shared_database.alias) == expected


def test_a_process_that_dies_in_the_middle_of_success_has_marked_nothing(shared_database):
    expected = make_orders(5, using=shared_database.alias)
    dying = shared_database.environment(ORDER_MARKER=f"{HERE}.DyingMarker")
    token, _ = run_child(dying, {"do": "ask", "queries": ["mode=query", "mode=success"]}, code=9)
    assert sent_numbers(shared_database.alias) == []

    (answer,) = run_child(shared_database.environment(), ask_for("mode=success", token))

    assert said(answer) == "success"
    assert sent_numbers(shared_database.alias) == expected


# -- a database that goes away

ends_connections = pytest.mark.skipif(
    connection.vendor not in ("postgresql", "mysql"), reason="only a database server can end a connection"
)


@pytest.fixture
def hook(settings):
    """Set what happens before an order is serialized."""
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"{HERE}.HookedSerializer"
    yield lambda before: setattr(HookedSerializer, "before", staticmethod(before))
    HookedSerializer.before = None


@pytest.mark.server
@ends_connections
def test_a_database_that_goes_away_during_a_query(call_site, hook):
    expected = make_orders(3)
    onec = call_site()
    onec.checkauth()
    onec.query()
    hook(lambda order: end_own_connection() if order.number == "000002" else None)

    with pytest.raises(ExchangeStoppedError, match="The site could not answer"):
        onec.query()

    assert (onec.steps[-1].status, onec.steps[-1].first_line) == (200, "failure")
    assert OrderBatch.objects.filter(state=OrderBatch.State.OPEN).count() == 1
    assert sent_numbers() == []
    hook(None)
    onec.success()
    assert onec.confirmed
    assert sent_numbers() == expected


@pytest.mark.server
@ends_connections
def test_a_database_that_goes_away_during_success(settings, call_site, hook):
    """The content of orders is read again at ``success``, so the serializer is asked there too."""
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.MarkerByContent"
    expected = make_orders(3)
    onec = call_site()
    onec.checkauth()
    onec.query()
    hook(lambda order: end_own_connection() if order.number == "000002" else None)

    onec.success()

    assert not onec.confirmed
    assert "The site could not answer" in onec.warnings[-1]
    assert onec.steps[-1].status == 200
    assert sent_numbers() == []
    hook(None)
    onec.success()
    assert onec.confirmed
    assert sent_numbers() == expected


@pytest.mark.server
@ends_connections
def test_a_database_that_goes_away_while_the_reply_leaves(call_site, monkeypatch):
    """The orders are with 1C, only the note that they left is missing: ``success`` counts."""
    end = WatchedFile._end
    monkeypatch.setattr(WatchedFile, "_end", lambda self, **change: (end_own_connection(), end(self, **change)))
    expected = make_orders(3)
    onec = call_site()
    onec.checkauth()

    assert len(onec.query()) == 3
    onec.success()

    assert onec.confirmed
    assert sent_numbers() == expected
    assert Order.objects.filter(sent_to_1c=False).count() == 0
