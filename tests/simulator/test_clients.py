"""Who calls what in which order, and where an operation ends."""

import base64
from decimal import Decimal

import pytest

from django_onec_exchange.simulator import (
    UNF,
    UT11,
    Answer,
    BitrixModule,
    ExchangeStoppedError,
    ReadError,
    TransferError,
)
from tests.simulator.peers import LOGIN, TEXT, ScriptedSite, archived, container, document, order

EMPTY = document()
VERSIONED = "zip=no\nfile_limit=1\nsessid=tok-1\nversion=3.1"


def pages(*documents):
    return [document(container(one)) for one in documents] + [EMPTY]


def bitrix(**script):
    return ScriptedSite(init=VERSIONED, **script)


def test_ut_asks_for_orders_right_after_logging_in():
    site = ScriptedSite()
    report = UT11(site).fetch_orders()

    assert site.queries == ["type=sale&mode=checkauth", "type=sale&mode=query", "type=sale&mode=success"]
    assert report.confirmed
    assert report.error is None
    assert report.warnings == ()
    assert report.total == Decimal("130.00")
    assert [(step.mode, step.status, step.first_line) for step in report.steps] == [
        ("checkauth", 200, "success"),
        ("query", 200, '<?xml version="1.0" encoding="UTF-8"?>'),
        ("success", 200, "success"),
    ]


def test_ut_names_its_session_only_if_told_to():
    site = ScriptedSite()
    report = UT11(site, use_session_id=True).fetch_orders()

    assert site.queries[1:] == ["type=sale&mode=query&sessid=tok-1", "type=sale&mode=success&sessid=tok-1"]
    assert [step.query for step in report.steps[1:]] == [
        "type=sale&mode=query&sessid=***",
        "type=sale&mode=success&sessid=***",
    ]


def test_unf_is_as_short():
    site = ScriptedSite()

    assert UNF(site).fetch_orders().confirmed
    assert site.modes == ["checkauth", "query", "success"]


def test_unf_with_subordinate_documents_declares_the_version_in_init_only():
    site = ScriptedSite(init=VERSIONED)
    assert UNF(site, subordinate=True).fetch_orders().confirmed

    assert site.queries == [
        "type=sale&mode=checkauth",
        "type=sale&sessid=tok-1&version=2.09&cmlVersion=2.10&mode=init",
        "type=sale&sessid=tok-1&mode=query",
        "type=sale&sessid=tok-1&mode=success",
    ]


def test_unf_with_the_bitrix_protocol_declares_none():
    site = ScriptedSite()
    assert UNF(site, bitrix=True).fetch_orders().confirmed

    assert site.queries[1] == "type=sale&sessid=tok-1&mode=init"


def test_the_bitrix_module_asks_until_nothing_comes():
    site = bitrix(query=pages(order("1"), order("2")))
    report = BitrixModule(site).fetch_orders()

    assert site.modes == ["checkauth", "init", "query", "query", "query", "success"]
    assert site.queries[1] == "type=sale&mode=init&version=3.1&sessid=tok-1"
    assert site.queries[2] == "type=sale&mode=query&sessid=tok-1"
    assert [one.number for one in report.orders] == ["1", "2"]
    assert report.confirmed


def test_without_a_version_it_asks_once():
    site = ScriptedSite()
    assert BitrixModule(site, version=None).fetch_orders().confirmed

    assert site.queries[1] == "type=sale&mode=init&sessid=tok-1"
    assert site.modes.count("query") == 1


def test_a_site_that_never_runs_dry_is_left():
    site = bitrix(query=document(order()))
    report = BitrixModule(site, max_pages=3).fetch_orders()

    assert site.modes.count("query") == 3
    assert "never with none" in report.error
    assert not report.confirmed


def test_a_version_the_site_does_not_answer_is_noted():
    site = ScriptedSite(query=EMPTY)

    assert BitrixModule(site).fetch_orders().warnings == ("init: a version was declared, the reply names none.",)


@pytest.mark.parametrize(("use_cookie", "use_basic"), [(True, True), (True, False), (False, True)])
def test_cookie_and_basic_are_sent_as_asked(use_cookie, use_basic):
    site = ScriptedSite()
    UT11(site, username="1c", password="p", use_cookie=use_cookie, use_basic=use_basic).fetch_orders()

    (_, _, first), *others = site.requests
    assert "Authorization" in first
    assert "Cookie" not in first
    for _, _, headers in others:
        assert headers.get("Cookie") == ("onec=cookie-value" if use_cookie else None)
        assert ("Authorization" in headers) == use_basic


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_credentials_are_encoded_as_asked(encoding):
    site = ScriptedSite()
    UT11(site, username="обмен", password="пароль", credentials_encoding=encoding).fetch_orders()

    secret = site.requests[0][2]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(secret).decode(encoding) == "обмен:пароль"


