"""``Order.updated_at`` changes with everything that an order's document is made of.

The exchange relies on it twice: an order that changed between ``query`` and ``success`` is not marked as sent, and
an order that was left out is tried again once something about it changed.  The order itself is touched by
``auto_now``, its items by the receivers below.  What it only refers to (a buyer whose ИНН was corrected, a product
that got its unit) touches the orders still waiting: orders that 1C has would change for nothing.

``QuerySet.update`` and ``bulk_create`` send no signals; code that uses them on items calls ``touch`` itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from .models import Customer, Order, OrderItem, Product, Unit, Variant

#: What an order's document also tells about, and how orders are found by it.
_REFERRED = {
    Customer: "customer",
    Product: "items__product",
    Variant: "items__variant",
    Unit: "items__product__unit",
}


def touch(orders: QuerySet[Order]) -> None:
    """Note that the orders changed."""
    orders.update(updated_at=timezone.now())


def connect() -> None:
    """Called once, when the app is loaded."""
    for signal in (post_save, post_delete):
        signal.connect(_item_changed, sender=OrderItem, dispatch_uid="shop.freshness")
    for model, path in _REFERRED.items():
        receiver = partial(_referred_changed, path)
        post_save.connect(receiver, sender=model, weak=False, dispatch_uid=f"shop.freshness.{path}")


def _item_changed(instance: OrderItem, **kwargs: Any) -> None:
    touch(Order.objects.filter(pk=instance.order_id))


def _referred_changed(path: str, instance: Model, created: bool, **kwargs: Any) -> None:
    if not created:
        touch(Order.objects.filter(sent_to_1c=False, **{path: instance}))
