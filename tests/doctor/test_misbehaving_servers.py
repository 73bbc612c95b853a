"""Each fault of a server on the way is told by its own name, and a site without one gets no finding."""

from __future__ import annotations

import gzip
import socket
import time
from email.utils import formatdate

import pytest

from django_onec_exchange.models import IncomingFile
from tests.conftest import ENDPOINT
from tests.simulator.peers import raw_server

from .conftest import LIMIT, run
from .proxies import CERTIFICATE, Said, answers, changes, hang_up, passes_on, proxy, withholds

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

PAGE = b"<!DOCTYPE html><html><body>...</body></html>"


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


# -- what 1C is not told


def test_a_server_that_keeps_answers(site_url, examine):
    kept = {}

    def cache(asked, site):
        if asked.target not in kept and (said := site(asked)).status == 200:
            kept[asked.target] = said
        return kept.get(asked.target) or site(asked)

    with proxy(site_url, cache) as address:
        report = examine(address)

    assert report.codes == ["cached"]
    assert any("proxy_cache off" in one["text"] for one in report.about("cached")["lines"])


def test_a_server_that_keeps_what_a_cookie_opened(site_url, examine):
    kept = {}

    def cache(asked, site):
        if "Authorization" in asked.headers or asked.method != "GET":
            return site(asked)
        if asked.target not in kept and (said := site(asked)).status == 200:
            kept[asked.target] = said
        return kept.get(asked.target) or site(asked)

    with proxy(site_url, cache) as address:
        assert examine(address).codes == ["cached"]


def test_an_answer_that_is_older_than_the_call(site_url, examine):
    with proxy(site_url, changes(lambda said: said.headers.update(Age="7"))) as address:
        report = examine(address)

    assert report.codes == ["cached"]
    assert report.about("cached")["seen"] == "Age: 7"


def test_a_server_that_allows_to_keep_answers(site_url, examine):
    with proxy(site_url, changes(lambda said: said.headers.update({"Cache-Control": "max-age=600"}))) as address:
        assert examine(address).codes == ["cache-control-lost"]


def test_a_server_that_takes_the_challenge_away(site_url, examine):
    with proxy(site_url, changes(lambda said: said.headers.pop("WWW-Authenticate", None))) as address:
        assert examine(address).codes == ["no-challenge"]


def put_before(what):
    def change(said):
        said.body = what + said.body

    return changes(change)


@pytest.mark.parametrize(
    ("what", "named"), [(b"\xef\xbb\xbf", "BOM"), (b"\n", "an empty line"), (b" \r\n", "an empty line")]
)
def test_bytes_before_the_answer(site_url, examine, what, named):
    with proxy(site_url, put_before(what)) as address:
        report = examine(address)

    assert report.codes == ["leading-bytes"]
    assert named in report.about("leading-bytes")["message"]


@pytest.mark.parametrize("what", [b"<script src='x.js'></script>", b"\n"])
def test_bytes_behind_the_answer(site_url, examine, what):
    def append(said):
        said.body += what

    with proxy(site_url, changes(append)) as address:
        assert examine(address).codes == ["reply-rewritten"]


@pytest.mark.parametrize("from_size", [0, 120], ids=["every answer", "longer answers"])
def test_a_packed_answer(site_url, examine, from_size):
    def pack(said):
        if len(said.body) >= from_size:
            said.headers["Content-Encoding"] = "gzip"
            said.body = gzip.compress(said.body)

    with proxy(site_url, changes(pack)) as address:
        assert examine(address).codes == ["compressed"]


def test_an_answer_in_one_line(site_url, examine):
    def join(said):
        if said.body.startswith(b"zip="):
            said.body = said.body.replace(b"\n", b" ")

    with proxy(site_url, changes(join)) as address:
        assert examine(address).codes == ["reply-rewritten"]


def test_another_encoding_in_the_header(site_url, examine):
    def rename(said):
        said.headers["Content-Type"] = "text/plain; charset=iso-8859-5"

    with proxy(site_url, changes(rename)) as address:
        report = examine(address)

    assert report.codes == ["charset-changed"]
    assert any("charset off" in one["text"] for one in report.about("charset-changed")["lines"])


def test_utf_8_needs_not_be_named(site_url, examine):
    with proxy(site_url, changes(lambda said: said.headers.update({"Content-Type": "text/plain"}))) as address:
        assert examine(address).codes == []


# -- uploads


