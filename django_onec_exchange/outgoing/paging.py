"""Resend or next page: what a further ``query`` of the same session means.

The Bitrix module, which declares a version, asks until an empty document comes; each page that was handed over
whole is behind it.  Everybody else asks again only when the reply never arrived (protocol.md, sections 6 and 7).
"""

from __future__ import annotations

import time
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from ..models import ExchangeSession, OrderBatch, OrderDelivery

#: Seconds to wait for another worker to note that the last byte left it: the client can be faster.
_PATIENCE = 2.0
_PAUSE = 0.05


def without_handed_over(orders: QuerySet[Any], session: ExchangeSession) -> QuerySet[Any]:
    """Return ``orders`` without those on the session's pages that were handed over whole."""
    earlier = OrderDelivery.objects.filter(
        base=session.base,  # the index begins with it
        batch__session=session,
        batch__state=OrderBatch.State.OPEN,
        batch__handed_over_at__isnull=False,
        order_id=Cast(OuterRef("pk"), CharField()),
    )
    return orders.filter(~Exists(earlier))


def withdraw_unread(session: ExchangeSession) -> None:
    """Let the pages that were not handed over whole be sent again."""
    if session.pages:
        settle(session)
        _unread_pages(session).update(state=OrderBatch.State.SUPERSEDED)


def settle(session: ExchangeSession) -> None:
    """Wait a moment until it is known how the replies of a paging session ended."""
    deadline = time.monotonic() + _PATIENCE
    while _unread_pages(session).exists() and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _unread_pages(session: ExchangeSession) -> QuerySet[OrderBatch]:
    return session.batches.filter(state=OrderBatch.State.OPEN, handed_over_at=None)
