"""How the exchange with one base stands, for one look.  What it means, says health/.

Like there, nothing is counted beyond a limit, and each look goes by an index or at a few rows.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from .access import get_base
from .adapters import ExchangeContext
from .health import Finding, Level, examine, worst
from .models import ExchangeSession, ImportSession, InfoBase, OrderBatch, SkippedOrder
from .protocol.errors import NotConfigured
from .status import WindowStatus, context_of, count, last_confirmed, last_session, open_batches, window_status

logger = logging.getLogger(__name__)

MOST = 1000  # nothing is counted beyond it
DAYS = 30
_NEWEST = 5

_State = ImportSession.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The orders that wait for 1C."""

    waiting: int
    oldest: datetime | None  # when the first of them was created

    @property
    def is_capped(self) -> bool:
        """Whether there may be more."""
        return self.waiting == MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What went to 1C on one day of the site's own time."""

    date: date
    offered: int  # orders in files, the same one as often as it stood in one
    confirmed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    base: InfoBase
    level: Level
    findings: list[Finding]
    session: ExchangeSession | None
    confirmed: OrderBatch | None
    queue: Queue | None  # None: an adapter of the shop fails, and the findings say so
    skipped_count: int
    skipped: list[SkippedOrder]  # the newest
    open_batches: list[OrderBatch]  # the newest
    window: WindowStatus
    imports: list[ImportSession]  # those that run or wait, and the last
    days: list[Day]

    @property
    def skipped_is_capped(self) -> bool:
        """Whether there may be more."""
        return self.skipped_count == MOST


def overview(base_name: str) -> Overview:
    """Return the overview of one base.  Raises only what the database does when it is ill."""
    base = get_base(base_name)
    findings = examine(base_name)
    skipped = SkippedOrder.objects.filter(base=base, resolved_at=None)
    return Overview(
        base=base,
        level=worst(findings),
        findings=findings,
        session=last_session(base),
        confirmed=last_confirmed(base),
        queue=_queue(base_name),
        skipped_count=count(skipped, MOST),
        skipped=list(skipped.order_by("-pk")[:_NEWEST]),
        open_batches=list(open_batches(base).select_related("session").order_by("-pk")[:_NEWEST]),
        window=window_status(base),
        imports=_imports(base),
        days=days(base),
    )


def days(base: InfoBase) -> list[Day]:
    """Return the last thirty days, today last."""
    today = timezone.localdate()
    dates = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    start = timezone.make_aware(datetime.combine(dates[0], datetime.min.time()))
    batches = OrderBatch.objects.filter(base=base)
    offered = batches.filter(created_at__gte=start, order_count__gt=0).exclude(state=OrderBatch.State.PREPARING)
    confirmed = batches.filter(state=OrderBatch.State.CONFIRMED, confirmed_at__gte=start)
    by_offered = _by_day(offered.values_list("created_at", "order_count"))
    by_confirmed = _by_day(confirmed.values_list("confirmed_at", "marked_count"))
    return [Day(date=day, offered=by_offered.get(day, 0), confirmed=by_confirmed.get(day, 0)) for day in dates]


def _by_day(rows: Any) -> dict[date, int]:
    """Add up by the site's days: not every database knows time zones."""
    sums: dict[date, int] = {}
    for moment, number in rows.order_by().iterator():
        day = timezone.localdate(moment)
        sums[day] = sums.get(day, 0) + number
    return sums


def _queue(base_name: str) -> Queue | None:
    try:
        return _look_at_queue(context_of(base_name))
    except NotConfigured:
        return None
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        extra = {"event": "not_examined", "base": base_name}
        logger.exception("the exchange of base %s could not be examined", base_name, extra=extra)
        return None


def _look_at_queue(context: ExchangeContext) -> Queue:
    waiting = context.adapters.selector.select(context)
    created_at = getattr(context.adapters.selector, "created_at_field", None)
    oldest: datetime | None = None
    if created_at is not None:  # the column alone: sorting whole orders is slow
        bare = waiting.select_related(None).prefetch_related(None)
        oldest = bare.values_list(created_at, flat=True).first()
    return Queue(waiting=count(waiting, MOST), oldest=oldest)


def _imports(base: InfoBase) -> list[ImportSession]:
    imports = ImportSession.objects.filter(base=base).select_related("file").order_by("-pk")
    pending = list(imports.filter(state__in=(_State.WAITING, _State.RUNNING))[:_NEWEST])
    last = imports.filter(state__in=(_State.DONE, _State.FAILED)).first()
    return [*pending, last] if last else pending
