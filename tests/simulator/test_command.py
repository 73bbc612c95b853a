"""``manage.py onec_simulate``: what it prints, and how it fails."""

import json
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from django_onec_exchange.management.commands.onec_simulate import Command
from django_onec_exchange.simulator import BITRIX_PROFILE, UNF_PROFILE, UT11_PROFILE
from django_onec_exchange.simulator.console import title_of
from tests.simulator.peers import LOGIN, body_of, container, document, http, order, raw_server

SCRIPT = {
    "checkauth": LOGIN,
    "init": "zip=no\nfile_limit=1\nsessid=tok-1\nversion=2.09",
    "query": document(order("1"), order("[b]2[/b]")),
    "success": "success",
    "file": "success",
    "import": "success",
}


def site(**script):
    said = {**SCRIPT, **script}

    def reply(head, connection):
        body_of(head, connection)
        mode = head.split("mode=")[1].split("&")[0].split()[0]
        text = said[mode]
        connection.sendall(http((text.pop(0) if isinstance(text, list) else text).encode()))

    return raw_server(reply)


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    """Tables are as wide as the terminal: let none be cut."""
    monkeypatch.setenv("COLUMNS", "110")


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


# -- sending files


def sending(**script):
    return site(**{"init": "zip=no\nfile_limit=4", **script})


@pytest.fixture
def catalog(tmp_path):
    folder = tmp_path / "webdata"
    (folder / "import_files" / "ab").mkdir(parents=True)
    (folder / "import.xml").write_bytes(b"0123456789")
    (folder / "offers.xml").write_bytes(b"0")
    (folder / "import_files" / "ab" / "x.jpg").write_bytes(b"jpg")
    return folder


@pytest.fixture
def orders(tmp_path):
    file = tmp_path / "orders-1_1.xml"
    file.write_bytes(b"<x/>")
    return file


def addresses(heads):
    return [head.split()[1].partition("?")[2] for head in heads]


def test_a_folder_is_sent_by_the_relative_names_in_it(catalog):
    said = ["progress\nРазобрано 50 %", "success", "success"]
    with sending(**{"import": said}) as (address, heads, _):
        out, err = run(address, "--send", str(catalog))

    assert addresses(heads) == [
        "type=catalog&mode=checkauth",
        "type=catalog&mode=init",
        *["type=catalog&mode=file&filename=import.xml"] * 3,
        "type=catalog&mode=file&filename=import_files/ab/x.jpg",
        "type=catalog&mode=file&filename=offers.xml",
        *["type=catalog&mode=import&filename=import.xml"] * 2,
        "type=catalog&mode=import&filename=offers.xml",
    ]
    assert "filename=import.xml × 3" in out
    assert "Разобрано 50 %" in out
    assert "import_files/ab/x.jpg" in out
    assert out.rstrip().endswith("Sent 3 files")
    assert "14 bytes to send" in err
    assert "2 files to import" in err


@pytest.mark.parametrize(
    ("name", "arguments", "type_"),
    [
        ("orders-1_1.xml", [], "sale"),
        ("Orders.XML", [], "sale"),
        ("documents___1.xml", [], "sale"),
        ("goods_1.xml", [], "catalog"),
        ("orders.zip", [], "sale"),
        ("v8_1_1.zip", [], "catalog"),
        ("orders.xml", ["--type", "catalog"], "catalog"),
        ("import.xml", ["--type", "sale"], "sale"),
    ],
)
def test_the_type_is_guessed_from_the_name_unless_told(tmp_path, name, arguments, type_):
    (tmp_path / name).write_bytes(b"1")
    with sending() as (address, heads, _):
        run(address, "--send", str(tmp_path / name), *arguments)

    assert addresses(heads)[0] == f"type={type_}&mode=checkauth"


def test_pictures_do_not_make_orders_a_catalogue(tmp_path, orders):
    picture = tmp_path / "x.jpg"
    picture.write_bytes(b"jpg")
    with sending() as (address, heads, _):
        out, _ = run(address, "--send", str(orders), str(picture))

    assert addresses(heads)[0] == "type=sale&mode=checkauth"
    assert out.rstrip().endswith("Sent 2 files")


