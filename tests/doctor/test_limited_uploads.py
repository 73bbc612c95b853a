"""What a server on the way does to an upload is told by its own name."""

from __future__ import annotations

import pytest

from .conftest import LIMIT
from .proxies import PAGE, Said, hang_up, proxy

pytestmark = pytest.mark.django_db(transaction=True)


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
