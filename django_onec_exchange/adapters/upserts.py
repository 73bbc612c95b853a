"""Save many rows at once, whether they exist or not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import TypeVar

from django.db import connections, router
from django.db.models import Model

_M = TypeVar("_M", bound=Model)


def upsert(model: type[_M], rows: Sequence[_M], *, by: Collection[str], update: Collection[str]) -> None:
    """Insert the rows; of those that exist, known by the unique fields ``by``, change the fields ``update``.

    ``bulk_create(update_conflicts=True)`` on every database: MySQL and MariaDB refuse to be told which fields are
    unique, and PostgreSQL fails where one key comes twice, so the last row of each counts.  Sends no signals.
    """
    key = attrgetter(*(model._meta.get_field(name).attname for name in by))  # type: ignore[union-attr]
    unique = {key(row): row for row in rows}
    target = connections[router.db_for_write(model)].features.supports_update_conflicts_with_target
    model._base_manager.bulk_create(
        unique.values(),
        update_conflicts=True,
        unique_fields=list(by) if target else None,
        update_fields=list(update),
    )
