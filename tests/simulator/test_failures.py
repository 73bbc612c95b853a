"""Where an operation ends, and what stays of it."""

import pytest

from django_onec_exchange.simulator import (
    UNF,
    UT11,
    Answer,
    BitrixModule,
    Infobase,
    TransferError,
)
from tests.simulator.peers import TEXT, XML, ScriptedSite, container, document, order

EMPTY = document()
VERSIONED = "zip=no\nfile_limit=1\nsessid=tok-1\nversion=3.1"


def bitrix(**script):
    return ScriptedSite(init=VERSIONED, **script)


BROKEN = order("2", ("<Ид>order-2</Ид>", ""))


@pytest.mark.parametrize(
    ("script", "last", "told"),
    [
        ({"checkauth": "failure\nНет доступа"}, "checkauth", "Нет доступа"),
        ({"checkauth": Answer(401, TEXT, b"failure\nwho?")}, "checkauth", "who?"),
        ({"checkauth": Answer(200, {}, b"<html>login</html>")}, "checkauth", "<html>"),
        ({"checkauth": TransferError("No answer within 180 seconds.")}, "checkauth", "No answer"),
        ({"query": "failure\nNo orders"}, "query", "No orders"),
        ({"query": ""}, "query", "empty"),
        ({"query": Answer(401, XML, EMPTY.encode())}, "query", "401"),
        ({"query": TransferError("broke off")}, "query", "broke off"),
        ({"query": document(order("1"), BROKEN)}, "query", "Order 2: Ид is missing"),
        ({"query": Answer(200, {"Content-Type": "application/zip"}, b"PK\x03\x04")}, "query", "zip archive"),
        ({"query": Answer(200, {}, document(order()).encode("cp1251"))}, "query", "root is"),
    ],
)
def test_a_failure_ends_the_operation_without_success(script, last, told):
    site = ScriptedSite(**script)
    base = Infobase()
    report = UT11(site, infobase=base).fetch_orders()

    assert site.modes[-1] == last
    assert told in report.error
    assert not report.confirmed
    assert report.orders == ()
    assert base.orders == {}


def test_what_was_loaded_before_another_operation_stays_unconfirmed():
    site = ScriptedSite(query=document(order("1"), order("2", ("Заказ товара", "Прочие"))))
    client = UT11(site)
    report = client.fetch_orders()

    assert site.modes[-1] == "query"
    assert [one.number for one in report.orders] == ["1"]
    assert list(client.infobase.orders) == ["1"]
    assert "Заказ товара" in report.error


def test_pages_before_a_broken_one_stay():
    site = bitrix(query=[document(container(order("1"))), document(container(BROKEN))])
    client = BitrixModule(site)
    report = client.fetch_orders()

    assert list(client.infobase.orders) == ["1"]
    assert site.modes[-1] == "query"
    assert "Order 2" in report.error


def test_a_500_whose_first_line_is_success_is_a_success():
    site = ScriptedSite(success=Answer(500, TEXT, b"success"))
    report = UT11(site).fetch_orders()

    assert report.confirmed
    assert report.warnings == ("success: HTTP 500; 1C logs it and reads the body all the same.",)


def test_ut_does_not_read_a_refused_confirmation():
    report = UT11(ScriptedSite(success="failure\nno batch")).fetch_orders()

    assert report.error is None
    assert not report.confirmed
    assert "no batch" in report.warnings[0]


@pytest.mark.parametrize("client", [UNF, BitrixModule])
def test_the_others_do(client):
    site = ScriptedSite(init=VERSIONED, success="failure\nno batch", query=[EMPTY])
    report = client(site).fetch_orders()

    assert "no batch" in report.error


def test_unf_does_not_mind_a_confirmation_in_other_words():
    report = UNF(ScriptedSite(success="ok")).fetch_orders()

    assert report.error is None
    assert not report.confirmed
    assert "ok" in report.warnings[0]


def test_unf_asks_once_more_only_after_a_partial_reply():
    site = ScriptedSite(query=TransferError("No answer within 1800 seconds."))
    UNF(site).fetch_orders()

    assert site.modes == ["checkauth", "query"]


def test_an_empty_confirmation_fails_ut_and_not_unf():
    assert "not answered" in UT11(ScriptedSite(success="")).fetch_orders().error

    report = UNF(ScriptedSite(success="")).fetch_orders()
    assert (report.error, report.confirmed) == (None, False)


@pytest.mark.parametrize("client", [lambda site: UNF(site, subordinate=True), BitrixModule])
def test_an_unanswered_init_ends_the_operation(client):
    site = ScriptedSite(init="")

    assert "init was not answered" in client(site).fetch_orders().error
    assert site.modes == ["checkauth", "init"]


def test_a_refused_init_ends_the_operation_of_the_bitrix_module():
    assert "later" in BitrixModule(ScriptedSite(init="failure\nlater")).fetch_orders().error


def test_unf_decodes_a_reply_with_a_replacement_character_to_rubbish():
    spoilt = document(order("1", ("Позвонить", "Позв\ufffdнить")))
    report = UNF(ScriptedSite(query=spoilt)).fetch_orders()

    assert "not well-formed" in report.error
    assert "decoded again as windows-1251" in report.warnings[0]


def test_unf_reads_windows_1251_that_nobody_announced():
    body = document(order()).encode("cp1251")

    assert UNF(ScriptedSite(query=Answer(200, {}, body))).fetch_orders().confirmed
