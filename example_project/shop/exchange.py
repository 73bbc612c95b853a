"""How this shop differs from what ``django_onec_exchange`` expects: adapters, named in the settings.

Everything not overridden is read from the order under its well-known name: ``number``, ``status``, ``items``,
``price``, ``delivery_cost``, ``total``, ``comment`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from django_onec_exchange.adapters import (
    ExchangeContext,
    ImportContext,
    OrderMarker,
    OrderSelector,
    OrderSerializer,
    OrderUpdateHandler,
)
from django_onec_exchange.commerceml.documents import (
    Address,
    AddressPart,
    AddressPartType,
    Counterparty,
    Discount,
)
from django_onec_exchange.commerceml.updates import OrderUpdate
from django_onec_exchange.models import OrderDelivery

from .models import Order, Vat


class PlacedOrders(OrderSelector):
    """All orders but drafts, which a manager is still writing."""

    created_at_field = "placed_at"

    def select(self, context: ExchangeContext) -> QuerySet[Order]:
        return super().select(context).exclude(status=Order.Status.DRAFT)


class ShopOrderSerializer(OrderSerializer):
    """The five things this shop keeps in its own way."""

    def get_created_at(self, order: Order, context: ExchangeContext) -> datetime:
        return order.placed_at

    def get_counterparty(self, order: Order, address: Address | None, context: ExchangeContext) -> Counterparty:
        """A company goes by its short name, beside the official one: so our accountants name it in 1C."""
        buyer = super().get_counterparty(order, address, context)
        return replace(buyer, name=order.customer.name) if order.customer and buyer.is_company else buyer

    def get_delivery_address(self, order: Order, context: ExchangeContext) -> Address | None:
        """Our address stands in fields of the order.  1C wants bare names: it adds "г", "ул" and "дом" itself."""
        fields = (
            (AddressPartType.POSTAL_CODE, order.ship_postcode),
            (AddressPartType.REGION, order.ship_region),
            (AddressPartType.CITY, order.ship_city),
            (AddressPartType.STREET, order.ship_street),
            (AddressPartType.HOUSE, order.ship_house),
            (AddressPartType.FLAT, order.ship_flat),
        )
        parts = tuple(AddressPart(type=type_, value=value) for type_, value in fields if value)
        return Address(presentation=order.ship_to, parts=parts) if parts else None

    def get_discounts(self, order: Order, context: ExchangeContext) -> Iterable[Discount]:
        """The exchange spreads it over the rows, since 1C books rows only."""
        if order.promo_discount:
            yield Discount(name=f"Промокод {order.promo_code}".strip(), amount=order.promo_discount)

    def get_vat_rate(self, sources: tuple[Any, ...], context: ExchangeContext) -> Decimal | None:
        """The rate is a text with choices, and the row's own: sources are the row, its variant, its product."""
        vat = sources[0].vat
        return None if vat == Vat.NONE else Decimal(vat)


class AcceptingMarker(OrderMarker):
    """Also moves a new order on: once 1C has it, it is being worked on."""

    def mark(self, deliveries: list[OrderDelivery], context: ExchangeContext) -> set[Any]:
        marked = super().mark(deliveries, context)
        Order.objects.filter(pk__in=marked, status=Order.Status.NEW).update(status=Order.Status.ACCEPTED)
        return marked


class ShopOrderUpdates(OrderUpdateHandler):
    """Statuses come by ``ONEC_EXCHANGE_ORDER_STATUSES``; here it is a fact of its own that an order is paid.

    1C that says nothing about the payment does not say that there was none: paid orders stay paid.
    """

    updated_fields = ("status", "is_paid", "paid_at")

    def apply(self, order: Order, update: OrderUpdate, context: ImportContext) -> bool:
        moved = super().apply(order, update, context)
        if not update.paid or order.is_paid:
            return moved
        paid_at = timezone.make_aware(update.payment_date) if update.payment_date else context.started_at
        Order.objects.filter(pk=order.pk).update(
            is_paid=True, paid_at=paid_at
        )  # no save(): see OrderUpdateHandler
        return True


# -- a second 1C base, see urls.py: the ledger remembers what it has, since the order's fields tell it of the first


class PaidOrders(PlacedOrders):
    """The accountants' base gets an order when it is paid."""

    def select(self, context: ExchangeContext) -> QuerySet[Order]:
        return super().select(context).filter(is_paid=True)
