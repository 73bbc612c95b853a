"""What the exchange tells the shop.  All are sent after commit, and a receiver that raises stops nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

#: A batch of orders is ready for 1C.  Sender: OrderBatch.  Arguments: batch.
orders_exported = Signal()

#: 1C confirmed orders, and they are marked.  Sender: OrderBatch.  Once for each chunk of a batch.
#: Arguments: batch, order_ids (the primary keys really marked), count (their number).
orders_marked = Signal()

#: Rows of the Order model were changed by ``QuerySet.update``, which calls neither ``save()`` nor its signals.
#: Sender: the Order model.  Arguments: order_ids, count, fields (names of the changed fields).
orders_bulk_updated = Signal()

#: An order was left out of a batch.  Sender: SkippedOrder.  Arguments: skipped (the record), order.
order_skipped = Signal()

#: Exchanges stay unconfirmed, or are confirmed again, so that the next ones carry fewer orders or more.  Sender:
#: InfoBase.  Arguments: base, limit and before (orders in one exchange, now and until now; None: as many as wait).
window_changed = Signal()

#: What 1C said of an order was applied.  Sender: the Order model.  Once for each document of a file.
#: Arguments: order_id, update (the OrderUpdate), changed (whether it changed anything).
order_update_applied = Signal()


def send_after_commit(signal: Signal, sender: Any, **arguments: Any) -> None:
    """Send the signal when the transaction commits; at once outside of one."""
    transaction.on_commit(partial(signal.send_robust, sender, **arguments), robust=True)
