"""Many orders at once, an account, and looking on until something happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connections
from django.utils import timezone

from tests.conftest import PASSWORD, USERNAME
from tests.shop.models import Order, OrderItem, Product

LONG = 3000  # characters of a comment: some six kilobytes of the reply


def make_orders(count: int, *, comment: str = "", using: str = "default", first: int = 1) -> list[str]:
    """Make orders of one row, a minute apart, quickly; return their numbers."""
    product = Product.objects.using(using).create(onec_id="p-1", name="Чайник", sku="T-1", unit="шт")
    begin = timezone.now() - timedelta(days=30)
    orders = [
        Order(
            number=f"{index:06d}",
            created_at=begin + timedelta(minutes=index),
            customer_name=f"Покупатель {index}",
            customer_email=f"buyer{index}@example.com",
            comment=comment,
        )
        for index in range(first, first + count)
    ]
    Order.objects.using(using).bulk_create(orders, batch_size=500)
    numbers = [order.number for order in orders]
    made = Order.objects.using(using).filter(number__gte=numbers[0], number__lte=numbers[-1])
    rows = [
        OrderItem(order_id=key, product=product, price=Decimal(250), quantity=Decimal(2))
        for key in made.order_by("number").values_list("pk", flat=True)
    ]
    OrderItem.objects.using(using).bulk_create(rows, batch_size=500)
    return numbers


def make_account(using: str, username: str = USERNAME) -> None:
    user = User.objects.db_manager(using).create_user(username, password=PASSWORD)
    user.user_permissions.add(Permission.objects.using(using).get(codename="use_exchange"))


def sent_numbers(using: str = "default") -> list[str]:
    sent = Order.objects.using(using).filter(sent_to_1c=True)
    return list(sent.order_by("number").values_list("number", flat=True))


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 10) -> None:
    """Look on until ``condition`` holds; fail with ``what`` was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"in {seconds:g} s not: {what}"
        time.sleep(0.01)


def waiting_for_locks() -> int:
    """Count who waits for another transaction's lock, on PostgreSQL or MariaDB; outside of a transaction."""
    with connections["default"].cursor() as cursor:
        if connections["default"].vendor == "postgresql":
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return cursor.fetchone()[0]
        # information_schema.innodb_trx would be stale: it is not refreshed for whoever asks all the time
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")
        return int(cursor.fetchone()[1])
