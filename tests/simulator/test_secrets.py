"""What a report never says: the session that checkauth gave."""

import pytest

from django_onec_exchange.simulator import UT11, Answer, BitrixModule
from tests.simulator.peers import TEXT, ScriptedSite

SECRETS = ("c00kie-value", "t0ken")


def said(report):
    return str(report.as_dict())


@pytest.mark.parametrize(
    "answer",
    [
        "\ufeffsuccess\nonec\nc00kie-value\nsessid=t0ken",
        "succes\nonec\nc00kie-value\nsessid=t0ken",
        "success onec c00kie-value sessid=t0ken",
        "success\ronec\rc00kie-value\rsessid=t0ken",
        "\nsuccess\nonec\nc00kie-value\nsessid=t0ken",
        "failure\nonec\nc00kie-value\nsessid=t0ken",
    ],
    ids=["BOM", "misspelt", "one line", "CR", "blank line before", "failure"],
)
def test_a_login_that_failed_is_told_without_its_session(answer):
    report = UT11(ScriptedSite(checkauth=answer)).fetch_orders()

    assert "did not let 1C in" in report.error
    assert not any(secret in said(report) for secret in SECRETS)


def test_a_refused_login_is_told_with_its_reason():
    report = UT11(ScriptedSite(checkauth="failure\nНет доступа")).fetch_orders()

    assert "Нет доступа" in report.error


def test_a_session_in_a_later_refusal_is_hidden():
    report = BitrixModule(ScriptedSite(init="failure\nsessid=t0ken is over")).fetch_orders()

    assert "is over" in report.error
    assert "t0ken" not in said(report)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_with_where_it_leads(status):
    headers = {**TEXT, "Location": "https://u:p@shop.example:8443/login/?next=t0ken#c00kie-value"}
    report = UT11(ScriptedSite(checkauth=Answer(status, headers))).fetch_orders()

    assert "1C follows no redirects" in report.error
    assert f"HTTP {status}" in report.error
    assert "https://shop.example:8443/login/" in report.error
    assert not any(secret in said(report) for secret in (*SECRETS, "u:p", "next="))


def test_a_redirect_of_orders_is_a_warning_with_where_it_leads():
    report = UT11(ScriptedSite(query=Answer(302, {**TEXT, "Location": "/login/?next=/1c/"}))).fetch_orders()

    assert any("leads to /login/, and 1C follows no redirects" in warning for warning in report.warnings)


@pytest.mark.parametrize("target", ["", "http://[shop.example/"])
def test_a_redirect_to_nowhere_is_told_too(target):
    report = UT11(ScriptedSite(checkauth=Answer(302, {**TEXT, "Location": target}))).fetch_orders()

    assert "1C follows no redirects" in report.error
