"""``manage.py check --deploy`` and ``--database``: what matters on a public site alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import Tags, run_checks
from django.db import connection
from django.utils import timezone

from django_onec_exchange.models import ExchangeSession
from django_onec_exchange.outgoing.by_hand import mark_as_sent
from django_onec_exchange.status import context_of
from tests.conftest import ids

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def behind_https(settings, tmp_path):
    """A public site as it should be."""
    settings.SECURE_HSTS_SECONDS = 3600
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")


@pytest.fixture
def found_at_deployment():
    def run():
        messages = run_checks(include_deployment_checks=True)
        return [message for message in messages if (message.id or "").startswith("onec_exchange.")]

    return run


@pytest.fixture
def found_in_database():
    def run():
        messages = run_checks(tags=[Tags.database], databases=["default"])
        return [message for message in messages if (message.id or "").startswith("onec_exchange.")]

    return run


def test_a_public_site_as_it_should_be(found_at_deployment, found_in_database, onec, make_order):
    make_order()
    assert onec.fetch_orders().confirmed

    assert found_at_deployment() == []
    assert found_in_database() == []


def test_they_are_not_part_of_a_plain_check(settings, found):
    settings.SECURE_HSTS_SECONDS = 0
    settings.USE_X_FORWARDED_HOST = True
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 0

    assert found() == []


# -- W013: the session


@pytest.mark.parametrize("seconds", [1, 600, 3599])
def test_a_session_that_ends_while_1c_loads(settings, found, seconds):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = seconds

    (message,) = found()

    assert message.id == "onec_exchange.W013"
    assert str(seconds) in message.msg
    assert message.hint


@pytest.mark.parametrize("seconds", [3600, 48 * 3600])
def test_a_session_that_lives_long_enough(settings, found, seconds):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = seconds

    assert found() == []


def test_a_session_lifetime_that_means_nothing_is_told_once(settings, found):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = "an hour"

    assert ids(found()) == {"E003"}


# -- W014: a redirect without end


def test_https_enforced_behind_a_proxy_that_django_does_not_believe(settings, found):
    settings.SECURE_SSL_REDIRECT = True
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1

    (message,) = found()

    assert message.id == "onec_exchange.W014"
    assert "SECURE_PROXY_SSL_HEADER" in message.hint


def test_https_enforced_behind_a_proxy_that_django_believes(settings, found_at_deployment):
    settings.SECURE_SSL_REDIRECT = True
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert found_at_deployment() == []


# -- W015: folders


@pytest.mark.parametrize("setting", ["AUDIT_ROOT", "UPLOAD_ROOT"])
@pytest.mark.parametrize("below", ["", "a/b"])
def test_a_folder_that_cannot_be_written_to(settings, found_at_deployment, tmp_path, setting, below):
    (tmp_path / "in the way").write_text("a file where the folder should be")
    setattr(settings, f"ONEC_EXCHANGE_{setting}", str(tmp_path / "in the way" / below))

    (message,) = found_at_deployment()

    assert message.id == "onec_exchange.W015"
    assert setting in message.msg
    assert message.hint


def test_a_folder_that_another_user_owns(settings, found_at_deployment, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: "audit" not in str(path))  # root may write anywhere
    (tmp_path / "audit").mkdir()

    assert ids(found_at_deployment()) == {"W015"}


def test_no_folder_is_made_by_looking(found_at_deployment, tmp_path):
    assert found_at_deployment() == []
    assert not (tmp_path / "audit").exists()
    assert not (tmp_path / "uploads").exists()


def test_a_storage_that_is_no_folder_is_not_looked_at(settings, found_at_deployment):
    settings.STORAGES = settings.STORAGES | {
        "onec_exchange": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }

    assert found_at_deployment() == []


def test_no_folder_at_all_is_told_once(settings, found_at_deployment):
    settings.ONEC_EXCHANGE_AUDIT_ROOT = settings.ONEC_EXCHANGE_UPLOAD_ROOT = ""
    del settings.BASE_DIR

    assert [message.id for message in found_at_deployment()] == ["onec_exchange.E006"]


# -- W016: HTTPS


def test_https_that_nothing_enforces(settings, found_at_deployment):
    settings.SECURE_HSTS_SECONDS = 0

    (message,) = found_at_deployment()

    assert message.id == "onec_exchange.W016"
    assert "follows no redirects" in message.hint


def test_a_redirect_keeps_1c_from_plain_http_as_well(settings, found_at_deployment):
    settings.SECURE_HSTS_SECONDS = 0
    settings.SECURE_SSL_REDIRECT = True

    assert found_at_deployment() == []


# -- W017: who calls


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")), ("USE_X_FORWARDED_HOST", True)],
)
def test_a_proxy_that_hides_who_calls(settings, found_at_deployment, name, value):
    setattr(settings, name, value)

    (message,) = found_at_deployment()

    assert message.id == "onec_exchange.W017"
    assert name in message.msg
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1
    assert "W017" not in ids(found_at_deployment())


# -- W018: guesses


def test_passwords_that_may_be_guessed_as_fast_as_the_site_answers(settings, found_at_deployment):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 0

    assert ids(found_at_deployment()) == {"W018"}
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = ["203.0.113.7/32"]
    assert found_at_deployment() == []


# -- W019: accounts


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_1c_signs_in_with_an_account_of_the_staff(found_in_database, account, sign_in, power):
    get_user_model().objects.filter(pk=account.pk).update(**{power: True})
    sign_in()
    sign_in()

    (message,) = found_in_database()

    assert message.id == "onec_exchange.W019"
    assert message.msg.endswith(f": {account.username}.")
    assert message.hint


def test_an_account_of_the_staff_that_1c_used_long_ago(found_in_database, account, sign_in):
    get_user_model().objects.filter(pk=account.pk).update(is_superuser=True)
    sign_in()
    ExchangeSession.objects.update(last_seen_at=timezone.now() - timedelta(days=31))

    assert found_in_database() == []


def test_a_manager_who_marks_orders_by_hand_is_no_account_of_1c(found_in_database, admin_user, make_order):
    mark_as_sent([make_order().pk], "told by telephone", admin_user, context_of("default"))

    assert found_in_database() == []


def test_a_database_that_has_no_tables_yet(found_in_database, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_: [])

    assert found_in_database() == []
