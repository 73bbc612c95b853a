"""A shop with many orders, and exchanges until nothing waits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_onec_exchange.models import OrderBatch
from django_onec_exchange.simulator import UT11
from tests.exchange.window.trouble import Base, last_batch
from tests.shop.models import Order, OrderItem

MARKERS = ["OrderMarker", "LedgerOrderMarker"]


@pytest.fixture(params=MARKERS)
def marker(request, settings):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"django_onec_exchange.adapters.{request.param}"
    return request.param


@pytest.fixture
def shop(product):
    """Make many orders, quickly; the number is the position in the queue."""

    def make(count: int, first: int = 0) -> None:
        begin = timezone.now() - timedelta(days=2)
        orders = Order.objects.bulk_create(
            Order(
                number=f"{place:05}",
                created_at=begin + timedelta(seconds=place),
                customer_name=f"Покупатель {place}",
            )
            for place in range(first, first + count)
        )
        OrderItem.objects.bulk_create(
            OrderItem(order=order, product=product, price=Decimal(250), quantity=Decimal(2)) for order in orders
        )

    return make


@pytest.fixture
def run(make_onec):
    """Exchange until nothing waits, or so many times; return how many orders 1C was given each time."""

    def run(infobase: Base, *, kind=UT11, most: int = 100, until=None) -> list[int]:
        carried = []
        while len(carried) < most:
            before = last_batch()
            make_onec(kind, infobase=infobase).fetch_orders()
            carried.append(sum(OrderBatch.objects.filter(pk__gt=before).values_list("order_count", flat=True)))
            if until is not None and until():
                break
            if not carried[-1]:
                return carried[:-1]
        return carried

    return run
