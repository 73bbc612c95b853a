"""``manage.py onec_simulate``: what it prints, and how it fails."""

import json
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from django_onec_exchange.management.commands.onec_simulate import Command
from tests.simulator.peers import LOGIN, container, document, http, order, raw_server

SCRIPT = {
    "checkauth": LOGIN,
    "init": "zip=no\nfile_limit=1\nsessid=tok-1\nversion=2.09",
    "query": document(order("1"), order("[b]2[/b]")),
    "success": "success",
}


def site(**script):
    said = {**SCRIPT, **script}

    def reply(head, connection):
        mode = head.split("mode=")[1].split("&")[0].split()[0]
        text = said[mode]
        connection.sendall(http((text.pop(0) if isinstance(text, list) else text).encode()))

    return raw_server(reply)


def run(address, *arguments, **options):
    out, err = StringIO(), StringIO()
    call_command(Command(stdout=out, stderr=err), address, *arguments, **options)
    return out.getvalue(), err.getvalue()


def test_it_shows_steps_and_orders_and_says_what_is_confirmed():
    with site() as (address, _, _):
        out, err = run(address, "--user", "1c", "--password", "secret")

    assert "type=sale&mode=query" in out
    assert "Анна Петрова" in out
    assert "130.00 RUB" in out
    assert "[b]2[/b]" in out
    assert "Total: 260.00" in out
    assert out.rstrip().endswith("Confirmed 2 orders")
    assert "secret" not in out + err
    assert "2 orders to load" in err


def test_it_can_stop_before_the_confirmation():
    with site() as (address, heads, _):
        out, _ = run(address, "--no-confirm")

    assert out.rstrip().endswith("Not confirmed")
    assert not any("mode=success" in head for head in heads)


def test_only_some_orders_are_listed():
    with site() as (address, _, _):
        out, _ = run(address, "--show", "1")

    assert "The first 1 of 2 orders" in out
    assert "[b]2[/b]" not in out


def test_the_bitrix_module_declares_the_version_it_is_told():
    with site(query=[document(container(order("1"))), document()]) as (address, heads, _):
        out, _ = run(address, "--profile", "bitrix", "--version", "2.09")

    assert "version=2.09" in heads[1]
    assert out.rstrip().endswith("Confirmed 1 order")


def test_options_may_come_from_code():
    with site(query=document()) as (address, heads, _):
        out, _ = run(address, profile="bitrix", version="2.08", user_agent="tool/1")

    assert "version=2.08" in heads[1]
    assert "User-Agent: tool/1" in heads[0]
    assert out.rstrip().endswith("Confirmed 0 orders")


def test_unf_reads_subordinate_documents_if_told_to():
    with site() as (address, heads, _):
        run(address, "--profile", "unf", "--subordinate")

    assert "cmlVersion=2.10" in heads[1]


def test_a_failure_is_told_after_the_steps_and_fails_the_command():
    with site(checkauth="failure\nНет доступа") as (address, _, _):
        out = StringIO()
        with pytest.raises(CommandError, match="Нет доступа"):
            call_command(Command(stdout=out, stderr=StringIO()), address)

    assert "mode=checkauth" in out.getvalue()
    assert out.getvalue().rstrip().endswith("Not confirmed")


def test_warnings_are_shown():
    with site(query=document(order("1", ("130.00", "99.00")))) as (address, _, _):
        out, _ = run(address)

    assert "Warning: Order 1: Сумма says 99.00" in out


def test_the_report_can_be_json():
    with site() as (address, _, _):
        out, _ = run(address, "--json")

    report = json.loads(out)
    assert report["confirmed"]
    assert [one["number"] for one in report["orders"]] == ["1", "[b]2[/b]"]


def test_a_failure_is_in_the_json_too():
    with site(query="failure\nlater") as (address, _, _):
        out = StringIO()
        with pytest.raises(CommandError):
            call_command(Command(stdout=out, stderr=StringIO()), address, "--json")

    assert "later" in json.loads(out.getvalue())["error"]


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_on_stderr(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with site() as (address, _, _):
        out = StringIO()
        call_command(Command(stdout=out, stderr=terminal), address, "--no-color")

    assert "Orders loaded" in terminal.getvalue()
    assert "Orders loaded" not in out.getvalue()


def test_many_warnings_are_cut_short():
    spoilt = [order(str(number), ("130.00", "99.00")) for number in range(5)]
    with site(query=document(*spoilt)) as (address, _, _):
        out, _ = run(address, "--show", "2")

    assert "... and 3 more warnings" in out


def test_the_password_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ONEC_PASSWORD", "p")
    with site() as (address, heads, _):
        run(address, "--user", "1c", "--password-env", "ONEC_PASSWORD")

    assert "Authorization: Basic MWM6cA==" in heads[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--password-env", "NO_SUCH_VARIABLE_HERE"], "NO_SUCH_VARIABLE_HERE"),
        (["--password", "a", "--password-env", "b"], "not allowed with"),
        (["--version", "3.1"], "bitrix"),
        (["--subordinate"], "unf"),
        (["--profile", "ut10"], "invalid choice"),
        (["--timeout", "soon"], "invalid float"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, told):
    with pytest.raises(CommandError, match=told):
        run("http://127.0.0.1:9/", *arguments)


@pytest.mark.parametrize("url", ["ftp://shop.example/", ""])
def test_an_address_1c_could_not_use_is_refused(url):
    with pytest.raises(CommandError, match="not an address"):
        run(url)


def test_a_site_that_is_not_there_fails_plainly():
    with site() as (address, _, _):
        pass

    with pytest.raises(CommandError, match="refused the connection"):
        run(address)


def test_without_rich_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.delitem(sys.modules, "django_onec_exchange.simulator.console", raising=False)
    monkeypatch.delattr("django_onec_exchange.simulator.console", raising=False)

    with pytest.raises(CommandError, match=r"django-onec-exchange\[simulator\]"):
        run("http://127.0.0.1:9/")


def test_without_rich_json_still_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.delitem(sys.modules, "django_onec_exchange.simulator.console", raising=False)
    monkeypatch.delattr("django_onec_exchange.simulator.console", raising=False)

    with site() as (address, _, _):
        assert json.loads(run(address, "--json")[0])["confirmed"]
