"""Bytes that no honest client sends, through gunicorn: lengths that lie, hidden requests, slow bodies."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from django_onec_exchange.simulator import UT11, HttpTransport
from tests.conftest import ENDPOINT

from .child import AUTHORIZATION
from .processes import gunicorn
from .shop import make_orders, sent_numbers

pytest.importorskip("gunicorn", reason="gunicorn is not installed")

NAME = "import0_1.xml"
UPLOAD = f"{ENDPOINT}?type=catalog&mode=file&filename={NAME}"
CHUNKED = b"4\r\n<a/>\r\n0\r\n\r\n"


class Site:
    """A site under gunicorn, spoken to byte by byte."""

    def __init__(self, url: str, uploads: Path) -> None:
        self.url, self._uploads = url, uploads
        parts = urlsplit(url)
        self._address = parts.hostname, parts.port

    def send(self, *lines: str, body: bytes = b"") -> bytes:
        """Send a request, end it, and return all that comes until the connection closes."""
        with self.connected(*lines, body=body) as connection:
            connection.shutdown(socket.SHUT_WR)
            return read(connection)

    @contextmanager
    def connected(self, *lines: str, body: bytes = b"") -> Iterator[socket.socket]:
        head = "\r\n".join((lines[0], "Host: shop.example", *lines[1:], "", ""))
        with socket.create_connection(self._address, timeout=30) as connection:
            connection.sendall(head.encode("latin-1") + body)
            yield connection

    def sign_in(self) -> str:
        """Return the header by which a new session is known."""
        answer = self.send(f"GET {ENDPOINT}?mode=checkauth HTTP/1.1", f"Authorization: {AUTHORIZATION}")
        return f"Cookie: onec_exchange={bodies(answer)[0].decode().split()[2]}"

    def stored(self) -> list[bytes]:
        """Return what lies on the disk of uploads, empty files left out."""
        found = [path.read_bytes() for path in self._uploads.rglob("*") if path.is_file()]
        return sorted(content for content in found if content)


@pytest.fixture
def serve(shared_database, tmp_path):
    @contextmanager
    def run(*options: str, **settings) -> Iterator[Site]:
        uploads = tmp_path / "uploads"
        environment = shared_database.environment(UPLOAD_ROOT=str(uploads), **settings)
        with gunicorn(environment, "--workers", "1", "--log-level", "critical", *options) as url:
            yield Site(url, uploads)

    return run


def read(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answer:
        try:
            return answer.read()
        except ConnectionResetError:
            return b""


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d+) ", answer, re.MULTILINE)]


def bodies(answer: bytes) -> list[bytes]:
    """Return the body of each reply in what came over one connection."""
    found = []
    while answer:
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        found.append(rest[:length])
        answer = rest[length:]
    return found


def test_a_length_that_lies_stores_nothing_or_just_what_it_says(serve):
    refused = {
        "negative": "Content-Length: -4",
        "no number": "Content-Length: four",
        "signed": "Content-Length: +4",
        "hexadecimal": "Content-Length: 0x4",
        "two that differ": "Content-Length: 4\r\nContent-Length: 40",
        "two that agree": "Content-Length: 4\r\nContent-Length: 4",
        "a list": "Content-Length: 4, 4",
        "thousands of digits": f"Content-Length: {'9' * 5000}",
        "none": "X-Nothing: 1",
    }
    with serve("--threads", "2") as site:
        for what, length in refused.items():
            answer = site.send(f"POST {UPLOAD} HTTP/1.1", site.sign_in(), length, body=b"<a/>")
            assert b"success" not in answer, what
            assert site.stored() == [], what

        torn = site.send(f"POST {UPLOAD} HTTP/1.1", site.sign_in(), "Content-Length: 400", body=b"<a/>")
        assert b"success" not in torn
        assert site.stored() == []

        longer = site.send(f"POST {UPLOAD} HTTP/1.1", site.sign_in(), "Content-Length: 4", body=b"<a/>and more")
        assert bodies(longer)[0] == b"success"
        assert site.stored() == [b"<a/>"]


def test_no_request_is_hidden_inside_of_another(serve, shared_database):
    """A proxy in front would take both for one, and give its next client the wrong answer."""
    expected = make_orders(2, using=shared_database.alias)
    ambiguous = [
        ("Transfer-Encoding: chunked", "Content-Length: 4"),
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Content-Length: 4", "Transfer-Encoding: xchunked"),
        ("Content-Length: 4", "Transfer-Encoding : chunked"),
        ("Content-Length: 4", "Transfer-Encoding:\x0bchunked"),
        ("Content-Length: 4", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: chunked, identity",),
        ("Content-Length : 4",),
        (" Content-Length: 4",),
        ("Content-Length: 4\nTransfer-Encoding: chunked",),
    ]
    with serve("--threads", "2", "--keep-alive", "5") as site:
        cookie = site.sign_in()
        assert statuses(site.send(f"GET {ENDPOINT}?mode=query HTTP/1.1", cookie)) == [200]
        hidden = f"GET {ENDPOINT}?mode=success HTTP/1.1\r\nHost: shop.example\r\n{cookie}\r\n\r\n".encode()

        for lines in ambiguous:
            for body in (b"0\r\n\r\n" + hidden, CHUNKED + hidden):
                answer = site.send(f"POST {UPLOAD} HTTP/1.1", cookie, *lines, body=body)
                assert len(statuses(answer)) <= 1, (lines, answer)
                assert sent_numbers(shared_database.alias) == [], lines

        # bodies that are refused unread
        for who in ("X-Nothing: 1", f"{cookie}x", f"Content-Type: text/plain\r\n{cookie}"):
            for length in (f"Content-Length: {len(hidden)}", "Transfer-Encoding: chunked"):
                body = hidden if length[0] == "C" else b"%x\r\n%b\r\n0\r\n\r\n" % (len(hidden), hidden)
                answer = site.send(f"POST {ENDPOINT}?mode=dance HTTP/1.1", who, length, body=body)
                assert len(statuses(answer)) == 1, (who, length, answer)
                assert sent_numbers(shared_database.alias) == [], (who, length)

        assert bodies(site.send(f"GET {ENDPOINT}?mode=success HTTP/1.1", cookie)) == [b"success"]
    assert sent_numbers(shared_database.alias) == expected


def test_a_header_that_only_looks_like_one_of_a_proxy_is_not_believed(serve):
    """Dashes and underscores are one to WSGI: what a proxy adds must not be what a client can add."""
    with serve("--threads", "2", ALLOWED_NETWORKS=["203.0.113.0/24"], TRUSTED_PROXIES=1) as site:
        for spelling in ("X_Forwarded_For", "X-Forwarded_For", "HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"):
            answer = site.send(
                f"GET {ENDPOINT}?mode=checkauth HTTP/1.1",
                f"Authorization: {AUTHORIZATION}",
                f"{spelling}: 203.0.113.7",
            )
            assert b"success" not in answer, spelling
        for name in ("Redirect-Http-Authorization", "HTTP_AUTHORIZATION", "REDIRECT_HTTP_AUTHORIZATION"):
            answer = site.send(
                f"GET {ENDPOINT}?mode=checkauth HTTP/1.1",
                f"{name}: {AUTHORIZATION}",
                "X-Forwarded-For: 203.0.113.7",
            )
            assert b"success" not in answer, name


def test_the_body_of_a_stranger_is_not_waited_for(serve):
    with serve("--threads", "2") as site:
        for who in ("X-Nothing: 1", "Cookie: onec_exchange=x", "Authorization: Basic bm86bm8="):
            with site.connected(f"POST {UPLOAD} HTTP/1.1", who, "Content-Length: 9000000") as connection:
                answer = b""
                while b"failure\n" not in answer:
                    answer += (more := connection.recv(4096))
                    assert more, (who, answer)
        assert site.stored() == []


def test_a_slow_body_keeps_nobody_else_waiting(serve, shared_database):
    expected = make_orders(2, using=shared_database.alias)
    with serve("--threads", "4") as site:
        cookie = site.sign_in()
        with site.connected(f"POST {UPLOAD} HTTP/1.1", cookie, "Content-Length: 400", body=b"<slow") as slow:
            onec = UT11(HttpTransport(site.url + ENDPOINT, 30), username="1c", password="secret")
            assert onec.fetch_orders().confirmed
            onec.checkauth("catalog")
            onec.init()
            onec.upload(NAME, b"<other/>")

            # the same client gave up and begins anew
            assert bodies(site.send(f"GET {ENDPOINT}?type=catalog&mode=init HTTP/1.1", cookie))[0][:4] == b"zip="
            again = site.send(f"POST {UPLOAD} HTTP/1.1", cookie, "Content-Length: 6", body=b"<new/>")
            assert bodies(again) == [b"success"]

            slow.sendall(b" and late>".ljust(395))
            slow.shutdown(socket.SHUT_WR)
            assert bodies(read(slow))[0].startswith(b"failure\n")
        assert site.stored() == [b"<new/>", b"<other/>"]
    assert sent_numbers(shared_database.alias) == expected


def test_a_worker_that_waits_for_a_slow_body_is_replaced_and_the_upload_goes_on(serve):
    """Sync workers have one request each, so others wait until gunicorn's time-out ends the slow one."""
    with serve("--preload", "--timeout", "3") as site:
        cookie = site.sign_in()
        first = site.send(f"POST {UPLOAD} HTTP/1.1", cookie, "Content-Length: 6", body=b"<first")
        assert bodies(first) == [b"success"]
        with site.connected(f"POST {UPLOAD} HTTP/1.1", cookie, "Content-Length: 400", body=b" slow"):
            second = site.send(f"POST {UPLOAD} HTTP/1.1", cookie, "Content-Length: 2", body=b"/>")

        assert bodies(second) == [b"success"]
        assert site.stored() == [b"<first/>"]
