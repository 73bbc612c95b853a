"""The example shop under gunicorn, killed at any moment, one worker or all of it, and started again.

Three 1Cs exchange meanwhile, and the shop takes orders and changes them.  When all is over, every valid order is
marked, each as a 1C held it that confirmed it, and the others are set aside.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone

from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.example.project import PROJECT, Shop

from .processes import PATIENCE, url_of_test_database
from .test_killing import SECONDS
from .threads import threads
from .witness import Witness, exchange, kill_worker

pytest.importorskip("gunicorn")

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(
        connection.vendor == "sqlite",
        reason="needs PostgreSQL or MariaDB: SQLite lets one process write at a time",
    ),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds gunicorn's workers in /proc"),
]

ALIAS = "example"  # the shop's database, seen from here
OPTIONS = ("--workers", "3", "--preload", "--log-level", "critical")  # --preload: a new worker is there at once
FIRST, LATER, BROKEN = 120, 20, 3
SEED = os.environ.get("ONEC_KILL_SEED", "1")


class Server:
    """gunicorn on a socket that outlives it: 1C waits while it starts again."""

    def __init__(self, listener: socket.socket, shop: Shop) -> None:
        self._listener, self._shop = listener, shop
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}/1c/exchange/"
        self.start()

    def start(self) -> None:
        bind = f"fd://{self._listener.fileno()}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "example.wsgi", "--bind", bind, *OPTIONS],
            cwd=PROJECT,
            env=self._shop.environ,
            pass_fds=[self._listener.fileno()],
            stderr=subprocess.DEVNULL,  # what 1C was refused, and why
            start_new_session=True,
        )

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def kill_worker(self, chance: random.Random) -> bool:
        return kill_worker(self._process.pid, chance)


@pytest.fixture
def shop(tmp_path, transactional_db, django_db_blocker) -> Iterator[Shop]:
    """The example project with a database of its own on the server that the tests use."""
    name = f"{connection.settings_dict['NAME']}_{ALIAS}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connections.databases[ALIAS] = {**connections.databases["default"], "NAME": name}
    url = url_of_test_database().replace(f"/{connection.settings_dict['NAME']}", f"/{name}")
    with django_db_blocker.unblock():
        shop = Shop(tmp_path / "shop").with_database(url=url)
        shop.environ["ONEC_EXCHANGE_QUERY_LIMIT"] = "30"  # many files
        yield shop
        connections[ALIAS].close()
    del connections[ALIAS]
    del connections.databases[ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def server(shop) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = Server(listener, shop)
        yield server
        server.kill()


def seed(shop: Shop, orders: int, *arguments: str) -> None:
    shop.manage("seed_shop", "--orders", str(orders), "--seed", SEED, *arguments)


def rows(query: str, *parameters: object) -> list[tuple]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def take_orders(shop: Shop, over: list[bool]) -> None:
    while not over:
        seed(shop, LATER)


def change_orders(chance: random.Random, over: list[bool]) -> None:
    """Change orders that 1C has not got, as managers do all day."""
    change = 0
    while not over:
        time.sleep(chance.uniform(0, 0.05))
        waiting = rows("SELECT id FROM shop_order WHERE NOT sent_to_1c AND NOT export_skipped")
        if waiting:
            change += 1
            rows(
                "UPDATE shop_order SET comment = %s, updated_at = %s WHERE id = %s AND NOT sent_to_1c",
                f"change {change}",
                timezone.now(),
                *chance.choice(waiting),
            )


def kill(server: Server, chance: random.Random, over: list[bool]) -> tuple[int, int]:
    """Kill a worker every now and then, and sometimes the whole server; return how often."""
    workers = servers = 0
    while not over:
        time.sleep(chance.uniform(0.05, 0.8))
        if chance.random() < 0.07:
            server.kill()
            server.start()
            servers += 1
        else:
            workers += server.kill_worker(chance)
    return workers, servers


def test_the_shop_loses_and_doubles_nothing_though_it_is_killed_all_the_time(shop, server):
    seed(shop, FIRST, "--broken", str(BROKEN), "--exchange-user", "1c", "--exchange-password", "secret")
    chance, over, witness = random.Random(SEED), [], Witness(server.address)
    with threads() as background:
        try:
            clients = [background.start(exchange, witness.make(kind), over) for kind in (UT11, UNF, BitrixModule)]
            manager = background.start(change_orders, chance, over)
            buyers = background.start(take_orders, shop, over)
            killer = background.start(kill, server, chance, over)
            time.sleep(SECONDS * 2)
        finally:
            over.append(True)
        exchanges = sum(client.result(60) for client in clients)
        workers, servers = killer.result(PATIENCE)
        manager.result(10), buyers.result(PATIENCE)

    onec = witness.make(UT11)
    for _ in range(100):
        report = onec.fetch_orders()
        if report.confirmed and not report.orders:
            break

    assert exchanges and workers and servers, (exchanges, workers, servers)
    assert rows("SELECT count(*) FROM shop_order WHERE export_skipped AND NOT sent_to_1c") == [(BROKEN,)]
    sent = rows("SELECT number, comment FROM shop_order WHERE sent_to_1c")
    assert len(sent) + BROKEN == rows("SELECT count(*) FROM shop_order")[0][0]
    changed = {(number, comment) for number, comment in sent if comment.startswith("change ")}
    assert changed and changed <= witness.confirmed
    assert {number for number, _ in sent} <= {number for number, _ in witness.confirmed}
    marked = (
        "SELECT count(*), count(DISTINCT order_id) FROM django_onec_exchange_orderdelivery WHERE state = 'marked'"
    )
    assert rows(marked) == [(len(sent), len(sent))]
    print(f"{exchanges} exchanges, {workers} workers and {servers} servers killed, {len(sent)} orders")
