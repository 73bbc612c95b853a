"""Would 1C take this document?  Asked before it is written, since one that 1C cannot load stops all behind it.

Real clients load a batch in one transaction and never confirm it if one document fails (protocol.md,
section 13), so an order with a problem is left out.  Texts that can be shortened without harm (names, comments,
addresses) are shortened by the writer and are no problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from .documents import Counterparty, OrderDocument, OrderItem, Unit
from .errors import Problem, gettext_noop
from .requisites import problems_of
from .values import clean

ID_LIMIT = 40
PRODUCT_ID_LIMIT = 80
NUMBER_LIMIT = 255
STOCK_NUMBER_LIMIT = 11  # a column of UT's search table; longer numbers are never found again
ARTICLE_LIMIT = 255

_COMPANY_INN = re.compile("[0-9]{10}")
_PERSON_INN = re.compile("[0-9]{12}")
_KPP = re.compile("[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_UNIT_CODE = re.compile("[0-9]{3}")
_KOPECK, _MONEY_LIMIT = Decimal("0.01"), Decimal(10) ** 16  # decimal(18,2)
_FOUR_DECIMALS, _QUANTITY_LIMIT = Decimal("0.0001"), Decimal(10) ** 14  # decimal(18,4): quantities, exchange rates
_ZERO = Decimal(0)
_VAT_RATES = frozenset(map(Decimal, range(101)))

_no_items = Problem("no-items", gettext_noop("The order has no items."))
_no_id = Problem("no-id", gettext_noop("The order has no identifier."))
_no_number = Problem("no-number", gettext_noop("The order has no number."))
_no_buyer = Problem("no-counterparty", gettext_noop("The order has no buyer: no name, e-mail or phone is known."))
_naive_date = Problem("bad-date", gettext_noop("The order's date has no time zone."))

_no_date = gettext_noop("The order's date %(date)s is none that 1C knows.")
_long_id = gettext_noop(
    "The order's identifier “%(value)s” is longer than the %(limit)s characters that 1C takes."
)
_long_number = gettext_noop(
    "The order's number “%(value)s” is longer than the %(limit)s characters that 1C takes."
)
_long_buyer = gettext_noop(
    "The buyer's identifier “%(value)s” is longer than the %(limit)s characters that 1C takes."
)
_long_product = gettext_noop(
    "The product's identifier “%(value)s” is longer than the %(limit)s characters that 1C takes."
)
_long_article = gettext_noop("The article “%(value)s” is longer than the %(limit)s characters that 1C takes.")
_no_product = gettext_noop("The item “%(item)s” has no product identifier.")
_no_name = gettext_noop("The item “%(item)s” has no name.")
_no_unit = gettext_noop("The item “%(item)s” has no unit of measure that 1C knows.")
_unknown_unit = gettext_noop(
    "The item “%(item)s” has the unit “%(unit)s”, which 1C does not know: it needs a known short name, "
    "such as “шт” or “м”, or a code of OKEI with its name."
)
_bad_quantity = gettext_noop("The quantity of “%(item)s” is not above zero, or has more than four decimals.")
_bad_price = gettext_noop("The price, sum or discount of “%(item)s” is not an amount in whole kopecks.")
_dear_item = gettext_noop("The sum of “%(item)s” is above its price times its quantity.")
_bad_vat = gettext_noop("The VAT rate of “%(item)s” is not a whole percentage from 0 to 100.")
_bad_inn = gettext_noop("The buyer's INN “%(inn)s” is neither a company's 10 nor a sole trader's 12 digits.")
_unofficial = gettext_noop("The buyer has a company's INN “%(inn)s” but no official name.")
_bad_total = gettext_noop("The order's total “%(value)s” is negative or not in whole kopecks.")
_bad_discount = gettext_noop("The order's discount “%(value)s” is negative or not in whole kopecks.")
_bad_rate = gettext_noop("The exchange rate “%(value)s” of the order's currency is not a number above zero.")


def check(document: OrderDocument, *, stock: bool) -> list[Problem]:
    """Return every problem of ``document``; an empty list means that 1C can load it.

    ``stock`` tells that the reader is a stock configuration (UT, UNF, Retail), which warns of numbers that
    only those read wrongly.
    """
    problems = [*_order_problems(document, stock), *_counterparty_problems(document.counterparty)]
    for item in document.items:
        problems += _product_problems(item.id, item.name, item.article, item.unit)
        problems += _row_problems(item)
    return [*problems, *_amount_problems(document), *problems_of(document.requisites, stock=stock)]


def is_currency(name: str) -> bool:
    """Tell whether 1C can have a currency of this name: exactly three letters."""
    return len(name) == 3 and name.isalpha()


def is_unit(code: str, short_name: str) -> bool:
    """Tell whether 1C can know the unit: by OKEI's three digits."""
    return bool(clean(short_name) and _UNIT_CODE.fullmatch(code))


def is_vat_rate(value: Decimal | None) -> bool:
    """Tell whether ``value`` is whole percent: 0.2 is a fraction, and 16.67 the VAT itself."""
    return isinstance(value, Decimal) and value.is_finite() and value in _VAT_RATES


