"""Orders that 1C sends back."""

from __future__ import annotations

from datetime import datetime

from django.test import TestCase
from django.utils import timezone

from django_onec_exchange.adapters import (
    ImportContext,
    apply_order_updates,
    load_adapters,
    load_order_update_handler,
)
from django_onec_exchange.commerceml.updates import OrderUpdate
from django_onec_exchange.models import InfoBase
from shop.models import Order

ACCEPTED, SHIPPED, CANCELLED = Order.Status.ACCEPTED, Order.Status.SHIPPED, Order.Status.CANCELLED


class OrderUpdateTests(TestCase):
    def setUp(self) -> None:
        self.order = Order.objects.create(placed_at=timezone.now())
        self.context = ImportContext(
            base=InfoBase.objects.create(name="default"), adapters=load_adapters(), started_at=timezone.now()
        )

    def hear(self, **facts: object) -> bool:
        """Apply what 1C says and return whether the order changed by it."""
        update = OrderUpdate(id="1c-guid", number=self.order.number, **facts)
        result = apply_order_updates(load_order_update_handler(), [update], self.context)
        self.order.refresh_from_db()
        return bool(result.changed)

    def test_statuses_follow_1c(self) -> None:
        for facts, status in (({"posted": True}, ACCEPTED), ({"posted": True, "shipped": True}, SHIPPED)):
            self.assertTrue(self.hear(**facts))
            self.assertEqual(self.order.status, status)
            self.assertFalse(self.hear(**facts))

    def test_an_order_deleted_in_1c_is_cancelled_and_stays_so(self) -> None:
        self.hear(deleted=True)
        self.hear(posted=True, shipped=True)

        self.assertEqual(self.order.status, CANCELLED)

    def test_a_payment_is_noted_once_and_never_taken_back(self) -> None:
        before = self.order.updated_at

        self.assertTrue(self.hear(paid=True, payment_date=datetime(2026, 11, 3, 9, 30)))
        self.assertFalse(self.hear(paid=True, payment_date=datetime(2026, 11, 4)))
        self.assertFalse(self.hear(paid=False))
        self.assertFalse(self.hear())

        self.assertTrue(self.order.is_paid)
        self.assertEqual(timezone.localtime(self.order.paid_at).isoformat(), "2026-11-03T09:30:00+03:00")
        self.assertEqual(self.order.updated_at, before)
