"""Fill a batch: orders in chunks, one document at a time, into a file and the ledger."""

from __future__ import annotations

import logging
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any, BinaryIO, cast

from django.db import Error as AnyDatabaseError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from ..adapters import ExchangeContext
from ..adapters.relations import release
from ..adapters.zone import exchange_zone
from ..commerceml.documents import OrderDocument
from ..commerceml.errors import InvalidDocument, Problem
from ..commerceml.money import balance, payable
from ..commerceml.validation import check
from ..commerceml.values import clean
from ..commerceml.versions import VERSIONS
from ..commerceml.writer import OrdersWriter
from ..conf import conf
from ..models import OrderBatch, OrderDelivery, order_key
from .skipping import SERIALIZER_FAILED, LeftOut, restore, skip

logger = logging.getLogger(__name__)

ENTRY = "orders.xml"


class BatchFiller:
    """Writes orders until none are left, QUERY_LIMIT is reached or QUERY_TIME_BUDGET is spent."""

    def __init__(self, batch: OrderBatch, context: ExchangeContext) -> None:
        self.batch = batch
        self.context = context
        self._deadline = time.monotonic() + conf.QUERY_TIME_BUDGET
        self._money_mismatch = conf.MONEY_MISMATCH
        self._limit = conf.QUERY_LIMIT
        self._left_out = LeftOut(context)
        # Orders the serializer raised on.  If it raises on all of them, the site is ill and not the orders.
        self._failures: list[tuple[Any, Exception]] = []

    def fill(self, file: IO[bytes], orders: QuerySet[Any]) -> None:
        """Write the document of ``orders``, in their order, and one ``OrderDelivery`` for each."""
        with _sink(file, self.batch.zipped) as sink:
            writer = OrdersWriter(
                sink,
                version=VERSIONS[self.context.version],
                encoding=self.batch.encoding,
                zone=exchange_zone(),
                formed_at=timezone.now(),
            )
            for chunk in self._chunks(orders):
                self._add(chunk, writer)
            writer.finish()
        if self._failures and not self.batch.order_count:
            raise self._failures[0][1]

    def _chunks(self, orders: QuerySet[Any]) -> Iterator[list[Any]]:
        """Yield the orders in chunks, each read whole.

        By keys first: a cursor kept open over the whole export would hold up writers on SQLite, and would be
        read into memory at once on MySQL.  Orders that are left out fall out of the query, so what follows them
        moves up.
        """
        keys = orders.select_related(None).prefetch_related(None).values_list("pk", flat=True)
        while not self._enough():
            kept = self.batch.order_count + len(self._failures)
            window = list(keys[kept : kept + self._limit - self.batch.order_count])
            before = (self.batch.order_count, self.batch.skipped_count, len(self._failures))
            for start in range(0, len(window), conf.CHUNK_SIZE):
                if self._enough():
                    return
                chunk = self.context.adapters.selector.fetch(orders, window[start : start + conf.CHUNK_SIZE])
                yield chunk
                release(chunk)
            if (self.batch.order_count, self.batch.skipped_count, len(self._failures)) == before:
                return  # nothing more, or nothing that may be taken

    def _enough(self) -> bool:
        """Tell whether the batch is full; one that has only begun never is, however slow the site."""
        batch = self.batch
        begun = batch.order_count or batch.skipped_count or self._failures
        return batch.order_count >= self._limit or bool(begun and time.monotonic() >= self._deadline)

    def _add(self, orders: Sequence[Any], writer: OrdersWriter) -> None:
        keys = [order_key(order) for order in orders]
        left_out = self._left_out.among(keys)
        deliveries = []
        for order, key in zip(orders, keys, strict=True):
            if self._enough():
                break
            delivery = self._deliver(order, key, writer)
            if delivery is not None:
                deliveries.append(delivery)
                self.batch.order_count += 1
                if key in left_out:
                    restore(left_out[key], order, self.context)
        OrderDelivery.objects.bulk_create(deliveries)
        if self.batch.order_count:
            self._skip_failures()

    def _deliver(self, order: Any, key: str, writer: OrdersWriter) -> OrderDelivery | None:
        """Write one order; None if it is left out."""
        adapters = self.context.adapters
        try:
            document = adapters.serializer.serialize(order, self.context)
            revision = adapters.marker.get_revision(order, document)
            document, problems = self._examine(document)
            fatal = [problem for problem in problems if not problem.warning]
            xml = "" if fatal else writer.render(document)
        except AnyDatabaseError:
            raise
        except Exception as error:
            logger.exception("order %s could not be serialized", order.pk)
            self._failures.append((order, error))
            return None
        if fatal:
            self._skip(order, document.number, fatal[0])
            return None
        writer.append(xml)
        return OrderDelivery(
            batch_id=self.batch.pk,
            base_id=self.batch.base_id,
            order_id=key,
            number=clean(document.number),
            revision=revision,
            warning=" ".join([gettext(problem.message) % problem.params for problem in problems]),
        )

    def _examine(self, document: OrderDocument) -> tuple[OrderDocument, list[Problem]]:
        """Return the document as it is to be written, and what is wrong with it."""
        problems = check(document, stock=self.context.stock)
        if all(problem.warning for problem in problems):
            try:
                return balance(document), problems
            except InvalidDocument as invalid:
                if self._money_mismatch == "send":
                    return replace(document, total=payable(document), discounts=()), problems
                problems.append(invalid.problem)
        return document, problems

    def _skip(self, order: Any, number: str, problem: Problem) -> None:
        skip(order, number, problem, self.context)
        self.batch.skipped_count += 1

    def _skip_failures(self) -> None:
        for order, _error in self._failures:
            self._skip(order, str(order.pk), SERIALIZER_FAILED)
        self._failures.clear()


@contextmanager
def _sink(file: IO[bytes], zipped: bool) -> Iterator[BinaryIO]:
    """What the writer writes to: the file itself, or the one entry of a ZIP in it."""
    if not zipped:
        yield cast(BinaryIO, file)
        return
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(ENTRY, "w", force_zip64=True) as entry,
    ):
        yield cast(BinaryIO, entry)
