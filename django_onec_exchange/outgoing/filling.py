"""Fill a batch: orders in chunks, each chunk step by step, into a file and the ledger."""

from __future__ import annotations

import gc
import logging
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import IO, Any, BinaryIO, cast

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from ..adapters import ExchangeContext
from ..adapters.relations import release
from ..adapters.wellknown import NUMBER
from ..adapters.zone import exchange_zone
from ..audit import ENTRY
from ..commerceml.documents import OrderDocument
from ..commerceml.errors import InvalidDocument, Problem
from ..commerceml.money import balance, payable
from ..commerceml.validation import check
from ..commerceml.values import clean
from ..commerceml.versions import VERSIONS
from ..commerceml.writer import OrdersWriter
from ..conf import conf
from ..models import OrderBatch, SkippedOrder, order_key
from ..protocol.errors import NotConfigured
from .ledger import Offer, ledger_rows
from .portions import Portion
from .recording import Recorder
from .skipping import SERIALIZER_FAILED, is_refused_as_it_is, number_taken

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Draft:
    """An order on its way into the file; each step adds to it."""

    order: Any
    document: OrderDocument = field(init=False)
    revision: str = field(init=False)
    problem: Problem | None = None  # for which it is left out
    warning: str = field(init=False)
    xml: bytes = field(init=False)
    offer: Offer = field(init=False)


def positive(name: str) -> int:
    """Return a limit.  One that lets nothing through would answer “no orders” for ever."""
    limit = getattr(conf, name)
    if not isinstance(limit, int) or limit < 1:
        raise NotConfigured(what=f"ONEC_EXCHANGE_{name}")
    return limit


