"""Orders as Oscar's own checkout makes them: a basket, offers, a shipping method, ``OrderPlacementMixin``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from oscar.apps.checkout.applicator import SurchargeApplicator
from oscar.apps.checkout.calculators import OrderTotalCalculator
from oscar.apps.checkout.mixins import OrderPlacementMixin
from oscar.apps.offer.applicator import Applicator
from oscar.apps.partner.strategy import FixedRateTax, StockRequired, Structured, UseFirstStockRecord
from oscar.apps.shipping.methods import FixedPrice
from oscar.apps.shipping.repository import Repository
from oscar.core.loading import get_model

Basket = get_model("basket", "Basket")
BillingAddress = get_model("order", "BillingAddress")
Country = get_model("address", "Country")
ShippingAddress = get_model("order", "ShippingAddress")
Source = get_model("payment", "Source")
SourceType = get_model("payment", "SourceType")


class WithVat(UseFirstStockRecord, StockRequired, FixedRateTax, Structured):
    """Prices without VAT in the stock records, 20 % on top: Oscar rounds them to four decimals."""

    rate = Decimal("0.20")


class Courier(FixedPrice):
    code = "courier"
    name = "Курьер"
    charge_excl_tax = Decimal("250.00")
    charge_incl_tax = Decimal("300.00")


class Shipping(Repository):
    methods = (Courier(),)


class Free(Repository):
    """Oscar's own free shipping, the default of its repository."""


class Checkout(OrderPlacementMixin):
    """Oscar's checkout without its pages."""

    def pay(self, amount: Decimal, *, debited: bool) -> None:
        kind, _ = SourceType.objects.get_or_create(name="Картой онлайн", code="card")
        source = Source(source_type=kind, amount_allocated=amount, reference="PAY-7")
        if debited:
            source.amount_debited = amount
            source.create_deferred_transaction("Debit", amount, reference="PAY-7")
        self.add_payment_source(source)


def address(kind: Any = None, **fields: Any) -> Any:
    country, _ = Country.objects.get_or_create(
        iso_3166_1_a2="RU", defaults={"printable_name": "Россия", "name": "Российская Федерация"}
    )
    values = {
        "first_name": "Анна",
        "last_name": "Образцова",
        "line1": "Тверская ул., 1",
        "line2": "кв. 5",
        "line4": "Москва",
        "postcode": "125009",
        "country": country,
    }
    return (kind or ShippingAddress)(**values | fields)


def place_order(
    lines: Sequence[tuple[Any, int]],
    *,
    user: Any = None,
    shipping: Repository | None = None,
    surcharges: Sequence[Any] = (),
    vouchers: Sequence[Any] = (),
    paid: bool | None = None,
    billing_address: Any = None,
    strategy: Structured | None = None,
    **fields: Any,
) -> Any:
    """Sell ``lines`` of products and quantities; ``fields`` go to Oscar's ``place_order``."""
    user = user or AnonymousUser()
    basket = Basket.objects.create(owner=user if user.is_authenticated else None)
    basket.strategy = strategy or WithVat()
    for product, quantity in lines:
        basket.add_product(product, quantity)
    for voucher in vouchers:
        basket.vouchers.add(voucher)
    Applicator().apply(basket, user)
    method = (shipping or Shipping()).get_default_shipping_method(basket)
    charge = method.calculate(basket)
    applicator = SurchargeApplicator()
    applicator.get_surcharges = lambda basket, **kwargs: surcharges
    applied = applicator.get_applicable_surcharges(basket, shipping_charge=charge)
    total = OrderTotalCalculator().calculate(basket, charge, applied)
    checkout = Checkout()
    if paid is not None:
        checkout.pay(total.incl_tax, debited=paid)
    if not user.is_authenticated:
        fields.setdefault("guest_email", "anna@example.com")
    order = checkout.place_order(
        order_number=checkout.generate_order_number(basket),
        user=user,
        basket=basket,
        shipping_address=fields.pop("shipping_address", None) or address(phone_number="+79161234567"),
        shipping_method=method,
        shipping_charge=charge,
        order_total=total,
        billing_address=billing_address,
        surcharges=applied,
        status=fields.pop("status", None),
        **fields,
    )
    basket.submit()
    return type(order).objects.get(pk=order.pk)  # as the database rounds it
