"""One at a time for each 1C base."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from ..models import InfoBase


@contextmanager
def alone_with(base: InfoBase) -> Iterator[None]:
    """Open a transaction that is the only one to confirm for this base: two could wait for each other's orders.

    What others committed while it waited for a lock is seen, or an edited order would pass for unchanged.  Django
    asks for READ COMMITTED by itself; where a site chose another level, MariaDB and MySQL would show old rows
    without a word.  PostgreSQL fails, and 1C confirms again.
    """
    if connection.vendor == "mysql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")  # of the next transaction alone
    with transaction.atomic():
        base.lock()
        yield
