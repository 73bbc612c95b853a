"""The brake on guessing passwords: per user and address, in the database, so that all workers share it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from django_onec_exchange import brake
from django_onec_exchange.models import AuthFailure
from django_onec_exchange.protocol.errors import NotAuthenticated, TooManyAttempts
from tests.conftest import PASSWORD, USERNAME, body

from .conftest import RIGHT, WRONG, basic, refusal

pytestmark = pytest.mark.django_db

CHECKAUTH = "type=sale&mode=checkauth"
LOCKED = refusal(TooManyAttempts, minutes=15)


@pytest.fixture(autouse=True)
def limit(settings):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 3
    settings.ONEC_EXCHANGE_AUTH_FAILURE_WINDOW = 900
    return 3


@pytest.fixture
def fail(ask, account):
    """Give a wrong password some times."""

    def fail(times: int, auth: str = WRONG, **extra) -> None:
        for _ in range(times):
            assert body(ask(CHECKAUTH, auth=auth, **extra)) == refusal(NotAuthenticated)

    return fail


def test_after_the_limit_even_the_right_password_has_to_wait(ask, fail, limit, snapshot):
    fail(limit)
    before = snapshot()

    for auth in (WRONG, RIGHT):
        response = ask(CHECKAUTH, auth=auth)
        assert body(response) == LOCKED
        assert response.status_code == 200

    assert snapshot() == before


def test_below_the_limit_the_right_password_opens_and_the_count_starts_again(ask, fail, limit):
    for _ in range(3):
        fail(limit - 1)
        assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


def test_the_pause_ends_with_the_window(ask, fail, limit, time_machine):
    fail(limit)

    time_machine.move_to(timezone.now() + timedelta(minutes=14))
    assert body(ask(CHECKAUTH, auth=RIGHT)) == refusal(TooManyAttempts, minutes=1)
    time_machine.move_to(timezone.now() + timedelta(minutes=2))

    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


def test_wrong_passwords_of_long_ago_do_not_count(ask, fail, limit, time_machine):
    fail(limit - 1)
    time_machine.move_to(timezone.now() + timedelta(minutes=16))

    fail(limit - 1)

    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


def test_the_same_user_at_another_address_is_not_locked(ask, fail, limit):
    fail(limit, REMOTE_ADDR="203.0.113.66")

    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="203.0.113.66")) == LOCKED
    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="192.0.2.1")).startswith("success\n")


def test_another_user_at_the_same_address_is_not_locked_yet(ask, fail, limit, make_account):
    make_account("other")
    fail(limit)

    assert body(ask(CHECKAUTH, auth=f"other:{PASSWORD}")).startswith("success\n")


def test_an_address_that_tries_many_users_has_to_wait_as_a_whole(ask, fail, limit):
    for number in range(limit * brake.ADDRESS_FACTOR):
        fail(1, auth=f"guess{number}:{PASSWORD}", REMOTE_ADDR="203.0.113.66")

    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="203.0.113.66")) == LOCKED
    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="192.0.2.1")).startswith("success\n")


def test_missing_credentials_are_no_guess(ask, account, limit):
    for _ in range(limit * brake.ADDRESS_FACTOR + 1):
        assert ask(CHECKAUTH).status_code == 401

    assert not AuthFailure.objects.exists()
    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


@pytest.mark.parametrize("header", ["Basic %%%", basic("1c"), basic("1c\x00:secret"), "Bearer token"])
def test_what_cannot_be_read_is_no_guess(site, account, header):
    response = site.get(f"/1c/exchange/?{CHECKAUTH}", headers={"Authorization": header})

    assert body(response) == refusal(NotAuthenticated)
    assert not AuthFailure.objects.exists()


@pytest.mark.parametrize("mode", ["init", "query", "success"])
def test_guesses_count_in_every_mode_that_takes_credentials(ask, account, limit, mode):
    for _ in range(limit):
        assert body(ask(f"mode={mode}", auth=WRONG)) == refusal(NotAuthenticated)

    assert body(ask(f"mode={mode}", auth=RIGHT)) == LOCKED


def test_an_exchange_under_way_is_not_stopped_by_somebodys_guesses(ask, sign_in, fail, limit, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    fail(limit)

    assert body(ask("mode=success", cookie=token, auth=RIGHT)) == "success"


def test_without_a_limit_there_is_no_brake(settings, ask, fail):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 0

    fail(40)

    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")
    assert not AuthFailure.objects.exists()


def test_neither_caches_nor_django_sessions_nor_cookies_hold_the_count(fail, limit):
    fail(limit)

    cache.clear()
    Session.objects.all().delete()
    stranger = Client()

    reply = stranger.get(f"/1c/exchange/?{CHECKAUTH}", headers={"Authorization": basic(RIGHT)})
    assert body(reply) == LOCKED


def test_the_names_and_addresses_tried_are_not_stored(fail):
    fail(1, auth="my-password-by-mistake:x", REMOTE_ADDR="203.0.113.66")

    stored = str(list(AuthFailure.objects.values()))
    assert AuthFailure.objects.count() == 2
    assert "my-password-by-mistake" not in stored
    assert "203.0.113.66" not in stored


WORKER = """
import sys
import django
django.setup()
from base64 import b64encode
from django.test import Client
header = "Basic " + b64encode(sys.argv[1].encode()).decode()
for _ in range(int(sys.argv[2])):
    response = Client().get("/1c/exchange/?mode=checkauth", headers={"Authorization": header})
print(response.content.decode().split("\\n")[1])
"""
SETUP = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.contrib.auth import get_user_model
call_command("migrate", verbosity=0)
get_user_model().objects.create_superuser(sys.argv[1], password=sys.argv[2])
"""


def test_workers_in_processes_of_their_own_share_the_count(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    def run(script: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    run(SETUP, USERNAME, PASSWORD)
    assert run(WORKER, RIGHT, "1") == "onec_exchange"

    for _ in range(2):  # ten is the default limit
        assert run(WORKER, WRONG, "5") == str(NotAuthenticated())

    assert run(WORKER, RIGHT, "1") == str(TooManyAttempts(minutes=15))
