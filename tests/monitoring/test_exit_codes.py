"""``manage.py onec_status --check``: what monitoring understands."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError
from django.db.models import QuerySet

from django_onec_exchange.management.commands.onec_status import Command

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, list[str]]:
    """Return the exit code and the lines printed, or the error, as ``manage.py`` does, system checks and all."""
    out = StringIO()
    command = Command()
    options = vars(command.create_parser("manage.py", "onec_status").parse_args(arguments))
    try:
        command.execute(**options, stdout=out)
    except SystemExit as exit_:
        return exit_.code, out.getvalue().splitlines()
    except CommandError as error:
        return error.returncode, [str(error)]
    return 0, out.getvalue().splitlines()


def test_an_exchange_that_lives_is_0(onec, make_order):
    make_order()
    onec.fetch_orders()

    assert run("--check") == (0, ["1C OK", "All is well."])


def test_a_site_that_serves_no_base_is_no_site_where_all_is_well(settings):
    settings.ROOT_URLCONF = "tests.monitoring.no_exchange_urls"

    code, lines = run("--all", "--check")

    assert code == 2
    assert lines != []
    assert "OK" not in lines[0]


def test_a_warning_is_1(onec, make_order):
    make_order(rows=0)
    onec.fetch_orders()

    code, lines = run("--check")

    assert code == 1
    assert lines[0] == "1C WARNING: orders-skipped"
    assert lines[1].startswith("warning (orders-skipped): Since ")


def test_an_error_is_2_whatever_else_is_wrong(onec, make_order, later):
    make_order(rows=0)
    onec.fetch_orders()
    later(hours=27)

    code, lines = run("--check")

    assert code == 2
    assert lines[0] == "1C ERROR: silent, orders-skipped"
    assert [line.split(":")[0] for line in lines[1::2]] == ["error (silent)", "warning (orders-skipped)"]


def test_a_site_that_is_not_set_up_is_2(settings):
    settings.ONEC_EXCHANGE_ORDER_MODEL = ""

    code, lines = run("--check")

    assert code == 2
    assert "ONEC_EXCHANGE_ORDER_MODEL" in "".join(lines)


def test_a_folder_that_is_public_is_told_and_hides_nothing_else(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "logs")

    code, lines = run("--check")

    assert (code, lines[0]) == (1, "1C WARNING: never-came, audit-missing")
    assert "where the web server serves files (MEDIA_ROOT)" in lines[3]
    assert run()[0] == 0


def test_what_cannot_be_told_is_3(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("connection refused\n\tIs the server running?")

    monkeypatch.setattr(QuerySet, "_fetch_all", fail)

    sentence = "How the exchange stands could not be told, since the database failed: connection refused"
    assert run("--check") == (3, [sentence])
    assert run() == (1, [sentence])


def test_without_check_the_exit_code_is_0_if_the_status_could_be_read(db):
    assert run()[0] == 0
    assert run("--json")[0] == 0


def test_json_can_be_checked_as_well(db):
    code, (line,) = run("--check", "--json")

    assert code == 1
    assert json.loads(line)["level"] == "warning"


def test_all_bases_are_told_apart_and_the_worst_counts(onec, later):
    onec.fetch_orders()
    later(hours=27)

    code, lines = run("--all", "--check")

    assert code == 2
    assert [line for line in lines if line.startswith("1C infobase")] == [
        "1C infobase: default",
        "1C infobase: second",
    ]
    code, (line,) = run("--all", "--json")
    assert {base: told["level"] for base, told in json.loads(line).items()} == {
        "default": "error",
        "second": "warning",
    }


def test_one_base_or_all(db):
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("onec_status", "--all", "--base=second", stdout=StringIO())


def test_a_check_counts_nothing(onec, make_order, django_assert_max_num_queries):
    """A table of a million orders must not be gone through each minute."""
    make_order()
    onec.fetch_orders()

    with django_assert_max_num_queries(25) as queries:
        run("--check")

    assert not [one["sql"] for one in queries.captured_queries if "COUNT(" in one["sql"]]
