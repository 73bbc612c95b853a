"""The shop on a real socket, in a thread of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from django.core.servers.basehttp import (
    ThreadedWSGIServer,
    WSGIRequestHandler,
    get_internal_wsgi_application,
)

from .place import HOST


class PortTakenError(Exception):
    """The shop cannot listen there."""


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The demo shows the requests itself, as 1C sees them."""


@contextmanager
def serve(port: int) -> Iterator[str]:
    """Serve the project while the block runs; yields its address.  Port 0 is any free one.

    Raises PortTakenError.
    """
    try:
        server = ThreadedWSGIServer((HOST, port), _QuietHandler)
    except OSError as error:
        raise PortTakenError(f"Порт {port} занять не удалось: {error}") from error
    server.daemon_threads = True
    server.set_app(get_internal_wsgi_application())
    thread = Thread(target=server.serve_forever, name="shop", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
