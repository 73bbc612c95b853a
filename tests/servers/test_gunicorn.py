"""Under gunicorn, with several processes: nothing that the exchange must know lives in one of them."""

from __future__ import annotations

import http.client
from base64 import b64encode
from itertools import product
from urllib.parse import urlsplit

import pytest

from django_onec_exchange.models import OrderBatch
from django_onec_exchange.simulator import UT11, BitrixModule, HttpTransport, TransferError
from tests.conftest import ENDPOINT

from .child import peak
from .processes import gunicorn
from .shop import LONG, make_orders, sent_numbers, wait_until

pytest.importorskip("gunicorn")

#: Two workers, and each is replaced after one request: no two calls are answered by the same process.
OPTIONS = ("--workers", "2", "--preload", "--max-requests", "1", "--log-level", "warning")
SPELLINGS = ["exchange/", "exchange", "1c_exchange.php", "1c_exchange.php/"]


class WorkerTransport(HttpTransport):
    """Remembers which process answered each call."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.workers = []

    def send(self, *args, **options):
        answer = super().send(*args, **options)
        self.workers.append(answer.header("X-Worker"))
        return answer


@pytest.fixture
def site(shared_database):
    with gunicorn(shared_database.environment(QUERY_LIMIT=200), *OPTIONS) as url:
        yield url


def test_no_two_calls_need_the_same_worker(site, shared_database):
    expected = make_orders(210, using=shared_database.alias)
    transport = WorkerTransport(site + ENDPOINT, 30)
    ut, bitrix = (kind(transport, username="1c", password="secret") for kind in (UT11, BitrixModule))

    reports = [ut.fetch_orders(), bitrix.fetch_orders()]

    assert [report.error for report in reports] == [None, None]
    assert [len(report.orders) for report in reports] == [200, 10]
    assert all(report.confirmed for report in reports)
    assert sent_numbers(shared_database.alias) == expected
    assert len(set(transport.workers)) == len(transport.workers) == 3 + 5


def test_a_client_that_hangs_up_is_noticed(site, shared_database):
    expected = make_orders(200, comment="Ж" * LONG, using=shared_database.alias)
    transport = HttpTransport(site + ENDPOINT, 30, hang_up_after=100_000)
    onec = UT11(transport, username="1c", password="secret")
    onec.checkauth()
    with pytest.raises(TransferError, match="hung up"):
        onec.query()
    transport.hang_up_after = None
    batches = OrderBatch.objects.using(shared_database.alias)
    wait_until(lambda: batches.filter(state="broken").exists(), "the broken reply was noted")

    onec.success()

    assert not onec.confirmed
    assert sent_numbers(shared_database.alias) == []
    assert onec.fetch_orders().confirmed
    assert sent_numbers(shared_database.alias) == expected


def test_no_spelling_of_the_address_is_redirected(site):
    for method, spelling in product(["GET", "POST"], SPELLINGS):
        status, headers, body = call(site, method, f"/1c/{spelling}?type=sale&mode=checkauth")

        assert status == 200
        assert "Location" not in headers
        assert body.startswith(b"success\nonec_exchange\n")
        assert headers["Content-Length"] == str(len(body))


def test_large_uploads_take_no_memory(shared_database, tmp_path):
    """Each request is as large as ``init`` allows; nothing of it is kept."""
    limit = 8 * 1024**2
    environment = shared_database.environment(UPLOAD_ROOT=str(tmp_path / "uploads"), FILE_LIMIT=limit)
    with gunicorn(environment, "--workers", "1", "--log-level", "warning") as url:
        onec = UT11(WorkerTransport(url + ENDPOINT, 60), username="1c", password="secret")
        onec.checkauth("catalog")
        onec.init()
        onec.upload("small.jpg", bytes(1_000_000))
        (before,) = {peak(pid) for pid in onec.transport.workers}
        with (tmp_path / "large.jpg").open("wb") as large:
            large.truncate(8 * limit)
        onec.upload("large.jpg", tmp_path / "large.jpg")
        (after,) = {peak(pid) for pid in onec.transport.workers}

    (stored,) = (tmp_path / "uploads").rglob("large.jpg")
    assert stored.stat().st_size == 8 * limit
    assert after - before < limit / 2


def call(site: str, method: str, target: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send one request; ``http.client`` follows no redirects either."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=30)
    credentials = b64encode(b"1c:secret").decode()
    connection.request(method, target, headers={"Authorization": f"Basic {credentials}"})
    response = connection.getresponse()
    try:
        return response.status, response.headers, response.read()
    finally:
        response.close()
        connection.close()
