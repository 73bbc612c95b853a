"""Where the demo happens: in a shop of its own, or in this one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import override_settings

HOST = "127.0.0.1"


@contextmanager
def demo_settings(folder: Path | None) -> Iterator[None]:
    """Let the loopback address in and keep no SQL log; in ``folder``, if given, keep all files of the shop."""
    changes: dict[str, Any] = {"ALLOWED_HOSTS": [HOST], "DEBUG": False}
    if folder is not None:
        changes |= _not_told(
            ONEC_EXCHANGE_AUDIT_ROOT=str(folder / "logs"),
            ONEC_EXCHANGE_UPLOAD_ROOT=str(folder / "uploads"),
            MEDIA_ROOT=str(folder / "media"),
        )
        # 1C signs in ten times, each of which takes a second: nobody's password but a random one is in a new shop
        changes["PASSWORD_HASHERS"] = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(**changes):
        yield


def small_pieces() -> AbstractContextManager[None]:
    """Do to a small catalogue what else is done to a large one: parts of files, slices of imports."""
    return override_settings(
        **_not_told(
            ONEC_EXCHANGE_FILE_LIMIT=16 * 1024,
            ONEC_EXCHANGE_CHUNK_SIZE=10,
            ONEC_EXCHANGE_IMPORT_TIME_SLICE=0.001,  # or one chunk, which takes longer
            ONEC_EXCHANGE_IMPORT_POLL_HOLD=0.05,  # less than a worker takes: 1C hears progress
        )
    )


def _not_told(**changes: Any) -> dict[str, Any]:
    """Leave out what the environment says."""
    return {name: value for name, value in changes.items() if name not in os.environ}


def new_shop() -> Path:
    """Turn this process to an empty SQLite file in a new temporary folder, and return the folder.

    It is left there, so that the files can be looked at.  The database is changed as Django's test runner does it.
    """
    folder = Path(tempfile.mkdtemp(prefix="onec-demo-"))
    connection.close()
    connection.settings_dict["NAME"] = str(folder / "db.sqlite3")
    return folder
