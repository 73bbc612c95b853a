"""One measurement in a process of its own: ``python -m benchmarks.measure seed SIZE | NAME``; prints JSON."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

WARM_UP = 10  # orders read before the clock starts: modules are imported, regular expressions compiled


def measure(name: str, output: str | None = None) -> dict[str, Any]:
    """Run the contestant once, warm, on a clean ledger.  Clearing up is outside of what is timed."""
    from django.conf import settings
    from django.db import connection

    from . import data
    from .contestants import CONTESTANTS

    warm = CONTESTANTS[name]()
    warm.limit = WARM_UP
    warm.prepare()
    warm.run(lambda block: None)
    data.clear_ledger()

    contestant = CONTESTANTS[name]()
    contestant.prepare()
    connection.ensure_connection()
    size = 0
    file = Path(output).open("wb") if output else None  # noqa: SIM115  # closed below

    def write(block: bytes) -> None:
        nonlocal size
        size += len(block)
        if file:
            file.write(block)

    started, cpu_started = time.perf_counter(), time.process_time()
    count = contestant.run(write)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    peak = peak_memory()
    if file:
        file.close()
    data.clear_ledger()
    shutil.rmtree(settings.ONEC_EXCHANGE_AUDIT_ROOT, ignore_errors=True)
    return {
        "name": name,
        "orders": count,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "bytes": size,
        "peak": peak,
    }


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes.

    ``ru_maxrss`` on Linux starts with the size of the process that started this one, ``VmHWM`` with nothing.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def seed(size: int) -> dict[str, Any]:
    """Make the database, and tell what it is."""
    from django.db import connection

    from . import data

    data.prepare(size)
    data.clear_ledger()
    if connection.vendor == "sqlite":
        version = ".".join(map(str, connection.Database.sqlite_version_info))
    else:
        version = ".".join(map(str, connection.get_database_version()))
    return {"database": connection.display_name, "version": version}


def main(arguments: list[str]) -> None:
    import django

    django.setup()
    if arguments[0] == "seed":
        result = seed(int(arguments[1]))
    else:
        result = measure(*arguments)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
