"""The socket side: addresses, lengths, broken replies, and a client that hangs up."""

import socket
import threading
import time
import tracemalloc
from io import BytesIO

import pytest

from django_onec_exchange.simulator import UNF, UT11, Answer, HttpTransport, Portion, TransferError
from tests.simulator.peers import LOGIN, ORDER, body_of, document, http, raw_server

QUERY = "type=sale&mode=query"


def answering(body, **options):
    return lambda head, connection: connection.sendall(http(body, **options))


def send(address, **options):
    return HttpTransport(address, 5, **options).send("GET", QUERY, headers={"Cookie": "onec=1"})


def test_a_reply_is_read_whole():
    with raw_server(answering(b"success", headers="X-One: 1\r\nX-One: 2\r\n")) as (address, heads, _):
        answer = send(address)

    assert (answer.status, answer.body) == (200, b"success")
    assert answer.header("x-one") == "1, 2"
    assert heads[0].startswith(f"GET /exchange/?{QUERY} HTTP/1.1\r\n")
    assert "Cookie: onec=1" in heads[0]


def test_nothing_is_promised_that_module_code_does_not_promise():
    with raw_server(answering(b"success")) as (address, heads, _):
        send(address)

    assert "accept-encoding" not in heads[0].lower()


def test_a_body_is_posted_with_its_length():
    with raw_server(answering(b"success")) as (address, heads, _):
        HttpTransport(address).send("POST", "type=sale&mode=file", headers={}, body=b"12345")

    assert "Content-Length: 5" in heads[0]


@pytest.mark.parametrize(
    ("tail", "target"),
    [
        ("", "/exchange/?"),
        (" ", "/exchange/?"),
        ("a\\b", "/exchange/a/b?"),
        ("?base=2", "/exchange/?base=2?"),  # plain concatenation: such an address breaks
        ("обмен", "/exchange/%D0%BE%D0%B1%D0%BC%D0%B5%D0%BD?"),
    ],
)
def test_the_address_is_treated_as_1c_treats_it(tail, target):
    with raw_server(answering(b"success")) as (address, heads, _):
        send(address + tail)

    assert heads[0].split()[1] == target + QUERY


def test_a_bare_host_means_the_script_of_bitrix():
    with raw_server(answering(b"success")) as (address, heads, _):
        send(address.removesuffix("/exchange/").removeprefix("http://"))

    assert heads[0].startswith("GET /bitrix/admin/1c_exchange.php?type=sale")


@pytest.mark.parametrize("url", ["", "ftp://shop.example/", "http://", "http://shop.example:port/"])
def test_an_address_nothing_can_be_sent_to_is_refused_at_once(url):
    with pytest.raises(ValueError, match=r"address|Port|port"):
        HttpTransport(url)


def test_a_redirect_is_not_followed():
    with raw_server(answering(b"", status="302 Found", headers="Location: /login/\r\n")) as (address, heads, _):
        answer = send(address)

    assert answer.status == 302
    assert len(heads) == 1


def test_a_chunked_reply_is_joined():
    body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsucc\r\n3\r\ness\r\n0\r\n\r\n"
    with raw_server(lambda head, connection: connection.sendall(body)) as (address, _, _):
        assert send(address).body == b"success"


@pytest.mark.parametrize(
    "raw",
    [
        http(b"succ", length=7),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nsucc",
        b"",
    ],
    ids=["short", "cut chunk", "no reply"],
)
def test_a_reply_that_breaks_off_is_no_reply(raw):
    with (
        raw_server(lambda head, connection: connection.sendall(raw)) as (address, _, _),
        pytest.raises(TransferError),
    ):
        send(address)


def test_a_short_reply_is_known_as_partial():
    with (
        raw_server(answering(b"succ", length=7)) as (address, _, _),
        pytest.raises(TransferError, match="4 bytes came, Content-Length says 7") as caught,
    ):
        send(address)

    assert caught.value.partial


def test_a_slow_site_is_given_up():
    def dawdle(head, connection):
        connection.sendall(http(b"", length=1000))
        for _ in range(20):
            connection.sendall(b"x")  # each byte in time, the reply as a whole not
            time.sleep(0.05)

    with raw_server(dawdle) as (address, _, _), pytest.raises(TransferError, match=r"0\.3 seconds"):
        HttpTransport(address, 0.3).send("GET", QUERY, headers={})


