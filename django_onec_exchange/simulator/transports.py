"""How requests reach the site: a real socket, or Django's test client.

Both speak the HTTP of 1C's module code: the query is glued to the address as it is, a file name in
Cyrillic included; redirects are not followed, ``Set-Cookie`` is ignored, nothing is compressed, and
no ``Content-Type`` is named for a body (UT 11.5, ОбменССайтом 3875 and 6275).
"""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from string import printable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from .bodies import Portion
from .errors import TransferError

if TYPE_CHECKING:
    from django.test import Client

#: Where 1C looks if the configured address names only a host (UT 11.5, UNF)
DEFAULT_SCRIPT = "/bitrix/admin/1c_exchange.php"
REDIRECTS = frozenset([301, 302, 303, 307, 308])
PIECE = 64 * 1024  # bytes read from the socket or sent at a time


@dataclass(frozen=True)
class Answer:
    """One HTTP reply, read to its end."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str, default: str = "") -> str:
        """The value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), default)

    @property
    def content_type(self) -> str:
        """The ``Content-Type`` header as it came, parameters included."""
        return self.header("Content-Type")

    @property
    def redirect(self) -> str:
        """A sentence about a redirect and its target, "" if there is none; addresses may hold secrets."""
        if self.status not in REDIRECTS:
            return ""
        return f"HTTP {self.status} leads to {_shown(self.header('Location'))}, and 1C follows no redirects"


class Transport(Protocol):
    """Anything that can carry one request to the site and bring back the reply."""

    def send(self, method: str, query: str, *, headers: Mapping[str, str], body: bytes | Portion = b"") -> Answer:
        """Send one request; ``query`` is what stands behind the question mark.

        A ``Portion`` is read to its end, once.  Raises TransferError if no complete reply came.
        """
        ...


