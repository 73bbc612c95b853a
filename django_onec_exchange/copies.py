"""All audit copies, as they lie in their storage: also those that no row tells of.

A process that was killed may leave one; so did versions of the package that forgot imports.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date

from .audit import get_storage, local_folder, remove_copy
from .models import IncomingFile, InfoBase, OrderBatch

logger = logging.getLogger(__name__)

_COPY = re.compile(r"(orders|incoming)-(\d{8,18})(\D.*)?")


def stored_copies(base: InfoBase, *, before: date | None = None) -> Iterator[str]:
    """Yield the names of a base's copies; with ``before`` those of earlier days (UTC), and drop empty folders.

    Nothing else that lies there is named.  One day's names are in memory at a time.  Raises what the storage does;
    NotImplementedError from one that cannot list.
    """
    for folder in _days(base, before):
        _, files = get_storage().listdir(folder)
        yield from (f"{folder}/{name}" for name in sorted(files) if _COPY.fullmatch(name))
        if before is not None:
            _drop_if_empty(folder)


def is_known(name: str) -> bool:
    """Tell whether a row names this copy as its own."""
    match = _COPY.fullmatch(name.rpartition("/")[2])
    if match is None:
        return False
    rows = OrderBatch.objects if match[1] == "orders" else IncomingFile.objects
    return rows.filter(pk=int(match[2]), audit_file=name).exists()


def _days(base: InfoBase, before: date | None) -> Iterator[str]:
    for year in _folders(base.name, 4):
        for month in _folders(f"{base.name}/{year}", 2):
            for day in _folders(f"{base.name}/{year}/{month}", 2):
                if before is None or f"{year}-{month}-{day}" < before.isoformat():
                    yield f"{base.name}/{year}/{month}/{day}"


def _folders(path: str, digits: int) -> list[str]:
    try:
        folders, _ = get_storage().listdir(path)
    except FileNotFoundError:  # no copy yet
        return []
    return sorted(name for name in folders if len(name) == digits and name.isdecimal())


def _drop_if_empty(folder: str) -> None:
    """Where folders are real ones, remove that of a day; those of months and years are few."""
    storage = get_storage()
    if local_folder(storage) is not None and storage.listdir(folder) == ([], []):
        remove_copy(folder)
