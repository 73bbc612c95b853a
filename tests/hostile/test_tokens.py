"""Stolen, guessed and brought tokens: what opens an exchange, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.models import ExchangeSession
from django_onec_exchange.protocol.errors import UnknownSession
from tests.access.conftest import RIGHT, refusal
from tests.conftest import body
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

CHECKAUTH = "type=sale&mode=checkauth"
UNKNOWN = refusal(UnknownSession)


def named(by: str, token: str) -> tuple[str, str]:
    """Return what a client adds to the query and sends as cookie."""
    return {"cookie": ("", token), "sessid": (f"&sessid={token}", ""), "both": (f"&sessid={token}", token)}[by]


@pytest.mark.parametrize("by", ["cookie", "sessid", "both"])
def test_a_token_that_a_client_brings_to_checkauth_is_never_adopted(ask, account, by):
    chosen = "chosen-by-somebody-who-waits-until-it-is-signed-in"
    query, cookie = named(by, chosen)

    token = body(ask(CHECKAUTH + query, auth=RIGHT, cookie=cookie)).split("\n")[2]

    assert token != chosen
    assert body(ask("mode=init", cookie=chosen)) == UNKNOWN
    assert body(ask(f"mode=init&sessid={chosen}")) == UNKNOWN
    assert body(ask("mode=init", cookie=token)).startswith("zip=")


@pytest.mark.parametrize("by", ["cookie", "sessid", "both"])
def test_checkauth_with_somebodys_token_opens_another_session(ask, sign_in, make_order, by):
    """Whoever planted its own token in a 1C may not see what that 1C is handed, nor confirm it."""
    make_order()
    planted = sign_in()
    query, cookie = named(by, planted)

    token = body(ask(CHECKAUTH + query, auth=RIGHT, cookie=cookie)).split("\n")[2]
    body(ask("mode=query", cookie=token))

    assert token != planted
    assert body(ask("mode=success", cookie=planted)).startswith("failure\n")
    assert not Order.objects.get().sent_to_1c


@pytest.mark.parametrize("by", ["cookie", "sessid"])
def test_a_token_ends_a_week_after_checkauth_however_often_it_is_used(ask, sign_in, time_machine, by):
    """Whoever stole one cannot keep it alive for ever."""
    query, cookie = named(by, sign_in())

    for _ in range(6):
        time_machine.move_to(timezone.now() + timedelta(days=1))
        assert body(ask(f"mode=init{query}", cookie=cookie)).startswith("zip=")
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))

    assert body(ask(f"mode=init{query}", cookie=cookie)) == UNKNOWN


def test_a_client_with_credentials_alone_goes_on_and_its_new_tokens_are_as_good_as_any(ask, account, time_machine):
    for _ in range(9):
        assert body(ask("mode=init", auth=RIGHT)).startswith("zip=")
        time_machine.move_to(timezone.now() + timedelta(days=1))

    sessid = body(ask("mode=init&version=3.1", auth=RIGHT)).split("\n")[2]

    assert body(ask(f"mode=query&{sessid}")).startswith("<?xml")


@pytest.mark.parametrize("by", ["cookie", "sessid", "both"])
def test_a_changed_password_ends_every_session(ask, sign_in, account, make_order, snapshot, by):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    account.set_password("another")
    account.save()
    before = snapshot()

    query, cookie = named(by, token)
    for auth in (None, RIGHT, "1c:another"):
        assert body(ask(f"mode=success{query}", cookie=cookie, auth=auth)) == UNKNOWN

    assert snapshot() == before


def test_what_the_database_holds_opens_nothing(ask, sign_in, make_order, snapshot):
    """A copy of the database is no key to the exchange."""
    make_order()
    body(ask("mode=query", cookie=sign_in()))
    session = ExchangeSession.objects.get()
    before = snapshot()

    for stored in (session.token_hash, session.auth_hash, session.upload or session.base.name, str(session.pk)):
        assert body(ask("mode=success", cookie=stored)) == UNKNOWN
        assert body(ask(f"mode=success&sessid={stored}")) == UNKNOWN

    assert snapshot() == before


def test_the_session_of_a_client_without_a_token_is_not_opened_by_an_empty_one(ask, account, make_order, snapshot):
    make_order()
    body(ask("mode=query", auth=RIGHT))
    before = snapshot()

    for cookie in ('""', "None", "null", "%00"):
        assert body(ask("mode=success", headers={"Cookie": f"onec_exchange={cookie}"})).startswith("failure\n")
    for sessid in ("", "%20", "None", "null"):
        assert body(ask(f"mode=success&sessid={sessid}")).startswith("failure\n")

    assert snapshot() == before


def test_two_cookies_of_one_name_open_nothing_that_one_would_not(ask, sign_in):
    token = sign_in()

    answer = body(ask("mode=init", headers={"Cookie": f"onec_exchange={token}; onec_exchange=planted"}))

    assert answer == UNKNOWN


def test_the_session_cookie_of_a_browser_opens_nothing(site, ask, account, make_order, snapshot):
    """Neither under its own name nor under ours."""
    account.is_staff = account.is_superuser = True
    account.save()
    make_order()
    site.force_login(account)
    key = site.cookies["sessionid"].value
    before = snapshot()

    for cookie in (f"sessionid={key}", f"onec_exchange={key}", f"sessionid={key}; onec_exchange={key}"):
        assert body(ask("mode=query", headers={"Cookie": cookie})).startswith("failure\n")

    assert snapshot() == before


def test_the_tokens_of_refused_calls_are_in_no_log(ask, sign_in, caplog):
    """A token in ``sessid`` stands in the address; what logs an address is the web server, and it can be told."""
    token = sign_in()
    with caplog.at_level("DEBUG"):
        for query in ("mode=dance", "mode=success", "mode=file&filename=a.xml", "mode=query&version=x"):
            ask(f"{query}&sessid={token}")
        ask(f"mode=init&sessid={token}", auth="somebody:else")
        ask(f"mode=init&SESSID={token}")  # 401, which Django logs too

    assert len(caplog.records) >= 6
    # the line, and what a handler may add of the call
    assert not [record for record in caplog.records if token in record.getMessage()]
