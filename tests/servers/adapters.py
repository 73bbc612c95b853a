"""Adapters and a storage that meet with accidents, named by the tests in settings."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.files.storage import FileSystemStorage
from django.db import connection

from django_onec_exchange.adapters import OrderMarker, OrderSerializer


class HookedSerializer(OrderSerializer):
    """Calls ``before`` with each order, in the thread that serializes it."""

    before: ClassVar[Callable[[Any], None] | None] = None

    def serialize(self, order, context):
        if type(self).before is not None:
            type(self).before(order)
        return super().serialize(order, context)


class DyingSerializer(OrderSerializer):
    """The process is gone at the third order, as the kernel's out-of-memory killer would have it."""

    def serialize(self, order, context):
        if order.number == "000003":
            os._exit(9)
        return super().serialize(order, context)


class DyingMarker(OrderMarker):
    """The process is gone after the orders were marked and before that is committed."""

    def mark(self, deliveries, context):
        super().mark(deliveries, context)
        os._exit(9)


class FullStorage(FileSystemStorage):
    """The disk is full in the middle of the copy."""

    def _save(self, name, content):
        next(content.chunks())
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def end_own_connection(*_: Any) -> None:
    """Have the server end the connection of this thread, as on a restart or a failover of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()" if _is_postgresql() else "SELECT connection_id()")
        number = cursor.fetchone()[0]
    killer = connection.copy()
    try:
        with killer.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_terminate_backend({number}, 5000)" if _is_postgresql() else f"KILL {number}"
            )
    finally:
        killer.close()


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"
