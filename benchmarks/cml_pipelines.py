"""The part that django-cml leaves to the shop: from its orders to ``cml.items``.

Written as its users would who know the ORM: the same queryset as the other contestants', read in chunks.
django-cml keeps the rest in memory itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from cml.items import Order, OrderItem
from django.utils import timezone

from .querysets import CHUNK_SIZE, all_columns


class OrderPipeline:
    limit: ClassVar[int | None] = None

    def yield_item(self) -> Iterator[Order]:
        orders = all_columns()[: self.limit] if self.limit else all_columns()
        for order in orders.iterator(chunk_size=CHUNK_SIZE):
            yield _order(order)


class ProductPipeline:
    """Counts the products of a catalogue, and lets them go."""

    count: ClassVar[int] = 0

    def process_item(self, item: object) -> None:
        ProductPipeline.count += 1


def _order(order: Any) -> Order:
    item = Order()
    created_at = timezone.localtime(order.created_at)
    item.id, item.number = f"order-{order.pk}", order.number
    item.date, item.time = created_at.date(), created_at.time()
    item.currency_name, item.currency_rate = order.currency, 1
    item.sum, item.comment = order.total, order.comment
    customer = order.customer
    if customer is None:
        item.client.id = f"guest-{order.pk}"
        item.client.name = item.client.full_name = order.customer_name
    else:
        item.client.id = f"user-{customer.pk}"
        item.client.name = item.client.full_name = (
            customer.company_name or f"{customer.last_name} {customer.first_name} {customer.middle_name}"
        )
        item.client.last_name, item.client.first_name = customer.last_name, customer.first_name
    item.client.address = str(order.delivery_address or "")
    item.items = [_row(row) for row in order.items.all()]
    if order.delivery_cost:
        item.items.append(
            _filled("ORDER_DELIVERY", "Доставка заказа", order.delivery_cost, 1, order.delivery_cost)
        )
    return item


def _row(row: Any) -> OrderItem:
    product, variant = row.product, row.variant
    key = product.onec_id if variant is None else f"{product.onec_id}#{variant.onec_id}"
    return _filled(key, row.name or product.name, row.price, row.quantity, row.price * row.quantity - row.discount)


def _filled(key: str, name: str, price: Any, quantity: Any, total: Any) -> OrderItem:
    item = OrderItem()
    item.id, item.name, item.price, item.quant, item.sum = key, name, price, quantity, total
    item.sku.id, item.sku.name, item.sku.name_full, item.sku.international_abbr = "796", "шт", "Штука", "PCE"
    return item
