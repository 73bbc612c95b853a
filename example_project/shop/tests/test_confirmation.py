"""The mail that confirms an order leaves after the commit, once, and is nobody's failure."""

from __future__ import annotations

from unittest.mock import patch

from django.core import mail
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from shop.models import Customer, Order, OrderItem, Product, Unit
from shop.tasks import send_order_confirmation

SEND = "django.core.mail.EmailMessage.send"


class ConfirmationTests(TestCase):
    def place(self, **fields: object) -> Order:
        """Save an order and then its rows, as a request does, and commit both."""
        with self.captureOnCommitCallbacks(execute=True):
            values = {"placed_at": timezone.now(), "email": "buyer@example.com", "total": 200} | fields
            order = Order.objects.create(**values)
            unit = Unit.objects.create(code="796", short_name="шт")
            product = Product.objects.create(onec_id=f"guid-{order.pk}", name="Чайник", unit=unit)
            OrderItem.objects.create(order=order, product=product, name="Чайник", price=100, quantity=2)
            self.assertEqual(mail.outbox, [], "nothing is sent before the commit")
        return order

    def test_a_placed_order_is_confirmed_with_its_rows(self) -> None:
        order = self.place()

        (message,) = mail.outbox
        self.assertEqual(message.to, ["buyer@example.com"])
        self.assertIn(order.number, message.subject)
        self.assertIn("Чайник: 2 × 100.00", message.body)

    def test_an_order_that_is_rolled_back_is_not_confirmed(self) -> None:
        with self.captureOnCommitCallbacks(execute=True), self.assertRaises(RuntimeError), transaction.atomic():
            Order.objects.create(placed_at=timezone.now(), email="buyer@example.com")
            raise RuntimeError("the payment failed")

        self.assertEqual(mail.outbox, [])

    def test_it_is_sent_once_however_often_the_order_is_saved_or_the_task_runs(self) -> None:
        order = self.place()

        with self.captureOnCommitCallbacks(execute=True):
            order.refresh_from_db()
            order.save()
        send_order_confirmation.call(order.pk)

        self.assertEqual(len(mail.outbox), 1)

    def test_a_draft_is_confirmed_once_it_is_placed(self) -> None:
        order = self.place(status=Order.Status.DRAFT)
        self.assertEqual(mail.outbox, [])

        with self.captureOnCommitCallbacks(execute=True):
            order.status = Order.Status.NEW
            order.save()

        self.assertEqual(len(mail.outbox), 1)

    def test_a_mail_server_that_is_down_fails_no_order_and_is_tried_again(self) -> None:
        with patch(SEND, side_effect=OSError("no mail server")), self.assertLogs(level="ERROR"):
            order = self.place()
        self.assertEqual(mail.outbox, [])

        send_order_confirmation.call(order.pk)

        self.assertEqual(len(mail.outbox), 1)

    def test_an_order_does_not_look_changed_by_it(self) -> None:
        order = self.place(email="", customer=Customer.objects.create(name="Пётр", email="petr@example.com"))

        self.assertEqual(mail.outbox[0].to, ["petr@example.com"])
        items_saved_at = Order.objects.get().updated_at
        send_order_confirmation.call(order.pk)
        self.assertEqual(Order.objects.get().updated_at, items_saved_at)

    def test_a_buyer_without_an_address_gets_none(self) -> None:
        self.place(email="")

        self.assertEqual(mail.outbox, [])
