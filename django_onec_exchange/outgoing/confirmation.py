"""``success``: mark exactly what the session was given and 1C now confirms."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..adapters import Adapters, ExchangeContext, order_pks
from ..conf import conf
from ..log import of_batch
from ..models import ExchangeSession, OrderBatch, OrderDelivery
from ..protocol.errors import AmbiguousConfirmation, NothingToConfirm
from ..signals import orders_marked, send_after_commit
from .evidence import note_confirmed
from .locking import alone_with
from .paging import settle

logger = logging.getLogger(__name__)

_State = OrderBatch.State


def confirm(session: ExchangeSession, adapters: Adapters) -> int:
    """Mark the orders of the session's open batches as sent and return how many were marked.

    An order that changed since it was handed over stays unsent.  A repeated call finds nothing open any more and
    changes nothing.  Raises NothingToConfirm or AmbiguousConfirmation, and has then changed nothing, except that
    ambiguous batches are withdrawn so that the next exchange can be told apart.
    """
    if session.pages:
        settle(session)
    with alone_with(session.base):
        batches = list(_confirmable(session))
        ambiguous = session.token_hash is None and sum(bool(batch.order_count) for batch in batches) > 1
        if ambiguous:
            _withdraw(batches)
        elif not batches and not _was_confirmed(session):
            raise NothingToConfirm
    if ambiguous:
        raise AmbiguousConfirmation
    marked = sum(_confirm_batch(batch, adapters) for batch in batches)
    if batches:
        note_confirmed(batches)
    return marked


def _confirm_batch(batch: OrderBatch, adapters: Adapters) -> int:
    """Confirm one batch in a transaction of its own, so that none is long; what is repeated goes on from there."""
    with alone_with(batch.base):
        batch.refresh_from_db(fields=["state"])
        return _mark_batch(batch, adapters) if batch.state == _State.OPEN else 0


def _confirmable(session: ExchangeSession) -> QuerySet[OrderBatch]:
    """Return the batches that ``success`` of this session means, oldest first.

    A client that pages means every page handed over whole; a stock client the one reply it read; a client with
    credentials alone the one open batch of its account, unless another client has a session for it.
    """
    if session.token_hash is None:
        same_client = Q(user_agent=session.user_agent, address=session.address)
        sessions = ExchangeSession.objects.alive().filter(base=session.base, account=session.account_id)
        batches = OrderBatch.objects.filter(session__in=sessions.filter(same_client | Q(token_hash=None)))
    else:
        batches = session.batches.all()
    batches = batches.filter(state=_State.OPEN)
    if session.pages:
        batches = batches.filter(handed_over_at__isnull=False)
    return batches.order_by("pk")


def _was_confirmed(session: ExchangeSession) -> bool:
    """Tell whether this ``success`` repeats one: the session's last batch is confirmed."""
    last = session.batches.exclude(state=_State.PREPARING).order_by("-pk").first()
    return last is not None and last.state == _State.CONFIRMED


def _withdraw(batches: Sequence[OrderBatch]) -> None:
    """Take back what clients without a cookie were given; a session with a cookie can still confirm its own."""
    own = [batch.pk for batch in batches if batch.session.token_hash is None]
    OrderBatch.objects.filter(pk__in=own).update(state=_State.SUPERSEDED)


def _mark_batch(batch: OrderBatch, adapters: Adapters) -> int:
    now = timezone.now()
    context = ExchangeContext(
        base=batch.base,
        cutoff=now,
        version=batch.version,
        adapters=adapters,
        session=batch.session,
        profile=batch.session.profile,
    )
    marked = sum(_mark_chunk(batch, chunk, context) for chunk in _chunks(batch))
    batch.state, batch.confirmed_at, batch.marked_count = _State.CONFIRMED, now, marked
    batch.awaited = False
    batch.save(update_fields=["state", "confirmed_at", "marked_count", "awaited"])
    extra = {"event": "batch_confirmed", **of_batch(batch), "orders": batch.order_count, "marked": marked}
    logger.info("batch %s confirmed: %s of %s orders marked", batch.pk, marked, batch.order_count, extra=extra)
    return marked


def _mark_chunk(batch: OrderBatch, deliveries: Sequence[OrderDelivery], context: ExchangeContext) -> int:
    marker = context.adapters.marker
    by_pk = dict(zip(order_pks(deliveries), deliveries, strict=True))
    current = marker.get_current_revisions(list(by_pk), context)
    unchanged = [delivery for pk, delivery in by_pk.items() if current.get(pk) == delivery.revision]
    marked = marker.mark(unchanged, context) if unchanged else set()
    keys_by_state: dict[OrderDelivery.State, list[int]] = {}
    for pk, delivery in by_pk.items():
        if pk in marked:
            state = OrderDelivery.State.MARKED
        elif pk in current:
            state = OrderDelivery.State.CHANGED
        else:
            state = OrderDelivery.State.NOT_WAITING
        keys_by_state.setdefault(state, []).append(delivery.pk)
    for new_state, keys in keys_by_state.items():
        OrderDelivery.objects.filter(pk__in=keys).update(state=new_state)
    if marked:
        order_ids = [pk for pk in by_pk if pk in marked]
        send_after_commit(orders_marked, OrderBatch, batch=batch, order_ids=order_ids, count=len(order_ids))
    return len(marked)


def _chunks(batch: OrderBatch) -> Iterator[list[OrderDelivery]]:
    deliveries = batch.deliveries.filter(state=OrderDelivery.State.OFFERED).order_by("pk")
    chunk = list(deliveries[: conf.CHUNK_SIZE])
    while chunk:
        yield chunk
        chunk = list(deliveries.filter(pk__gt=chunk[-1].pk)[: conf.CHUNK_SIZE])
