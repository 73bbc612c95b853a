"""``python -m tests.servers.child``: one process of the site.  Its tasks are JSON on stdin; it says JSON lines."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import django
from django.conf import settings

ENDPOINT = "/1c/exchange/"
AUTHORIZATION = "Basic " + b64encode(b"1c:secret").decode()


def say(fact: Any) -> None:
    """At once: the process may be about to die."""
    print(json.dumps(fact), flush=True)


def migrate(account: bool = True) -> None:
    from django.core.management import call_command

    from .shop import make_account

    call_command("migrate", run_syncdb=True, verbosity=0)
    if account:
        make_account("default")


def ask(queries: list[str], cookie: str = "") -> None:
    """Play these calls; ``checkauth`` first, and its token said, without a cookie."""
    client = make_client()
    if not cookie:
        cookie = client.get(f"{ENDPOINT}?mode=checkauth").content.decode().split("\n")[2]
        say(cookie)
    for query in queries:
        response = client.get(f"{ENDPOINT}?{query}", headers={"Cookie": f"onec_exchange={cookie}"})
        say([response.status_code, (response.getvalue() if response.streaming else response.content).decode()])


def fetch() -> None:
    """Play a whole UT 11.5."""
    from django_onec_exchange.simulator import UT11, DjangoTransport

    onec = UT11(DjangoTransport(make_client(), ENDPOINT), username="1c", password="secret")
    say(onec.fetch_orders().as_dict())


def measure(counts: list[int], zipped: bool, confirm: bool) -> None:
    """Export so many orders, then so many: say the bytes of each reply and the peak.  Confirm, say the peak."""
    client = make_client()
    for count in counts:
        settings.ONEC_EXCHANGE_QUERY_LIMIT = count
        token = client.get(f"{ENDPOINT}?mode=checkauth").content.decode().split("\n")[2]
        headers = {"Cookie": f"onec_exchange={token}"}
        response = client.get(f"{ENDPOINT}?mode=query{'&zip=yes' if zipped else ''}", headers=headers)
        say([sum(map(len, response.streaming_content)), peak()])
    if confirm:
        assert client.get(f"{ENDPOINT}?mode=success", headers=headers).content == b"success"
        say(peak())


def serve(listener: int) -> None:
    """Serve requests in threads, each with its database connection; killed, be there again at once."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    from . import killing

    class QuietHandler(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    killing.arm()
    application = get_wsgi_application()
    while server := os.fork():
        signal.signal(signal.SIGTERM, lambda *_, pid=server: (os.kill(pid, signal.SIGKILL), os._exit(0)))
        killing.tell_pid(server)
        os.waitpid(server, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    httpd = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler, bind_and_activate=False)
    httpd.socket = socket.socket(fileno=listener)
    httpd.server_name, httpd.server_port = "127.0.0.1", httpd.socket.getsockname()[1]
    httpd.setup_environ()
    httpd.set_app(application)
    httpd.serve_forever()


def work() -> None:
    """Be a worker: import what is in the queue."""
    from django.core.management import call_command

    from . import killing

    killing.arm()
    call_command("db_worker", interval=0.1, startup_delay=False, verbosity=0)


def peak(pid: str = "self") -> int:
    """Return the most memory a process ever had, in bytes; of another one on Linux only.

    Not ``ru_maxrss`` where the kernel tells more: there it begins with what the parent had, here with nothing.
    """
    status = Path("/proc") / pid / "status"
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def make_client() -> Any:
    from django.test import Client

    return Client(raise_request_exception=False, headers={"Authorization": AUTHORIZATION})


if __name__ == "__main__":
    django.setup()
    doers = {doer.__name__: doer for doer in (migrate, ask, fetch, measure, serve, work)}
    for task in json.load(sys.stdin):
        doers[task.pop("do")](**task)
