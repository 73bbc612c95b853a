"""Each fault of what comes back to 1C, and how late, is told by its own name."""

from __future__ import annotations

import gzip
import time
from email.utils import formatdate

import pytest

from django_onec_exchange.models import IncomingFile

from .proxies import PAGE, Said, answers, changes, proxy

pytestmark = pytest.mark.django_db(transaction=True)


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
