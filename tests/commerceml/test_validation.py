"""Which orders 1C would not take: one of them in a batch stops all behind it (protocol.md, section 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_onec_exchange.commerceml.documents import Discount, Requisite, Unit
from django_onec_exchange.commerceml.errors import InvalidDocument
from django_onec_exchange.commerceml.money import balance
from django_onec_exchange.commerceml.validation import check
from django_onec_exchange.commerceml.versions import VERSIONS
from tests.commerceml import strategies
from tests.commerceml.schema import validate
from tests.documents import ENCODINGS, a_company, a_full_order, a_person, an_item, an_order, write


def codes(document, *, stock: bool = True) -> list[str]:
    return [problem.code for problem in check(document, stock=stock)]


@given(strategies.orders(), st.sampled_from(list(VERSIONS)), st.sampled_from(ENCODINGS))
def test_orders_with_any_texts_are_taken_and_valid(order, version, encoding):
    assert codes(order, stock=False) == []

    validate(write(balance(order), version=version, encoding=encoding), version)


@settings(max_examples=150)
@given(strategies.spoiled_orders(), st.sampled_from(list(VERSIONS)), st.sampled_from(ENCODINGS))
def test_what_passes_validation_and_adds_up_is_valid(order, version, encoding):
    problems = check(order, stock=True)
    if not all(problem.warning for problem in problems):
        return
    try:
        balanced = balance(order)
    except InvalidDocument:
        return

    validate(write(balanced, version=version, encoding=encoding), version)


@pytest.mark.parametrize("number", strategies.HARD_NUMBERS, ids=str)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda number: {"total": number}, id="total"),
        pytest.param(lambda number: {"exchange_rate": number}, id="exchange rate"),
        pytest.param(lambda number: {"discounts": (Discount(name="Скидка", amount=number),)}, id="discount"),
        *(
            pytest.param(
                lambda number, name=name: {"items": (an_item(**{"total": Decimal(100)} | {name: number}),)},
                id=f"item's {name}",
            )
            for name in ("price", "quantity", "total", "discount", "vat_rate")
        ),
    ],
)
def test_no_number_breaks_validation_or_the_document(change, number):
    order = replace(an_order(), **change(number))

    problems = check(order, stock=True)

    assert all(str(problem) for problem in problems)
    if not problems:
        for version in VERSIONS:
            validate(write(strategies.with_total_of_rows(order), version=version), version)


@given(strategies.decimals)
def test_no_number_breaks_the_words_of_a_problem(number):
    order = replace(
        an_order(), total=number, items=(an_item(price=Decimal(1), quantity=Decimal(1), vat_rate=number),)
    )

    assert all(str(problem) for problem in check(order, stock=True))


@pytest.mark.parametrize("order", [an_order(), a_full_order(), an_order(counterparty=a_company())])
def test_a_good_order_has_no_problems(order):
    assert check(order, stock=True) == []


@pytest.mark.parametrize("nothing", ["", "  ", "\n", "\x00", "\ufffd\x07"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda text: {"id": text}, "no-id", id="id"),
        pytest.param(lambda text: {"number": text}, "no-number", id="number"),
        pytest.param(lambda text: {"currency": text}, "no-currency", id="currency"),
        pytest.param(lambda text: {"counterparty": a_person(name=text)}, "no-counterparty", id="buyer"),
        pytest.param(lambda text: {"items": (an_item(id=text),)}, "no-product", id="product"),
        pytest.param(lambda text: {"items": (an_item(name=text),)}, "no-name", id="name"),
        pytest.param(
            lambda text: {"items": (an_item(unit=Unit(code=text, short_name="шт")),)}, "no-unit", id="code"
        ),
        pytest.param(
            lambda text: {"items": (an_item(unit=Unit(code="796", short_name=text)),)}, "no-unit", id="unit"
        ),
    ],
)
def test_what_1c_needs_must_be_there(change, code, nothing):
    assert codes(an_order(**change(nothing))) == [code]


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        pytest.param(lambda text: {"id": text}, 40, id="order"),
        pytest.param(lambda text: {"number": text}, 255, id="number"),
        pytest.param(lambda text: {"counterparty": a_person(id=text)}, 40, id="buyer"),
        pytest.param(lambda text: {"items": (an_item(id=text),)}, 80, id="product"),
        pytest.param(lambda text: {"items": (an_item(article=text),)}, 255, id="article"),
    ],
)
def test_what_cannot_be_shortened_has_a_limit(change, limit):
    fits, exceeds = an_order(**change("7" * limit)), an_order(**change("7" * (limit + 1)))

    assert codes(fits, stock=False) == []
    assert codes(exceeds, stock=False) == ["too-long"]
    assert str(limit) in str(check(exceeds, stock=False)[0])
    validate(write(fits), "2.10")


@pytest.mark.parametrize(
    ("number", "stock", "expected"),
    [("12345678901", True, []), ("123456789012", True, ["long-number"]), ("123456789012", False, [])],
)
def test_a_number_that_ut_never_finds_again_is_a_warning_for_stock_clients(number, stock, expected):
    problems = check(an_order(number=number), stock=stock)

    assert [problem.code for problem in problems] == expected
    assert all(problem.warning and number in str(problem) for problem in problems)


@pytest.mark.parametrize("currency", ["RUB", "USD", "руб"])
def test_a_currency_of_three_letters_is_taken(currency):
    assert codes(an_order(currency=currency)) == []


@pytest.mark.parametrize("currency", ["руб.", "RU", "643", "R B", "R\nB", "₽", "RU²"])
def test_any_other_currency_is_not(currency):
    assert codes(an_order(currency=currency)) == ["no-currency"]


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        pytest.param(a_company(inn="7701234567"), [], id="company, 10"),
        pytest.param(a_person(inn="770123456789"), [], id="sole trader, 12"),
        pytest.param(a_company(inn="770123456789"), ["bad-inn"], id="company, 12"),
        pytest.param(a_person(inn="7701234567"), ["bad-inn"], id="person, 10"),
        pytest.param(a_company(inn="77012345678"), ["bad-inn"], id="11"),
        pytest.param(a_company(inn="770123456\n"), ["bad-inn"], id="line break"),
        pytest.param(a_company(inn="٧٧٠١٢٣٤٥٦٧"), ["bad-inn"], id="digits of another script"),
        pytest.param(a_company(kpp="7701AB001"), [], id="КПП with letters"),
        pytest.param(a_company(kpp=""), [], id="no КПП"),
        pytest.param(a_company(kpp="77010100"), ["bad-kpp"], id="short КПП"),
        pytest.param(a_company(kpp="٧٧٠١٠١٠٠١"), ["bad-kpp"], id="КПП of another script"),
    ],
)
def test_inn_and_kpp_are_those_of_a_company_or_of_a_sole_trader(buyer, expected):
    assert codes(an_order(counterparty=buyer)) == expected


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        (Unit(code="", short_name=" "), "has no unit of measure"),
        (Unit(code="", short_name="рулон"), "the unit “рулон”,"),
        (Unit(code="736", short_name=""), "the unit “736”,"),
        (Unit(code="7361", short_name="рул"), "the unit “7361 рул”,"),
        (Unit(code="", short_name="р" * 99), f"the unit “{'р' * 59}…”,"),
    ],
)
def test_a_unit_that_1c_does_not_know_is_named(unit, told):
    (problem,) = check(an_order(items=(an_item(unit=unit),)), stock=True)

    assert told in str(problem)


@pytest.mark.parametrize("code", ["шт", "79 6", "7\n6", "7961", "79601", "٧٩٦", "-1", "6", "06"])
def test_a_unit_has_a_code_of_okei(code):
    assert codes(an_order(items=(an_item(unit=Unit(code=code, short_name="шт")),))) == ["no-unit"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"quantity": Decimal("0.0001")}, []),
        ({"quantity": Decimal("2.50000000")}, []),
        ({"quantity": Decimal(0)}, ["bad-quantity"]),
        ({"quantity": Decimal(-1)}, ["bad-quantity"]),
        ({"quantity": Decimal("0.00001")}, ["bad-quantity"]),
        ({"price": Decimal(0), "total": Decimal(0)}, []),
        ({"price": Decimal(-1), "total": Decimal(0)}, ["bad-amount"]),
        ({"total": Decimal("-0.01")}, ["bad-amount"]),
        ({"total": Decimal("99.999")}, ["bad-amount"]),
        ({"price": Decimal("99.999"), "total": Decimal("100.00")}, ["bad-amount"]),
        ({"discount": Decimal("NaN")}, ["bad-amount"]),
        ({"discount": Decimal(-1)}, ["bad-amount"]),
        ({"total": Decimal("100.01")}, []),  # a price rounded from more digits
        ({"total": Decimal("100.02")}, ["dear-item"]),
        ({"price": Decimal("10.33"), "quantity": Decimal(3), "total": Decimal("31.00")}, []),
        ({"price": Decimal("10.33"), "quantity": Decimal(3), "total": Decimal("31.03")}, ["dear-item"]),
        ({"vat_rate": Decimal(0)}, []),
        ({"vat_rate": Decimal("20.00")}, []),
        ({"vat_rate": Decimal(100)}, []),
        ({"vat_rate": Decimal(101)}, ["bad-vat"]),
        ({"vat_rate": Decimal("0.2")}, ["bad-vat"]),  # a fraction
        ({"vat_rate": Decimal("16.67")}, ["bad-vat"]),  # the amount
        ({"vat_rate": Decimal("NaN")}, ["bad-vat"]),
        ({"vat_rate": Decimal("sNaN")}, ["bad-vat"]),
        ({"vat_rate": Decimal(-1)}, ["bad-vat"]),
        ({"vat_rate": Decimal("5.555")}, ["bad-vat"]),
    ],
)
def test_the_numbers_of_a_row(changes, expected):
    order = an_order(items=(an_item(**changes),), total=Decimal("100.00"))

    assert codes(order) == expected


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-1", "0.001", "1E+27"])
@pytest.mark.parametrize("where", ["total", "discount"])
def test_the_money_of_the_order(where, number):
    order = an_order()
    if where == "total":
        order = replace(order, total=Decimal(number))
    else:
        order = replace(order, discounts=(Discount(name="Скидка", amount=Decimal(number)),))

    assert codes(order) == ["bad-amount"]


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "1E+27"])
def test_the_exchange_rate_is_above_zero(rate):
    assert codes(an_order(exchange_rate=Decimal(rate))) == ["bad-amount"]


@pytest.mark.parametrize(
    ("name", "value", "stock", "expected"),
    [
        ("Отменен", "true", True, []),
        ("Отменен", "false", True, []),
        ("Отменен", "", True, []),
        ("Отменен", "False", True, ["bad-requisite"]),
        ("Отменен", "0", False, ["bad-requisite"]),
        (" Отменен\n", "нет", True, ["bad-requisite"]),
        ("Заказ оплачен", "Да", True, ["bad-requisite"]),
        ("Оплачено", "1", True, ["bad-requisite"]),
        ("Дата отгрузки", "2026-02-03T12:00:00", True, []),
        ("Дата отгрузки", "2026-02-03 12:00:00", True, []),
        ("Дата отгрузки", "2026-02-03", True, ["bad-requisite"]),
        ("Дата отгрузки", "12.02.2026", True, ["bad-requisite"]),
        ("Дата отгрузки", "2026-02-03T12:00:00+03:00", True, ["bad-requisite"]),
        ("Дата отгрузки", "2026-02-30T12:00:00", True, ["bad-requisite"]),
        ("Дата оплаты", "2026-02-03", True, []),
        ("Дата оплаты", "2026-02-03T12:00:00", True, ["bad-requisite"]),
        ("Дата оплаты", "2026-02-03T12:00:00", False, []),
        ("Дата оплаты", "٢٠٢٦-02-03", True, ["bad-requisite"]),
        ("Курс", "5", True, ["bad-requisite"]),
        ("Кратность", "5", True, ["bad-requisite"]),
        ("комментарий", "x", True, ["bad-requisite"]),
        ("Комментарий", "", True, []),
        ("Комментарий", "x", False, []),
        ("Комментарии покупателя", "x", True, []),
        ("Вес", "Да", True, []),
    ],
)
def test_requisites_have_the_forms_that_1c_takes_apart(name, value, stock, expected):
    order = an_order(requisites=(Requisite(name=name, value=value),))

    problems = check(order, stock=stock)

    assert [problem.code for problem in problems] == expected
    assert all(name.strip() in str(problem) for problem in problems)
    if not problems and stock:
        validate(write(order), "2.10")


def test_a_buyer_with_a_companys_inn_needs_an_official_name():
    (problem,) = check(an_order(counterparty=a_person(inn="7701234567")), stock=True)

    assert problem.code == "bad-inn"
    assert str(problem) == "The buyer has a company's INN “7701234567” but no official name."


def test_an_order_without_items_is_not_sent():
    assert codes(an_order(items=())) == ["no-items"]


def test_a_date_without_a_time_zone_is_not_sent():
    naive = datetime(2026, 2, 3, 12, 0)

    assert codes(an_order(created_at=naive)) == ["bad-date"]


@pytest.mark.parametrize("moment", [datetime.min, datetime.max], ids=["first", "last"])
def test_a_date_at_the_end_of_time_does_not_break_the_batch(moment):
    """In the zone of the 1C base it may lie beyond what a date can hold."""
    order = an_order(created_at=moment.replace(tzinfo=UTC))

    assert codes(order) == ["bad-date"]


def test_every_problem_of_an_order_is_told():
    order = an_order(number="", currency="", items=(an_item(id=""), an_item(name="")))

    assert codes(order) == ["no-number", "no-currency", "no-product", "no-name"]


def test_a_problem_names_the_item():
    order = an_order(items=(an_item(), an_item(name="Гайка", quantity=Decimal(0))))

    (problem,) = check(order, stock=True)

    assert "“Гайка”" in str(problem)
