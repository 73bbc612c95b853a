"""A browser that keeps the exchange's password, and a page that makes it ask: CSRF.

Whoever once opened the address by hand has its Basic credentials sent along for as long as the browser runs.
"""

from __future__ import annotations

import pytest

from django_onec_exchange.protocol.errors import WebPage
from tests.access.conftest import RIGHT, refusal
from tests.conftest import body
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

#: An <img> or a <form> on somebody's page, on a neighbouring subdomain, in a review on the shop's own page.
PAGES = ["cross-site", "same-site", "same-origin"]
CALLS = ["type=sale&mode=checkauth", "type=sale&mode=query", "type=sale&mode=success", "mode=file&filename=a.xml"]


@pytest.fixture
def handed_over(ask, account, make_order):
    """An order was handed to a client that has credentials alone; it is not confirmed."""
    make_order()
    body(ask("mode=query", auth=RIGHT))


@pytest.mark.usefixtures("handed_over")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", CALLS)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_may_use_the_password_that_a_browser_keeps(call, snapshot, page, query, method):
    before = snapshot()

    response = call(method, query, auth=RIGHT, content=b"<a/>", headers={"Sec-Fetch-Site": page})

    assert body(response) == refusal(WebPage)
    assert response.status_code == 200
    assert snapshot() == before
    assert not Order.objects.get().sent_to_1c


@pytest.mark.parametrize("by", ["cookie", "sessid"])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_may_use_a_token_either(ask, sign_in, make_order, snapshot, page, by):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    before = snapshot()

    query, cookie = ("mode=success", token) if by == "cookie" else (f"mode=success&sessid={token}", "")
    response = ask(query, cookie=cookie, headers={"Sec-Fetch-Site": page})

    assert body(response) == refusal(WebPage)
    assert snapshot() == before


@pytest.mark.parametrize("page", PAGES)
def test_a_page_cannot_make_a_browser_ask_for_the_password(ask, account, page):
    """A 401 in an <img> would open the browser's own dialogue over somebody's page."""
    response = ask("type=sale&mode=checkauth", headers={"Sec-Fetch-Site": page})

    assert response.status_code == 200
    assert "WWW-Authenticate" not in response


@pytest.mark.parametrize("auth", [RIGHT, None], ids=["right", "none"])
def test_an_address_that_was_typed_in_is_answered(ask, account, auth):
    """As the documentation advises whoever looks for what is wrong."""
    response = ask("type=sale&mode=checkauth", auth=auth, headers={"Sec-Fetch-Site": "none"})

    assert response.status_code == (200 if auth else 401)
    assert body(response).startswith("success\n" if auth else "failure\n")


def test_a_client_that_is_no_browser_is_answered(onec, make_order):
    make_order()

    assert onec.fetch_orders().confirmed


def test_no_reply_lets_a_page_read_it_or_leaves_a_cookie_in_a_browser(ask, account):
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "none"}

    for query in CALLS:
        response = ask(query, auth=RIGHT, headers=headers)
        body(response)
        assert not [name for name in response.headers if name.lower().startswith("access-control-")]
        assert "Set-Cookie" not in response


def test_a_preflight_is_answered_with_a_refusal(call, account):
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }

    response = call("OPTIONS", "mode=query", headers=headers)

    assert body(response).startswith("failure\n")
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "query",
    [
        "mode=<script>alert(1)</script>",
        "mode=import&filename=<script>alert(1)</script>.xml",
        "mode=import&filename=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
        "mode=init&sessid=<script>alert(1)</script>",
        "mode=init&<script>alert(1)</script>=1",
        "mode=init&version=<script>",
    ],
)
def test_what_a_link_says_is_not_said_again_as_a_page(ask, account, query):
    response = ask(query, auth=RIGHT)

    assert response["Content-Type"].startswith("text/plain;")
    assert "<" not in body(response)
