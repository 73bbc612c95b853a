"""Settings that come from outside, so that anyone can drive the example without editing it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import dj_database_url
import django
from django.core.exceptions import ImproperlyConfigured

_PREFIX = "ONEC_EXCHANGE_"
_TRUE = {"1", "true", "yes", "on"}

#: Writers wait for each other instead of failing: a transaction takes SQLite's write lock when it begins, and
#: with a write-ahead log readers never wait.  1C's exchange writes while the shop takes orders.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def flag(name: str, default: bool) -> bool:
    """Return whether an environment variable says yes."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in _TRUE


def words(name: str, default: list[str]) -> list[str]:
    """Return a comma separated environment variable as a list."""
    value = os.environ.get(name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def database(base_dir: Path) -> dict[str, Any]:
    """Return the database of ``DATABASE_URL``; without it an SQLite file beside manage.py."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return sqlite(base_dir / "db.sqlite3")
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
    elif config["ENGINE"].endswith("mysql"):
        _use_pymysql()
    return config


def sqlite(path: Path) -> dict[str, Any]:
    """Return the configuration of one SQLite file."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": dict(SQLITE_OPTIONS)}


def mail_settings() -> dict[str, Any]:
    """Return the settings under which mails are printed instead of sent; Django 6.1 renamed them."""
    backend = "django.core.mail.backends.console.EmailBackend"
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend}}}
    return {"EMAIL_BACKEND": backend}


def exchange_settings() -> dict[str, Any]:
    """Return every ``ONEC_EXCHANGE_*`` environment variable as a setting of that name; the values are JSON.

    A text therefore stands in quotes: ``ONEC_EXCHANGE_STOCK_CLIENT_VERSION='"2.08"'``.
    """
    return {name: _json(name, value) for name, value in os.environ.items() if name.startswith(_PREFIX)}


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The environment variable {name} is no JSON value: {value!r}.  A text stands in double quotes."
        ) from error


def _use_pymysql() -> None:
    try:
        import pymysql
    except ImportError:
        return  # then Django looks for mysqlclient, and says what is missing
    pymysql.install_as_MySQLdb()
