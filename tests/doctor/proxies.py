"""Servers that stand between 1C and the site, each with a fault of its own."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

CERTIFICATE = Path(__file__).parent / "expired.pem"  # for localhost, by nobody, and with its key
#: What a server says of itself where 1C expects the site.
PAGE = b"<!DOCTYPE html><html><body>...</body></html>"


@dataclass
class Asked:
    """What came from 1C; the body is still to be read."""

    method: str
    target: str  # path and query, as bytes in latin-1
    headers: dict[str, str]
    connection: socket.socket
    body: Callable[[], bytes] = field(repr=False)


@dataclass
class Said:
    status: int
    headers: dict[str, str]
    body: bytes = b""


#: Hands a request on to the site.
Site = Callable[[Asked], Said]
#: What a server does with a request; None: it hangs up.
Behaviour = Callable[[Asked, Site], Said | None]


class _Upstream(http.client.HTTPConnection):
    def _encode_request(self, request: str) -> bytes:
        return request.encode("latin-1")


def _hand_on(asked: Asked, host: str, port: int) -> Said:
    connection = _Upstream(host, port, timeout=20)
    try:
        connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        if body := asked.body():
            connection.send(body)
        answer = connection.getresponse()
        return Said(answer.status, dict(answer.headers.items()), answer.read())
    finally:
        connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), (OSError, ValueError)):  # one of the two has hung up
            super().handle_error(request, client_address)


@contextmanager
def proxy(site_url: str, behave: Behaviour, *, secure: bool = False) -> Iterator[str]:
    """Serve ``behave`` in front of the site, and yield the address to call."""
    upstream = urlsplit(site_url)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked = Asked(
                self.command,
                self.path,
                dict(self.headers.items()),
                self.connection,
                cache(lambda: self.rfile.read(length)),
            )
            said = behave(asked, lambda asked: _hand_on(asked, upstream.hostname, upstream.port))
            if said is None:
                return
            self.send_response_only(said.status)
            said.headers["Content-Length"] = str(len(said.body))
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        do_POST = do_GET

        def log_message(self, *args: object) -> None: ...

    with _Server(("127.0.0.1", 0), Handler) as server:
        if secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            scheme, host = ("https", "localhost") if secure else ("http", "127.0.0.1")
            yield f"{scheme}://{host}:{server.server_address[1]}{upstream.path}"
        finally:
            server.shutdown()


def hang_up(asked: Asked) -> None:
    """Close the connection hard: the client sees a reset."""
    asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.connection.close()


# -- behaviours


def passes_on(asked: Asked, site: Site) -> Said:
    return site(asked)


def withholds(name: str) -> Behaviour:
    """Keep a header to itself."""

    def behave(asked: Asked, site: Site) -> Said:
        asked.headers.pop(name, None)
        return site(asked)

    return behave


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Never ask the site."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked, site: Said(status, dict(named), body)


def changes(change: Callable[[Said], None]) -> Behaviour:
    """Change what the site said."""

    def behave(asked: Asked, site: Site) -> Said:
        said = site(asked)
        change(said)
        return said

    return behave
