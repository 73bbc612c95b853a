"""The example project, driven from outside as its contract says: manage.py in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django_onec_exchange

PROJECT = Path(__file__).resolve().parents[2] / "example_project"
UNSET = (
    "DJANGO_SETTINGS_MODULE",
    "DATABASE_URL",
    "DEBUG",
    "ALLOWED_HOSTS",
    "LANGUAGE_CODE",
    "MEDIA_ROOT",
    "TASKS_WORKER",
    "COLUMNS",  # whoever runs the tests may have set it
)
FORMED_AT = re.compile(rb' \xd0\x94\xd0\xb0\xd1\x82\xd0\xb0[^=]+="[^"]*"')  # ДатаФормирования

#: Fetch the waiting orders over Django's test client and print the reply.
FETCH = """
import sys, django
django.setup()
from base64 import b64encode
from django.test import Client
basic = "Basic " + b64encode(b"1c:secret").decode()
client = Client(SERVER_NAME="localhost", headers={"User-Agent": "1C+Enterprise/8.3", "Authorization": basic})
client.get("/1c/exchange/?type=sale&mode=checkauth")
sys.stdout.buffer.write(client.get("/1c/exchange/?type=sale&mode=query").getvalue())
"""

#: Serve the shop as the demo does, until nobody listens any more.
SERVE = """
import sys, django
django.setup()
from shop.demo.server import serve
with serve(0) as address:
    print(address, flush=True)
    sys.stdin.read()
"""


class Shop:
    """The project with a database of its own in an empty folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ONEC_EXCHANGE_")}
        for name in UNSET:
            kept.pop(name, None)
        self.environ = kept | {
            "PYTHONPATH": str(Path(django_onec_exchange.__file__).parents[1]),
            "PYTHONIOENCODING": "utf-8",
            "TMPDIR": str(folder),
            "TERM": "dumb",
        }

    def with_database(self, migrated: Path | None = None, url: str = "") -> Shop:
        """Give it a file of its own: a copy of a migrated one, one that is migrated now, or that at ``url``."""
        self.database = self.folder / "shop.sqlite3"
        self.environ["DATABASE_URL"] = url or f"sqlite:///{self.database}"
        for name in ("AUDIT_ROOT", "UPLOAD_ROOT"):
            self.environ[f"ONEC_EXCHANGE_{name}"] = f'"{self.folder / name.lower()}"'
        self.environ["MEDIA_ROOT"] = str(self.folder / "media")
        if migrated is None:
            self.manage("migrate", "-v0")
        else:
            shutil.copy(migrated, self.database)
        return self

    def manage(self, *arguments: str, succeeds: bool = True, **environ: str) -> str:
        """Run a command of manage.py and return what it wrote."""
        done = self.python("manage.py", *arguments, **environ)
        output = (done.stdout + done.stderr).decode()
        assert (done.returncode == 0) is succeeds, output
        return output

    def orders_xml(self) -> bytes:
        """What 1C would be given now, without the moment at which it was made."""
        done = self.python("-c", FETCH, DJANGO_SETTINGS_MODULE="example.settings")
        assert done.returncode == 0, done.stderr.decode()
        assert FORMED_AT.search(done.stdout)
        return FORMED_AT.sub(b"", done.stdout)

    def python(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-W", "error", *arguments],
            cwd=PROJECT,
            env=self.environ | environ,
            capture_output=True,
            timeout=300,
            check=False,
        )

    @contextmanager
    def served(self, **environ: str) -> Iterator[str]:
        """Serve it in a process of its own while the block runs; yields the address for 1C."""
        command = [sys.executable, "-W", "error", "-c", SERVE]
        environ |= {"DJANGO_SETTINGS_MODULE": "example.settings"}
        with subprocess.Popen(
            command, cwd=PROJECT, env=self.environ | environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin and process.stdout
            address = process.stdout.readline().decode().strip()
            try:
                yield f"{address}/1c/exchange/"
            finally:
                process.stdin.close()

    def rows(self, query: str) -> list[tuple]:
        """Ask its database, past Django."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(query).fetchall()
