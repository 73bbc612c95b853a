"""The site in other processes: a database they share with the test, single processes, servers, workers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote

from django.db import connections

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until a process is taken for hung


@dataclass(frozen=True)
class SharedDatabase:
    """A database that the test sees as ``alias`` and other processes by ``url``."""

    url: str
    alias: str
    audit_root: str

    def environment(self, others: dict[str, Any] | None = None, **settings: Any) -> dict[str, str]:
        """Return the environment of a process on this database, with these ``ONEC_EXCHANGE_*`` and others."""
        named = {f"ONEC_EXCHANGE_{name}": value for name, value in settings.items()}
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "tests.servers.settings",
            "TEST_SETTINGS": json.dumps({"ONEC_EXCHANGE_AUDIT_ROOT": self.audit_root, **named, **(others or {})}),
        }


def url_of_test_database() -> str:
    """Return the URL of the database that pytest-django made, for another process."""
    database = connections["default"].settings_dict
    scheme = {"postgresql": "postgres", "mysql": "mysql"}[connections["default"].vendor]
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    fast = "?options=-c%20synchronous_commit%3Doff" if scheme == "postgres" else ""
    return f"{scheme}://{user}:{password}@{database['HOST']}:{database['PORT']}/{database['NAME']}{fast}"


def run_child(environment: dict[str, str], *tasks: dict[str, Any], code: int = 0) -> list[Any]:
    """Run ``child.py`` with its tasks to its end, whose exit code is ``code``; return what it said."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.servers.child"],
        input=json.dumps(tasks),
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert process.returncode == code, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


@contextmanager
def gunicorn(environment: dict[str, str], *options: str) -> Iterator[str]:
    """Run gunicorn on a port of its own and yield the site's address; what it logged if the test fails."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # A small buffer, or a reply would be out of the site's hands before the client reads any of it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        bind = f"fd://{listener.fileno()}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "tests.servers.wsgi", "--bind", bind, *options],
            env=environment,
            cwd=REPOSITORY,
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            _, log = process.communicate(timeout=PATIENCE)
            print(log)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """Run the threaded server of ``child.py``, which comes again when it is killed; yield the site's address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = {"do": "serve", "listener": listener.fileno()}
        with running(environment, task, pass_fds=[listener.fileno()]):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def running(environment: dict[str, str], task: dict[str, Any], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run ``child.py`` with a task until the end of the block; what it said if the test fails."""
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.child"],
            env=environment,
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
            **options,
        )
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps([task]))
            process.stdin.close()
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)
            log.seek(0)
            print(log.read())