@pytest.mark.parametrize("how", [413, 502, 503, "hangs up"])
def test_a_limit_on_bodies(site_url, examine, settings, how):
    settings.ONEC_EXCHANGE_FILE_LIMIT = 3_000_000

    def limit(asked, site):
        if int(asked.headers.get("Content-Length", 0)) <= 100_000:
            return site(asked)
        return hang_up(asked) if how == "hangs up" else Said(how, {}, PAGE)

    with proxy(site_url, limit) as address:
        report = examine(address)

    assert report.codes == ["body-limit"]
    finding = report.about("body-limit")
    assert "0.0625 MB got through, 0.25 MB did not" in finding["seen"]
    texts = [one["text"] for one in finding["lines"]]
    assert "client_max_body_size 3m;" in texts
    assert "ONEC_EXCHANGE_FILE_LIMIT = 65536  # instead: what got through" in texts


def test_the_limit_that_the_site_names_is_reached(site_url, examine):
    sizes = []

    def measure(asked, site):
        sizes.append(int(asked.headers.get("Content-Length", 0)))
        return site(asked)

    with proxy(site_url, measure) as address:
        assert examine(address).codes == []

    assert max(sizes) == LIMIT


def test_a_server_that_drops_bodies(site_url, examine):
    def drop(asked, site):
        if asked.body():
            asked.headers["Content-Length"] = "0"
            asked.body = bytes
        return site(asked)

    with proxy(site_url, drop) as address:
        assert set(examine(address).codes) == {"body-lost"}


def test_a_server_that_takes_no_posts(site_url, examine):
    def refuse(asked, site):
        return Said(405, {}, PAGE) if asked.method == "POST" else site(asked)

    with proxy(site_url, refuse) as address:
        assert set(examine(address).codes) == {"unexpected-answer"}


def test_machines_that_do_not_share_a_database(site_url, examine):
    """Every other call is answered by a machine that knows neither the account nor the session."""
    calls = []

    def share(asked, site):
        calls.append(asked)
        if "checkauth" not in asked.target and len(calls) % 2:
            asked.headers["Cookie"] = "onec_exchange=unknown"
        return site(asked)

    with proxy(site_url, share) as address:
        assert "session-lost" in examine(address).codes


def test_a_middleware_that_reads_the_body(site_url, examine, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000

    def read_first(asked, site):
        too_big = int(asked.headers.get("Content-Length", 0)) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return Said(400, {}, PAGE) if asked.body() and too_big else site(asked)

    with proxy(site_url, read_first) as address:
        assert examine(address).codes == ["body-read"]


def test_a_server_that_refuses_bare_letters_in_an_address(site_url, examine):
    def refuse(asked, site):
        return site(asked) if asked.target.isascii() else Said(400, {}, PAGE)

    with proxy(site_url, refuse) as address:
        report = examine(address)

    assert report.codes == ["cyrillic-names"]
    assert report.code == 1


# -- time


@pytest.mark.parametrize("seconds", [-86_400, 3600])
def test_a_clock_that_is_wrong(site_url, examine, seconds):
    def shift(said):
        said.headers["Date"] = formatdate(time.time() + seconds, usegmt=True)

    with proxy(site_url, changes(shift)) as address:
        report = examine(address)

    assert report.codes == ["clock"]
    told = report.about("clock")["message"]
    assert any(f"{seconds + inaccuracy:+d}" in told for inaccuracy in (-1, 0, 1))


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_site_that_does_not_say_its_time(site_url, examine, date):
    with proxy(site_url, changes(lambda said: said.headers.update(Date=date))) as address:
        assert examine(address).codes == []


def test_what_a_server_says_does_not_steer_the_terminal(examine):
    with proxy("http://127.0.0.1/1c/exchange/", answers(404, PAGE, Server="\x1b[2Jnginx")) as address:
        report = examine(address, "--remote-only")

    assert "\N{REPLACEMENT CHARACTER}[2Jnginx" in report.about("not-found")["seen"]


def test_a_slow_site(site_url, examine, monkeypatch):
    monkeypatch.setattr("django_onec_exchange.doctor.replying._PATIENCE", 0.2)

    def dawdle(asked, site):
        time.sleep(0.3 if "checkauth" in asked.target else 0)
        return site(asked)

    with proxy(site_url, dawdle) as address:
        assert examine(address).codes == ["slow"]


def test_whatever_is_in_the_way_nothing_stays_of_the_uploads(site_url, examine, tmp_path):
    def spoil(asked, site):
        said = site(asked)
        return Said(500, {}, PAGE) if asked.method == "POST" else said

    with proxy(site_url, spoil) as address:
        assert "server-error" in examine(address).codes

    assert not IncomingFile.objects.exists()
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
