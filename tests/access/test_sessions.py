"""The exchange session: known by cookie, ``sessid`` or credentials; it opens nothing else."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from django_onec_exchange.models import ExchangeEvent, ExchangeSession, OrderBatch
from django_onec_exchange.protocol.errors import NoCredentials, NoPermission, NotAuthenticated, UnknownSession
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.conftest import PASSWORD, SECOND, USERNAME, body
from tests.shop.models import Order

from .conftest import RIGHT, WRONG, refusal

pytestmark = pytest.mark.django_db

PARAMETERS = "zip=no\nfile_limit=10485760"


# -- how a client is known again


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param(UT11, {}, id="cookie and credentials"),
        pytest.param(UT11, {"use_basic": False}, id="cookie alone"),
        pytest.param(UT11, {"use_session_id": True}, id="cookie, sessid and credentials"),
        pytest.param(UT11, {"use_session_id": True, "use_cookie": False, "use_basic": False}, id="sessid alone"),
        pytest.param(UT11, {"use_session_id": True, "use_cookie": False}, id="sessid and credentials"),
        pytest.param(UT11, {"use_cookie": False}, id="credentials alone"),
        pytest.param(UNF, {"bitrix": True, "use_basic": False}, id="UNF, sessid and cookie"),
        pytest.param(BitrixModule, {"use_cookie": False, "use_basic": False}, id="Bitrix module, sessid alone"),
    ],
)
def test_a_client_is_known_however_it_names_itself(make_onec, make_order, kind, options):
    make_order()

    report = make_onec(kind, **options).fetch_orders()

    assert report.error is None
    assert report.confirmed
    assert Order.objects.filter(sent_to_1c=True).count() == 1


def test_credentials_alone_find_the_same_session_again(ask, account):
    for _ in range(3):
        assert body(ask("mode=init", auth=RIGHT)) == PARAMETERS

    session = ExchangeSession.objects.get()
    assert session.token_hash is None
    assert session.events.count() == 3


@pytest.mark.parametrize(
    "difference",
    [{"REMOTE_ADDR": "203.0.113.9"}, {"headers": {"User-Agent": "curl"}}, {"path": SECOND}],
    ids=["address", "program", "base"],
)
def test_credentials_alone_of_another_client_make_another_session(ask, account, difference):
    ask("mode=init", auth=RIGHT)

    ask("mode=init", auth=RIGHT, **difference)

    assert ExchangeSession.objects.count() == 2


# -- what is not accepted


def spoilt_cookies(token: str) -> dict[str, str]:
    return {"shorter": token[:-1], "longer": token + "x", "another": "A" * len(token), "odd": "\"'<%00>"}


@pytest.mark.parametrize("how", spoilt_cookies("x" * 43).keys())
@pytest.mark.parametrize("auth", [None, RIGHT], ids=["", "with credentials"])
@pytest.mark.parametrize("mode", ["init", "query", "success"])
def test_a_cookie_that_is_not_ours_is_refused_and_never_made_good_by_credentials(
    ask, sign_in, make_order, snapshot, how, auth, mode
):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    before = snapshot()

    response = ask(f"mode={mode}", cookie=spoilt_cookies(token)[how], auth=auth)

    assert body(response) == refusal(UnknownSession)
    assert response.status_code == 200
    assert snapshot() == before


def test_nobody_without_cookie_sessid_and_credentials_is_answered(ask, account, snapshot):
    before = snapshot()

    for mode in ("init", "query", "success", "file&filename=a.xml", "import&filename=a.xml", "info"):
        response = ask(f"mode={mode}")
        assert response.status_code == 401
        assert body(response) == refusal(NoCredentials)

    assert snapshot() == before


def test_cookie_and_sessid_of_two_sessions_are_refused(ask, sign_in, make_order, snapshot):
    make_order()
    one, other = sign_in(), sign_in()
    body(ask("mode=query", cookie=one))
    before = snapshot()

    assert body(ask(f"mode=success&sessid={other}", cookie=one)) == refusal(UnknownSession)
    assert body(ask(f"mode=success&sessid={one}", cookie=other)) == refusal(UnknownSession)
    assert snapshot() == before


@pytest.mark.parametrize("by", ["cookie", "sessid"])
def test_a_session_with_the_credentials_of_another_user_is_refused(
    ask, sign_in, make_account, make_order, snapshot, by
):
    make_account("other", "other password")
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    before = snapshot()

    named = {"cookie": token} if by == "cookie" else {}
    query = "mode=success" if by == "cookie" else f"mode=success&sessid={token}"
    response = ask(query, auth="other:other password", **named)

    assert body(response) == refusal(UnknownSession)
    assert snapshot() == before


@pytest.mark.parametrize(("opened_at", "used_at"), [("/1c/exchange/", SECOND), (SECOND, "/1c/exchange/")])
def test_a_session_of_one_base_is_unknown_to_another(ask, sign_in, make_order, snapshot, opened_at, used_at):
    make_order()
    token = sign_in(path=opened_at)
    body(ask("mode=query", path=opened_at, cookie=token))
    before = snapshot()

    assert body(ask("mode=success", path=used_at, cookie=token)) == refusal(UnknownSession)
    assert snapshot() == before


def test_a_session_ends_its_lifetime_after_the_last_call(settings, ask, sign_in, time_machine):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 3600
    token = sign_in()

    for _ in range(3):  # each call keeps it alive
        time_machine.move_to(timezone.now() + timedelta(minutes=59))
        assert body(ask("mode=init", cookie=token)) == PARAMETERS
    time_machine.move_to(timezone.now() + timedelta(minutes=61))

    assert body(ask("mode=init", cookie=token)) == refusal(UnknownSession)
    assert body(ask("mode=init", cookie=token, auth=RIGHT)) == refusal(UnknownSession)
    assert body(ask("mode=init", cookie=sign_in())) == PARAMETERS


def test_what_is_refused_because_the_session_has_ended_stands_once_in_its_dialogue(
    settings, ask, sign_in, make_account, time_machine
):
    make_account("other", "other password")
    token, session = sign_in(), ExchangeSession.objects.get()
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.ONEC_EXCHANGE_SESSION_LIFETIME + 1))

    for extra in ({"auth": "other:other password"}, {"path": SECOND}):
        assert body(ask("mode=success", cookie=token, **extra)) == refusal(UnknownSession)
    assert body(ask("mode=success&sessid=another", cookie=token)) == refusal(UnknownSession)
    assert [event.code for event in ExchangeEvent.objects.all()] == ["success"]

    for query in ("mode=success", f"mode=success&sessid={token}", "mode=init"):
        assert body(ask(query, cookie=token, auth=RIGHT)) == refusal(UnknownSession)

    told = [(event.mode, event.code, event.session) for event in ExchangeEvent.objects.all()[1:]]
    assert told == [("success", "unknown-session", session), ("init", "unknown-session", session)]
    assert ExchangeSession.objects.get().last_seen_at == session.last_seen_at


def test_a_session_of_a_deactivated_user_is_refused(ask, sign_in, account, make_order, snapshot):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    account.is_active = False
    account.save()
    before = snapshot()

    assert body(ask("mode=success", cookie=token)) == refusal(UnknownSession)
    assert snapshot() == before


def test_a_session_of_a_deleted_user_is_refused_and_stays_in_the_history(ask, sign_in, account):
    token = sign_in()
    account.delete()

    assert body(ask("mode=init", cookie=token)) == refusal(UnknownSession)
    assert ExchangeSession.objects.get().account_name == USERNAME


@pytest.mark.parametrize("by", ["cookie", "sessid", "credentials"])
def test_a_permission_revoked_meanwhile_counts_at_the_next_call(ask, sign_in, account, make_order, snapshot, by):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    account.user_permissions.clear()
    before = snapshot()

    named = {"cookie": {"cookie": token}, "sessid": {}, "credentials": {"auth": RIGHT}}[by]
    query = f"mode=success&sessid={token}" if by == "sessid" else "mode=success"

    assert body(ask(query, **named)) == refusal(NoPermission)
    assert snapshot() == before


def test_wrong_credentials_alone_are_refused_in_every_mode(ask, sign_in, make_order, snapshot):
    make_order()
    body(ask("mode=query", cookie=sign_in()))
    before = snapshot()

    for mode in ("init", "query", "success"):
        assert body(ask(f"mode={mode}", auth=WRONG)) == refusal(NotAuthenticated)

    assert snapshot() == before


# -- what a session is, and is not


def test_the_token_is_stored_as_a_digest_alone(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask(f"mode=init&version=3.1&sessid={token}", cookie=token))

    stored = [
        str(value)
        for model in (ExchangeSession, ExchangeEvent, OrderBatch)
        for row in model.objects.values()
        for value in row.values()
    ]
    assert hashlib.sha256(token.encode()).hexdigest() in stored
    assert not [value for value in stored if token in value]


def test_the_cookie_opens_no_other_page_of_the_site(site, sign_in, account):
    account.is_staff = account.is_superuser = True
    account.save()
    token = sign_in()

    response = site.get("/admin/", headers={"Cookie": f"onec_exchange={token}; sessionid={token}"})

    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


def test_no_call_makes_a_django_session_or_sets_a_cookie(make_onec, site, make_order):
    make_order()

    report = make_onec().fetch_orders()

    assert report.confirmed
    assert Session.objects.count() == 0
    assert not site.cookies


def test_a_user_logged_into_the_site_is_not_logged_into_the_exchange(site, account):
    site.force_login(account)

    assert site.get("/1c/exchange/?mode=query").status_code == 401


def test_flushed_caches_and_django_sessions_make_no_difference(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    cache.clear()
    Session.objects.all().delete()

    assert body(ask("mode=success", cookie=token)) == "success"
    assert Order.objects.get().sent_to_1c


def test_what_was_said_is_kept_with_its_answer(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("type=sale&mode=query", cookie=token))
    body(ask("mode=success", cookie=token))
    body(ask("mode=import&filename=a.xml", cookie=token))

    dialogue = ExchangeSession.objects.get().events.values_list("type", "mode", "code")
    assert list(dialogue) == [
        ("sale", "checkauth", "success"),
        ("sale", "query", "success"),
        ("", "success", "success"),
        ("", "import", "unknown-file"),
    ]
    assert PASSWORD not in str(list(ExchangeEvent.objects.values()))