def test_a_silent_site_is_given_up():
    with (
        raw_server(lambda head, connection: time.sleep(0.5)) as (address, _, _),
        pytest.raises(TransferError, match=r"No answer within 0\.1 seconds"),
    ):
        HttpTransport(address, 0.1).send("GET", QUERY, headers={})


def test_a_refused_connection_is_said_plainly():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(TransferError, match=r"127\.0\.0\.1 refused the connection"):
        send(f"http://127.0.0.1:{port}/exchange/")


@pytest.mark.parametrize("cookie", ["onec=value\r", "onec=значение"])
def test_a_header_http_forbids_is_not_sent_and_not_quoted(cookie):
    with raw_server(answering(b"success")) as (address, _, _), pytest.raises(TransferError) as caught:
        HttpTransport(address).send("GET", QUERY, headers={"Cookie": cookie})

    assert "cannot be sent" in str(caught.value)
    assert "onec" not in str(caught.value)


def test_a_blank_in_the_session_id_is_not_sent():
    with (
        raw_server(answering(b"success")) as (address, _, _),
        pytest.raises(TransferError, match="cannot be sent"),
    ):
        HttpTransport(address).send("GET", f"{QUERY}&sessid=a b", headers={})


@pytest.mark.parametrize("count", [0, 1, 70_000])
def test_the_client_can_hang_up_after_so_many_bytes(count):
    noticed = []

    def stream(head, connection):
        connection.sendall(http(b"", length=50_000_000))
        try:
            for _ in range(800):
                connection.sendall(b"x" * 65_536)
        except OSError as exc:
            noticed.append(exc)
            raise

    with raw_server(stream) as (address, _, errors):
        with pytest.raises(TransferError, match=f"hung up after {count} bytes") as caught:
            send(address, hang_up_after=count)
        deadline = time.monotonic() + 5
        while not errors and time.monotonic() < deadline:
            time.sleep(0.01)

    assert not caught.value.partial
    assert isinstance(errors[0], ConnectionError)


def test_a_shorter_reply_is_read_in_peace():
    with raw_server(answering(b"success")) as (address, _, _):
        assert send(address, hang_up_after=8).body == b"success"
        with pytest.raises(TransferError):
            send(address, hang_up_after=7)


def test_bytes_are_counted_while_they_arrive():
    told = []
    with raw_server(answering(b"x" * 200_000)) as (address, _, _):
        send(address, on_bytes=told.append)

    assert told == sorted(told)
    assert told[-1] == 200_000
    assert len(told) > 1


def test_the_name_of_a_header_may_be_in_any_case():
    assert Answer(200, {"CONTENT-type": "text/xml"}).content_type == "text/xml"
    assert Answer(200).content_type == ""


def test_a_whole_operation_runs_over_a_socket():
    def site(head, connection):
        mode = head.split("mode=")[1].split()[0]
        said = {"checkauth": LOGIN, "query": document(ORDER), "success": "success"}[mode]
        connection.sendall(http(said.encode()))

    with raw_server(site) as (address, heads, _):
        report = UT11(HttpTransport(address, 5), username="1c", password="secret").fetch_orders()

    assert report.confirmed, report.error
    assert [one.number for one in report.orders] == ["1001"]
    assert all("User-Agent: 1C+Enterprise/8.3" in head for head in heads)


def test_unf_asks_once_more_for_a_partial_file():
    replies = [http(LOGIN.encode()), http(b"<?xml", length=900), http(document(ORDER).encode()), http(b"success")]
    with raw_server(lambda head, connection: connection.sendall(replies.pop(0))) as (address, _, _):
        report = UNF(HttpTransport(address, 5)).fetch_orders()

    assert report.confirmed
    assert [step.status for step in report.steps] == [200, None, 200, 200]


class Uploads:
    """A site that reads each body as far as it comes, then answers."""

    def __init__(self, reply=b"success", *, reads=True):
        self.reply = reply
        self.reads = reads
        self.bodies = []
        self.done = threading.Event()

    def __call__(self, head, connection):
        body = body_of(head, connection) if self.reads else b""
        self.bodies.append(body)
        self.done.set()
        connection.sendall(http(self.reply))


def portion(content, start=0, size=None, **options):
    return Portion(BytesIO(content), start, len(content) if size is None else size, **options)


def post(address, body, **options):
    return HttpTransport(address, 5, **options).send("POST", "type=sale&mode=file", headers={}, body=body)


