"""``checkauth``: who is let in, and what 1C is told."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission

from django_onec_exchange.models import ExchangeSession
from django_onec_exchange.protocol.errors import NoCredentials, NoPermission, NotAuthenticated
from django_onec_exchange.simulator import UT11
from tests.conftest import PASSWORD, USERNAME, body

from .conftest import RIGHT, WRONG, basic, refusal

pytestmark = pytest.mark.django_db

CHECKAUTH = "type=sale&mode=checkauth"


def test_checkauth_answers_with_four_lines_and_no_trailing_break(ask, account):
    response = ask(CHECKAUTH, auth=RIGHT)

    success, name, token, sessid = response.content.decode().split("\n")
    assert (success, name) == ("success", "onec_exchange")
    assert sessid == f"sessid={token}"
    assert len(token) >= 32
    assert not set(token) & set(" &+#?=%;\r")
    assert response.status_code == 200


def test_every_checkauth_gives_another_token(sign_in):
    assert sign_in() != sign_in()


@pytest.mark.parametrize("type_", ["type=sale&", "type=catalog&", ""])
def test_checkauth_is_known_in_both_types_and_without_one(ask, account, type_):
    assert body(ask(f"{type_}mode=checkauth", auth=RIGHT)).startswith("success\n")


def test_the_cookies_name_is_a_setting_and_the_cookie_of_that_name_is_accepted(settings, ask, account):
    settings.ONEC_EXCHANGE_COOKIE_NAME = "PHPSESSID"

    _, name, token, _ = body(ask(CHECKAUTH, auth=RIGHT)).split("\n")

    assert name == "PHPSESSID"
    assert body(ask("mode=init", headers={"Cookie": f"PHPSESSID={token}"})).startswith("zip=")
    assert ask("mode=init", headers={"Cookie": f"onec_exchange={token}"}).status_code == 401


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_cyrillic_credentials_are_read_in_both_encodings(site, make_account, encoding):
    make_account("обмен", "Пароль: ё№1")

    response = site.get(
        f"/1c/exchange/?{CHECKAUTH}", headers={"Authorization": basic("обмен:Пароль: ё№1", encoding)}
    )

    assert body(response).startswith("success\n")
    assert ExchangeSession.objects.get().account_name == "обмен"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_an_old_1c_with_a_cyrillic_user_goes_through_the_whole_exchange(
    make_onec, make_account, make_order, encoding
):
    make_account("обмен", "пароль")
    make_order()

    report = make_onec(UT11, username="обмен", password="пароль", credentials_encoding=encoding).fetch_orders()

    assert report.error is None
    assert report.confirmed


def test_credentials_may_come_as_apache_renames_them(site, account):
    response = site.get(f"/1c/exchange/?{CHECKAUTH}", REDIRECT_HTTP_AUTHORIZATION=basic(RIGHT))

    assert body(response).startswith("success\n")


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_schemes_case_does_not_matter(site, account, scheme):
    header = basic(RIGHT).replace("Basic", scheme)

    assert body(site.get(f"/1c/exchange/?{CHECKAUTH}", headers={"Authorization": header})).startswith("success\n")


def test_a_password_may_hold_colons(ask, make_account):
    make_account("colon", "a:b:c")

    assert body(ask(CHECKAUTH, auth="colon:a:b:c")).startswith("success\n")


BAD_HEADERS = {
    "scheme alone": "Basic",
    "no base64": "Basic %%%",
    "broken base64": "Basic abc",
    "no colon": basic("1c"),
    "empty name and password": basic(":"),
    "NUL": basic(f"1c\x00:{PASSWORD}"),
    "another scheme": basic(RIGHT).replace("Basic", "Bearer"),
    "bytes of no encoding": "Basic /w==",
    "very long": basic("x" * 10_000 + ":" + "y" * 10_000),
    "wrong password": basic(WRONG),
    "empty password": basic(f"{USERNAME}:"),
    "unknown user": basic(f"nobody:{PASSWORD}"),
    "password of another case": basic(f"{USERNAME}:{PASSWORD.upper()}"),
}


@pytest.mark.parametrize("header", [None, "", " "], ids=["none", "empty", "blank"])
def test_a_header_that_never_arrived_is_not_called_a_wrong_password(site, account, snapshot, caplog, header):
    before = snapshot()

    response = site.get(f"/1c/exchange/?{CHECKAUTH}", headers={} if header is None else {"Authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert body(response) == refusal(NoCredentials)
    assert [record.code for record in caplog.records if hasattr(record, "code")] == ["no-credentials"]
    assert snapshot() == before


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_without_right_credentials_the_platform_is_asked_for_them(site, account, snapshot, header):
    before = snapshot()

    response = site.get(f"/1c/exchange/?{CHECKAUTH}", headers={"Authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert body(response) == refusal(NotAuthenticated)
    assert snapshot() == before


def test_a_deactivated_user_is_refused(ask, account, snapshot):
    account.is_active = False
    account.save()
    before = snapshot()

    response = ask(CHECKAUTH, auth=RIGHT)

    assert response.status_code == 401
    assert body(response) == refusal(NotAuthenticated)
    assert snapshot() == before


@pytest.mark.parametrize("staff", [False, True], ids=["user", "staff"])
def test_a_user_without_the_permission_is_refused_in_words(ask, make_account, snapshot, staff):
    user = make_account(permitted=False)
    user.is_staff = staff
    user.save()
    before = snapshot()

    response = ask(CHECKAUTH, auth=RIGHT)

    assert response.status_code == 200
    assert "WWW-Authenticate" not in response
    assert body(response) == refusal(NoPermission)
    assert snapshot() == before


def test_the_permission_may_come_from_a_group(ask, make_account):
    group = Group.objects.create(name="1C")
    group.permissions.add(Permission.objects.get(codename="use_exchange"))
    make_account(permitted=False).groups.add(group)

    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


def test_a_superuser_needs_no_permission(ask, db):
    get_user_model().objects.create_superuser(USERNAME, password=PASSWORD)

    assert body(ask(CHECKAUTH, auth=RIGHT)).startswith("success\n")


def test_the_session_remembers_who_came_from_where(ask, account):
    long_agent = "1C+Enterprise/8.3 " + "x" * 500

    ask(CHECKAUTH, auth=RIGHT, headers={"User-Agent": long_agent}, REMOTE_ADDR="203.0.113.7")

    session = ExchangeSession.objects.get()
    assert session.account == account
    assert session.account_name == USERNAME
    assert session.base.name == "default"
    assert session.address == "203.0.113.7"
    assert session.user_agent == long_agent[:255]


def test_a_client_behind_a_unix_socket_has_no_address_and_is_let_in(ask, account):
    assert body(ask(CHECKAUTH, auth=RIGHT, REMOTE_ADDR="")).startswith("success\n")
    assert ExchangeSession.objects.get().address is None


class EmailBackend(ModelBackend):
    """Lets people in by their e-mail, like the backends of many shops."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        user = get_user_model().objects.filter(email=username).first()
        return user if user is not None and user.check_password(password) else None


def test_a_backend_of_the_site_decides_who_comes_in_and_the_exchange_goes_on(
    settings, make_onec, make_account, make_order
):
    settings.AUTHENTICATION_BACKENDS = ["tests.access.test_checkauth.EmailBackend"]
    user = make_account("robot")
    user.email = "robot@example.com"
    user.save()
    make_order()

    report = make_onec(UT11, username="robot@example.com").fetch_orders()

    assert report.error is None
    assert report.confirmed
