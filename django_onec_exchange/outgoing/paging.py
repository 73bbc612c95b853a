"""Resend or next page: what a further ``query`` of the same session means.

The Bitrix module, which declares a version, asks until an empty document comes; each page that was handed over
whole is behind it.  Everybody else asks again only when the reply never arrived (protocol.md, sections 6 and 7).
"""

from __future__ import annotations

import time

from django.db.models import QuerySet

from ..models import ExchangeSession, OrderBatch

#: Seconds to wait for another worker to note that the last byte left it: the client can be faster.
_PATIENCE = 2.0
_PAUSE = 0.05


def pages_behind(session: ExchangeSession) -> list[OrderBatch]:
    """Return the pages that the client of this session is past: those that were handed over whole.

    The others are withdrawn, so that their orders are sent again.  None for a client that does not page.
    """
    if not session.pages:
        return []
    settle(session)
    _unread_pages(session).update(state=OrderBatch.State.SUPERSEDED)
    return list(session.batches.filter(state=OrderBatch.State.OPEN, handed_over_at__isnull=False))


def settle(session: ExchangeSession) -> None:
    """Wait a moment until it is known how the replies of a paging session ended."""
    deadline = time.monotonic() + _PATIENCE
    while _unread_pages(session).exists() and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _unread_pages(session: ExchangeSession) -> QuerySet[OrderBatch]:
    return session.batches.filter(state=OrderBatch.State.OPEN, handed_over_at=None)