class BatchFiller:
    """Writes orders until none are left, the limit is reached or the time is spent."""

    def __init__(
        self,
        batch: OrderBatch,
        context: ExchangeContext,
        recorder: Recorder,
        *,
        limit: int,
        seconds: float,
        behind: Sequence[OrderBatch] = (),
    ) -> None:
        """``behind`` are the pages of the same session that the client is past.  Raises NotConfigured."""
        self.batch = batch
        self.context = context
        self._recorder = recorder
        self._behind = behind
        self._deadline = time.monotonic() + seconds
        self._money_mismatch = conf.MONEY_MISMATCH
        self._most = self._limit = limit
        self._chunk_size = positive("CHUNK_SIZE")
        self._begun = False
        # Orders the serializer raised on.  If it raises on all of them, the site is ill and not the orders.
        self._failures: list[tuple[Any, Exception]] = []

    def fill(self, file: IO[bytes], portions: Sequence[Portion]) -> None:
        """Write the orders of the first portion that has any, and one ``OrderDelivery`` for each."""
        with open_sink(file, self.batch.zipped) as sink:
            writer = OrdersWriter(
                sink,
                version=VERSIONS[self.context.version],
                encoding=self.batch.encoding,
                zone=exchange_zone(),
                formed_at=timezone.now(),
            )
            for portion in portions:
                self._fill_with(portion, writer)
                if self.batch.order_count:
                    break
            writer.finish()
        self._recorder.finish()
        if self._site_is_ill():
            raise self._failures[0][1]
        self._skip_failures()

    def _fill_with(self, portion: Portion, writer: OrdersWriter) -> None:
        self.batch.window_limit, self.batch.probing = portion.limit, portion.probing
        self._limit = self._most
        if portion.limit is not None:
            before = sum(page.order_count for page in self._behind)
            self._limit = min(self._limit, max(0, portion.limit - before))
        chunks = self._chunks(portion.orders) if portion.keys is None else self._chosen(portion)
        for keys in chunks:
            with _collector_paused():
                chunk = self.context.adapters.selector.fetch(portion.orders, keys)
                self._add(self._not_behind(chunk), writer)
                release(chunk)
                del chunk

    def _chosen(self, portion: Portion) -> Iterator[list[Any]]:
        """Yield the given keys in chunks, as many as there is still room for."""
        keys = list(portion.keys or ())
        while keys and self.batch.order_count < self._limit and not self._late():
            room = min(self._limit - self.batch.order_count, self._chunk_size)
            yield keys[:room]
            del keys[:room]

    def _chunks(self, orders: QuerySet[Any]) -> Iterator[list[Any]]:
        """Yield the keys of the orders in chunks, each of which is read whole.

        By keys: a cursor kept open over the whole export would hold up writers on SQLite, and would be
        read into memory at once on MySQL.  The windows are positions in what moves meanwhile: orders that are
        left out mostly fall out of the query, others come or go.  So what was seen is dropped from each window;
        what slips between two windows goes with the next batch.  A window that is not full is the last.  The
        orders of earlier pages still wait, at the head of the queue.
        """
        keys = orders.select_related(None).prefetch_related(None).values_list("pk", flat=True)
        seen: set[Any] = set()
        fresh: list[Any] = []
        passed = sum(page.order_count for page in self._behind)
        elsewhere = len(self._failures)  # in the portion before
        while self.batch.order_count < self._limit and not self._late():
            start = passed + self.batch.order_count + max(0, len(self._failures) - elsewhere)
            room = self._limit - self.batch.order_count
            window = list(keys[start : start + room])
            is_last = len(window) < room
            seen.update(fresh)  # of the window before; an export of one window needs no set of its keys
            fresh = list(dict.fromkeys(key for key in window if key not in seen))
            if not fresh:
                passed += len(window)
            del window  # as long as the batch, which takes a while from here on
            for first in range(0, len(fresh), self._chunk_size):
                if self._late():
                    return
                yield fresh[first : first + self._chunk_size]
            if is_last:
                return

    def _not_behind(self, orders: list[Any]) -> list[Any]:
        """Return the orders without those on earlier pages, which have moved back in the queue."""
        if not self._behind:
            return orders
        keys = [order_key(order) for order in orders]
        earlier = ledger_rows().filter(
            base=self.batch.base_id, batch__in=[page.pk for page in self._behind], order_id__in=keys
        )
        known = set(earlier.values_list("order_id", flat=True))
        return [order for order, key in zip(orders, keys, strict=True) if key not in known]

    def _late(self) -> bool:
        """Tell whether the time is spent; a batch that has only begun is never late, however slow the site."""
        return self._begun and time.monotonic() >= self._deadline

    def _add(self, orders: Sequence[Any], writer: OrdersWriter) -> None:
        drafts = self._make(orders, writer)
        left_out = self._recorder.left_out([draft.offer.order_id for draft in drafts])
        drafts = [draft for draft in drafts if not self._stays_out(draft, left_out.get(draft.offer.order_id))]
        taken = self._recorder.taken([(draft.offer.order_id, draft.offer.number) for draft in drafts])
        offers = []
        for draft in drafts:
            order, offered = draft.order, draft.offer
            key = offered.order_id
            if key in taken:
                self._skip(order, offered.number, number_taken(offered.number))
                continue
            writer.append(draft.xml)
            offers.append(offered)
            if key in left_out:
                self._recorder.restored(left_out[key], order, offered.revision)
        self._recorder.offered(offers)
        self.batch.order_count += len(offers)
        if self.batch.order_count:
            self._skip_failures()

    def _stays_out(self, draft: _Draft, record: SkippedOrder | None) -> bool:
        """Tell whether 1C refused this very revision, and nobody asks for another attempt."""
        if record is None or not is_refused_as_it_is(record, draft.offer.revision):
            return False
        if not self.context.adapters.marker.is_left_out(draft.order):
            return False
        self._recorder.refused_again(record)
        return True

    def _make(self, orders: Sequence[Any], writer: OrdersWriter) -> list[_Draft]:
        """Make the orders ready to be written, without those that are left out.

        Each step for all of them before the next: the same code again and again saves a tenth of an export's time.
        """
        drafts = [_Draft(order) for order in orders]
        for step in (self._serialize, self._examine, partial(self._render, writer)):
            drafts = [draft for draft in drafts if self._take(step, draft)]
        return drafts

    def _take(self, step: Callable[[_Draft], bool], draft: _Draft) -> bool:
        """Take one step with an order.  Return whether it is still to be written; note why, if it is left out."""
        try:
            goes_on = step(draft)
        except (OperationalError, InterfaceError):  # the database is ill, not the order
            raise
        except Exception as error:
            order = draft.order
            extra = {"event": "order_not_serialized", "base": self.context.base.name, "order_id": order.pk}
            logger.exception("order %s could not be serialized", order.pk, extra=extra)
            self._failures.append((order, error))
            return False
        if draft.problem is not None:
            self._skip(draft.order, draft.document.number, draft.problem)
        return goes_on

    def _serialize(self, draft: _Draft) -> bool:
        """Make the document, unless the time is spent: then the order waits for the next batch."""
        if self._late():
            return False
        self._begun = True
        adapters = self.context.adapters
        draft.document = adapters.serializer.serialize(draft.order, self.context)
        draft.revision = adapters.marker.get_revision(draft.order, draft.document)
        return True

    def _examine(self, draft: _Draft) -> bool:
        """Balance the document's money, unless something is wrong with it."""
        document = draft.document
        problems = check(document, stock=self.context.stock)
        fatal = [problem for problem in problems if not problem.warning]
        if not fatal:
            try:
                draft.document = balance(document)
            except InvalidDocument as invalid:
                if self._money_mismatch == "send":
                    draft.document = replace(document, total=payable(document), discounts=())
                else:
                    fatal = [invalid.problem]
        if fatal:
            draft.problem = fatal[0]
            return False
        draft.warning = " ".join([gettext(problem.message) % problem.params for problem in problems])
        return True

    def _render(self, writer: OrdersWriter, draft: _Draft) -> bool:
        document = draft.document
        draft.xml = writer.render(document)
        draft.offer = Offer(order_key(draft.order), clean(document.number), draft.revision, draft.warning)
        del draft.document  # as large as the XML
        return True

    def _skip(self, order: Any, number: str, problem: Problem) -> None:
        self._recorder.skipped(order, number, problem)
        self.batch.skipped_count += 1

    def _site_is_ill(self) -> bool:
        """Tell whether no order is to blame: several failed, and neither this batch nor a page before has any."""
        if len(self._failures) < 2 or self.batch.order_count or self.batch.session_id is None:
            return False
        earlier = self.batch.session.batches.filter(state=OrderBatch.State.OPEN, order_count__gt=0)
        return not earlier.exists()

    def _skip_failures(self) -> None:
        for order, _error in self._failures:
            self._skip(order, _own_number(order), SERIALIZER_FAILED)
        self._failures.clear()


def _own_number(order: Any) -> str:
    """Return what the shop calls an order that the serializer could not read, at worst its primary key."""
    try:
        return NUMBER.text(order) or str(order.pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # the shop's own property may be what the serializer stumbled on
        return str(order.pk)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from looking several times through a chunk of orders that all stay to its end.

    That took a twentieth of an export.  A chunk is freed without it: see ``release``.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def open_sink(file: IO[bytes], zipped: bool) -> Iterator[BinaryIO]:
    """What the writer writes to: the file itself, or the one entry of a ZIP in it."""
    if not zipped:
        yield cast(BinaryIO, file)
        return
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(ENTRY, "w", force_zip64=True) as entry,
    ):
        yield cast(BinaryIO, entry)
