"""Over a real socket: what is noted about a reply is what happened to it."""

from __future__ import annotations

import socket
from base64 import b64encode
from urllib.parse import urlsplit

import pytest

from django_onec_exchange.models import OrderBatch
from django_onec_exchange.simulator import UNF, UT11, BitrixModule, TransferError
from tests.conftest import ENDPOINT
from tests.shop.models import Order

from .shop import LONG, make_orders, sent_numbers, wait_until

MIDDLE = 200_000  # bytes of a reply after which a client hangs up

CLIENTS = [
    pytest.param(UT11, {}, id="UT 11.5"),
    pytest.param(UT11, {"use_basic": False, "use_session_id": True}, id="UT 11.5 with cookie and sessid alone"),
    pytest.param(UNF, {}, id="UNF"),
    pytest.param(UNF, {"subordinate": True}, id="UNF with subordinate documents"),
    pytest.param(BitrixModule, {}, id="Bitrix module 3.1"),
    pytest.param(UT11, {"use_cookie": False}, id="credentials alone"),
    pytest.param(UT11, {"zip": True}, id="zip"),
]


def numbers(orders) -> list[str]:
    return [order.number for order in orders]


def long_orders(count: int, **options) -> list[str]:
    """Some six kilobytes of the reply each."""
    return make_orders(count, comment="Ж" * LONG, **options)


def hang_up_in(onec) -> None:
    onec.transport.hang_up_after = MIDDLE
    with pytest.raises(TransferError, match="hung up"):
        onec.query()
    onec.transport.hang_up_after = None


def last_batch() -> OrderBatch:
    return OrderBatch.objects.order_by("-pk")[0]


def wait_for_broken() -> OrderBatch:
    wait_until(lambda: last_batch().state == OrderBatch.State.BROKEN, "the broken reply was noted")
    return last_batch()


@pytest.mark.parametrize(("kind", "options"), CLIENTS)
def test_every_client_fetches_and_confirms(call_site, kind, options):
    expected = make_orders(30)
    onec = call_site(kind, **options)

    report = onec.fetch_orders()

    assert report.confirmed, report.error
    assert not report.warnings
    assert numbers(report.orders) == expected
    assert sent_numbers() == expected


@pytest.mark.parametrize(
    "query", ["mode=query", "mode=query&zip=yes", "mode=success", "mode=init", "mode=nothing"]
)
def test_content_length_is_what_comes_until_the_connection_closes(live_server, account, query):
    make_orders(200, comment="Ж" * 100)
    headers, body = raw_call(live_server.url, query)

    assert headers["content-length"] == str(len(body))
    assert body


def raw_call(url: str, query: str) -> tuple[dict[str, str], bytes]:
    """Send one request and read until the site closes the connection."""
    parts = urlsplit(url)
    credentials = b64encode(b"1c:secret").decode()
    request = (
        f"GET {ENDPOINT}?{query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: Basic {credentials}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(request.encode())
        with connection.makefile("rb") as reply:
            head, _, body = reply.read().partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


def test_a_reply_that_the_client_broke_off_cannot_be_confirmed(call_site):
    expected = long_orders(400)
    onec = call_site()
    onec.checkauth()
    hang_up_in(onec)
    batch = wait_for_broken()

    onec.success()

    assert not onec.confirmed
    assert "nothing to confirm" in onec.warnings[-1]
    assert batch.size > 5 * MIDDLE
    assert batch.handed_over_at is None
    assert sent_numbers() == []
    report = onec.fetch_orders()
    assert report.confirmed, report.error
    assert sent_numbers() == expected


def test_unf_asks_again_after_a_broken_reply_and_confirms_the_second(call_site):
    expected = long_orders(400)
    onec = call_site(UNF)
    onec.checkauth()
    hang_up_in(onec)
    wait_for_broken()

    onec.query()
    onec.success()

    assert onec.confirmed
    assert sent_numbers() == expected


def test_a_broken_page_comes_again_and_not_the_next_one(settings, call_site):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 300
    expected = long_orders(400)
    onec = call_site(BitrixModule)
    onec.checkauth()
    onec.init()
    hang_up_in(onec)

    pages = [numbers(onec.query()) for _ in range(3)]
    assert sent_numbers() == []
    onec.success()

    assert pages == [expected[:300], expected[300:], []]
    assert sent_numbers() == expected


def test_a_page_broken_in_the_middle_of_the_exchange_comes_again(settings, call_site):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 300
    expected = long_orders(600)
    onec = call_site(BitrixModule)
    onec.checkauth()
    onec.init()
    first = numbers(onec.query())
    hang_up_in(onec)
    wait_for_broken()

    onec.success()
    assert sent_numbers() == first == expected[:300]
    again = numbers(onec.query())
    onec.success()

    assert again == expected[300:]
    assert sent_numbers() == expected


def test_success_right_after_two_pages_confirms_both(settings, call_site):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 10
    expected = make_orders(25)
    onec = call_site(BitrixModule)
    onec.checkauth()
    onec.init()
    onec.query()
    onec.query()

    onec.success()

    assert sent_numbers() == expected[:20]


@pytest.mark.parametrize("kind", [UT11, BitrixModule])
def test_a_reply_lost_after_it_was_sent_whole_comes_again_in_the_next_exchange(call_site, kind):
    expected = make_orders(3)
    onec = call_site(kind)
    onec.checkauth()
    if kind is BitrixModule:
        onec.init()
    onec.transport.hang_up_after = 1  # the site has handed all of it to the network by then
    with pytest.raises(TransferError):
        onec.query()
    onec.transport.hang_up_after = None
    assert sent_numbers() == []

    report = onec.fetch_orders()

    assert report.confirmed, report.error
    assert numbers(report.orders) == expected
    assert sent_numbers() == expected


def test_a_lost_answer_to_success_is_asked_for_again_and_changes_nothing(call_site):
    make_orders(3)
    onec = call_site()
    onec.checkauth()
    onec.query()
    onec.transport.hang_up_after = 1
    with pytest.raises(TransferError):
        onec.success()
    onec.transport.hang_up_after = None
    marked = set(Order.objects.values_list("pk", "sent_to_1c", "sent_to_1c_at"))

    onec.success()

    assert onec.confirmed
    assert set(Order.objects.values_list("pk", "sent_to_1c", "sent_to_1c_at")) == marked
    assert last_batch().marked_count == 3


def test_an_exchange_right_behind_another_is_not_held_up(call_site):
    """The client can be faster than the note that its reply left whole."""
    make_orders(3)
    onec = call_site(BitrixModule)

    reports = [onec.fetch_orders() for _ in range(5)]

    assert all(report.confirmed for report in reports)
    assert max(step.seconds for report in reports for step in report.steps) < 1
