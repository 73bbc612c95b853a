"""The mail that confirms an order: a pattern to copy.

Sending it where the order is saved goes wrong in two ways.  A mail server that is slow or down keeps the buyer
waiting, or fails the purchase; and a transaction that rolls back afterwards has confirmed an order that does not
exist.  So the request only leaves a note, and only once the order is committed, for a task to do the rest.

The same holds for whatever else a saved order sets off.  What 1C sets off comes by signals instead
(``orders_bulk_updated``), since the exchange changes orders by ``QuerySet.update``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from .models import Order
from .tasks import send_order_confirmation


def connect() -> None:
    """Called once, when the app is loaded."""
    post_save.connect(_order_saved, sender=Order, dispatch_uid="shop.confirmation")


def _order_saved(instance: Order, raw: bool = False, **kwargs: Any) -> None:
    if not raw and instance.status == Order.Status.NEW and instance.mailed_at is None:
        # By its key: a task gets what JSON can hold, and reads the order as it stands then, with its rows.
        transaction.on_commit(partial(send_order_confirmation.enqueue, instance.pk), robust=True)
