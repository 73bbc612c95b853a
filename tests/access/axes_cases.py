"""What ``test_axes.py`` runs under ``axes_settings``: django-axes has its say at our endpoint."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from axes.utils import reset

from django_onec_exchange.models import ExchangeSession
from tests.conftest import USERNAME, body

from .conftest import RIGHT, WRONG

pytestmark = pytest.mark.django_db

CHECKAUTH = "type=sale&mode=checkauth"
LIMIT = 3


@pytest.fixture(autouse=True)
def no_brake_of_ours(settings):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 0


def lock(ask) -> None:
    for _ in range(LIMIT):
        ask(CHECKAUTH, auth=WRONG)


def test_the_exchange_works_with_axes_installed(onec, make_order):
    make_order()

    assert onec.fetch_orders().confirmed


def test_axes_counts_wrong_passwords_at_our_endpoint(ask, account):
    ask(CHECKAUTH, auth=WRONG, REMOTE_ADDR="203.0.113.7")

    attempt = AccessAttempt.objects.get()
    assert (attempt.username, attempt.ip_address) == (USERNAME, "203.0.113.7")
    assert attempt.failures_since_start == 1


def test_a_lockout_by_axes_refuses_the_right_password(ask, account):
    lock(ask)

    response = ask(CHECKAUTH, auth=RIGHT)

    assert not response.content.startswith(b"success")
    assert not ExchangeSession.objects.exists()


def test_a_lockout_at_the_sites_login_page_counts_here_as_well(site, ask, account, client):
    for _ in range(LIMIT):
        client.post("/admin/login/", {"username": USERNAME, "password": "wrong"})

    assert not ask(CHECKAUTH, auth=RIGHT).content.startswith(b"success")
    assert not ExchangeSession.objects.exists()


def test_once_axes_forgets_the_right_password_opens_again(ask, account):
    lock(ask)
    reset(username=USERNAME)

    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


def test_1c_is_told_of_a_lockout_in_its_own_form(ask, account):
    lock(ask)

    response = ask(CHECKAUTH, auth=RIGHT)

    assert response.status_code in (200, 401)
    assert body(response).startswith("failure\n")
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_a_lockout_never_redirects_1c(settings, ask, account):
    settings.AXES_LOCKOUT_URL = "/locked/"
    lock(ask)

    response = ask(CHECKAUTH, auth=RIGHT)

    assert "Location" not in response
