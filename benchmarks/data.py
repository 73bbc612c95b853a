"""The databases of the benchmarks: made once for each size, always with the same orders."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction

from django_onec_exchange.models import OrderDelivery
from tests.shop.models import Address, Customer, Order, OrderItem, Product, Variant

USERNAME, PASSWORD = "onec", "onec"
ITEMS = 3  # of each order
PRODUCTS = 1000
VARIANTS = 200  # of the first products, one of each

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Moscow"))
_LAST_NAMES = ("Иванов", "Петров", "Сидоров", "Кузнецов", "Смирнов", "Васильев", "Соколов", "Михайлов")
_FIRST_NAMES = ("Иван", "Петр", "Алексей", "Дмитрий", "Сергей", "Андрей", "Михаил", "Николай")
_MIDDLE_NAMES = ("Иванович", "Петрович", "Алексеевич", "Дмитриевич", "Сергеевич", "Андреевич")
_CITIES = ("Москва", "Казань", "Пермь", "Самара", "Омск", "Санкт-Петербург", "Екатеринбург")
_STREETS = ("Ленина", "Гагарина", "Пушкина", "Садовая", "Лесная", "Школьная")
_GOODS = ("Чайник электрический", "Кружка керамическая", "Настольная лампа", "Рюкзак городской", "Плед шерстяной")
_COMMENTS = (
    "Позвоните за час",
    "Домофон не работает, код 12#34",
    "Подъезд 2 & этаж 3",
    "Сдача с 5000\nили картой",
)


@transaction.atomic
def seed(size: int) -> None:
    """Fill an empty database with ``size`` orders of three items: customers, companies and guests."""
    chance = random.Random(size)
    User.objects.create_superuser(USERNAME, password=PASSWORD)
    _create(Product, (_product(number, chance) for number in range(1, PRODUCTS + 1)))
    _create(Variant, (_variant(number, chance) for number in range(1, VARIANTS + 1)))
    customers = max(size // 5, 1)
    _create(Customer, (_customer(number, chance) for number in range(1, customers + 1)))
    addresses = max(size // 4, 1)
    _create(Address, (_address(number, chance) for number in range(1, addresses + 1)))
    for start in range(1, size + 1, 1000):
        orders, items = [], []
        for number in range(start, min(start + 1000, size + 1)):
            order, rows = _order(number, customers, addresses, chance)
            orders.append(order)
            items += rows
        Order.objects.bulk_create(orders)
        OrderItem.objects.bulk_create(items)


def prepare(size: int) -> None:
    """Make the tables and the orders, unless an earlier run was told to keep them."""
    call_command("migrate", verbosity=0)  # first: the shop, which has no migrations, refers to these tables
    if "shop_order" in connection.introspection.table_names() and Order.objects.count() == size:
        return
    call_command("migrate", run_syncdb=True, verbosity=0)
    seed(size)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Rows that nobody ordered come as they lie, and bulk_create leaves some in odd places.
            cursor.execute("CLUSTER shop_orderitem USING shop_orderitem_pkey")
            cursor.execute("VACUUM")
    analyze()


def analyze() -> None:
    """Tell the planner what there is, as a database in use does by itself from time to time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def clear_ledger() -> None:
    """Forget every exchange, so that all orders wait as if none had ever been offered."""
    tables = [
        table
        for table in connection.introspection.table_names()
        if table.startswith("django_onec_exchange_") and not table.endswith("infobase")
    ]
    names = ", ".join(map(connection.ops.quote_name, tables))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A site's planner knows the ledger, by autovacuum; what it learns outlives the rows.
            cursor.execute(f"ANALYZE {connection.ops.quote_name(OrderDelivery._meta.db_table)}")
            cursor.execute(f"TRUNCATE {names}")
            return
        with connection.constraint_checks_disabled():
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _create(model: Any, rows: Iterator[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=1000)


def _product(number: int, chance: random.Random) -> Product:
    return Product(
        pk=number,
        onec_id=str(uuid.UUID(int=chance.getrandbits(128))),
        name=f"{chance.choice(_GOODS)} модель {number}",
        sku=f"A-{number:05d}",
        unit="кг" if number % 20 == 0 else "шт",
        vat_rate=Decimal(10) if number % 10 == 0 else None,
    )


def _variant(number: int, chance: random.Random) -> Variant:
    return Variant(
        pk=number,
        product_id=number,
        onec_id=str(uuid.UUID(int=chance.getrandbits(128))),
        name=chance.choice(("красный", "синий", "зеленый")),
        sku=f"A-{number:05d}-1",
    )


def _customer(number: int, chance: random.Random) -> Customer:
    customer = Customer(
        pk=number,
        last_name=chance.choice(_LAST_NAMES),
        first_name=chance.choice(_FIRST_NAMES),
        middle_name=chance.choice(_MIDDLE_NAMES),
        email=f"customer{number}@example.com",
        phone=f"+7 900 {number:07d}",
    )
    if number % 10 == 0:
        customer.company_name = f'ООО "Ромашка {number}"'
        customer.inn, customer.kpp = f"{7700000000 + number}", "770101001"
        customer.legal_address = f"{chance.choice(_CITIES)}, {chance.choice(_STREETS)}, {number % 90 + 1}"
    return customer


def _address(number: int, chance: random.Random) -> Address:
    return Address(
        pk=number,
        postal_code=f"{100000 + number % 900000}",
        city=chance.choice(_CITIES),
        street=chance.choice(_STREETS),
        house=str(chance.randint(1, 120)),
        flat=str(chance.randint(1, 300)),
    )


def _order(number: int, customers: int, addresses: int, chance: random.Random) -> tuple[Order, list[OrderItem]]:
    """Return an order whose money adds up: six in ten of customers, half delivered, one in ten discounted."""
    items = [_item(number, chance) for _ in range(ITEMS)]
    rows = sum((item.price * item.quantity - item.discount for item in items), Decimal(0))
    discount = (rows / 20).quantize(Decimal("0.01")) if number % 10 == 0 else Decimal(0)
    delivered, paid = chance.random() < 0.5, chance.random() < 0.7
    created_at = _FIRST_DAY + timedelta(seconds=60 * number + chance.randrange(60))
    order = Order(
        pk=number,
        number=f"B{number:07d}",
        created_at=created_at,
        status=Order.Status.PAID if paid else Order.Status.NEW,
        discount=discount,
        delivery_cost=Decimal("350.00") if delivered else Decimal(0),
        delivery_method="Курьер" if delivered else "Самовывоз",
        payment_method="Банковская карта" if paid else "Наличные",
        is_paid=paid,
        paid_at=created_at + timedelta(minutes=5) if paid else None,
        comment=chance.choice(_COMMENTS) if chance.random() < 0.2 else "",
    )
    order.total = rows - discount + order.delivery_cost
    if delivered:
        order.delivery_address_id = chance.randint(1, addresses)
    if chance.random() < 0.6:
        order.customer_id = chance.randint(1, customers)
    else:
        order.customer_name = f"{chance.choice(_LAST_NAMES)} {chance.choice(_FIRST_NAMES)}"
        order.customer_email = f"Guest{number}@example.com"
        order.customer_phone = f"+7 911 {number:07d}"
    return order, items


def _item(order: int, chance: random.Random) -> OrderItem:
    product = chance.randint(1, PRODUCTS)
    price = Decimal(chance.randint(100, 999999)) / 100
    return OrderItem(
        order_id=order,
        product_id=product,
        variant_id=product if product <= VARIANTS else None,
        name=f"{_GOODS[product % len(_GOODS)]}, {product}" if product % 10 else "",
        price=price,
        quantity=Decimal(chance.randint(1, 5)),
        discount=(price / 10).quantize(Decimal("0.01")) if chance.random() < 0.15 else Decimal(0),
    )