def test_several_files_may_come_from_code(catalog):
    with sending() as (address, heads, _):
        run(address, send=[catalog / "import.xml", catalog / "offers.xml"], type="catalog")

    assert addresses(heads)[-1].endswith("import&filename=offers.xml")


def test_a_refusal_is_told_after_the_tables_and_fails_the_command(orders):
    with sending(file="failure\nНет места") as (address, _, _):
        out = StringIO()
        with pytest.raises(CommandError, match="Нет места"):
            call_command(Command(stdout=out, stderr=StringIO()), address, "--send", str(orders))

    assert "mode=file" in out.getvalue()
    assert out.getvalue().rstrip().endswith("1C would send it all again")


def test_the_report_of_sending_can_be_json(orders):
    with sending() as (address, _, _):
        out, _ = run(address, "--json", "--send", str(orders))

    report = json.loads(out)
    assert report["succeeded"]
    assert report["files"][0]["name"] == "orders-1_1.xml"


def test_only_some_files_are_listed(catalog):
    with sending() as (address, _, _):
        out, _ = run(address, "--show", "1", "--send", str(catalog))

    assert "The first 1 of 3 files" in out
    assert "│ offers.xml" not in out


def test_a_terminal_gets_bars_for_what_is_sent(monkeypatch, orders):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with sending() as (address, _, _):
        call_command(Command(stdout=StringIO(), stderr=terminal), address, "--no-color", "--send", str(orders))

    assert "Bytes sent" in terminal.getvalue()
    assert "Files imported" in terminal.getvalue()
    assert "Orders loaded" not in terminal.getvalue()


def test_files_that_make_no_sense_are_refused_before_a_request(tmp_path, catalog, orders):
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, told in [
        (["--send", str(tmp_path / "missing.xml")], "neither a file nor a folder"),
        (["--send", str(empty)], "neither a file nor a folder"),
        (["--send", str(orders), str(catalog / "import.xml")], "say which with --type"),
        (["--send", str(orders), str(orders)], r"Two files would be sent as orders-1_1\.xml"),
        (["--send", str(orders), "--zip"], "concern the fetching"),
        (["--send", str(orders), "--no-confirm"], "concern the fetching"),
        (["--type", "sale"], "--send"),
        (["--send", str(orders), "--type", "crm"], "invalid choice"),
        (["--send"], "expected at least one argument"),
    ]:
        with pytest.raises(CommandError, match=told):
            run("http://127.0.0.1:9/", *arguments)


@pytest.mark.parametrize("profile", [UT11_PROFILE, UNF_PROFILE, BITRIX_PROFILE])
def test_the_titles_of_the_profiles_are_translated(profile):
    assert title_of(profile) == profile.title
    with override("ru"):
        assert title_of(profile) != profile.title


# -- what was to be confirmed and is not


@pytest.mark.parametrize(
    ("profile", "answer"),
    [
        ("ut11", "<!DOCTYPE html><title>Server Error (500)</title>"),
        ("ut11", "failure\nlater"),
        ("unf", ""),
        ("unf", "ok"),
    ],
)
def test_orders_that_the_site_did_not_confirm_fail_the_command(profile, answer):
    with site(success=answer) as (address, _, _):
        out = StringIO()
        with pytest.raises(CommandError, match="may send the same orders again"):
            call_command(Command(stdout=out, stderr=StringIO()), address, "--profile", profile)

    assert out.getvalue().rstrip().endswith("Not confirmed")


@pytest.mark.parametrize("profile", ["ut11", "unf"])
@pytest.mark.parametrize("beside", ["", order("2")], ids=["alone", "beside an order"])
def test_orders_in_containers_that_this_1c_does_not_see_fail_the_command(profile, beside):
    with (
        site(query=document(beside, container(order("1")))) as (address, _, _),
        pytest.raises(CommandError, match="Контейнер"),
    ):
        run(address, "--profile", profile)


def test_without_a_confirmation_hidden_orders_are_only_a_warning():
    with site(query=document(container(order("1")))) as (address, _, _):
        out, _ = run(address, "--no-confirm")

    assert "Контейнер" in out
