"""Many 1Cs at once, for minutes, on gunicorn and PostgreSQL: ``python -m benchmarks.load --help``."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any

from .databases import PostgreSQL
from .report import MEGABYTE

ROOT = Path(__file__).parent.parent
IDLE = "idle"
TRADES = ("trade1", "trade2", "trade3", "trade4")
PAUSE = 2.0  # seconds between two polls of one client
OPTIONS = ("--workers", "2", "--threads", "4", "--timeout", "120", "--log-level", "warning")


@dataclass
class Tally:
    """What the clients of one kind did."""

    exchanges: int = 0
    orders: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, report: Any, seconds: float) -> None:
        self.exchanges += 1
        self.orders += len(report.orders)
        self.seconds.append(seconds)
        if report.error or (report.orders and not report.confirmed):
            self.errors.append(report.error or "not confirmed")

    def __str__(self) -> str:
        ordered = sorted(self.seconds)
        times = (
            f"median {median(ordered):.2f} s, 99 % {ordered[int(len(ordered) * 0.99)]:.2f} s" if ordered else ""
        )
        return f"{self.exchanges} exchanges, {self.orders} orders, {len(self.errors)} errors, {times}"


def main() -> None:
    options = _parser().parse_args()
    database = PostgreSQL(options.postgres, options.orders)
    database.create()
    with tempfile.TemporaryDirectory(prefix="onec_bench_") as temporary:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.load_settings",
            "ONEC_BENCH_DATABASE": database.url,
            "ONEC_BENCH_FOLDER": temporary,
        }
        try:
            errors = _measure(options)
        finally:
            from django.db import connections

            connections.close_all()
            if not options.keep:
                database.drop()
    for error in errors[:10]:
        print(error)
    sys.exit(bool(errors))


def _measure(options: argparse.Namespace) -> list[str]:
    import django

    django.setup()
    from . import data

    data.prepare(options.orders)
    data.clear_ledger()
    polled, traded, over = Tally(), Tally(), Event()
    with _gunicorn() as (url, master), ThreadPoolExecutor(options.pollers + len(TRADES)) as pool:
        _trade_once(url, IDLE, options.orders)
        data.analyze()
        ends = time.monotonic() + options.minutes * 60
        clients = [pool.submit(_poll, url, polled, over) for _ in range(options.pollers)]
        clients += [pool.submit(_trade, url, base, options.orders, traded, over) for base in TRADES]
        print(f"{'minute':>8}{'exchanges':>11}{'orders':>9}{'memory, MB':>12}{'open files':>12}")
        while (now := time.monotonic()) < ends:
            time.sleep(min(options.sample, ends - now))
            _show(options.minutes - (ends - time.monotonic()) / 60, polled, traded, master)
        over.set()
        for client in clients:
            client.result()
        _show(options.minutes, polled, traded, master)
    print(f"{options.pollers} polling an idle base: {polled}")
    print(f"{len(TRADES)} exchanging {options.orders} orders each, again and again: {traded}")
    return polled.errors + traded.errors


def _poll(url: str, tally: Tally, over: Event) -> None:
    onec = _client(url, IDLE)
    while not over.wait(PAUSE):
        started = time.perf_counter()
        tally.add(onec.fetch_orders(), time.perf_counter() - started)


def _trade(url: str, base: str, orders: int, tally: Tally, over: Event) -> None:
    """Fetch and confirm all orders, page by page or batch by batch; then they wait anew."""
    from django.db import connections

    from django_onec_exchange.models import OrderDelivery

    state = OrderDelivery.State
    try:
        while not over.is_set():
            onec, fetched = _client(url, base), 0
            while fetched < orders and not over.is_set():
                started = time.perf_counter()
                report = onec.fetch_orders()
                tally.add(report, time.perf_counter() - started)
                fetched += len(report.orders)
            OrderDelivery.objects.filter(base__name=base, state=state.MARKED).update(state=state.WITHDRAWN)
    finally:
        connections.close_all()


def _trade_once(url: str, base: str, orders: int) -> None:
    onec, fetched = _client(url, base), 0
    while fetched < orders:
        report = onec.fetch_orders()
        if not report.confirmed:
            sys.exit(f"the first exchange failed: {report.error}")
        fetched += len(report.orders)


def _client(url: str, base: str) -> Any:
    """Half of those that exchange are UT 11.5, half are the Bitrix module, which pages."""
    from django_onec_exchange.simulator import UT11, BitrixModule, HttpTransport

    from . import data

    kind = BitrixModule if base in TRADES[::2] else UT11
    return kind(HttpTransport(f"{url}/{base}/"), username=data.USERNAME, password=data.PASSWORD)


def _show(minute: float, polled: Tally, traded: Tally, master: int) -> None:
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    memory = sum(_resident(worker) for worker in workers)
    files = sum(sum(1 for _ in Path(f"/proc/{worker}/fd").iterdir()) for worker in workers)
    count = polled.exchanges + traded.exchanges
    print(f"{minute:8.1f}{count:11}{traded.orders:9}{memory / MEGABYTE:12.1f}{files:12}", flush=True)


def _resident(process: str) -> int:
    return int(Path(f"/proc/{process}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024


@contextmanager
def _gunicorn() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        bind = ["--bind", f"fd://{listener.fileno()}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", *bind, *OPTIONS],
            cwd=ROOT,
            pass_fds=[listener.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", process.pid
        finally:
            process.terminate()
            process.wait(60)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=f"{__doc__}  Linux only.")
    parser.add_argument("--minutes", type=float, default=3, help="default: %(default)s")
    parser.add_argument("--pollers", type=int, default=50, help="1Cs that find nothing; default: %(default)s")
    parser.add_argument("--orders", type=int, default=10_000, help="of each of four 1Cs; default: %(default)s")
    parser.add_argument("--sample", type=float, default=30, help="seconds between two lines; default: %(default)s")
    parser.add_argument(
        "--postgres",
        default="postgres://postgres@127.0.0.1:5432",
        metavar="URL",
        help="server where a database is made and dropped; default: %(default)s",
    )
    parser.add_argument("--keep", action="store_true", help="leave the database for the next run")
    return parser


if __name__ == "__main__":
    main()
