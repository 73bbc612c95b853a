"""``query``: choose, serialize, validate, write.

A batch is visible to ``success`` only when its file is complete.  Until then its rows are in the state
``preparing``, which nothing looks at; if anything fails they are removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedIOBase
from typing import IO, cast

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import transaction
from django.utils import timezone

from .. import audit
from ..adapters import Adapters, ExchangeContext
from ..conf import conf, exchange_encoding
from ..log import of_batch
from ..models import ExchangeSession, OrderBatch
from ..signals import orders_exported, send_after_commit
from .evidence import note_unconfirmed
from .filling import BatchFiller, positive
from .paging import pages_behind
from .portions import portions
from .recording import Recorder

logger = logging.getLogger(__name__)

#: A batch still being prepared after this was left behind by a process that died.
ABANDONED = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """A batch and its file, at its beginning; whoever holds it closes the file."""

    batch: OrderBatch
    file: IO[bytes]


class OrderExportService:
    """The export of orders without HTTP."""

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters

    def context(self, session: ExchangeSession) -> ExchangeContext:
        return ExchangeContext(
            base=session.base,
            cutoff=timezone.now(),
            version=session.version,
            adapters=self.adapters,
            session=session,
            profile=session.profile,
        )

    def prepare(self, session: ExchangeSession, *, zipped: bool = False) -> PreparedBatch:
        """Write the waiting orders into a temporary file and make it a batch that 1C may confirm.

        Constant in memory whatever the number of orders.  If it raises, what could be confirmed before still can.
        """
        context = self.context(session)
        behind = pages_behind(session)
        note_unconfirmed(session, context)
        _sweep(session)
        file = tempfile.TemporaryFile(  # noqa: SIM115  # the reply closes it
            dir=settings.FILE_UPLOAD_TEMP_DIR, buffering=1 << 16
        )
        batch = OrderBatch(
            base=session.base,
            session=session,
            cutoff=context.cutoff,
            version=context.version,
            encoding=exchange_encoding(),
            zipped=zipped,
        )
        try:
            batch.save()
            self._write(batch, file, context, behind)
            self._publish(batch, behind)
        except BaseException:
            with contextlib.suppress(OSError):  # a full disk fails once more when what is buffered is flushed
                file.close()
            _discard(batch)
            raise
        file.seek(0)
        return PreparedBatch(batch, file)

    def _write(
        self, batch: OrderBatch, file: IO[bytes], context: ExchangeContext, behind: Sequence[OrderBatch]
    ) -> None:
        orders = self.adapters.selector.select(context)
        filler = BatchFiller(
            batch,
            context,
            Recorder(batch, context),
            limit=positive("QUERY_LIMIT"),
            seconds=conf.QUERY_TIME_BUDGET,
            behind=behind,
        )
        filler.fill(file, portions(orders, behind, context))
        file.flush()
        batch.size = file.tell()
        file.seek(0)
        batch.digest = hashlib.file_digest(cast(BufferedIOBase, file), "sha256").hexdigest()
        if batch.order_count:
            audit.keep_copy(batch, file)

    def _publish(self, batch: OrderBatch, behind: Sequence[OrderBatch]) -> None:
        """Make the batch confirmable; it takes the place of all but the pages the client was past when it asked.

        A client that hung up may ask again while the first answer is still being made: the later question counts.
        """
        others = batch.session.batches.exclude(pk__in=[batch.pk, *(page.pk for page in behind)])
        with transaction.atomic():
            batch.base.lock()
            others.filter(pk__lt=batch.pk, state=OrderBatch.State.OPEN).update(state=OrderBatch.State.SUPERSEDED)
            overtaken = others.filter(pk__gt=batch.pk).exclude(state=OrderBatch.State.PREPARING).exists()
            batch.state = OrderBatch.State.SUPERSEDED if overtaken else OrderBatch.State.OPEN
            batch.awaited = conf.WINDOW_ENABLED and batch.order_count > 0 and not overtaken
            batch.save()
            send_after_commit(orders_exported, OrderBatch, batch=batch)
        counts = {"orders": batch.order_count, "skipped": batch.skipped_count}
        extra = {"event": "batch_prepared", **of_batch(batch), **counts}
        logger.info("batch %s: %s orders, %s left out", batch.pk, *counts.values(), extra=extra)


def _discard(batch: OrderBatch) -> None:
    audit.drop_copy(batch)
    if batch.pk is None:
        return
    try:
        batch.delete()
    except AnyDatabaseError:
        extra = {"event": "batch_not_removed", **of_batch(batch)}
        logger.exception("batch %s was not removed; it stays invisible to 1C", batch.pk, extra=extra)


def _sweep(session: ExchangeSession) -> None:
    abandoned = OrderBatch.objects.filter(
        base=session.base, state=OrderBatch.State.PREPARING, created_at__lt=timezone.now() - ABANDONED
    )
    abandoned.delete()
