"""What shops may hold: any text, any number, and orders made of them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from django_onec_exchange.commerceml.documents import (
    Address,
    AddressPart,
    AddressPartType,
    Contact,
    ContactType,
    Counterparty,
    Discount,
    OrderDocument,
    OrderItem,
    Requisite,
    Unit,
)
from tests.documents import MOSCOW, PIECE, an_order

#: Half of the characters come from here: what XML forbids or escapes, what 1C stumbles over, odd white space.
NASTY = "\x00\x08\x0b\x1f\x7f\x85\x9f\ud800\udfff\ufffd\ufffe\uffff\t\n\r &<>\"'#]№₽漢😀\xa0\u2028\u2029\ufeff"
#: U+180E is left out: libxml2's tables are older than Python's and still call it a blank.
CHARACTERS = st.sampled_from(NASTY) | st.characters(exclude_categories=(), exclude_characters="\u180e")

texts = st.text(CHARACTERS, max_size=60)
#: Texts of which something is left, however much is taken away.
words = st.builds("{}ж{}".format, texts, texts)
short_words = st.builds("{}ж".format, st.text(CHARACTERS, max_size=30))

cents = st.integers(0, 10**9).map(lambda amount: Decimal(amount).scaleb(-2))
quantities = st.integers(1, 10**7).map(lambda amount: Decimal(amount).scaleb(-4)) | st.integers(1, 99).map(Decimal)
rates = st.sampled_from([None, *map(Decimal, ("0", "5", "7", "10", "20", "20.00", "22", "100"))])

_HARD_NUMBERS = """
    NaN sNaN Infinity -Infinity 0 -0 -0.00 -1 0.001 0.00001 12.340000 1E+2 1E-2 1E-400 1E+27 1E+999
    99.99 99.9999 100 99999999999999.9999 100000000000000 9999999999999999.99 10000000000000000
    1.0000000000000000000000000000000000001 12345678901234567890123456789012345678901234567890
"""
HARD_NUMBERS = [Decimal(number) for number in _HARD_NUMBERS.split()]
decimals = st.decimals(allow_nan=True, allow_infinity=True) | st.sampled_from(HARD_NUMBERS)

units = st.just(PIECE) | st.builds(
    Unit, code=st.sampled_from(["006", "166", "999"]), short_name=words, full_name=texts, international=texts
)
addresses = st.none() | st.builds(
    Address,
    presentation=texts,
    parts=st.lists(st.builds(AddressPart, type=st.sampled_from(AddressPartType), value=texts), max_size=4).map(
        tuple
    ),
)
contacts = st.lists(st.builds(Contact, type=st.sampled_from(ContactType), value=texts), max_size=3).map(tuple)
persons = st.builds(
    Counterparty,
    id=st.text(CHARACTERS, max_size=40),
    name=words,
    last_name=texts,
    first_name=texts,
    middle_name=texts,
    inn=st.sampled_from(["", "770123456789"]),
    legal_address=addresses,
    address=addresses,
    contacts=contacts,
)
companies = st.builds(
    Counterparty,
    id=st.text(CHARACTERS, max_size=40),
    name=words,
    official_name=words,
    inn=st.sampled_from(["", "7701234567"]),
    kpp=st.sampled_from(["", "770101001", "7701AB001"]),
    legal_address=addresses,
    address=addresses,
    contacts=contacts,
)
requisites = st.lists(
    st.builds(Requisite, name=short_words | st.sampled_from(["Сайт", "Сайт\x00"]), value=texts), max_size=3
).map(tuple)

#: Those that 1C takes apart, with values of which it understands some.
odd_requisites = st.builds(
    Requisite,
    name=st.sampled_from(["Отменен", "Заказ оплачен", "Оплачено", "Дата отгрузки", "Дата оплаты", "Курс"]),
    value=texts | st.booleans().map(str) | st.sampled_from(["true", "1"]) | st.datetimes().map(datetime.isoformat),
)


@st.composite
def items(draw: Any) -> OrderItem:
    price, quantity = draw(cents), draw(quantities)
    gross = (price * quantity).quantize(Decimal("0.01"))
    discount = draw(st.just(Decimal(0)) | st.decimals(0, gross, places=2))
    return OrderItem(
        id=draw(short_words),
        name=draw(words),
        price=price,
        quantity=quantity,
        total=gross - discount,
        discount=discount,
        unit=draw(units),
        article=draw(texts),
        vat_rate=draw(rates),
        is_service=draw(st.booleans()),
        kind=draw(texts),
    )


@st.composite
def orders(draw: Any) -> OrderDocument:
    """Orders that add up, with texts of any kind."""
    return an_order(
        id=draw(short_words),
        number=draw(short_words),
        currency=draw(st.sampled_from(["RUB", "руб", "USD"])),
        created_at=draw(
            st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, MOSCOW]))
        ),
        counterparty=draw(persons | companies),
        items=tuple(draw(st.lists(items(), min_size=1, max_size=4))),
        comment=draw(texts),
        vat_included=draw(st.booleans()),
        requisites=draw(requisites),
    )


@st.composite
def spoiled_orders(draw: Any) -> OrderDocument:
    """Orders of which one text or number was replaced by any other; mended or not where that breaks the sum."""
    document = draw(orders())
    owner = draw(st.sampled_from(["document", "buyer", "item", "unit", "discount", "requisite"]))
    first, *others = document.items
    if owner == "document":
        document = spoil(draw, document)
    elif owner == "buyer":
        document = replace(document, counterparty=spoil(draw, document.counterparty))
    elif owner == "item":
        document = replace(document, items=(spoil(draw, first), *others))
    elif owner == "unit":
        document = replace(document, items=(replace(first, unit=spoil(draw, first.unit)), *others))
    elif owner == "requisite":
        document = replace(document, requisites=(draw(odd_requisites),))
    else:
        document = replace(document, discounts=(Discount(name=draw(texts), amount=draw(decimals)),))
    if owner != "document" and draw(st.booleans()):
        document = with_total_of_rows(document)
    return document


def spoil(draw: Any, value: Any) -> Any:
    names = [field.name for field in fields(value) if isinstance(getattr(value, field.name), str | Decimal)]
    name = draw(st.sampled_from(names))
    long_texts = st.builds(str.__mul__, short_words, st.integers(1, 40))
    anything = (
        decimals if isinstance(getattr(value, name), Decimal) else texts | long_texts | st.from_regex(r"\d{3,12}")
    )
    return replace(value, **{name: draw(anything)})


def with_total_of_rows(document: OrderDocument) -> OrderDocument:
    if not all(item.total.is_finite() and abs(item.total) < 10**17 for item in document.items):
        return document
    return replace(document, vat_included=True, total=sum((item.total for item in document.items), Decimal(0)))
