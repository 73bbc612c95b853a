"""What shops keep as a number or a text, as 1C takes it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.db.models import Model

from ..commerceml.money import KOPECK

_ENDLESS = Decimal(10) ** 16
_FOUR_DECIMALS = Decimal("0.0001")
#: Texts that a class did not choose itself: “Address object (5)”, or a repr.
_NO_WORDS = (object.__str__, Model.__str__)


def to_decimal(value: Any) -> Decimal | None:
    """Return a number or its text as a Decimal, None for None and "".  What is no number becomes NaN.

    NaN is no legal amount, so validation names the row instead of the request failing.  A float is what people
    read it as: 0.1 + 0.2 is 0.3.
    """
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(f"{value:.15g}" if isinstance(value, float) else str(value))
    except InvalidOperation:
        return Decimal("NaN")


def to_kopecks(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round what a shop keeps with more digits; what is no amount stays, for validation to name."""
    if value.same_quantum(KOPECK) or not value.is_finite() or abs(value) >= _ENDLESS:
        return value
    return value.quantize(KOPECK, rounding)


def to_quantity(value: Any) -> Decimal | None:
    """Return a quantity; only a float is rounded, since it may have digits that nobody meant."""
    quantity = to_decimal(value)
    if isinstance(value, float) and quantity is not None and quantity.is_finite() and abs(quantity) < _ENDLESS:
        return quantity.quantize(_FOUR_DECIMALS, ROUND_HALF_UP)
    return quantity


def own_words(value: Any) -> str:
    """Return ``str(value)``; "" where its class has no ``__str__``: nobody wants to read “Address object (5)”."""
    return str(value).strip() if _has_words(value.__class__) else ""


@cache
def _has_words(cls: type) -> bool:
    return issubclass(cls, int | float) or cls.__str__ not in _NO_WORDS
