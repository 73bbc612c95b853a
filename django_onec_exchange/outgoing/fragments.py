"""An order as it went to 1C, out of the audit copy."""

from __future__ import annotations

import logging
from typing import BinaryIO, cast

from ..audit import open_content
from ..commerceml.fragments import find_document
from ..log import of_batch
from ..models import OrderDelivery

logger = logging.getLogger(__name__)


class NoFragment(Exception):
    """The audit copy is gone, cannot be read, or holds no such order."""


def read_fragment(delivery: OrderDelivery) -> str:
    """Return the XML of the order in its file.  Personal data.  Raises NoFragment."""
    batch = delivery.batch
    if not batch.audit_file:
        raise NoFragment
    try:
        with open_content(batch.audit_file) as file:
            found = find_document(cast(BinaryIO, file), delivery.number)
    except Exception as error:  # each storage has errors of its own
        extra = {"event": "audit_copy_not_read", **of_batch(batch)}
        logger.warning("audit copy of batch %s cannot be read", batch.pk, extra=extra)
        raise NoFragment from error
    if found is None:
        raise NoFragment
    return found
