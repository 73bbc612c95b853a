"""Each fault of a server on the way is told by its own name, and a site without one gets no finding."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import ENDPOINT
from tests.simulator.peers import raw_server

from .conftest import run
from .proxies import CERTIFICATE, PAGE, Said, answers, hang_up, passes_on, proxy, withholds

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_site_that_is_well_gets_no_finding(site_url, examine):
    report = examine(site_url)

    assert report.codes == []
    assert report.code == 0
    assert {one["level"] for one in report.findings} == {"ok"}


def test_a_server_that_passes_all_on_is_well_too(site_url, examine):
    with proxy(site_url, passes_on) as address:
        assert examine(address).codes == []


# -- the way there


def test_a_name_that_nobody_knows(examine):
    report = examine("https://shop.invalid/1c/exchange/", "--remote-only")

    assert report.codes == ["unknown-host"]
    assert "shop.invalid" in report.about("unknown-host")["message"]
    assert report.code == 2


def test_a_port_at_which_nobody_listens(examine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert examine(f"http://127.0.0.1:{port}/1c/exchange/", "--remote-only").codes == ["refused"]


def test_a_certificate_that_nobody_vouches_for(site_url, examine):
    with proxy(site_url, passes_on, secure=True) as address:
        report = examine(address)

    assert report.codes == ["certificate"]
    assert "self-signed" in report.about("certificate")["message"]
    assert any("fullchain" in one["text"] for one in report.about("certificate")["lines"])


def test_a_certificate_whose_time_is_over(site_url, examine, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    with proxy(site_url, passes_on, secure=True) as address:
        report = examine(address)

    assert report.codes == ["certificate"]
    assert "expired" in report.about("certificate")["message"]


def test_a_certificate_for_another_name(site_url, examine, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    with proxy(site_url, passes_on, secure=True) as address:
        report = examine(address.replace("localhost", "127.0.0.1"))

    assert report.codes == ["certificate"]


def test_https_where_the_server_speaks_http(site_url, examine):
    assert examine(site_url.replace("http:", "https:")).codes == ["no-tls"]


def test_a_server_that_never_answers(site_url, account, monkeypatch):
    def dawdle(head, connection):
        connection.recv(1)

    with raw_server(dawdle) as (address, _, _):
        report = run(address, "--remote-only", "--timeout", "0.2")

    assert report.codes == ["timed-out"]
    assert any("proxy_read_timeout" in one["text"] for one in report.about("timed-out")["lines"])


def test_a_server_that_hangs_up(site_url, examine):
    with proxy(site_url, lambda asked, site: hang_up(asked)) as address:
        assert examine(address).codes == ["broken-off"]


def test_a_reply_that_breaks_off(examine):
    def stop_early(head, connection):
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 100\r\n\r\nfailure\n")

    with raw_server(stop_early) as (address, _, _):
        assert examine(address, "--remote-only").codes == ["broken-off"]


def test_a_port_where_another_language_is_spoken(examine):
    with raw_server(lambda head, connection: connection.sendall(b"220 mail ready\r\n")) as (address, _, _):
        assert examine(address, "--remote-only").codes == ["unreadable"]


# -- redirects


@pytest.mark.parametrize(
    ("target", "difference", "enter"),
    [
        ("https://www.shop.example/1c/exchange", "https, another host", "https://www.shop.example/1c/exchange"),
        ("/1c/exchange/?type=catalog&mode=checkauth", "a slash at the end", "/1c/exchange/"),
        ("/ru/1c/exchange", "a language before the path", "/ru/1c/exchange"),
        ("/elsewhere/", "another path", "/elsewhere/"),
        ("http://127.0.0.1:9/1c/exchange", "another port", "http://127.0.0.1:9/1c/exchange"),
        ("http://[::1/1c/exchange", "an address that cannot be read", "?"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 308])
def test_a_redirect_says_what_to_enter_in_1c(examine, target, difference, enter, status):
    with proxy("http://127.0.0.1/1c/exchange", answers(status, Location=target)) as address:
        report = examine(address, "--remote-only")

    assert report.codes == ["redirect"]
    assert report.about("redirect")["message"].endswith(f": {difference}.")
    assert report.about("redirect")["remedy"].endswith(enter)


def test_a_redirect_to_https_alone(examine):
    def to_https(asked, site):
        return Said(301, {"Location": f"https://{asked.headers['Host']}{asked.target}"})

    with proxy("http://127.0.0.1/1c/exchange/", to_https) as address:
        report = examine(address, "--remote-only")

    assert report.about("redirect")["message"].endswith(": https.")
    assert report.about("redirect")["remedy"].endswith(address.replace("http:", "https:"))


def test_a_redirect_to_a_login(examine):
    location = "/accounts/login/?next=/1c/exchange/"
    with proxy("http://127.0.0.1/1c/exchange/", answers(302, Location=location)) as address:
        assert examine(address, "--remote-only").codes == ["login-page"]


def test_a_redirect_that_leads_where_it_came_from(examine):
    """As with SECURE_SSL_REDIRECT behind a proxy that was asked by HTTPS and does not say so."""

    def to_itself(asked, site):
        return Said(301, {"Location": f"http://{asked.headers['Host']}{asked.target}"})

    with proxy("http://127.0.0.1/1c/exchange/", to_itself) as address:
        report = examine(address, "--remote-only")

    assert report.codes == ["redirect-loop"]
    assert any("SECURE_PROXY_SSL_HEADER" in one["text"] for one in report.about("redirect-loop")["lines"])


# -- something else answers


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answers(200, PAGE, Content_Type="text/html"), "html-page"),
        (answers(404, PAGE), "not-found"),
        (answers(403, PAGE), "forbidden"),
        (answers(500, PAGE), "server-error"),
        (answers(502, PAGE), "site-down"),
        (answers(503, PAGE), "site-down"),
        (answers(504, PAGE), "gateway-timeout"),
        (answers(401, PAGE, WWW_Authenticate='Basic realm="closed"'), "foreign-login"),
        (answers(200, "failure\nОшибка авторизации".encode("cp1251")), "other-program"),
        (answers(200, b""), "other-program"),
    ],
)
def test_something_else_that_answers(examine, behaviour, code):
    with proxy("http://127.0.0.1/1c/exchange/", behaviour) as address:
        report = examine(address, "--remote-only")

    assert report.codes == [code]
    assert report.code == 2


def test_a_host_that_the_site_does_not_know(site_url, examine, settings):
    settings.ALLOWED_HOSTS = ["shop.example"]

    report = examine(site_url)

    assert report.codes == ["host-not-allowed", "bad-host"]
    assert 'ALLOWED_HOSTS = ["localhost"]' in [one["text"] for one in report.about("bad-host")["lines"]]


def test_a_server_that_drops_the_query_string(site_url, examine):
    def drop(asked, site):
        asked.target = asked.target.partition("?")[0]
        return site(asked)

    with proxy(site_url, drop) as address:
        assert examine(address).codes == ["query-string-lost"]


def test_another_address_of_the_site(site_url, examine):
    assert examine(site_url.replace("exchange", "nowhere")).codes == ["not-found"]


# -- what the site is not told


def test_a_server_that_withholds_the_authorization_header(site_url, examine):
    with proxy(site_url, withholds("Authorization")) as address:
        report = examine(address)

    assert report.codes == ["authorization-stripped"]
    lines = {one["program"]: one["text"] for one in report.about("authorization-stripped")["lines"]}
    assert lines["Apache, mod_wsgi"] == "WSGIPassAuthorization On"
    assert f"location {ENDPOINT} {{" in lines["nginx"]


def test_whether_it_is_withheld_cannot_be_told_without_the_database_of_the_site(site_url, examine):
    with proxy(site_url, withholds("Authorization")) as address:
        report = examine(address, "--remote-only")

    assert report.codes == ["sign-in-refused"]


def test_a_server_that_withholds_cookies(site_url, examine):
    with proxy(site_url, withholds("Cookie")) as address:
        report = examine(address)

    assert report.codes == ["cookie-stripped"]
    assert any("$http_cookie" in one["text"] for one in report.about("cookie-stripped")["lines"])


def test_a_server_that_changes_the_cookie(site_url, examine):
    def change(asked, site):
        if "Cookie" in asked.headers:
            asked.headers["Cookie"] += "x"
        return site(asked)

    with proxy(site_url, change) as address:
        report = examine(address)

    assert report.codes == ["session-lost"]
    assert report.findings[-3]["level"] == "skipped"  # what could not be answered either


def test_a_server_that_takes_sessid_out_of_the_address(site_url, examine):
    def clean(asked, site):
        asked.target = asked.target.partition("&sessid=")[0]
        return site(asked)

    with proxy(site_url, clean) as address:
        report = examine(address)

    assert report.codes == ["sessid-lost"]
    assert report.code == 1
