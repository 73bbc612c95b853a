"""Texts and numbers: what of them reaches 1C."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from django_onec_exchange.commerceml import values
from django_onec_exchange.commerceml.documents import (
    Address,
    AddressPart,
    AddressPartType,
    Contact,
    ContactType,
    Requisite,
    Unit,
)
from django_onec_exchange.commerceml.validation import check
from tests.commerceml import strategies
from tests.commerceml.schema import validate
from tests.documents import ENCODINGS, a_company, a_person, an_item, an_order, write

BUYER = "Контрагенты/Контрагент"
#: Where a text stands in the document, and an order that has it there.
FIELDS = {
    "Комментарий": lambda text: an_order(comment=text),
    "Номер": lambda text: an_order(number=text),
    "Ид": lambda text: an_order(id=text[:40]),
    f"{BUYER}/Ид": lambda text: an_order(counterparty=a_person(id=text[:40])),
    f"{BUYER}/Наименование": lambda text: an_order(counterparty=a_person(name=text)),
    f"{BUYER}/ПолноеНаименование": lambda text: an_order(counterparty=a_person(name=text)),
    f"{BUYER}/Фамилия": lambda text: an_order(counterparty=a_person(last_name=text)),
    f"{BUYER}/Имя": lambda text: an_order(counterparty=a_person(first_name=text)),
    f"{BUYER}/Отчество": lambda text: an_order(counterparty=a_person(middle_name=text)),
    f"{BUYER}/ОфициальноеНаименование": lambda text: an_order(
        counterparty=a_company(official_name=text, inn="", kpp="", legal_address=None)
    ),
    f"{BUYER}/ЮридическийАдрес/Представление": lambda text: an_order(
        counterparty=a_company(legal_address=Address(presentation=text))
    ),
    f"{BUYER}/АдресРегистрации/Представление": lambda text: an_order(
        counterparty=a_person(legal_address=Address(presentation=text))
    ),
    f"{BUYER}/Адрес/Представление": lambda text: an_order(
        counterparty=a_person(address=Address(presentation=text))
    ),
    f"{BUYER}/Адрес/АдресноеПоле/Значение": lambda text: an_order(
        counterparty=a_person(
            address=Address(presentation="Тверь", parts=(AddressPart(type=AddressPartType.CITY, value=text),))
        )
    ),
    f"{BUYER}/Контакты/Контакт/Значение": lambda text: an_order(
        counterparty=a_person(contacts=(Contact(type=ContactType.EMAIL, value=text),))
    ),
    "Товары/Товар/Ид": lambda text: an_order(items=(an_item(id=text),)),
    "Товары/Товар/Артикул": lambda text: an_order(items=(an_item(article=text),)),
    "Товары/Товар/Наименование": lambda text: an_order(items=(an_item(id="product#variant", name=text),)),
    "Товары/Товар/БазоваяЕдиница": lambda text: an_order(items=(an_item(unit=Unit(code="796", short_name=text)),)),
    "Товары/Товар/БазоваяЕдиница/@НаименованиеПолное": lambda text: an_order(
        items=(an_item(unit=Unit(code="796", short_name="шт", full_name=text)),)
    ),
    "Товары/Товар/ЗначенияРеквизитов/ЗначениеРеквизита[Наименование='ВидНоменклатуры']/Значение": (
        lambda text: an_order(items=(an_item(kind=text),))
    ),
    "ЗначенияРеквизитов/ЗначениеРеквизита/Значение": lambda text: an_order(
        requisites=(Requisite(name="Сайт", value=text),)
    ),
    "ЗначенияРеквизитов/ЗначениеРеквизита/Наименование": lambda text: an_order(
        requisites=(Requisite(name=text, value="1"),)
    ),
}
ON_ONE_LINE = ("Наименование", "Фамилия", "Имя", "Отчество", "Представление", "Артикул", "НаименованиеПолное")


@pytest.mark.parametrize("path", FIELDS)
@given(text=strategies.texts, encoding=st.sampled_from(ENCODINGS))
def test_any_text_in_any_field_reaches_1c_as_what_is_writable_of_it(path, text, encoding):
    order = FIELDS[path](text)
    if check(order, stock=False):  # something that 1C needs is not there: such an order is never written
        assert not writable(text)
        return

    xml = write(order, encoding=encoding)

    validate(xml, "2.10")
    read = read_back(xml, path)
    assert joined(read) == joined(writable(text))
    assert read == read.strip()
    if path.endswith(ON_ONE_LINE):
        assert len(read.splitlines()) <= 1


@given(strategies.texts)
def test_a_comment_keeps_its_lines_and_blanks(text):
    read = read_back(write(an_order(comment=text)), "Комментарий")

    assert read == writable(text)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("  Болт  ", "Болт"),
        ("Болт  М8", "Болт  М8"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\tb", "a\tb"),
        ("\x00Бо\x07лт\x1f", "Болт"),
        ("Болт\ufffd\ufffe\uffff", "Болт"),
        ("Болт\ud83d", "Болт"),
        ("a\x7fb\x85c\x9fd", "abcd"),
        (" \x00 ", ""),
        ("😀 \U0001ffff", "😀 \U0001ffff"),
        ("\xa0неразрывный\xa0", "неразрывный"),
    ],
)
def test_what_is_left_of_a_text(given, cleaned):
    assert values.clean(given) == cleaned


@pytest.mark.parametrize(
    ("given", "limit", "shortened"),
    [
        ("12345", 5, "12345"),
        ("123456", 5, "1234…"),
        ("  12345  ", 5, "12345"),
        ("\x0012345\x00", 5, "12345"),
        ("123 456", 5, "123…"),
        ("&&&&&&", 5, "&&&&…"),
    ],
)
def test_a_long_text_is_shortened_after_it_was_cleaned(given, limit, shortened):
    assert values.clean(given, limit) == shortened


@given(strategies.texts, st.integers(1, 20))
def test_a_text_is_never_longer_than_its_limit(text, limit):
    assert len(values.clean(text, limit)) <= limit
    assert len(etree.fromstring(f"<x>{values.text(text, limit)}</x>").text or "") <= limit
    assert len(etree.fromstring(f"<x>{values.line(text, limit)}</x>").text or "") <= limit


@pytest.mark.parametrize("other", ["", " & Ко", ' "Люкс"', "\x07"])
@pytest.mark.parametrize("name", ["Болт  М8", "Сыр\xa0А", "a \u3000 b"])
def test_a_name_keeps_its_blanks_whatever_else_it_holds(name, other):
    """UT finds a product by its name: one character more must not change another."""
    read = etree.fromstring(f"<x>{values.line(name + other)}</x>").text

    assert read == name + other.replace("\x07", "")


@pytest.mark.parametrize(
    "lines", ["\n", "\r\n", "\t", "\x0b\x0c", "\x1c\x1d\x1e\x1f", "\x85", "\u2028\u2029", "\n\n\n"]
)
def test_a_name_stands_on_one_line(lines):
    assert values.line(f"Болт{lines}М8") == "Болт М8"


@given(strategies.texts)
def test_cleaning_a_clean_text_changes_nothing(text):
    cleaned = values.clean(text)

    assert values.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("0", "0.00"),
        ("1234.5", "1234.50"),
        ("1E+3", "1000.00"),
        ("1E-2", "0.01"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_money_has_two_digits_and_no_exponent(given, written):
    assert values.money(Decimal(given)) == written


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("20", "20"),
        ("20.00", "20"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.5000", "0.5"),
        ("0", "0"),
        ("0.0001", "0.0001"),
    ],
)
def test_numbers_have_no_exponent_and_no_needless_zeros(given, written):
    assert values.number(Decimal(given)) == written


def writable(text: str) -> str:
    """What XML and 1C can carry of a text, said by Unicode's categories and not by the package's tables."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(filter(is_writable, text)).strip()


def is_writable(char: str) -> bool:
    if unicodedata.category(char) in ("Cc", "Cs"):
        return char in "\t\n"
    return char not in "\ufffd\ufffe\uffff"


def read_back(xml: bytes, path: str) -> str:
    path, _, attribute = path.partition("/@")
    element = etree.fromstring(xml).find(f"Документ/{path}")
    if element is None:
        return ""
    return (element.get(attribute) if attribute else element.text) or ""


def joined(text: str) -> str:
    """``text`` without white space: on one line, line breaks become blanks."""
    return "".join(text.split())