class _Connection(http.client.HTTPConnection):
    """Puts the letters of an address on the wire as UTF-8, where http.client insists on ASCII.

    Control characters and blanks are refused before it comes to this (CVE-2019-9740).
    """

    def _encode_request(self, request: str) -> bytes:
        return request.encode()


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same inside TLS."""


class HttpTransport:
    """HTTP or HTTPS over a real socket, a new connection for each request.

    ``url`` is treated as 1C treats the address in its settings: blanks are removed, ``\\`` becomes
    ``/``, and the script of a bare host is ``bitrix/admin/1c_exchange.php``.  ``timeout`` is in
    seconds and bounds the connection, what is sent and the whole reply: 180 in UT, 1800 in UNF.

    ``hang_up_after`` makes the client break off hard (RST) once that many bytes of a reply body
    have arrived; ``cut_body_after`` makes it close the connection once that many bytes of a body
    have been sent.  A shorter body goes in peace.  Both may be changed between requests.
    ``quote_letters`` percent-encodes what is not ASCII in the query, for a server that refuses the
    bare bytes, as gunicorn 27 does with a 400.
    ``on_bytes`` is told the bytes of the body so far, while they arrive.
    Raises ValueError for an address no request can be sent to.
    """

    def __init__(
        self,
        url: str,
        timeout: float = 180,
        *,
        hang_up_after: int | None = None,
        cut_body_after: int | None = None,
        quote_letters: bool = False,
        on_bytes: Callable[[int], None] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        address = url.replace(" ", "").replace("\\", "/")
        parts = urlsplit(address if "://" in address else f"http://{address}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("The address must look like https://shop.example/path.")
        self.timeout = timeout
        self.hang_up_after = hang_up_after
        self.cut_body_after = cut_body_after
        self.quote_letters = quote_letters
        self.on_bytes = on_bytes
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._context = context
        script = parts.path if parts.path.strip("/") else DEFAULT_SCRIPT
        self._script = f"{script}?{parts.query}" if parts.query else script

    def send(self, method: str, query: str, *, headers: Mapping[str, str], body: bytes | Portion = b"") -> Answer:
        """Send one request and read the reply.  Raises TransferError, never a socket's own error."""
        deadline = monotonic() + self.timeout
        connection = self._connection()
        portion = _portion(body)
        try:
            connection.putrequest(method, self._target(query), skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if portion.size or method == "POST":
                connection.putheader("Content-Length", str(portion.size))
            connection.endheaders()
            sock = connection.sock
            self._send_body(connection, portion, deadline)
            with closing(connection.getresponse()) as response:
                content = self._read_body(response, sock, deadline)
                return Answer(response.status, _folded(response), content)
        except (OSError, http.client.HTTPException, ValueError) as exc:
            raise self._transfer_error(exc) from exc
        finally:
            connection.close()

    def _target(self, query: str) -> str:
        # quote() touches only what is not ASCII: blanks and line breaks stay, and http.client refuses them
        behind = quote(query, safe=printable) if self.quote_letters else query
        return f"{quote(self._script, safe=printable)}?{behind}"

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            return _SecureConnection(self._host, self._port, timeout=self.timeout, context=self._context)
        return _Connection(self._host, self._port, timeout=self.timeout)

    def _send_body(self, connection: http.client.HTTPConnection, body: Portion, deadline: float) -> None:
        cut = _cut_in(body, self.cut_body_after)
        wanted = body.size if cut is None else cut
        sent = 0
        while sent < wanted:
            piece = body.read(min(PIECE, wanted - sent))
            if not piece:
                raise TransferError("The file became shorter while it was sent.")
            try:
                connection.send(piece)
            except ConnectionError:
                return  # refused unread, as nginx does with a 413: the reply may be there all the same
            sent += len(piece)
            if monotonic() > deadline:
                raise TransferError(f"The request was not sent after {self.timeout:g} seconds.")
        if cut is not None:
            raise _cut_off(cut)

    def _read_body(self, response: http.client.HTTPResponse, sock: Any, deadline: float) -> bytes:
        body = bytearray()
        expected = response.length  # None: chunked, or until the connection closes
        while expected is None or len(body) < expected:
            if self._is_time_to_hang_up(body):
                break
            room = PIECE if expected is None else min(PIECE, expected - len(body))
            if self.hang_up_after is not None:
                room = min(room, self.hang_up_after - len(body))
            piece = response.read1(room)
            if not piece:
                break
            body += piece
            if self.on_bytes is not None:
                self.on_bytes(len(body))
            if monotonic() > deadline:
                raise TransferError(f"The reply was not complete after {self.timeout:g} seconds.")
        if self._is_time_to_hang_up(body):
            # linger 0: close() sends RST and the site sees "connection reset by peer"
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _hung_up(len(body))
        return _checked_length(bytes(body), expected)

    def _is_time_to_hang_up(self, body: bytearray) -> bool:
        return self.hang_up_after is not None and len(body) >= self.hang_up_after

    def _transfer_error(self, exc: Exception) -> TransferError:
        # the texts of http.client quote addresses and headers, that is, secrets: none is passed on
        if isinstance(exc, TimeoutError):
            return TransferError(f"No answer within {self.timeout:g} seconds.")
        if isinstance(exc, ConnectionRefusedError):
            return TransferError(f"The site {self._host} refused the connection.")
        if isinstance(exc, socket.gaierror):
            return TransferError(f"The host name {self._host} is not known.")
        if isinstance(exc, ssl.SSLError):
            return TransferError(f"No secure connection to {self._host}: {exc.reason or 'TLS failed'}.")
        if isinstance(exc, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionError):
            return TransferError("The site broke off the connection before the reply was complete.", partial=True)
        if isinstance(exc, ValueError | http.client.InvalidURL):
            return TransferError(
                "The request cannot be sent: its address or a header holds a character HTTP forbids."
            )
        return TransferError(f"The exchange with {self._host} failed: {type(exc).__name__}.")


class DjangoTransport:
    """The same over ``django.test.Client``: no socket, the site's code runs in this thread.

    The client's own cookies are not sent, as 1C keeps none.  An exception in a view comes through
    unless the client was made with ``raise_request_exception=False``.  Streaming replies are read
    to their end and closed.  ``hang_up_after`` reads that many bytes of the body, then closes the
    response unread and raises TransferError.  With ``cut_body_after`` the view finds that many bytes
    and then the end, whatever its Content-Length says, as under a WSGI server.
    """

    def __init__(
        self,
        client: Client,
        path: str,
        *,
        hang_up_after: int | None = None,
        cut_body_after: int | None = None,
    ) -> None:
        self.client = client
        self.path = path
        self.hang_up_after = hang_up_after
        self.cut_body_after = cut_body_after

    def send(self, method: str, query: str, *, headers: Mapping[str, str], body: bytes | Portion = b"") -> Answer:
        """Play one request.  Raises TransferError for a body shorter than its Content-Length."""
        portion = _portion(body)
        cut = _cut_in(portion, self.cut_body_after)
        environ = self._environ(query, headers)
        if portion.size or method == "POST":
            environ["CONTENT_LENGTH"] = str(portion.size)
            environ["wsgi.input"] = portion if cut is None else BytesIO(portion.read(cut) or b"")
        response: Any = self.client.generic(method, self.path, **environ)
        try:
            if cut is not None:
                raise _cut_off(cut)
            content = self._read_body(response)
        finally:
            _close_once(response)
        return Answer(response.status_code, dict(response.headers.items()), content)

    def _environ(self, query: str, headers: Mapping[str, str]) -> dict[str, Any]:
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        environ.setdefault("HTTP_COOKIE", "")
        if "HTTP_CONTENT_TYPE" in environ:
            environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
        # a WSGI server hands the raw bytes of the query over as latin-1
        environ["QUERY_STRING"] = query.encode().decode("latin-1")
        return environ

    def _read_body(self, response: Any) -> bytes:
        body = bytearray()
        if self.hang_up_after == 0:
            raise _hung_up(0)
        for piece in response:
            body += piece
            if self.hang_up_after is not None and len(body) >= self.hang_up_after:
                raise _hung_up(self.hang_up_after)
        declared = response.headers.get("Content-Length", "")
        return _checked_length(bytes(body), int(declared) if declared.isdecimal() else None)


def _close_once(response: Any) -> None:
    """Close a reply of the test client, read to its end or not, as a WSGI server would: once.

    The test client wraps a streamed body in a generator that closes the response when it ends;
    closing the response itself would reach the body by both ways.
    """
    body: Any = getattr(response, "_iterator", None)
    if body is not None and hasattr(body, "close"):
        body.close()
    if not response.closed:  # no streamed reply, or not a byte of it was read
        _close(response)


def _close(response: Any) -> None:
    """Close a reply as the test client does: the test's database connection stays open."""
    from django.core.signals import request_finished
    from django.db import close_old_connections

    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


def _shown(address: str) -> str:
    """An address without credentials, query and fragment."""
    try:
        target = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    return urlunsplit((target.scheme, target.netloc.rpartition("@")[2], target.path, "", "")) or "nowhere"


def _folded(response: http.client.HTTPResponse) -> dict[str, str]:
    headers = response.headers
    return {name: ", ".join(headers.get_all(name, [])) for name in headers}


def _checked_length(body: bytes, expected: int | None) -> bytes:
    if expected is None:
        return body
    if len(body) < expected:
        raise TransferError(
            f"The reply broke off: {len(body)} bytes came, Content-Length says {expected}.", partial=True
        )
    return body[:expected]


def _portion(body: bytes | Portion) -> Portion:
    return Portion(BytesIO(body), 0, len(body)) if isinstance(body, bytes) else body


def _cut_in(body: Portion, after: int | None) -> int | None:
    """Where to break off this body; None if it goes in peace."""
    return after if after is not None and body.size >= max(after, 1) else None


def _cut_off(count: int) -> TransferError:
    return TransferError(f"The client hung up after sending {count} bytes.")


def _hung_up(count: int) -> TransferError:
    return TransferError(f"The client hung up after {count} bytes of the reply.")
