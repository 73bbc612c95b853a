"""Orders that are no Django models: for names that tests/shop lacks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.documents import NOON


def a_thing(**attributes: Any) -> Any:
    """An object of a class of its own: the serializer looks for names on classes."""
    return type("Thing", (), attributes)()


def a_row(**attributes: Any) -> Any:
    return a_thing(**{"pk": 5, "name": "Болт", "price": Decimal("100"), "quantity": Decimal(1)} | attributes)


def an_order_thing(*rows: Any, **attributes: Any) -> Any:
    values = {"pk": 17, "created_at": NOON, "customer_name": "Пётр", "items": list(rows) or [a_row()]}
    return a_thing(**values | attributes)
