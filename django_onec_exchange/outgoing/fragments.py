"""An order as it went to 1C, out of the audit copy."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from ..audit import get_storage
from ..commerceml.errors import BrokenFile
from ..commerceml.fragments import find_document
from ..log import of_batch
from ..models import OrderBatch, OrderDelivery

logger = logging.getLogger(__name__)


class NoFragment(Exception):
    """The audit copy is gone, cannot be read, or holds no such order."""


def read_fragment(delivery: OrderDelivery) -> str:
    """Return the XML of the order in its file.  Personal data.  Raises NoFragment."""
    batch = delivery.batch
    if not batch.audit_file:
        raise NoFragment
    try:
        with _opened(batch) as file:
            found = find_document(file, delivery.number)
    except (OSError, zipfile.BadZipFile, BrokenFile) as error:
        extra = {"event": "audit_copy_not_read", **of_batch(batch)}
        logger.warning("audit copy of batch %s cannot be read", batch.pk, extra=extra)
        raise NoFragment from error
    if found is None:
        raise NoFragment
    return found


@contextmanager
def _opened(batch: OrderBatch) -> Iterator[BinaryIO]:
    """Open what the copy holds, unpacked as it is read."""
    with get_storage().open(batch.audit_file) as file:
        if not batch.zipped:
            yield cast(BinaryIO, file)
            return
        with zipfile.ZipFile(cast(BinaryIO, file)) as archive, archive.open(archive.namelist()[0]) as entry:
            yield cast(BinaryIO, entry)
