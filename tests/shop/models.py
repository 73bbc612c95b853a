"""A small shop, under the names that the default adapters know."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models

from django_onec_exchange.mixins import OneCOrderMixin


class Customer(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    last_name = models.CharField(max_length=300, blank=True)
    first_name = models.CharField(max_length=300, blank=True)
    middle_name = models.CharField(max_length=300, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    company_name = models.CharField(max_length=300, blank=True)
    inn = models.CharField(max_length=20, blank=True)
    kpp = models.CharField(max_length=20, blank=True)
    legal_address = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.email


class Product(models.Model):
    onec_id = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=500)
    sku = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True)

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    onec_id = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=200)
    sku = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    street = models.CharField(max_length=100, blank=True)
    house = models.CharField(max_length=20, blank=True)
    flat = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.postal_code, self.city, self.street, self.house, self.flat)))


class Order(OneCOrderMixin):
    class Status(models.TextChoices):
        NEW = "new", "Новый"
        PAID = "paid", "Оплачен"
        CANCELLED = "cancelled", "Отменен"

    number = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.NEW)
    currency = models.CharField(max_length=10, default="RUB")
    total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    discount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    delivery_cost = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    delivery_method = models.CharField(max_length=50, blank=True)
    payment_method = models.CharField(max_length=50, blank=True)
    is_paid = models.BooleanField(default=False)
    paid_at = models.DateTimeField(null=True)
    vat_included = models.BooleanField(default=True)
    comment = models.TextField(blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders")
    customer_name = models.CharField(max_length=300, blank=True)
    customer_email = models.EmailField(blank=True)
    customer_phone = models.CharField(max_length=50, blank=True)
    delivery_address = models.ForeignKey(Address, models.PROTECT, null=True)

    def __str__(self) -> str:
        return self.number


class OrderItem(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.PROTECT, null=True)
    variant = models.ForeignKey(Variant, models.PROTECT, null=True)
    name = models.CharField(max_length=500, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=4)
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    discount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Deal(OneCOrderMixin):
    """An order as other shops have it: its key is a UUID, it has no number, and its status is a row elsewhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    status = models.ForeignKey(Stage, models.PROTECT)

    def __str__(self) -> str:
        return str(self.pk)


class Group(models.Model):
    """What 1C's catalogue becomes in docs/adapters/catalogue.md, from here on."""

    onec_id = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.SET_NULL, null=True)

    def __str__(self) -> str:
        return self.name


class Good(models.Model):
    onec_id = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=300)
    sku = models.CharField(max_length=50, blank=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True)
    is_hidden = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    good = models.ForeignKey(Good, models.CASCADE, related_name="prices")
    offer_id = models.CharField(max_length=200)
    type_id = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer_id", "type_id"], name="shop_price_offer")]

    def __str__(self) -> str:
        return f"{self.amount}"


class Stock(models.Model):
    good = models.ForeignKey(Good, models.CASCADE, related_name="stocks")
    offer_id = models.CharField(max_length=200)
    warehouse_id = models.CharField(max_length=80, blank=True)
    quantity = models.DecimalField(max_digits=15, decimal_places=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer_id", "warehouse_id"], name="shop_stock_offer")]

    def __str__(self) -> str:
        return f"{self.quantity}"


class Sale(models.Model):
    """A vendor's order that has none of the names the default adapters know; see docs/adapters/reading.md."""

    ref = models.CharField(max_length=20)
    placed = models.DateTimeField()
    who = models.CharField(max_length=200)
    mail = models.EmailField()
    to_pay = models.DecimalField(max_digits=14, decimal_places=2)
    ship_to = models.CharField(max_length=250, blank=True)
    stage = models.CharField(max_length=10, default="open")

    def __str__(self) -> str:
        return self.ref


class SaleRow(models.Model):
    sale = models.ForeignKey(Sale, models.CASCADE, related_name="bought")
    goods = models.ForeignKey(Product, models.PROTECT)
    label = models.CharField(max_length=200)
    cost = models.DecimalField(max_digits=14, decimal_places=2)
    pieces = models.IntegerField()

    def __str__(self) -> str:
        return self.label
