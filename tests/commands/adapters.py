"""What the tests of the commands name in settings."""

from __future__ import annotations

from decimal import Decimal

from django.core.files.storage import InMemoryStorage

from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.commerceml.documents import Counterparty, OrderItem, Unit


class DealSerializer(OrderSerializer):
    """A deal has neither rows nor a buyer of its own."""

    def get_counterparty(self, order, customer, context):
        return Counterparty(id="guest", name="Покупатель")

    def get_items(self, order, context):
        unit = Unit(code="796", short_name="шт")
        return [
            OrderItem(
                id="p-1", name="Чайник", unit=unit, price=Decimal(250), quantity=Decimal(1), total=Decimal(250)
            )
        ]


class Undeletable(InMemoryStorage):
    """Nothing can be removed from it."""

    def delete(self, name):
        raise PermissionError(name)


class Unlisted(InMemoryStorage):
    """It cannot tell what it holds."""

    def listdir(self, path):
        raise NotImplementedError
