"""Workers of gunicorn are killed at any moment while 1Cs fetch and confirm and the shop goes on selling.

When all is over, every order is marked, each as a 1C held it that confirmed it.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from django_onec_exchange.models import OrderDelivery
from django_onec_exchange.simulator import UNF, UT11, BitrixModule
from tests.conftest import ENDPOINT
from tests.shop.models import Order

from .processes import gunicorn
from .shop import make_orders, sent_numbers, wait_until
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
]

#: Each request is answered by whichever worker is alive; --preload makes a new one at once.
OPTIONS = ("--workers", "3", "--preload", "--log-level", "error")
FIRST = 150  # orders there from the beginning
SEED = os.environ.get("ONEC_KILL_SEED", "1")


def sell(chance: random.Random, over: list[bool]) -> None:
    """Take orders and change those that 1C has not got, as a shop does all day."""
    number = FIRST
    while not over:
        number += 1
        with transaction.atomic():
            make_orders(1, first=number, comment="v0")
        waiting = Order.objects.filter(sent_to_1c=False)
        chosen = waiting.order_by("-pk")[chance.randint(0, 20) :].values_list("pk", flat=True).first()
        waiting.filter(pk=chosen).update(comment=f"v{number}", updated_at=timezone.now())
        time.sleep(chance.uniform(0, 0.05))


def kill(master: int, chance: random.Random, over: list[bool]) -> int:
    """Kill a worker every now and then; return how many."""
    killed = 0
    while not over:
        time.sleep(chance.uniform(0.02, 0.4))
        killed += kill_worker(master, chance)
    return killed


@contextmanager
def under_load(witness: Witness, master: int) -> Iterator[dict[str, object]]:
    """Sell, exchange and kill until the block ends; then it is known how often."""
    chance, over, counts = random.Random(SEED), [], {}
    with threads() as background:
        clients = [
            background.start(exchange, onec, over)
            for onec in (witness.make(UT11), witness.make(UNF), witness.make(BitrixModule))
        ]
        seller = background.start(sell, chance, over)
        killer = background.start(kill, master, chance, over)
        try:
            yield counts
        finally:
            over.append(True)
            counts["exchanges"] = sum(client.result(60) for client in clients)
            counts["kills"] = killer.result(10)
            seller.result(10)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds gunicorn's workers in /proc")
def test_killed_at_any_moment_under_load_nothing_is_lost_and_nothing_marked_unseen(shared_database, tmp_path):
    make_orders(FIRST, comment="v0")
    pid_file = tmp_path / "gunicorn.pid"
    with gunicorn(shared_database.environment(QUERY_LIMIT=40), *OPTIONS, "--pid", str(pid_file)) as url:
        witness = Witness(url + ENDPOINT)
        wait_until(pid_file.exists, "gunicorn runs", 30)
        with under_load(witness, int(pid_file.read_text())) as counts:
            time.sleep(SECONDS)
        onec = witness.make(UT11)
        for _ in range(100):
            if not onec.fetch_orders().orders:
                break

    assert counts["kills"] and counts["exchanges"], counts
    assert sent_numbers() == sorted(Order.objects.values_list("number", flat=True))
    assert set(Order.objects.values_list("number", "comment")) <= witness.confirmed
    marked = OrderDelivery.objects.filter(state=OrderDelivery.State.MARKED).values_list("order_id", flat=True)
    assert len(marked) == len(set(marked)) == Order.objects.count()
    print(counts, Order.objects.count(), "orders")
