"""A worker: another process of this project, to which the shop leaves its imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

INTERVAL = "0.1"  # seconds between two looks into the queue
PATIENCE = 10  # seconds to finish what it is at


class WorkerDiedError(Exception):
    """It did not live until it was ended."""


@contextmanager
def working(log: Path) -> Iterator[None]:
    """Leave imports to a worker while the block runs; what it says goes into the file ``log``.

    Raises WorkerDiedError.
    """
    backend = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "db_worker", "--interval", INTERVAL]
    with (
        log.open("wb") as output,
        override_settings(TASKS=backend, ONEC_EXCHANGE_IMPORT_TASKS=True),
        subprocess.Popen(  # noqa: S603  # this project's own command
            [*command, "--no-startup-delay"], env=_environment(), stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield
        finally:
            died = process.poll()
            _end(process)
    if died is not None:
        raise WorkerDiedError(f"Исполнитель задач завершился сам, с кодом {died}: {log}")


def _environment() -> dict[str, str]:
    """Return what makes it see the same database, the same folders and the same settings of the exchange."""
    exchange = {name: getattr(settings, name) for name in dir(settings) if name.startswith("ONEC_EXCHANGE_")}
    environment = os.environ | {name: json.dumps(value) for name, value in exchange.items()}
    if not os.environ.get("DATABASE_URL"):
        environment["DATABASE_URL"] = f"sqlite:///{connection.settings_dict['NAME']}"
    return environment | {"TASKS_WORKER": "1", "DEBUG": "0", "MEDIA_ROOT": str(settings.MEDIA_ROOT)}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # it finishes the task at hand
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
