"""Watch a reply to its end: was it handed over whole, or did the client hang up?"""

from __future__ import annotations

import logging
from typing import IO

from django.db import Error as AnyDatabaseError
from django.utils import timezone

from ..log import of_batch
from ..models import OrderBatch
from .export import PreparedBatch

logger = logging.getLogger(__name__)


class WatchedFile:
    """The file of a batch on its way out; the server reads it to the end or closes it before.

    It has no ``fileno``, so no server sends it past us with sendfile.
    """

    def __init__(self, prepared: PreparedBatch) -> None:
        self._batch = prepared.batch
        self._file: IO[bytes] = prepared.file
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if not data and not self._ended:
            self._end(handed_over_at=timezone.now())
        return data

    def close(self) -> None:
        self._file.close()
        if not self._ended:
            self._end(state=OrderBatch.State.BROKEN)

    def _end(self, **change: object) -> None:
        """Note how it ended; without the note a paging client gets the page once more, which is safe."""
        self._ended = True
        try:
            batch = OrderBatch.objects.filter(pk=self._batch.pk)
            if "state" in change:  # a batch that was confirmed meanwhile did arrive
                batch = batch.filter(state=OrderBatch.State.OPEN)
            batch.update(**change)
        except AnyDatabaseError:
            extra = {"event": "batch_end_not_noted", **of_batch(self._batch)}
            logger.exception("how the reply with batch %s ended was not noted", self._batch.pk, extra=extra)
        if "state" in change:
            extra = {"event": "batch_broken_off", **of_batch(self._batch)}
            logger.warning("the client hung up before the end of batch %s", self._batch.pk, extra=extra)