def test_the_user_agent_can_be_another():
    site = ScriptedSite()
    UT11(site, user_agent="tool/1").fetch_orders()

    assert {headers["User-Agent"] for _, _, headers in site.requests} == {"tool/1"}


def test_an_operation_can_end_before_it_is_confirmed():
    site = ScriptedSite()
    report = UT11(site).fetch_orders(confirm=False)

    assert site.modes == ["checkauth", "query"]
    assert (report.error, report.confirmed) == (None, False)
    assert len(report.orders) == 1


def test_nothing_to_load_is_confirmed_too():
    site = ScriptedSite(query=EMPTY)
    report = UT11(site).fetch_orders()

    assert site.modes[-1] == "success"
    assert report.confirmed
    assert report.orders == ()


def test_orders_in_containers_are_confirmed_and_lost():
    site = ScriptedSite(query=document(container(order())))
    report = UT11(site).fetch_orders()

    assert report.confirmed
    assert report.orders == ()
    assert report.warnings == ("found no documents although the root holds Контейнер",)


def test_steps_may_be_played_one_by_one_and_repeated():
    site = ScriptedSite()
    client = UT11(site)

    client.checkauth()
    client.query()
    client.query()
    client.init()
    client.success()

    assert site.modes == ["checkauth", "query", "query", "init", "success"]
    assert client.confirmed
    assert (client.infobase.created, client.infobase.updated) == (1, 1)


BROKEN = order("2", ("<Ид>order-2</Ид>", ""))


def test_steps_raise_what_an_operation_would_report():
    with pytest.raises(ExchangeStoppedError):
        UT11(ScriptedSite(checkauth="failure")).checkauth()
    with pytest.raises(ExchangeStoppedError, match="exactly 2 lines"):
        UT11(ScriptedSite(init="zip=no\nfile_limit=1\n")).init()
    with pytest.raises(ReadError):
        UT11(ScriptedSite(query=document(BROKEN))).query()
    with pytest.raises(TransferError):
        UT11(ScriptedSite(query=TransferError("x"))).query()


def test_a_step_without_login_sends_no_cookie():
    site = ScriptedSite()
    UT11(site).query()

    assert "Cookie" not in site.requests[0][2]


def test_a_lost_confirmation_makes_1c_load_the_same_order_again():
    site = ScriptedSite(success=[TransferError("No answer within 180 seconds."), "success"])
    client = UT11(site)

    first, second = client.fetch_orders(), client.fetch_orders()

    assert not first.confirmed
    assert second.confirmed
    assert (client.infobase.created, client.infobase.updated, client.infobase.duplicates) == (1, 1, 0)
    assert [step.status for step in first.steps] == [200, 200, None]
    assert len(second.steps) == 3


def test_a_zip_is_asked_for_and_read():
    answer = archived({"orders.xml": document(order())})
    site = ScriptedSite(query=answer)
    report = UT11(site, zip=True).fetch_orders()

    assert site.queries[1] == "type=sale&mode=query&zip=yes"
    assert report.confirmed
    assert report.steps[1].first_line == "(zip archive)"


def test_plain_xml_does_not_pass_for_a_zip():
    assert "application/zip" in UT11(ScriptedSite(), zip=True).fetch_orders().error


def test_warnings_of_an_earlier_operation_are_not_told_again():
    site = ScriptedSite(query=[document(order("1", ("130.00", "99.00"))), EMPTY])
    client = UT11(site)

    assert client.fetch_orders().warnings
    assert client.fetch_orders().warnings == ()


def test_progress_counts_over_all_pages():
    told = []
    site = bitrix(query=pages(order("1"), order("2")))
    BitrixModule(site, on_progress=lambda *what: told.append(what)).fetch_orders()

    assert [count for kind, count in told if kind == "orders"] == [1, 2]
    assert [count for kind, count in told if kind == "documents"] == [1, 2, 2]
    assert ("bytes", len(LOGIN)) in told


def test_a_hostile_first_line_is_made_safe_to_print():
    site = ScriptedSite(checkauth=Answer(200, TEXT, b"\x1b[2Jboo" + b"x" * 500))
    report = UT11(site).fetch_orders()

    assert report.steps[0].first_line.isprintable()
    assert len(report.steps[0].first_line) <= 80
    assert report.error.isprintable()


def test_a_report_becomes_plain_values():
    report = UT11(ScriptedSite(), username="1c", password="secret", use_session_id=True).fetch_orders()
    plain = report.as_dict()

    assert plain["orders"][0]["number"] == "1001"
    assert plain["orders"][0]["total"] == "130.00"
    assert plain["confirmed"] is True
    assert "secret" not in str(plain)
    assert "tok-1" not in str(plain["steps"][1])
