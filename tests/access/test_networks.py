"""``ALLOWED_NETWORKS`` and ``TRUSTED_PROXIES``: from where 1C may come."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import AuthFailure, ExchangeSession
from django_onec_exchange.protocol.errors import ForeignNetwork, TooManyAttempts
from tests.conftest import body

from .conftest import RIGHT, WRONG, refusal

pytestmark = pytest.mark.django_db

CHECKAUTH = "type=sale&mode=checkauth"
OFFICE = ["203.0.113.0/24", "2001:db8:1::/48"]


def is_let_in(response) -> bool:
    reply = body(response)
    assert reply.startswith("success\n") or reply == refusal(ForeignNetwork)
    return reply.startswith("success\n")


@pytest.mark.parametrize(
    ("address", "let_in"),
    [
        ("203.0.113.0", True),
        ("203.0.113.255", True),
        ("203.0.112.255", False),
        ("203.0.114.0", False),
        ("127.0.0.1", False),
        ("2001:db8:1::5", True),
        ("2001:DB8:1:0:0:0:0:5", True),
        ("2001:db8:2::5", False),
        ("::1", False),
        ("::ffff:203.0.113.7", True),  # an IPv4 client of a dual-stack socket
        ("::ffff:198.51.100.1", False),
        ("", False),  # a Unix socket
        ("unix:", False),
        ("203.0.113.7, 10.0.0.1", False),
    ],
)
def test_only_the_allowed_networks_are_let_in(settings, ask, account, address, let_in):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = OFFICE

    assert is_let_in(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR=address)) is let_in


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", ""])
def test_without_networks_everybody_is_let_in(ask, account, address):
    assert is_let_in(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR=address))


def test_a_single_address_may_be_named(settings, ask, account):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = ["203.0.113.7"]

    assert is_let_in(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="203.0.113.7"))
    assert not is_let_in(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="203.0.113.8"))


def test_a_foreign_network_learns_nothing_and_changes_nothing(settings, ask, account, snapshot):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = OFFICE
    before = snapshot()

    replies = [ask(CHECKAUTH, auth=auth, REMOTE_ADDR="198.51.100.1") for auth in (RIGHT, WRONG, None)]

    assert {body(reply) for reply in replies} == {refusal(ForeignNetwork)}
    assert {reply.status_code for reply in replies} == {200}
    assert not AuthFailure.objects.exists()
    assert snapshot() == before


@pytest.mark.parametrize("mode", ["init", "query", "success", "info"])
@pytest.mark.parametrize("by", ["cookie", "sessid", "credentials"])
def test_the_network_counts_at_every_call(settings, ask, sign_in, make_order, snapshot, mode, by):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = OFFICE
    before = snapshot()

    named = {"cookie": {"cookie": token}, "sessid": {}, "credentials": {"auth": RIGHT}}[by]
    query = f"mode={mode}&sessid={token}" if by == "sessid" else f"mode={mode}"
    response = ask(query, REMOTE_ADDR="198.51.100.1", **named)

    assert body(response) == refusal(ForeignNetwork)
    assert snapshot() == before


# -- behind proxies


@pytest.mark.parametrize(
    ("proxies", "forwarded", "let_in"),
    [
        pytest.param(0, "203.0.113.7", False, id="no proxy: the header is the client's own invention"),
        pytest.param(1, "203.0.113.7", True, id="one proxy"),
        pytest.param(1, "203.0.113.7, 198.51.100.1", False, id="one proxy, spoofed entry before the real one"),
        pytest.param(1, "198.51.100.1,203.0.113.7", True, id="one proxy, what stands before is ignored"),
        pytest.param(2, "203.0.113.7, 10.0.0.2", True, id="two proxies"),
        pytest.param(2, "203.0.113.7, 198.51.100.1, 10.0.0.2", False, id="two proxies, spoofed"),
        pytest.param(2, "203.0.113.7", False, id="fewer entries than proxies: nobody of ours appended it"),
        pytest.param(1, "", False, id="no header"),
        pytest.param(1, "203.0.113.7,", False, id="empty entry"),
        pytest.param(1, "nonsense", False, id="nonsense"),
        pytest.param(1, " 2001:db8:1::5 ", True, id="IPv6"),
    ],
)
def test_the_address_is_the_one_the_outermost_of_our_proxies_saw(
    settings, ask, account, proxies, forwarded, let_in
):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = OFFICE
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = proxies

    response = ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded})

    assert is_let_in(response) is let_in


def test_the_session_shows_the_address_behind_the_proxy(settings, ask, account):
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1

    ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"})

    assert ExchangeSession.objects.get().address == "203.0.113.7"


def test_an_ipv4_client_of_a_dual_stack_socket_is_one_and_the_same(ask, account):
    ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="::ffff:203.0.113.7")

    assert ExchangeSession.objects.get().address == "203.0.113.7"


def test_a_spoofed_header_does_not_escape_the_brake(settings, ask, account):
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 3

    for number in range(3):
        spoofed = {"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.1"}
        ask(CHECKAUTH, auth=WRONG, REMOTE_ADDR="10.0.0.1", headers=spoofed)

    spoofed = {"X-Forwarded-For": "192.0.2.99, 198.51.100.1"}
    response = ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="10.0.0.1", headers=spoofed)
    assert body(response) == refusal(TooManyAttempts, minutes=15)


def test_clients_behind_one_proxy_are_told_apart_by_the_brake(settings, ask, account):
    settings.ONEC_EXCHANGE_TRUSTED_PROXIES = 1
    settings.ONEC_EXCHANGE_AUTH_FAILURE_LIMIT = 3

    for _ in range(3):
        ask(CHECKAUTH, auth=WRONG, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "198.51.100.1"})

    response = ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "203.0.113.7"})
    assert body(response).startswith("success\n")


@pytest.mark.parametrize("networks", [["203.0.113.7/24"], ["nonsense"], "203.0.113.0/24", [None]])
def test_networks_that_cannot_be_read_let_nobody_in(settings, ask, account, networks, snapshot):
    settings.ONEC_EXCHANGE_ALLOWED_NETWORKS = networks
    before = snapshot()

    response = ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="203.0.113.7")

    assert body(response).startswith("failure\n")
    assert snapshot() == before
