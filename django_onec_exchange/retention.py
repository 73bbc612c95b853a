"""What is removed when, and what never: the rules behind ``onec_cleanup``.

=====================================  ====================================  ==================================
what                                   goes when it is older than            never goes
=====================================  ====================================  ==================================
audit copies, out and in               AUDIT_RETENTION_DAYS
deliveries of unconfirmed batches      AUDIT_RETENTION_DAYS, after the copy  of a batch that 1C may still
                                                                             confirm, or the window awaits
other deliveries not marked, of        HISTORY_RETENTION_DAYS                those marked as sent, and those to
confirmed batches                                                            be sent again: the ledger
batches being prepared                 6 hours: their process died
uploads, folders without rows          SESSION_LIFETIME                      what an import is reading
imports that ended, with their files   HISTORY_RETENTION_DAYS
calls of sessions                      HISTORY_RETENTION_DAYS                of sessions the window awaits
sessions, with unconfirmed batches     HISTORY_RETENTION_DAYS                alive ones; those with confirmed
                                                                             orders or a file that stays
orders left out, that went after all   HISTORY_RETENTION_DAYS                those still left out
wrong passwords                        AUTH_FAILURE_WINDOW and a day
window, suspects, catalogue entries,                                         all of them: the guarantee needs
names in 1C, bases                                                           them, and they do not grow with time
=====================================  ====================================  ==================================

Everything is removed in chunks with a short transaction each, so a run may be killed, and run beside an exchange.
A file goes before the row that names it: what a killed run leaves, the next one finds.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, brake, copies
from .conf import are_days, conf
from .incoming import forgetting
from .models import (
    ExchangeEvent,
    ExchangeSession,
    IncomingFile,
    InfoBase,
    OrderBatch,
    OrderDelivery,
    SkippedOrder,
)
from .outgoing.export import ABANDONED
from .protocol.errors import NotConfigured

logger = logging.getLogger(__name__)

_State = OrderBatch.State
_LEDGER = (OrderDelivery.State.MARKED, OrderDelivery.State.WITHDRAWN)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of what is removed."""

    key: str  # stable, for scripts
    words: Any  # lazily translated
    count: Callable[[], int]  # how much is due now
    remove: Callable[[], Iterator[int]]  # removes it, and yields now and then how much


