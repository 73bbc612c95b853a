"""Brute force by a client that changes its address, and addresses that nobody has."""

from __future__ import annotations

import pytest

from django_onec_exchange import brake
from django_onec_exchange.models import AuthFailure, ExchangeSession
from django_onec_exchange.protocol.errors import NotAuthenticated, TooManyAttempts
from tests.access.conftest import RIGHT, WRONG, refusal
from tests.conftest import body

pytestmark = pytest.mark.django_db

CHECKAUTH = "type=sale&mode=checkauth"
LIMIT = 3


@pytest.fixture(autouse=True)
def limit(settings):
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = LIMIT


def is_locked(response) -> bool:
    return body(response).startswith(refusal(TooManyAttempts, minutes=15))


def test_another_ipv6_address_of_the_same_network_is_no_fresh_start(ask, account):
    """Any host has a whole /64 to choose from."""
    for number in range(LIMIT):
        guess = ask(CHECKAUTH, auth=WRONG, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
        assert body(guess) == refusal(NotAuthenticated)

    assert is_locked(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="2001:db8:1:2:ffff:ffff:ffff:ffff"))
    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="2001:db8:1:3::1")).startswith("success\n")


def test_a_network_that_tries_many_users_has_to_wait_as_a_whole(ask, account):
    for number in range(LIMIT * brake.ADDRESS_FACTOR):
        ask(CHECKAUTH, auth=f"guess{number}:x", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")

    assert is_locked(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="2001:db8:1:2::ffff"))


def test_ipv4_addresses_are_counted_one_by_one(ask, account):
    for number in range(LIMIT):
        ask(CHECKAUTH, auth=WRONG, REMOTE_ADDR=f"203.0.113.{number}")

    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="203.0.113.0")).startswith("success\n")


def test_guesses_below_the_address_limit_fill_no_table(ask, account):
    """Strangers can write nothing else into the database, and of this not more than the limit lets them."""
    for number in range(LIMIT * brake.ADDRESS_FACTOR + 20):
        ask(CHECKAUTH, auth=f"guess{number}:x")

    assert AuthFailure.objects.count() <= LIMIT * brake.ADDRESS_FACTOR + 1
    assert not ExchangeSession.objects.exists()


def test_a_link_local_client_is_known_without_the_name_of_our_network_card(settings, ask, account):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = ["fe80::/64"]

    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="fe80::1%eth0")).startswith("success\n")
    assert ExchangeSession.objects.get().address == "fe80::1"


@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize(
    "header",
    ["X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Forwarded", "X-Forwarded", "Client-IP"],
)
def test_no_other_header_says_where_a_client_is(settings, ask, account, header, proxies):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = ["203.0.113.0/24"]
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = proxies
    value = "for=203.0.113.7" if header == "Forwarded" else "203.0.113.7"

    response = ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="198.51.100.1", headers={header: value})

    assert body(response).startswith("failure\n")


def test_the_brake_is_not_reset_by_the_right_password_of_another_user(ask, account, make_account):
    """Somebody with an account of its own cannot go on guessing another's for ever."""
    make_account("mallory", "known")
    for _ in range(LIMIT):
        ask(CHECKAUTH, auth=WRONG)
        ask(CHECKAUTH, auth="mallory:known")

    assert is_locked(ask(CHECKAUTH, auth=RIGHT))