def _order_problems(document: OrderDocument, stock: bool) -> Iterator[Problem]:
    if not clean(document.id):
        yield _no_id
    elif len(document.id) > ID_LIMIT:
        yield _too_long(_long_id, document.id, ID_LIMIT)
    number = clean(document.number)
    if not number:
        yield _no_number
    elif len(number) > NUMBER_LIMIT:
        yield _too_long(_long_number, number, NUMBER_LIMIT)
    elif stock and len(number) > STOCK_NUMBER_LIMIT:
        yield Problem(
            "long-number",
            gettext_noop(
                "The number %(number)s is longer than %(limit)s characters: "
                "1C Trade Management (UT) would create the order anew each time it is sent."
            ),
            {"number": number, "limit": STOCK_NUMBER_LIMIT},
            warning=True,
        )
    if not is_currency(document.currency):
        yield Problem(
            "no-currency",
            gettext_noop("The order's currency is “%(currency)s”; 1C takes exactly three letters."),
            {"currency": document.currency},
        )
    if document.created_at.tzinfo is None:
        yield _naive_date
    elif not 1 < document.created_at.year < 9999:  # in local time it may be no date at all
        yield Problem("bad-date", _no_date, {"date": document.created_at})
    if not document.items:
        yield _no_items


def _amount_problems(document: OrderDocument) -> Iterator[Problem]:
    if not _is_amount(document.total):
        yield Problem("bad-amount", _bad_total, {"value": document.total})
    for discount in document.discounts:
        if not _is_amount(discount.amount):
            yield Problem("bad-amount", _bad_discount, {"value": discount.amount})
    if not (_is_amount(document.exchange_rate, _FOUR_DECIMALS, _QUANTITY_LIMIT) and document.exchange_rate):
        yield Problem("bad-amount", _bad_rate, {"value": document.exchange_rate})


def _counterparty_problems(buyer: Counterparty) -> Iterator[Problem]:
    if not clean(buyer.name):
        yield _no_buyer
    if len(buyer.id) > ID_LIMIT:
        yield _too_long(_long_buyer, buyer.id, ID_LIMIT)
    if buyer.inn and not (_COMPANY_INN if buyer.is_company else _PERSON_INN).fullmatch(buyer.inn):
        yield Problem(
            "bad-inn", _unofficial if _COMPANY_INN.fullmatch(buyer.inn) else _bad_inn, {"inn": buyer.inn}
        )
    if buyer.kpp and not _KPP.fullmatch(buyer.kpp):
        yield Problem(
            "bad-kpp", gettext_noop("The buyer's KPP “%(kpp)s” is not 9 characters."), {"kpp": buyer.kpp}
        )


@lru_cache(maxsize=4096)  # the same products stand on many orders
def _product_problems(id: str, name: str, article: str, unit: Unit) -> tuple[Problem, ...]:
    item = {"item": name or id}
    problems = []
    if not clean(id):
        problems.append(Problem("no-product", _no_product, item))
    elif len(id) > PRODUCT_ID_LIMIT:
        problems.append(_too_long(_long_product, id, PRODUCT_ID_LIMIT))
    if not clean(name):
        problems.append(Problem("no-name", _no_name, item))
    if len(article) > ARTICLE_LIMIT:
        problems.append(_too_long(_long_article, article, ARTICLE_LIMIT))
    if not is_unit(unit.code, unit.short_name):
        named = clean(f"{unit.code} {unit.short_name}", limit=60)
        problems.append(Problem("no-unit", _unknown_unit if named else _no_unit, {**item, "unit": named}))
    return tuple(problems)


def _row_problems(item: OrderItem) -> Sequence[Problem]:
    """Judge the numbers of a row: the first that is wrong."""
    price, quantity, total = item.price, item.quantity, item.total
    if not (_is_amount(quantity, _FOUR_DECIMALS, _QUANTITY_LIMIT) and quantity):
        return [Problem("bad-quantity", _bad_quantity, _named(item))]
    if not (_is_amount(price) and _is_amount(total) and _is_amount(item.discount)):
        return [Problem("bad-amount", _bad_price, _named(item))]
    excess = total - price * quantity
    if excess > _ZERO and excess > _KOPECK * max(quantity, Decimal(1)):  # more than a rounded price explains
        return [Problem("dear-item", _dear_item, _named(item))]
    if item.vat_rate is not None and not is_vat_rate(item.vat_rate):
        return [Problem("bad-vat", _bad_vat, _named(item))]
    return ()


def _named(item: OrderItem) -> dict[str, object]:
    return {"item": item.name or item.id}


def _is_amount(value: Decimal, quantum: Decimal = _KOPECK, limit: Decimal = _MONEY_LIMIT) -> bool:
    """Tell whether ``value`` is at least nought, below ``limit``, and has no digits after those of ``quantum``."""
    if not (isinstance(value, Decimal) and value.is_finite() and _ZERO <= value < limit):
        return False
    # the last is slow, and most need it not: they are nought, or as databases give them
    return not value or value.same_quantum(quantum) or value == value.quantize(quantum)


def _too_long(message: str, value: str, limit: int) -> Problem:
    shown = value if len(value) <= 60 else value[:60] + "…"
    return Problem("too-long", message, {"value": shown, "limit": limit})