class Cleanup:
    """What is due at one moment, in the order in which it goes."""

    def __init__(self) -> None:
        """Raises NotConfigured for a time that means nothing: too much would go."""
        self.failed = 0  # files that could not be removed; the log says why
        self._now = timezone.now()
        self._ended = self._now - timedelta(seconds=conf.SESSION_LIFETIME)
        self._audit = self._before("AUDIT_RETENTION_DAYS")
        self._history = self._before("HISTORY_RETENTION_DAYS")

    def steps(self) -> list[Step]:
        batches, files, sessions = self._spent_batches(), self._old_files(), self._old_sessions()
        return [
            Step("uploads", _("Uploads of ended sessions"), forgetting.ended_uploads().count, self._drop_uploads),
            _rows("abandoned", _("Batches left by processes that died"), self._abandoned()),
            Step("audit_copies", _("Audit copies"), self._count_copies, self._drop_copies),
            Step(
                "deliveries",
                _("Deliveries without a use"),
                _forgettable(batches).count,
                lambda: _remove_deliveries(batches.filter(audit_file="")),
            ),
            Step("imports", _("Imports"), files.count, lambda: _remove(files.filter(audit_file=""))),
            _rows("calls", _("Calls of exchange sessions"), self._old_calls()),
            Step(
                "sessions", _("Exchange sessions"), sessions.count, lambda: _remove(sessions.filter(~_has_files()))
            ),
            _rows("left_out", _("Orders left out that went after all"), self._old_skips()),
            _rows("sign_ins", _("Failed sign-ins"), brake.outdated()),
        ]

    def note_end(self) -> None:
        """Note that what was due is gone, unless a file could not be removed."""
        if not self.failed:
            InfoBase.objects.update(cleaned_at=self._now)

    def _before(self, setting: str) -> datetime:
        """Return the moment before which something is too old; nothing is where it is kept for ever."""
        days = getattr(conf, setting)
        if not are_days(days):
            raise NotConfigured(what=f"ONEC_EXCHANGE_{setting}")
        return _EPOCH if days is None else self._now - timedelta(days=days)

    # -- what is due

    def _abandoned(self) -> QuerySet[OrderBatch]:
        return OrderBatch.objects.filter(state=_State.PREPARING, created_at__lt=self._now - ABANDONED)

    def _spent_batches(self) -> QuerySet[OrderBatch]:
        """Return the batches that nobody can confirm any more, as far as rows may go that are not the ledger."""
        dead = Q(state=_State.OPEN, session__last_seen_at__lt=self._ended)
        unconfirmed = dead | Q(state__in=(_State.SUPERSEDED, _State.BROKEN))
        cutoff = self._history if conf.AUDIT_RETENTION_DAYS is None else self._audit
        confirmed = Q(state=_State.CONFIRMED, marked_count__lt=F("order_count"), created_at__lt=self._history)
        kept_copy = ~Q(audit_file="") & Q(created_at__gte=self._audit)
        spent = OrderBatch.objects.filter(
            confirmed | (unconfirmed & Q(created_at__lt=cutoff)), ~kept_copy, awaited=False
        )
        return spent.filter(Exists(_not_in_ledger().filter(batch=OuterRef("pk"))))

    def _old_files(self) -> QuerySet[IncomingFile]:
        kept_copy = ~Q(audit_file="") & Q(received_at__gte=self._audit)
        return IncomingFile.objects.filter(~kept_copy, upload=None, received_at__lt=self._history)

    def _old_calls(self) -> QuerySet[ExchangeEvent]:
        """The window asks how the last call of an exchange that it awaits was answered."""
        awaited = OrderBatch.objects.filter(awaited=True, session=OuterRef("session"))
        return ExchangeEvent.objects.filter(~Exists(awaited), at__lt=self._history)

    def _old_sessions(self) -> QuerySet[ExchangeSession]:
        confirmed = Q(state=_State.CONFIRMED, order_count__gt=0)  # also what status and admin know of the past
        kept_copy = ~Q(audit_file="") & Q(created_at__gte=self._audit)
        batches = OrderBatch.objects.filter(confirmed | Q(awaited=True) | kept_copy, session=OuterRef("pk"))
        ledger = OrderDelivery.objects.filter(state__in=_LEDGER, batch__session=OuterRef("pk"))
        kept_file = ~Q(audit_file="") & Q(received_at__gte=self._audit)
        files = IncomingFile.objects.filter(kept_file, session=OuterRef("pk"))
        old = ExchangeSession.objects.filter(last_seen_at__lt=min(self._ended, self._history))
        return old.filter(~Exists(batches), ~Exists(ledger), ~Exists(files))

    def _old_skips(self) -> QuerySet[SkippedOrder]:
        return SkippedOrder.objects.filter(resolved_at__lt=self._history)

    def _old_copies(self) -> tuple[QuerySet[OrderBatch], QuerySet[IncomingFile]]:
        batches = OrderBatch.objects.filter(created_at__lt=self._audit).exclude(audit_file="")
        return batches, IncomingFile.objects.filter(received_at__lt=self._audit).exclude(audit_file="")

    def _count_copies(self) -> int:
        return sum(rows.count() for rows in self._old_copies())

    # -- files

    def _drop_copies(self) -> Iterator[int]:
        for rows in self._old_copies():
            for key, name in _pairs(rows):
                if audit.remove_copy(name):
                    rows.filter(pk=key, audit_file=name).update(audit_file="")
                    yield 1
                else:
                    self.failed += 1
        if conf.AUDIT_RETENTION_DAYS is not None:
            yield from self._drop_unknown_copies()

    def _drop_unknown_copies(self) -> Iterator[int]:
        """Remove what lies among the old copies and no row tells of."""
        for base in InfoBase.objects.all():
            try:
                for name in copies.stored_copies(base, before=self._audit.date()):
                    if not copies.is_known(name) and audit.remove_copy(name):
                        yield 1
            except NotImplementedError:  # a storage that cannot list what it holds
                extra = {"event": "copies_not_listed", "base": base.name}
                logger.info("the storage of audit copies cannot be looked through", extra=extra)
            except Exception:
                extra = {"event": "copies_not_swept", "base": base.name}
                logger.exception("the audit copies could not be looked through", extra=extra)
                self.failed += 1

    def _drop_uploads(self) -> Iterator[int]:
        ended = forgetting.ended_uploads()
        bases = InfoBase.objects.in_bulk()
        last = ""
        while uploads := list(ended.filter(upload__gt=last)[: conf.CHUNK_SIZE]):
            for upload, base in uploads:
                if forgetting.forget(bases[base], upload):
                    yield 1
            last = uploads[-1][0]
        for folder in forgetting.leftover_folders():
            shutil.rmtree(folder, ignore_errors=True)
            yield 1


def _rows(key: str, words: Any, rows: QuerySet[Any]) -> Step:
    return Step(key, words, rows.count, lambda: _remove(rows))


def _remove(rows: QuerySet[Any]) -> Iterator[int]:
    """Remove rows and what hangs on them, chunk by chunk."""
    last = 0
    while keys := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[: conf.CHUNK_SIZE]):
        rows.filter(pk__in=keys).delete()
        yield len(keys)
        last = keys[-1]


def _remove_deliveries(batches: QuerySet[OrderBatch]) -> Iterator[int]:
    last = 0
    while key := batches.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True).first():
        yield from _remove(_not_in_ledger().filter(batch=key))
        last = key


def _forgettable(batches: QuerySet[OrderBatch]) -> QuerySet[OrderDelivery]:
    return _not_in_ledger().filter(batch__in=batches)


def _not_in_ledger() -> QuerySet[OrderDelivery]:
    return OrderDelivery.objects.exclude(state__in=_LEDGER)


def _has_files() -> Q:
    """Tell, in a query of sessions, whether copies or uploads are left that could not be removed."""
    batches = OrderBatch.objects.filter(session=OuterRef("pk")).exclude(audit_file="")
    return Exists(batches) | Exists(IncomingFile.objects.filter(session=OuterRef("pk")))


def _pairs(rows: QuerySet[Any]) -> Iterator[tuple[int, str]]:
    """Yield key and name of each audit copy, read chunk by chunk."""
    last = 0
    chunk = rows.order_by("pk").values_list("pk", "audit_file")
    while pairs := list(chunk.filter(pk__gt=last)[: conf.CHUNK_SIZE]):
        yield from pairs
        last = pairs[-1][0]
