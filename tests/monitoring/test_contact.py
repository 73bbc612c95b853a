"""Does 1C come, and is it let in?"""

from __future__ import annotations

import pytest
from django.core.management import call_command

from django_onec_exchange.health import Level
from tests.conftest import body
from tests.incoming import files

pytestmark = pytest.mark.django_db


def test_a_1c_that_never_came(finding):
    assert finding("never-came").level == Level.WARNING
    assert "onec_doctor" in finding("never-came").remedy


def test_a_1c_that_fell_silent(onec, finding, codes, later):
    onec.fetch_orders()
    later(hours=25)
    assert codes() == []

    later(hours=2)

    assert finding("silent").level == Level.ERROR
    assert "onec_doctor" in finding("silent").remedy


def test_how_long_1c_may_be_silent_is_a_setting(settings, onec, codes, later):
    onec.fetch_orders()
    later(hours=2)
    assert codes() == []

    settings.ONEC_EXCHANGE_ALERT_SILENCE = 3600
    assert codes() == ["silent"]

    settings.ONEC_EXCHANGE_ALERT_SILENCE = 0
    later(days=365)
    assert "silent" not in codes()


@pytest.mark.usefixtures("takes_files")
def test_files_that_somebody_took_in_by_hand_are_no_contact(tmp_path, codes):
    path = tmp_path / "import0_1.xml"
    path.write_bytes(files.catalog(["Чайник"]))
    call_command("onec_import", str(path), verbosity=0)

    assert codes() == ["never-came"]


@pytest.mark.parametrize(
    "keep_out",
    [
        lambda user: user.user_permissions.clear(),
        lambda user: type(user).objects.update(is_active=False),
        lambda user: user.delete(),
    ],
    ids=["permission", "deactivated", "deleted"],
)
def test_a_user_that_is_not_let_in_any_more(account, onec, finding, keep_out):
    onec.fetch_orders()

    keep_out(account)

    assert finding("not-permitted").level == Level.ERROR


def test_a_password_that_was_changed_on_the_site_alone(account, onec, finding, codes, make_onec):
    onec.fetch_orders()
    account.set_password("another")
    account.save()

    assert finding("password-changed").level == Level.WARNING

    make_onec(password="another").fetch_orders()
    assert codes() == []


def test_a_few_wrong_passwords_mean_something_while_1c_does_not_come(ask, onec, finding, codes, later):
    ask("mode=checkauth", auth="1c:wrong")
    assert codes() == ["never-came", "wrong-passwords"]
    onec.fetch_orders()
    assert codes() == []
    ask("mode=checkauth", auth="stranger:wrong")
    assert codes() == []
    later(hours=27)

    ask("mode=checkauth", auth="1c:wrong")

    assert codes() == ["silent", "wrong-passwords"]


def test_a_call_that_was_refused_last(ask, sign_in, onec, finding, codes, later):
    token = sign_in()
    assert body(ask("mode=success", cookie=token)).startswith("failure")

    found = finding("refused")
    assert found.level == Level.WARNING
    assert "There is nothing to confirm" in found.message
    assert "“nothing-to-confirm”" in found.remedy

    later(minutes=5)
    onec.fetch_orders()
    assert codes() == []


def test_a_confirmation_that_came_too_late(settings, ask, sign_in, make_order, finding, later):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 60
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    later(minutes=5)
    ask("mode=success", cookie=token)

    assert "has ended" in finding("refused").message
    assert "“unknown-session”" in finding("refused").remedy


def test_a_fault_of_the_site_is_an_error(settings, ask, sign_in, finding, monkeypatch):
    token = sign_in()
    monkeypatch.setattr("django_onec_exchange.views.confirm", None)
    assert "failure" in body(ask("mode=success", cookie=token))

    found = finding("refused")
    assert found.level == Level.ERROR
    assert "The number is in the site's log (django_onec_exchange)" in found.remedy


def test_many_wrong_passwords(ask, onec, finding, codes, later):
    onec.fetch_orders()
    for _ in range(10):
        ask("mode=checkauth", auth="1c:guess", REMOTE_ADDR="198.51.100.9")

    assert finding("wrong-passwords").level == Level.WARNING

    later(minutes=16)
    assert codes() == []
