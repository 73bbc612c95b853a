"""Where the demo happens: in a shop of its own, or in this one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import override_settings

HOST = "127.0.0.1"


@contextmanager
def demo_settings(folder: Path | None) -> Iterator[None]:
    """Let the loopback address in and keep no SQL log; in ``folder``, if given, keep the audit copies."""
    changes = {"ALLOWED_HOSTS": [HOST], "DEBUG": False}
    if folder is not None and "ONEC_EXCHANGE_AUDIT_ROOT" not in os.environ:
        changes["ONEC_EXCHANGE_AUDIT_ROOT"] = str(folder / "logs")
    with override_settings(**changes):
        yield


def new_shop() -> Path:
    """Turn this process to an empty SQLite file in a new temporary folder, and return the folder.

    It is left there, so that the files can be looked at.  The database is changed as Django's test runner does it.
    """
    folder = Path(tempfile.mkdtemp(prefix="onec-demo-"))
    connection.close()
    connection.settings_dict["NAME"] = str(folder / "db.sqlite3")
    return folder
