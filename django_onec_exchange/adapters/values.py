"""What shops keep as a number or a text, as 1C takes it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.db.models import Model

from ..commerceml.money import KOPECK

NOT_A_NUMBER = Decimal("NaN")
_ENDLESS = Decimal(10) ** 16
_FOUR_DECIMALS = Decimal("0.0001")
#: Texts that a class did not choose itself: “Address object (5)”, or a repr.
_NO_WORDS = (object.__str__, Model.__str__)


def to_decimal(value: Any) -> Decimal | None:
    """Return a number or its text as a Decimal, None for None and "".  What is no number becomes NaN.

    NaN is no legal amount, so validation names the row instead of the request failing.  A float is what people
    read it as: 0.1 + 0.2 is 0.3.
    """
    if isinstance(value, Decimal):  # first: to compare one with a text takes longer than all the rest
        return value if value.is_finite() else NOT_A_NUMBER
    if value is None or value == "":
        return None
    try:
        number = Decimal(f"{value:.15g}" if isinstance(value, float) else str(value))
    except InvalidOperation:
        return NOT_A_NUMBER
    return number if number.is_finite() else NOT_A_NUMBER


def to_kopecks(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round what a shop keeps with more digits.  What is too much for an amount becomes NaN, too."""
    if not value.is_finite() or abs(value) >= _ENDLESS:
        return NOT_A_NUMBER
    return value.quantize(KOPECK, rounding)


def multiplied(price: Decimal, quantity: Decimal) -> Decimal:
    """Return what so many cost, to the kopeck."""
    try:
        return to_kopecks(price * quantity)
    except ArithmeticError:
        return NOT_A_NUMBER


def to_quantity(value: Any) -> Decimal | None:
    """Return a quantity; only a float is rounded, since it may have digits that nobody meant."""
    quantity = to_decimal(value)
    if not isinstance(value, float) or quantity is None or not quantity.is_finite() or abs(quantity) >= _ENDLESS:
        return quantity
    return quantity.quantize(_FOUR_DECIMALS, ROUND_HALF_UP)


def own_words(value: Any) -> str:
    """Return ``str(value)``; "" where its class has no ``__str__``: nobody wants to read “Address object (5)”."""
    return str(value).strip() if _has_words(value.__class__) else ""


@cache
def _has_words(cls: type) -> bool:
    return issubclass(cls, int | float) or cls.__str__ not in _NO_WORDS
