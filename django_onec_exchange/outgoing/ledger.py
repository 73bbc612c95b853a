"""The rows of the ledger, written as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connections, router, transaction

from ..models import OrderBatch, OrderDelivery

_COLUMNS = ("batch_id", "base_id", "state", "order_id", "number", "revision", "warning")
_AT_ONCE = 100  # SQLite before 3.32 takes 999 parameters


class Offer(NamedTuple):
    """What an ``OrderDelivery`` says of one order."""

    order_id: str
    number: str
    revision: str
    warning: str


def offer(batch: OrderBatch, offers: Sequence[Offer]) -> None:
    """Write one ``OrderDelivery`` for each order.

    As ``bulk_create`` does, without making models of what nobody looks at: that takes five times as long, and was
    a twelfth of an export (benchmarks/README.md).
    """
    connection = connections[router.db_for_write(OrderDelivery)]
    quote = connection.ops.quote_name
    table, columns = quote(OrderDelivery._meta.db_table), ", ".join(map(quote, _COLUMNS))
    insert = f"INSERT INTO {table} ({columns}) VALUES "  # noqa: S608  # our own names
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    same = (batch.pk, batch.base_id, OrderDelivery.State.OFFERED.value)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for start in range(0, len(offers), _AT_ONCE):
            some = offers[start : start + _AT_ONCE]
            values = [value for one in some for value in (*same, *one)]
            cursor.execute(insert + ", ".join([row] * len(some)), values)
