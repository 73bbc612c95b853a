"""Adapters that misbehave or differ, named by the tests in settings."""

from __future__ import annotations

import django.db

from django_onec_exchange.adapters import LedgerOrderMarker, OrderMarker, OrderSelector, OrderSerializer, order_pks
from django_onec_exchange.models import InfoBase
from tests.shop.models import Order


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


class ClashingSerializer(OrderSerializer):
    """On the orders whose comment says so runs a statement that fails, which PostgreSQL holds against the rest."""

    def serialize(self, order, context):
        if order.comment == "stumble":
            InfoBase.objects.create(name=context.base.name)
        return super().serialize(order, context)


class DatabaseTrouble(OrderSerializer):
    """Raises the database error that the order's comment names."""

    def serialize(self, order, context):
        if order.comment:
            raise getattr(django.db, order.comment)("out of range")
        return super().serialize(order, context)


class PayingMeanwhile(OrderSerializer):
    """While 1002 is described, the buyer of the oldest order pays, in another process."""

    def get_comment(self, order, context):
        if order.number == "1002":
            Order.objects.filter(number="old").update(is_paid=True)
        return ""


class PaidOnly(OrderSelector):
    def select(self, context):
        return super().select(context).filter(is_paid=True)


class UnsentOnly(OrderSelector):
    """Written without ``super().select()``: nothing keeps out what was left out."""

    def select(self, context):
        return self.get_queryset().filter(sent_to_1c=False).order_by("created_at")


class WithRows(OrderSelector):
    """Joins the rows and forgets ``distinct()``."""

    def select(self, context):
        return super().select(context).filter(items__quantity__gt=0)
