"""What becomes of exchanges, read from the history and kept for the window (window.py decides what it means)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from ..adapters import ExchangeContext, order_pks
from ..commerceml.errors import Problem, gettext_noop
from ..conf import conf
from ..log import of_batch
from ..models import (
    DeliveryWindow,
    ExchangeSession,
    InfoBase,
    OrderBatch,
    OrderDelivery,
    SkippedOrder,
    SuspectOrder,
)
from ..protocol.modes import Mode
from ..signals import send_after_commit, window_changed
from .locking import alone_with
from .skipping import skip
from .window import (
    Exchange,
    Suspect,
    Window,
    after_confirmation,
    after_failing_alone,
    after_failure,
    after_refusal,
    is_refused,
    is_tolerated,
)

logger = logging.getLogger(__name__)

#: A session that is silent for so long confirms no more, whoever asks next.
_SILENCE = timedelta(hours=1)
#: Suspects of one base.  So many only when 1C is ill; the one that failed longest ago returns to the queue.
_MOST_SUSPECTS = 100

_State = OrderBatch.State


def load_window(stored: DeliveryWindow | None) -> Window:
    """Return the window as it was kept; without a row it is open."""
    if stored is None:
        return Window()
    return Window(**{field.name: getattr(stored, field.name) for field in fields(Window)})


def note_unconfirmed(session: ExchangeSession, context: ExchangeContext) -> None:
    """Count the exchanges that this ``query`` shows to be unconfirmed: their client asks again.

    Each counts once, and may still be confirmed: 1C sometimes loads for hours.
    """
    if not conf.WINDOW_ENABLED:
        return
    awaited = OrderBatch.objects.filter(awaited=True, base=session.base).select_related("session", "base")
    for batches in _given_up(awaited.order_by("pk"), session):
        with alone_with(session.base):
            keys = [batch.pk for batch in batches]
            if OrderBatch.objects.filter(pk__in=keys, awaited=True).update(awaited=False) < len(keys):
                continue  # confirmed or counted meanwhile
            delivered = _delivered(batches)
            if delivered:
                _count_failure(delivered, context)


def note_confirmed(batches: Sequence[OrderBatch]) -> None:
    """Count an exchange that was just confirmed.  Costs one query while there is no trouble."""
    carried = [batch for batch in batches if batch.order_count]
    if not conf.WINDOW_ENABLED or not carried:
        return
    base = carried[0].base
    if not DeliveryWindow.objects.filter(base=base).exists():
        return
    with alone_with(base):
        _acquit(base, carried)
        stored = _stored(base, timezone.now())
        before = load_window(stored)
        _keep(stored, before, after_confirmation(before, _exchange(carried)))


def refused_orders(base: InfoBase) -> list[SkippedOrder]:
    """Return the orders that are set aside because 1C refused them; of very many the latest."""
    refused = SkippedOrder.objects.filter(base=base, code=SkippedOrder.REFUSED, resolved_at=None)
    return list(refused.order_by("-retry_requested", "-last_skipped_at", "-pk")[:_MOST_SUSPECTS])


# -- which exchanges failed


def _given_up(batches: Iterable[OrderBatch], session: ExchangeSession) -> Iterator[list[OrderBatch]]:
    """Yield, exchange by exchange, the batches that nobody is going to confirm as far as one can tell."""
    by_session: dict[int, list[OrderBatch]] = {}
    for batch in batches:
        by_session.setdefault(batch.session_id, []).append(batch)
    for own in by_session.values():
        if _asks_again(own[0].session, session):
            yield own


def _asks_again(earlier: ExchangeSession, session: ExchangeSession) -> bool:
    if earlier.pk == session.pk:
        return not session.pages  # the pages it is past are no failures
    if earlier.last_seen_at < timezone.now() - _SILENCE:
        return True
    return (earlier.account_id, earlier.user_agent, earlier.address) == (
        session.account_id,
        session.user_agent,
        session.address,
    )


def _delivered(batches: list[OrderBatch]) -> list[OrderBatch]:
    """Return the batches that 1C had before it fell silent; none if something else explains the silence.

    That is so when the last reply broke off, or when the site itself refused the last call.
    """
    session = batches[-1].session
    last = session.batches.exclude(state=_State.PREPARING).order_by("-pk").first()
    if last is None or last.state == _State.BROKEN or last.handed_over_at is None:
        return []
    calls = session.events.filter(mode__in=[Mode.QUERY, Mode.SUCCESS])
    call = calls.order_by("-pk").first()
    if call is not None and call.code != "success":
        return []
    whole = [
        batch
        for batch in batches
        if batch.handed_over_at is not None and batch.state in (_State.OPEN, _State.SUPERSEDED)
    ]
    return whole if session.pages else whole[-1:]


# -- what follows


def _exchange(batches: Sequence[OrderBatch]) -> Exchange:
    return Exchange(orders=sum(batch.order_count for batch in batches), probing=batches[0].probing)


def _count_failure(batches: Sequence[OrderBatch], context: ExchangeContext) -> None:
    stored = _stored(context.base, batches[0].created_at)
    before = load_window(stored)
    exchange = _exchange(batches)
    after = after_failure(before, exchange, conf.WINDOW_TOLERANCE)
    last, times = batches[-1], after.unconfirmed
    extra = {"event": "batch_unconfirmed", **of_batch(last), "unconfirmed": times}
    logger.warning("batch %s was not confirmed; so many in a row: %s", last.pk, times, extra=extra)
    if exchange.orders == 1 and not is_tolerated(before, exchange, conf.WINDOW_TOLERANCE):
        delivery = OrderDelivery.objects.filter(batch__in=[batch.pk for batch in batches]).first()
        row = _suspect(delivery, before, context) if delivery is not None else None
        if row is not None and _is_refused(row, after):
            _set_aside(row, after, stored.since, context)
            after = after_refusal(after)
    _keep(stored, before, after)


def _suspect(delivery: OrderDelivery, before: Window, context: ExchangeContext) -> SuspectOrder | None:
    """Hold it against an order that it was alone in the file; not if it changed since, or is gone."""
    (pk,) = order_pks([delivery])
    rows = SuspectOrder.objects.filter(base=context.base)
    row = rows.filter(order_id=delivery.order_id).first()
    current = context.adapters.marker.get_current_revisions([pk], context)
    if row is not None and row.revision != delivery.revision:
        row.delete()  # it had another chance
        row = None
    if current.get(pk) != delivery.revision:
        return None
    if row is None:
        row = SuspectOrder(base=context.base, order_id=delivery.order_id, revision=delivery.revision)
    suspect = after_failing_alone(_known(row), before)
    for name, value in asdict(suspect).items():
        setattr(row, name, value)
    row.number = delivery.number
    row.save()
    latest = rows.order_by("-failed_step", "-pk").values_list("pk", flat=True)[:_MOST_SUSPECTS]
    rows.exclude(pk__in=list(latest)).delete()
    return row


def _known(row: SuspectOrder) -> Suspect:
    return Suspect(**{field.name: getattr(row, field.name) for field in fields(Suspect)})


def _is_refused(row: SuspectOrder, window: Window) -> bool:
    count = SuspectOrder.objects.filter(base=row.base_id, failures__gt=0).count()
    return is_refused(_known(row), window, attempts=conf.WINDOW_ATTEMPTS, suspects=count)


def _set_aside(row: SuspectOrder, window: Window, since: datetime, context: ExchangeContext) -> None:
    selector = context.adapters.selector
    told = {
        "since": date_format(timezone.localtime(since), "SHORT_DATETIME_FORMAT"),
        "passed": window.passed,
        "times": row.failures,
    }
    for order in selector.fetch(selector.get_queryset(), order_pks([row])):
        skip(order, row.number, _refused(told), context, revision=row.revision)
    row.delete()


def _refused(told: dict[str, object]) -> Problem:
    return Problem(
        "refused",
        gettext_noop(
            "1C does not take this order. Since %(since)s it has confirmed other orders (%(passed)s), but not "
            "this one, although it was offered it alone %(times)s times. 1C's log of the exchange says why."
        ),
        told,
    )


def _acquit(base: InfoBase, batches: Sequence[OrderBatch]) -> None:
    """Clear the orders that got through."""
    rows = SuspectOrder.objects.filter(base=base)
    suspects = list(rows.values_list("order_id", flat=True))
    if not suspects:
        return
    passed = OrderDelivery.objects.filter(
        base=base, order_id__in=suspects, batch__in=[batch.pk for batch in batches]
    )
    rows.filter(order_id__in=list(passed.values_list("order_id", flat=True))).delete()


def _stored(base: InfoBase, at: datetime) -> DeliveryWindow:
    """Return what is kept of the window; ``at`` is when trouble began if there was none until now."""
    stored = DeliveryWindow.objects.filter(base=base).first() or DeliveryWindow(base=base)
    if load_window(stored) == Window():
        stored.since = at
    return stored


def _keep(stored: DeliveryWindow, before: Window, after: Window) -> None:
    """Store the window; without trouble nothing is kept, so that a healthy exchange finds nothing to look at."""
    base = stored.base
    if after.is_calm and not SuspectOrder.objects.filter(base=base).exists():
        after = Window()
    if before.limit != after.limit:
        extra = {"event": "window_changed", "base": base.name, "limit": after.limit}
        text = "base %s: orders that an exchange carries from now on: %s"
        logger.warning(text, base.name, after.limit or "all", extra=extra)
        send_after_commit(window_changed, InfoBase, base=base, limit=after.limit, before=before.limit)
    if after == Window() and not refused_orders(base):
        DeliveryWindow.objects.filter(base=base).delete()
        return
    for name, value in asdict(after).items():
        setattr(stored, name, value)
    stored.save()
