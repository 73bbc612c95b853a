"""A shop whose orders are known by UUIDs; its tables are made by the tests that need them."""

from __future__ import annotations

import uuid

from django.db import models

from django_onec_exchange.mixins import OneCOrderMixin


class Order(OneCOrderMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    customer_name = models.CharField(max_length=100, default="Покупатель")
    comment = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.number


class OrderItem(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    sku = models.CharField(max_length=20, default="T-1")
    name = models.CharField(max_length=100, default="Чайник")
    price = models.DecimalField(max_digits=14, decimal_places=2, default=250)
    quantity = models.DecimalField(max_digits=12, decimal_places=4, default=2)

    def __str__(self) -> str:
        return self.name
