"""``manage.py onec_doctor``: what it prints, its exit codes, and what it never prints."""

from __future__ import annotations

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from django_onec_exchange import doctor
from django_onec_exchange.doctor import PROBES, PROBLEMS
from django_onec_exchange.models import ExchangeSession
from tests.conftest import PASSWORD, USERNAME

from .proxies import proxy, withholds

ACCOUNT = ("--user", USERNAME, "--password-env", "ONEC_PASSWORD")


class Terminal(StringIO):
    def isatty(self):
        return True


def run(address, *arguments, out=None, err=None):
    """Return what is printed to stdout and stderr, and the exit code."""
    out, err, code = out or StringIO(), err or StringIO(), 0
    try:
        call_command("onec_doctor", address, *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), err.getvalue(), code


@pytest.mark.django_db(transaction=True)
def test_a_line_for_each_probe(site_url):
    out, err, code = run(site_url, *ACCOUNT)

    lines = out.splitlines()
    assert [line.split()[0] for line in lines[: len(PROBES)]] == ["ok"] * len(PROBES)
    assert [line.split(maxsplit=1)[1].partition(":")[0] for line in lines[: len(PROBES)]] == [
        probe.title for probe in PROBES
    ]
    assert lines[len(PROBES)] == "0 errors, 0 warnings"
    assert (err, code) == ("", 0)
    assert "\x1b" not in out


@pytest.mark.django_db(transaction=True)
def test_a_finding_comes_with_its_remedy_for_each_server(site_url):
    with proxy(site_url, withholds("Authorization")) as address:
        out, _, code = run(address, *ACCOUNT)

    assert "[authorization-stripped]" in out
    assert "Remedy: Let every server on the way pass it on." in out
    assert "Apache, mod_wsgi:\n             WSGIPassAuthorization On\n" in out
    assert "skipped  Session: not signed in" in out
    assert "1 error, 0 warnings" in out
    assert code == 2


@pytest.mark.django_db(transaction=True)
def test_a_terminal_gets_colours_and_progress(site_url, settings):
    terminal, err = Terminal(), Terminal()

    out, told, _ = run(site_url, *ACCOUNT, "--force-color", out=terminal, err=err)

    assert "\x1b[32;1mok" in out
    assert "Uploads… 612 KB sent" in told
    assert told.endswith("\r\x1b[K")


@pytest.mark.django_db(transaction=True)
def test_no_secret_is_printed(site_url, caplog):
    with caplog.at_level("DEBUG"):
        printed = "".join(
            text for arguments in ([], ["--json"]) for text in run(site_url, *ACCOUNT, *arguments)[:2]
        )

    assert PASSWORD not in printed + caplog.text
    assert ExchangeSession.objects.exists()
    assert "sessid=" not in printed


def test_credentials_in_the_address_are_not_printed():
    printed, _, code = run("http://somebody:hidden@127.0.0.1:1/1c/exchange/?key=hidden", "--remote-only")

    assert "hidden" not in printed
    assert "[question-mark]" in printed
    assert code == 2


def test_the_address_alone_is_judged_too():
    printed, _, _ = run("shop.invalid", "--remote-only")

    assert "[bare-host]" in printed
    assert "[plain-http]" in printed
    assert "[unknown-host]" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ("ftp://shop.example/",),
        ("http://shop.example/", "--user", "1c"),
        ("http://shop.example/", "--password-env", "ONEC_PASSWORD"),
        ("http://shop.example/", "--user", "1c", "--password-env", "NO_SUCH_VARIABLE"),
    ],
)
def test_what_it_cannot_begin_with_is_an_error(arguments):
    with pytest.raises(CommandError) as refused:
        call_command("onec_doctor", *arguments)

    assert refused.value.returncode == 2


def test_it_speaks_russian():
    with override("ru"):
        printed, _, _ = run("http://127.0.0.1:1/1c/exchange/", "--remote-only")

    assert "Соединение" in printed
    assert "Что делать" in printed


# -- the table of problems


def test_each_problem_has_a_code_of_its_own():
    codes = [problem.code for problem in PROBLEMS]

    assert len(codes) == len(set(codes))


def test_each_problem_is_told_by_some_probe():
    used = {
        getattr(getattr(doctor, node.value.id), node.attr)
        for path in Path(doctor.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("problems", "project_problems")
    }

    assert used == set(PROBLEMS)


def test_each_problem_can_be_told_in_each_language():
    params = dict.fromkeys(
        ("path", "host", "seconds", "reason", "difference", "target", "status", "sentence", "what"), "…"
    ) | dict.fromkeys(("told", "here", "names", "minutes", "megabytes", "bytes", "passed"), 1)

    for language in ("en", "ru"):
        with override(language):
            for problem in PROBLEMS:
                finding = problem.found(**params)
                assert finding.message and finding.remedy
                assert not [one for one in finding.lines if "{host}" in one.text or "{path}" in one.text]
