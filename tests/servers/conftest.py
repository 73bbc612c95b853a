"""What needs a socket, another process or a database server."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from django_onec_exchange.simulator import UT11, HttpTransport, OneCClient
from tests.conftest import ENDPOINT, PASSWORD, USERNAME

from .processes import SharedDatabase, run_child, url_of_test_database
from .shop import make_account

SHARED = "shared"
#: A process that is killed loses nothing by it, only a machine would.
FAST = "init_command=PRAGMA%20synchronous%3DOFF"


@pytest.fixture
def call_site(live_server, account) -> Callable[..., Any]:
    """Make an emulated 1C that talks to the live site over a socket; UT 11.5 unless told otherwise."""
    # A small buffer, or a reply would be out of the site's hands before the client reads any of it.
    live_server.thread.httpd.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)

    def make(kind: type[OneCClient] = UT11, *, path: str = ENDPOINT, timeout: float = 30, **options: Any) -> Any:
        options = {"username": USERNAME, "password": PASSWORD, **options}
        return kind(HttpTransport(live_server.url + path, timeout), **options)

    return make


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """An SQLite file with all tables and an account, to be copied."""
    path = tmp_path_factory.mktemp("database") / "site.sqlite3"
    run_child(SharedDatabase(f"sqlite:///{path}?{FAST}", "", "").environment(), {"do": "migrate"})
    return path


@pytest.fixture
def shared_database(request, tmp_path, audit_root, transactional_db) -> Iterator[SharedDatabase]:
    """A database for several processes: an SQLite file, or the one that pytest-django made on a server."""
    if connection.vendor != "sqlite":
        make_account("default")
        yield SharedDatabase(url_of_test_database(), "default", str(audit_root))
        return
    path = tmp_path / "site.sqlite3"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    connections.databases[SHARED] = {**connections.databases["default"], "NAME": str(path)}
    with request.getfixturevalue("django_db_blocker").unblock():
        yield SharedDatabase(f"sqlite:///{path}?{FAST}", SHARED, str(audit_root))
        connections[SHARED].close()
    del connections[SHARED]
    del connections.databases[SHARED]