@pytest.mark.parametrize("size", [0, 1, 65_536, 300_000])
def test_a_body_is_posted_raw_and_without_a_content_type(size):
    site = Uploads()
    with raw_server(site) as (address, heads, _):
        answer = post(address, b"x" * size)

    assert answer.body == b"success"
    assert site.bodies == [b"x" * size]
    assert f"Content-Length: {size}\r\n" in heads[0]
    assert "content-type" not in heads[0].lower()
    assert "transfer-encoding" not in heads[0].lower()


def test_a_portion_of_a_file_is_posted_and_counted():
    site, told = Uploads(), []
    with raw_server(site) as (address, heads, _):
        post(address, portion(b"0123456789", 3, 4, on_read=told.append))

    assert site.bodies == [b"3456"]
    assert "Content-Length: 4\r\n" in heads[0]
    assert told[-1] == 4


def test_a_name_in_cyrillic_is_glued_to_the_address_as_it_is():
    with raw_server(answering(b"success")) as (address, heads, _):
        HttpTransport(address).send("GET", "mode=import&filename=обмен/a%b\\c.xml", headers={})

    target = heads[0].split()[1].encode("latin-1")
    assert target == "/exchange/?mode=import&filename=обмен/a%b\\c.xml".encode()


def test_letters_may_be_percent_encoded_instead():
    with raw_server(answering(b"success")) as (address, heads, _):
        HttpTransport(address, quote_letters=True).send("GET", "mode=import&filename=я/a%b.xml", headers={})

    assert heads[0].split()[1] == "/exchange/?mode=import&filename=%D1%8F/a%b.xml"


@pytest.mark.parametrize("name", ["a b.xml", "a\r\nX-Header: 1", "a\udcff.xml"])
def test_a_name_http_forbids_is_not_sent(name):
    with raw_server(answering(b"success")) as (address, heads, _), pytest.raises(TransferError, match="cannot be"):
        HttpTransport(address).send("GET", f"mode=import&filename={name}", headers={})

    assert heads == []


@pytest.mark.parametrize("count", [0, 1, 100_000, 300_000])
def test_the_client_can_die_in_the_middle_of_a_body(count):
    site = Uploads()
    with raw_server(site) as (address, heads, _):
        with pytest.raises(TransferError, match=f"hung up after sending {count} bytes"):
            post(address, b"x" * 300_000, cut_body_after=count)
        assert site.done.wait(5)

    assert site.bodies == [b"x" * count]
    assert "Content-Length: 300000\r\n" in heads[0]


def test_a_body_shorter_than_the_cut_goes_in_peace():
    site = Uploads()
    with raw_server(site) as (address, _, _):
        assert post(address, b"12345", cut_body_after=6).body == b"success"


def test_a_cut_does_not_concern_requests_without_a_body():
    with raw_server(answering(b"success")) as (address, _, _):
        assert send(address, cut_body_after=0).body == b"success"


def test_a_refusal_before_the_body_is_read_is_seen():
    with raw_server(Uploads(b"too large", reads=False)) as (address, _, _):
        try:
            assert post(address, b"x" * 50_000_000).body == b"too large"
        except TransferError as exc:  # the reset of the connection may come first
            assert "broke off" in str(exc)


def test_a_file_that_became_shorter_is_not_waited_for():
    with (
        raw_server(Uploads()) as (address, _, _),
        pytest.raises(TransferError, match="became shorter"),
    ):
        post(address, portion(b"123", size=5))


def test_a_site_that_takes_the_body_too_slowly_is_given_up():
    def dawdle(head, connection):
        while connection.recv(500_000):
            time.sleep(0.02)

    with raw_server(dawdle) as (address, _, _), pytest.raises(TransferError, match=r"after 0\.2 seconds"):
        HttpTransport(address, 0.2).send("POST", "mode=file", headers={}, body=b"x" * 50_000_000)


def test_a_big_file_needs_no_memory(tmp_path):
    file = tmp_path / "big"
    with file.open("wb") as opened:
        opened.truncate(100_000_000)

    def discard(head, connection):
        left = 100_000_000
        buffer = bytearray(1_000_000)
        while left > 0:
            left -= connection.recv_into(buffer)
        connection.sendall(http(b"success"))

    with raw_server(discard) as (address, _, _):
        tracemalloc.start()
        try:
            UT11(HttpTransport(address, 60)).upload("big.xml", file)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < 4_000_000
