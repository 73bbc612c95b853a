"""One order: what is in it and what it costs.  Its money adds up to the kopeck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from ..models import Customer, Order, OrderItem, format_number, to_kopecks
from . import texts
from .buyers import guest
from .catalogue import Choice

#: Dates follow from the numbers, so that the same seed makes the same orders on any day.
_FIRST_DAY = datetime(2025, 1, 1, 9, 0, tzinfo=ZoneInfo("Europe/Moscow"))
_PERIOD = timedelta(days=180)  # then they begin anew: none lies in the future
_PAUSE = timedelta(seconds=30)

_ROWS = (1, 1, 2, 2, 3, 4, 6)
_PERCENTS = (0, 0, 0, 0, 5, 10, 15)
_DELIVERY_COSTS = ("0", "250", "399.90", "1200")
_STATUSES = (Order.Status.NEW,) * 12 + (Order.Status.ACCEPTED, Order.Status.SHIPPED, Order.Status.CANCELLED)


@dataclass(slots=True)
class Draft:
    """An order and its rows, not saved yet."""

    order: Order
    items: list[OrderItem] = field(default_factory=list)


def make_order(number: int, customers: Sequence[Customer], choices: Sequence[Choice], random: Random) -> Draft:
    """Return a valid order of a registered buyer or, one time in four, of a guest."""
    order = Order(number=format_number(number), comment=random.choice(texts.COMMENTS))
    order.placed_at = _FIRST_DAY + (number * _PAUSE) % _PERIOD
    order.status = random.choice(_STATUSES)
    if random.randrange(4):
        order.customer = random.choice(customers)
    else:
        for name, value in guest(number, random).items():
            setattr(order, name, value)
    draft = Draft(order, _items(choices, random))
    _add_delivery(order, random)
    _add_payment(order, random)
    _add_promo(draft, random)
    order.total = _rows(draft) + order.delivery_cost - order.promo_discount
    return draft


def _items(choices: Sequence[Choice], random: Random) -> list[OrderItem]:
    bought = {random.randrange(len(choices)): None for _ in range(random.choice(_ROWS))}
    return [_item(choices[index], random) for index in bought]


def _item(choice: Choice, random: Random) -> OrderItem:
    product = choice.product
    item = OrderItem(
        product=product, variant=choice.variant, name=product.name, price=product.price, vat=product.vat
    )
    item.quantity = _quantity(choice.step, random)
    item.discount = to_kopecks(item.price * item.quantity * random.choice(_PERCENTS) / 100)
    return item


def _quantity(step: Decimal, random: Random) -> Decimal:
    if step == 1:
        return Decimal(random.choice((1, 1, 1, 2, 3, 10, 144)))
    return step * random.randrange(1, int(Decimal(25) / step))


def _add_delivery(order: Order, random: Random) -> None:
    order.delivery_method = random.choice(Order.Delivery.values)
    if order.delivery_method == Order.Delivery.PICKUP:
        return
    order.delivery_cost = Decimal(random.choice(_DELIVERY_COSTS))
    order.ship_postcode = f"{random.randrange(1000):06}"
    order.ship_region = random.choice(texts.REGIONS)
    order.ship_city = random.choice(texts.CITIES)
    order.ship_street = random.choice(texts.STREETS)
    order.ship_house = f"{random.randrange(1, 200)}/{random.randrange(1, 9)}"
    order.ship_flat = str(random.randrange(1, 300)) if random.randrange(3) else ""


def _add_payment(order: Order, random: Random) -> None:
    order.payment_method = random.choice(Order.Payment.values)
    order.is_paid = random.randrange(2) == 1
    if order.is_paid:
        order.paid_at = order.placed_at + timedelta(minutes=random.randrange(1, 600))


def _add_promo(draft: Draft, random: Random) -> None:
    percent = random.choice(_PERCENTS)
    if percent:
        draft.order.promo_code = f"СКИДКА{percent}"
        draft.order.promo_discount = to_kopecks(_rows(draft) * percent / 100)


def _rows(draft: Draft) -> Decimal:
    return sum((item.amount for item in draft.items), Decimal(0))
