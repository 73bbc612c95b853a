"""Where the time of one export goes: ``python -m benchmarks.profile_export --help``.

First without a profiler: the named steps of the export, each with a clock around it, beside the bare iteration.
Then cProfile, which makes functions that are called often look dearer than they are.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from operator import itemgetter
from pathlib import Path
from typing import Any

from .databases import PostgreSQL, SQLite

#: Steps of the export, as module, owner in it ("" is the module itself) and attribute.  What an owner lacks is
#: passed over, since this is no reason for the package not to change.
STEPS = (
    ("adapters.selector", "OrderSelector", "fetch"),
    ("adapters.serializer", "OrderSerializer", "serialize"),
    ("adapters.items", "ItemSerializer", "get_item"),
    ("adapters.counterparties", "CounterpartySerializer", "get_counterparty"),
    ("adapters.serializer", "OrderSerializer", "get_requisites"),
    ("adapters.marker", "OrderMarker", "get_revision"),
    ("outgoing.filling", "", "check"),
    ("outgoing.filling", "", "balance"),
    ("outgoing.filling", "", "order_key"),
    ("commerceml.writer", "OrdersWriter", "append"),
    ("commerceml.writer", "", "_order"),
    ("outgoing.ledger", "Ledger", "add"),
    ("audit", "", "keep_copy"),
    ("outgoing.export.hashlib", "", "file_digest"),
)


def main() -> None:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="onec_bench_") as temporary:
        folder = options.folder or Path(temporary)
        database = (
            SQLite(folder, options.size)
            if options.database == "sqlite"
            else PostgreSQL(options.postgres, options.size)
        )
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "ONEC_BENCH_DATABASE": database.url,
            "ONEC_BENCH_FOLDER": str(folder),
        }
        database.create()
        try:
            _profile(options)
        finally:
            if not options.keep:
                from django.db import connection

                connection.close()
                database.drop()


def _profile(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from . import data
    from .contestants import CONTESTANTS

    data.prepare(options.size)
    seconds = {}
    for name in ("bare", options.contestant):
        seconds[name] = min(_timed(CONTESTANTS[name]) for _ in range(options.repeat))
        print(f"{seconds[name] * 1e6 / options.size:8.1f} µs/order  {name}")
    print(f"{seconds[options.contestant] / seconds['bare']:8.2f} times the bare iteration\n")

    if options.contestant in ("query", "service"):
        whole, clocks = min((_clocked(options.contestant) for _ in range(options.repeat)), key=itemgetter(0))
        print(
            f"With a clock around each step, {whole * 1e6 / options.size:.1f} µs/order; steps may contain steps:"
        )
        for name, (spent, calls) in clocks.items():
            print(f"{spent * 1e6 / options.size:8.1f} µs/order  {calls / options.size:8.3f} calls/order  {name}")
        print()

    profile = cProfile.Profile()
    _timed(CONTESTANTS[options.contestant], profile)
    stats = pstats.Stats(profile)
    if options.output:
        stats.dump_stats(options.output)
    print("By cumulative time, the package's own functions and Django's of the ORM:")
    own = [
        (cumulative, calls, key) for key, (_, calls, _, cumulative, _) in stats.stats.items() if _interesting(key)
    ]
    for cumulative, calls, (file, line, function) in sorted(own, reverse=True)[: options.top]:
        shown = "/".join(Path(file).parts[-3:])
        print(
            f"{cumulative * 1e6 / options.size:8.1f} µs/order  {calls / options.size:8.3f} calls/order"
            f"  {shown}:{line} {function}"
        )
    stats.strip_dirs().sort_stats("tottime").print_stats(options.top)


def _interesting(function: tuple[str, int, str]) -> bool:
    return any(part in function[0] for part in ("django_onec_exchange", "django/db/models", "django\\db\\models"))


def _clocked(name: str) -> tuple[float, dict[str, list[float]]]:
    from .contestants import CONTESTANTS

    clocks: dict[str, list[float]] = {}
    with _clocks(clocks):
        whole = _timed(CONTESTANTS[name], clocks=clocks)
    return whole, clocks


def _timed(
    contestant_class: Any,
    profile: cProfile.Profile | None = None,
    clocks: dict[str, list[float]] | None = None,
) -> float:
    """Run once, warm, on a clean ledger, and return the seconds."""
    from . import data

    for limit in (10, None):
        data.clear_ledger()
        contestant = contestant_class()
        contestant.limit = limit
        contestant.prepare()
        for clock in (clocks or {}).values():
            clock[:] = [0.0, 0]
        if profile and limit is None:
            profile.enable()
        started = time.perf_counter()
        contestant.run(lambda block: None)
        seconds = time.perf_counter() - started
        if profile:
            profile.disable()
    data.clear_ledger()
    return seconds


@contextmanager
def _clocks(clocks: dict[str, list[float]]) -> Iterator[None]:
    """Put a clock around each of ``STEPS``; ``clocks`` gets seconds and calls by name."""
    undo = []
    for module_name, owner_name, path in STEPS:
        owner = _find(module_name, owner_name)
        *between, attribute = path.split(".")
        for name in between:
            owner = getattr(owner, name, None)
        function = getattr(owner, attribute, None)
        if function is None:
            continue
        shown = ".".join(filter(None, (owner_name or module_name.rpartition(".")[2], path)))
        setattr(owner, attribute, _clock(function, clocks.setdefault(shown, [0.0, 0])))
        undo.append((owner, attribute, function))
    try:
        yield
    finally:
        for owner, attribute, function in undo:
            setattr(owner, attribute, function)


def _find(module_name: str, owner_name: str) -> Any:
    from importlib import import_module

    path = f"django_onec_exchange.{module_name}"
    try:
        module = import_module(path)
    except ImportError:  # what a module imported, such as export.hashlib
        parent, _, name = path.rpartition(".")
        module = getattr(import_module(parent), name, None)
    return getattr(module, owner_name, None) if owner_name else module


def _clock(function: Callable[..., Any], clock: list[float]) -> Callable[..., Any]:
    @wraps(function)
    def clocked(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            result = function(*args, **kwargs)
            # what a generator does is done while it is read
            return iter(list(result)) if hasattr(result, "send") else result
        finally:
            clock[0] += time.perf_counter() - started
            clock[1] += 1

    return clocked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.profile_export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--size", type=int, default=20_000, help="number of orders; default: %(default)s")
    parser.add_argument("--contestant", default="query", help="as in export_orders; default: %(default)s")
    parser.add_argument("--repeat", type=int, default=3, help="runs without a profiler; the best one counts")
    parser.add_argument("--top", type=int, default=25, help="number of functions; default: %(default)s")
    parser.add_argument("--output", type=Path, help="file for the statistics, for snakeviz and the like")
    parser.add_argument("--postgres", default="postgres://postgres@127.0.0.1:5432", metavar="URL")
    parser.add_argument("--folder", type=Path, help="as in export_orders")
    parser.add_argument("--keep", action="store_true", help="leave the database for the next run")
    return parser


if __name__ == "__main__":
    main()
