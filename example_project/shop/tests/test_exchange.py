"""How an integrator tests adapters: with an emulated 1C, over Django's test client."""

from __future__ import annotations

from decimal import Decimal

from django.test import TestCase, override_settings
from django.utils import timezone

from django_onec_exchange.models import SkippedOrder
from django_onec_exchange.simulator import UT11, DjangoTransport, ExchangeReport
from shop.accounts import ensure_exchange_account
from shop.models import Customer, Order, OrderItem, Product, Unit, Vat


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])  # fast, for tests only
class ExchangeTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        ensure_exchange_account("1c", "secret")
        piece = Unit.objects.create(code="796", short_name="шт")
        cls.product = Product.objects.create(sku="A-1", onec_id="guid-1", name="Чайник", unit=piece, price=100)
        cls.customer = Customer.objects.create(
            name="ООО «Пример»", official_name="Общество «Пример»", inn="0000000000", kpp="000001001"
        )

    def order(self, **fields: object) -> Order:
        order = Order.objects.create(
            **{"placed_at": timezone.now(), "customer": self.customer, "total": 200, **fields}
        )
        self.add(order, 2)
        return order

    def add(self, order: Order, quantity: int) -> OrderItem:
        return OrderItem.objects.create(
            order=order, product=self.product, name="Чайник", price=100, quantity=quantity, vat=Vat.NONE
        )

    def onec(self, address: str = "/1c/exchange/") -> UT11:
        transport = DjangoTransport(self.client, address)
        return UT11(transport, username="1c", password="secret")  # noqa: S106

    def exchange(self, address: str = "/1c/exchange/") -> ExchangeReport:
        report = self.onec(address).fetch_orders()
        self.assertTrue(report.confirmed, report.error)
        return report

    def test_an_order_arrives_as_the_shop_has_it(self) -> None:
        self.order(
            total=Decimal("230"),
            promo_discount=20,
            delivery_cost=50,
            ship_city="Примерск",
            ship_street="Тестовая",
            comment="Позвоните",
        )

        (received,) = self.exchange().orders

        self.assertEqual(received.total, Decimal("230.00"))
        self.assertEqual(received.counterparty.name, "ООО «Пример»")
        self.assertEqual(received.rows[0].id, "guid-1")
        self.assertIsNone(received.rows[0].vat_rate)

    def test_a_sent_order_is_marked_and_accepted(self) -> None:
        order = self.order()

        self.exchange()

        order.refresh_from_db()
        self.assertTrue(order.sent_to_1c)
        self.assertIsNotNone(order.sent_to_1c_at)
        self.assertEqual(order.status, Order.Status.ACCEPTED)
        self.assertEqual(self.exchange().orders, ())

    def test_a_draft_stays_here(self) -> None:
        self.order(status=Order.Status.DRAFT)

        self.assertEqual(self.exchange().orders, ())

    def test_an_order_that_got_an_item_meanwhile_goes_again(self) -> None:
        order = self.order()
        onec = self.onec()
        onec.checkauth()
        onec.query()
        self.add(order, 1)
        Order.objects.filter(pk=order.pk).update(total=300)
        onec.success()

        order.refresh_from_db()
        self.assertFalse(order.sent_to_1c)
        self.assertEqual([received.total for received in self.exchange().orders], [Decimal("300.00")])

    def test_an_order_goes_out_once_its_buyer_is_corrected(self) -> None:
        Customer.objects.filter(pk=self.customer.pk).update(inn="123")
        order = self.order()
        self.assertEqual(self.exchange().orders, ())
        self.assertEqual(SkippedOrder.objects.get().code, "bad-inn")

        self.customer.inn = "0000000000"
        self.customer.save()

        self.assertEqual([received.number for received in self.exchange().orders], [order.number])

    def test_the_accountants_base_gets_what_is_paid_whatever_the_other_has(self) -> None:
        self.order()
        paid = self.order(is_paid=True, paid_at=timezone.now())
        self.exchange()

        address = "/1c/accounting/exchange/"

        self.assertEqual([received.number for received in self.exchange(address).orders], [paid.number])
        self.assertEqual(self.exchange(address).orders, ())
