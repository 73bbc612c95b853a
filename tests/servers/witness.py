"""1Cs that note what they hold when they confirm it, and the death of a server's workers."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from django_onec_exchange.simulator import HttpTransport

PAUSE = 0.02  # seconds between two exchanges of one 1C


class Witness:
    """Makes 1Cs that note what they hold whenever they confirm: number and comment of each order.

    Each change of an order gives it another comment, so that the two are a revision.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.confirmed: set[tuple[str, str]] = set()

    def make(self, kind, **options: Any):
        witness = self

        class Watched(kind):
            def success(self) -> None:
                witness.confirmed |= {(order.number, order.comment) for order in self.received}
                super().success()

        transport = HttpTransport(self.address, 30)
        return Watched(transport, username="1c", password="secret", **options)


def exchange(onec, over: list[bool]) -> int:
    """Exchange all the time; return how often that worked."""
    worked = 0
    while not over:
        report = onec.fetch_orders()
        worked += report.confirmed
        time.sleep(PAUSE)
    return worked


def kill_worker(master: int, chance: random.Random) -> bool:
    """Kill one of a server's workers; tell whether there was one.  Linux only."""
    children = Path(f"/proc/{master}/task/{master}/children")
    workers = children.read_text().split() if children.exists() else []
    if workers:
        os.kill(int(chance.choice(workers)), signal.SIGKILL)
    return bool(workers)
