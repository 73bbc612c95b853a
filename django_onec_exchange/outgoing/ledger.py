"""The rows of the ledger, written as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connections, router, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from ..models import OrderBatch, OrderDelivery

_COLUMNS = ("batch_id", "base_id", "state", "order_id", "number", "revision", "warning")
_AT_ONCE = 100  # SQLite before 3.32 takes 999 parameters
#: Rows written at once.  Of 4000 or more, PostgreSQL on loopback kept the sender of a COPY waiting for 0.2 s.
_BUFFERED = 2000


class Offer(NamedTuple):
    """What an ``OrderDelivery`` says of one order."""

    order_id: str
    number: str
    revision: str
    warning: str


def ledger_rows() -> QuerySet[OrderDelivery]:
    """Return the ledger from where it is written: a replica may lag behind."""
    return OrderDelivery.objects.using(router.db_for_write(OrderDelivery))


class Ledger:
    """Writes one ``OrderDelivery`` for each order of a batch.

    As ``bulk_create`` does, without making models of what nobody looks at: that takes five times as long, and was
    a twelfth of an export (benchmarks/README.md).  Many at once, since with each commit the disk is waited for.
    """

    def __init__(self, batch: OrderBatch) -> None:
        self._batch = batch
        self._offers: list[Offer] = []

    def add(self, offers: Sequence[Offer]) -> bool:
        """Take these, and tell whether all that were added stand in the table now."""
        self._offers += offers
        if len(self._offers) < _BUFFERED:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Write what was added so far.  Without this the last ones are missing."""
        if not self._offers:
            return
        same = (self._batch.pk, self._batch.base_id, OrderDelivery.State.OFFERED.value)
        rows = [(*same, *one) for one in self._offers]
        connection = connections[router.db_for_write(OrderDelivery)]
        quote = connection.ops.quote_name
        table = f"{quote(OrderDelivery._meta.db_table)} ({', '.join(map(quote, _COLUMNS))})"
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if hasattr(cursor, "copy"):  # psycopg 3: a third of the time of INSERT
                with connection.wrap_database_errors, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                for start in range(0, len(rows), _AT_ONCE):
                    _insert(cursor, table, rows[start : start + _AT_ONCE])
        self._offers.clear()


def _insert(cursor: CursorWrapper, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    values = ", ".join([row] * len(rows))
    cursor.execute(
        f"INSERT INTO {table} VALUES {values}",  # noqa: S608  # our own names
        [value for one in rows for value in one],
    )
