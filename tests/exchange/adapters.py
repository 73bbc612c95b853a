"""Adapters that misbehave or differ, named by the tests in settings."""

from __future__ import annotations

from django_onec_exchange.adapters import LedgerOrderMarker, OrderMarker, OrderSelector, OrderSerializer, order_pks


class MarkerByContent(OrderMarker):
    updated_at_field = None


class LedgerByDate(LedgerOrderMarker):
    updated_at_field = "updated_at"


class MarkerOfEvenOrders(OrderMarker):
    def mark(self, deliveries, context):
        return super().mark([one for one in deliveries if order_pks([one])[0] % 2 == 0], context)


class BrokenMarker(OrderMarker):
    def mark(self, deliveries, context):
        super().mark(deliveries, context)
        raise RuntimeError("the shop's own marker is broken")


class BrokenSelector(OrderSelector):
    def select(self, context):
        raise RuntimeError("the shop's own selector is broken")


class BrokenSerializer(OrderSerializer):
    def serialize(self, order, context):
        raise RuntimeError("the shop's own serializer is broken")


class UnwritableSerializer(OrderSerializer):
    """Gives the orders whose comment says so a value of a wrong type."""

    def get_comment(self, order, context):
        return 42 if order.comment == "stumble" else super().get_comment(order, context)


class OddTexts(OrderSerializer):
    """Characters that no database takes, and more blanks than a number may have characters."""

    def get_number(self, order, context):
        return f"\x00\ud800{' ' * 300}{order.number}\x00"

    def get_item_name(self, item, product, variant, context):
        return "\x00\ud800Чайник"


class StumblingSerializer(OrderSerializer):
    """Raises on the orders whose comment says so."""

    def serialize(self, order, context):
        if order.comment == "stumble":
            raise RuntimeError("the shop's own serializer stumbles")
        return super().serialize(order, context)
