"""Where the orders lie: one SQLite file or PostgreSQL database for each size.

Without Django, which the process that starts the measurements does not need.
"""

from __future__ import annotations

from pathlib import Path


class SQLite:
    name = "sqlite"

    def __init__(self, folder: Path, size: int) -> None:
        self.path = folder / f"onec_bench_{size}.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)


class PostgreSQL:
    name = "postgres"

    def __init__(self, server: str, size: int) -> None:
        self.server = server.rstrip("/")
        self.database = f"onec_bench_{size}"
        self.url = f"{self.server}/{self.database}"

    def create(self) -> None:
        if not self._execute("SELECT 1 FROM pg_database WHERE datname = %s", self.database):
            self._execute(f"CREATE DATABASE {self.database} TEMPLATE template0 ENCODING 'UTF8'")

    def drop(self) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {self.database}")

    def _execute(self, sql: str, *parameters: str) -> bool:
        import psycopg

        server = self.server.replace("postgres://", "postgresql://")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            cursor = connection.execute(sql, parameters or None)
            return cursor.description is not None and cursor.fetchone() is not None
