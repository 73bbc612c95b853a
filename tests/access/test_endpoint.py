"""One address: every spelling, GET and POST, and nothing of the site in 1C's way."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from django_onec_exchange.models import ExchangeEvent
from django_onec_exchange.protocol.errors import UnknownMode
from django_onec_exchange.simulator import UT11, DjangoTransport
from tests.conftest import PASSWORD, USERNAME, body
from tests.shop.models import Order

from .conftest import RIGHT, basic, refusal
from .shop import WatchingSelector

pytestmark = pytest.mark.django_db

SPELLINGS = ["/1c/exchange/", "/1c/exchange", "/1c/1c_exchange.php", "/1c/1c_exchange.php/"]


@pytest.fixture
def another_site(settings):
    settings.ROOT_URLCONF = "tests.access.urls"


@pytest.mark.parametrize("append_slash", [True, False])
@pytest.mark.parametrize("type_", ["type=sale&", "type=catalog&", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", SPELLINGS)
def test_every_spelling_is_answered_at_once(settings, call, account, path, method, type_, append_slash):
    settings.APPEND_SLASH = append_slash

    checkauth = call(method, f"{type_}mode=checkauth", path=path, auth=RIGHT)
    token = body(checkauth).split("\n")[2]
    init = call(method, f"{type_}mode=init", path=path, cookie=token)

    assert (checkauth.status_code, init.status_code) == (200, 200)
    assert body(init) == "zip=no\nfile_limit=10485760"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("type_", ["type=sale&", ""])
@pytest.mark.parametrize("path", SPELLINGS)
def test_orders_are_handed_over_and_confirmed_at_every_spelling(call, sign_in, make_order, path, type_, method):
    make_order()
    token = sign_in()

    query = call(method, f"{type_}mode=query", path=path, cookie=token)
    assert "<Номер>1001</Номер>" in body(query)
    assert body(call(method, f"{type_}mode=success", path=path, cookie=token)) == "success"

    assert Order.objects.get().sent_to_1c


def test_a_whole_exchange_by_post_and_another_order_of_parameters(call, account, make_order):
    make_order()

    token = body(call("POST", "mode=checkauth&type=sale", auth=RIGHT)).split("\n")[2]
    body(call("POST", f"sessid={token}&mode=query&x=1&type=sale", auth=RIGHT))
    assert body(call("POST", f"mode=success&sessid={token}&type=sale")) == "success"

    assert Order.objects.get().sent_to_1c


@pytest.mark.usefixtures("another_site")
def test_the_address_1c_takes_for_a_bare_host_can_be_mounted(site, account, make_order):
    make_order()
    transport = DjangoTransport(site, "/bitrix/admin/1c_exchange.php")

    assert UT11(transport, username=USERNAME, password=PASSWORD).fetch_orders().confirmed


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"])
@pytest.mark.parametrize("mode", ["checkauth", "init", "query", "success"])
def test_other_methods_are_refused_with_a_sentence(call, sign_in, make_order, snapshot, method, mode):
    make_order()
    token = sign_in()
    body(call("GET", "mode=query", cookie=token))
    before = snapshot()

    response = call(method, f"type=sale&mode={mode}", cookie=token, auth=RIGHT)

    assert response.status_code == 200
    assert body(response) == ("" if method == "HEAD" else refusal(UnknownMode))
    assert int(response["Content-Length"]) == len(refusal(UnknownMode).encode())
    assert snapshot() == before


# -- what real sites have around it


@pytest.mark.usefixtures("another_site")
def test_neither_csrf_nor_login_stands_in_the_way(call, account):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/protected/").status_code == 403  # they are really on
    assert client.get("/protected/").status_code == 302

    response = call("POST", "type=sale&mode=checkauth", auth=RIGHT)

    assert response.status_code == 200
    assert body(response).startswith("success\n")


def test_a_browser_session_and_a_foreign_origin_do_not_matter(call, account):
    headers = {"Origin": "https://elsewhere.example", "Referer": "https://elsewhere.example/"}

    assert body(call("POST", "mode=checkauth", auth=RIGHT, headers=headers)).startswith("success\n")


@pytest.mark.usefixtures("another_site")
@pytest.mark.django_db(transaction=True)
def test_the_view_is_not_atomic_where_the_others_are(settings, monkeypatch, site, onec, make_order):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.access.shop.WatchingSelector"
    monkeypatch.setattr(WatchingSelector, "seen", [])
    make_order()
    assert site.get("/ordinary/").content == b"in a transaction"

    report = onec.fetch_orders()

    assert report.confirmed
    assert [atomic for atomic, _ in WatchingSelector.seen] == [False]


@pytest.mark.django_db(transaction=True)
def test_what_a_failing_call_recorded_stays_and_what_it_began_is_undone(
    settings, monkeypatch, ask, sign_in, make_order
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.access.shop.BrokenMarker"
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    assert body(ask("mode=success", cookie=token)).startswith("failure\n")

    assert list(ExchangeEvent.objects.values_list("mode", "code")) == [
        ("checkauth", "success"),
        ("query", "success"),
        ("success", "internal"),
    ]
    assert not Order.objects.get().sent_to_1c


# -- the form of every reply


def every_reply(ask, call, account) -> dict[str, object]:
    token = body(ask("mode=checkauth", auth=RIGHT)).split("\n")[2]
    return {
        "checkauth": ask("mode=checkauth", auth=RIGHT),
        "init": ask("mode=init", cookie=token),
        "query": ask("mode=query", cookie=token),
        "success": ask("mode=success", cookie=token),
        "init, version": ask("mode=init&version=3.1", cookie=token),
        "file": call("POST", "mode=file&filename=a.xml", cookie=token, content=b"<a/>"),
        "import": ask("mode=import&filename=a.xml", cookie=token),
        "info": ask("mode=info", cookie=token),
        "complete": ask("mode=complete", cookie=token),
        "deactivate": ask("mode=deactivate", cookie=token),
        "unknown": ask("mode=dance", cookie=token),
        "nobody": ask("mode=query"),
    }


def test_replies_have_no_bom_no_cr_no_trailing_break_and_the_right_length(ask, call, account):
    for name, response in every_reply(ask, call, account).items():
        content = response.getvalue()
        response.close()

        assert content, name
        assert not content.startswith(b"\xef\xbb\xbf"), name
        assert b"\r" not in content, name
        assert content.rstrip(b"\n" if name == "query" else b"") == content.strip(), name
        assert int(response["Content-Length"]) == len(content), name


def test_the_document_ends_without_a_line_break_too(ask, sign_in):
    assert body(ask("mode=query", cookie=sign_in())).endswith("</КоммерческаяИнформация>")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_charset_stands_last_in_the_content_type(settings, ask, call, account, encoding):
    settings.ONEC_EXCHANGE_ENCODING = encoding

    for name, response in every_reply(ask, call, account).items():
        kind = "application/xml" if name in ("query", "info") else "text/plain"
        assert response["Content-Type"] == f"{kind}; charset={encoding}", name
        assert response.getvalue().decode(encoding), name
        response.close()


def test_replies_are_not_cached_and_not_redirected(ask, call, account):
    for name, response in every_reply(ask, call, account).items():
        response.close()
        assert {"no-store", "private", "max-age=0"} <= set(response["Cache-Control"].split(", ")), name
        assert "Location" not in response, name
        assert "Set-Cookie" not in response, name
        assert response.status_code == (401 if name == "nobody" else 200), name


def test_the_sites_own_cache_keeps_nothing_of_it(settings, ask, account):
    """Older releases of Django 5.2 take ``no-store`` alone for nothing."""
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    assert body(ask("mode=checkauth", auth=RIGHT)).startswith("success")

    assert ask("mode=checkauth").status_code == 401


def test_the_language_a_client_asks_for_does_not_matter(ask, account):
    plain = ask("mode=query")
    asked = ask("mode=query", headers={"Accept-Language": "ru"})

    assert body(asked) == body(plain)


def test_an_address_that_1c_may_not_use_is_not_ours(site, account):
    assert site.get("/1c/other/?mode=checkauth", headers={"Authorization": basic(RIGHT)}).status_code == 404
