"""Money: 1C books the rows, so the rows must make the order's total to the kopeck."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from django_onec_exchange.commerceml.documents import Discount, OrderDocument
from django_onec_exchange.commerceml.errors import InvalidDocument
from django_onec_exchange.commerceml.money import (
    balance,
    document_vat,
    payable,
    rounded,
    spread,
    total_due,
    vat,
)
from tests.commerceml import strategies
from tests.commerceml.schema import validate
from tests.documents import a_delivery, an_item, an_order, parse, write

KOPECK = Decimal("0.01")
weights = st.lists(strategies.cents, min_size=1, max_size=30)
priced_items = st.lists(strategies.items(), min_size=1, max_size=8).map(tuple)


def order_of(*totals: str, discount: str | None = None, **changes) -> OrderDocument:
    """An order of goods with these sums, and with a discount named on the order."""
    items = tuple(an_item(id=f"p{i}", price=Decimal(total)) for i, total in enumerate(totals))
    discounts = () if discount is None else (Discount(name="Скидка", amount=Decimal(discount)),)
    return an_order(**{"items": items, "discounts": discounts} | changes)


def totals(document: OrderDocument) -> list[str]:
    return [str(item.total) for item in document.items]


@pytest.mark.parametrize(
    ("amount", "rows", "parts"),
    [
        ("10.00", ["50.00", "50.00"], ["5.00", "5.00"]),
        ("10.00", ["100.00", "200.00", "300.00"], ["1.67", "3.33", "5.00"]),
        ("100.00", ["33.33", "33.33", "33.34"], ["33.33", "33.33", "33.34"]),
        ("0.01", ["1.00", "1.00", "1.00"], ["0.01", "0.00", "0.00"]),
        ("0.02", ["0.01", "0.01", "0.01"], ["0.01", "0.01", "0.00"]),
        ("0.99", ["0.00", "1.00"], ["0.00", "0.99"]),
        ("0.00", ["1.00", "2.00"], ["0.00", "0.00"]),
        ("0.00", ["0.00"], ["0.00"]),
        ("0.00", [], []),
    ],
)
def test_a_discount_is_split_in_proportion_to_the_kopeck(amount, rows, parts):
    result = spread(Decimal(amount), [Decimal(row) for row in rows])

    assert result == [Decimal(part) for part in parts]


@given(weights, st.data())
def test_the_parts_of_a_discount_make_it_exactly(rows, data):
    amount = data.draw(st.decimals(0, sum(rows), places=2))

    parts = spread(amount, rows)

    assert sum(parts) == amount
    assert all(0 <= part <= row for part, row in zip(parts, rows, strict=True))
    assert all(part == part.quantize(KOPECK) for part in parts)
    for part, row in zip(parts, rows, strict=True):
        assert abs(Fraction(part) - fair_share(amount, row, rows)) < Fraction(1, 100)


@given(priced_items, st.data())
def test_a_total_below_the_rows_is_reached_to_the_kopeck(items, data):
    rows = sum(item.total for item in items)
    total = data.draw(st.decimals(0, rows, places=2))
    goods = sum(item.total for item in items if not item.is_service)
    assume(total == rows or total not in (0, goods))  # these look like mistakes
    order = an_order(items=items, total=total)

    balanced = balance(order)

    assert sum(item.total for item in balanced.items) == total
    assert_rows_only_lost(order, balanced)
    validate(write(balanced, version="3.1"), "3.1")


@given(priced_items, st.data())
def test_a_stated_discount_is_reached_with_the_vat_on_top(items, data):
    rows = sum(item.total for item in items)
    amount = data.draw(st.decimals(0, rows, places=2))
    order = an_order(items=items, vat_included=False, discounts=(Discount(name="Скидка", amount=amount),))
    total = expected_payable(order, expected_rows(order, amount))

    balanced = balance(replace(order, total=total))

    assert sum(item.total for item in balanced.items) + expected_vat(balanced) == total
    assert_rows_only_lost(order, balanced)


@given(strategies.orders(), strategies.cents)
def test_what_balance_lets_through_adds_up(order, total):
    try:
        balanced = balance(replace(order, total=total))
    except InvalidDocument as refused:
        assert refused.problem.code == "money-mismatch"
    else:
        rows = sum(item.total for item in balanced.items)
        assert rows + (0 if order.vat_included else expected_vat(balanced)) == total


@given(strategies.cents, strategies.rates.filter(bool), st.booleans())
def test_the_vat_of_a_row_is_computed_as_1c_does(total, rate, included):
    assert vat(total, rate, included=included) == expected_row_vat(total, rate, included)


@given(strategies.orders())
def test_the_vat_in_the_file_is_that_of_an_independent_computation(order):
    document = parse(order).find("Документ")

    for item, row in zip(order.items, document.iterfind("Товары/Товар"), strict=True):
        written = Decimal(row.findtext("Налоги/Налог/Сумма", "0"))
        assert written == expected_row_vat(item.total, item.vat_rate, order.vat_included)
    assert Decimal(document.findtext("Налоги/Налог/Сумма", "0")) == expected_vat(order) == document_vat(order)


@pytest.mark.parametrize(
    ("total", "rate", "included", "expected"),
    [
        ("120.00", "20", True, "20.00"),
        ("120.00", "20", False, "24.00"),
        ("100.00", "20", True, "16.67"),
        ("0.03", "20", True, "0.01"),  # 0.005, halves up
        ("0.25", "10", False, "0.03"),  # 0.025, of which banks would make 0.02
        ("110.00", "10", True, "10.00"),
        ("122.00", "22", True, "22.00"),
        ("100.00", "0", True, "0.00"),
        ("0.00", "20", True, "0.00"),
    ],
)
def test_the_vat_of_a_row(total, rate, included, expected):
    assert vat(Decimal(total), Decimal(rate), included=included) == Decimal(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("0.025", "0.03"), ("0.0249", "0.02"), ("-0.005", "-0.01")],
)
def test_halves_are_rounded_up(value, expected):
    assert rounded(Decimal(value)) == Decimal(expected)


def test_an_order_that_adds_up_stays_as_it_is():
    order = order_of("100.00", "200.00")

    assert balance(order) is order


def test_rows_that_hold_the_stated_discount_already_stay_as_they_are():
    order = order_of("90.00", discount="10.00", total=Decimal("90.00"))

    assert balance(order) is order


@pytest.mark.parametrize(
    ("discount", "total"),
    [("30.00", "270.00"), (None, "270.00"), ("0.00", "270.00")],
    ids=["stated", "silent", "nought"],
)
def test_an_order_discount_goes_over_the_rows_and_is_remembered_there(discount, total):
    order = order_of("100.00", "200.00", discount=discount, total=Decimal(total))

    balanced = balance(order)

    assert totals(balanced) == ["90.00", "180.00"]
    assert [item.discount for item in balanced.items] == [Decimal(10), Decimal(20)]
    assert [item.price for item in balanced.items] == [Decimal(100), Decimal(200)]  # the price stays gross


@pytest.mark.parametrize("included", [True, False], ids=["included", "on top"])
@pytest.mark.parametrize(
    ("discount", "delivery"), [("400.00", None), ("1500.00", None), ("1500.00", "300.00")], ids=str
)
def test_a_coupon_above_the_order_takes_it_down_to_nought(discount, delivery, included):
    items = (an_item(price=Decimal(400), vat_rate=Decimal(20)), *([a_delivery(delivery)] if delivery else []))
    coupon = Discount(name="Купон", amount=Decimal(discount))
    order = an_order(items=items, total=Decimal(0), discounts=(coupon,), vat_included=included)

    balanced = balance(order)

    assert payable(balanced) == 0
    assert_rows_only_lost(order, balanced)
    assert total_due(order) == 0


@pytest.mark.parametrize("percent", [1, 5, 10])
@pytest.mark.parametrize("rows", [1, 2, 5, 30, 100])
def test_a_silent_discount_is_found_with_the_vat_on_top(rows, percent):
    """The shop took it off each row; rounding hides up to a kopeck of each."""
    items = tuple(
        an_item(id=str(i), price=Decimal(10000 + 7919 * i % 90000) / 100, vat_rate=Decimal(10 if i % 3 else 20))
        for i in range(rows)
    )
    off = Decimal(100 - percent) / 100
    shop = tuple(replace(item, total=rounded(item.total * off)) for item in items)
    total = payable(an_order(items=shop, vat_included=False))

    assert payable(balance(an_order(items=items, vat_included=False, total=total))) == total


def test_a_discount_that_cannot_be_found_is_given_up_soon():
    """A kopeck off one of these rows takes a kopeck of VAT along: no odd total is ever reached."""
    items = tuple(an_item(id=str(i), price=Decimal("0.03"), vat_rate=Decimal(20)) for i in range(100))
    order = an_order(items=items, vat_included=False, total=Decimal("3.99"))
    start = time.process_time()

    with pytest.raises(InvalidDocument):
        balance(order)

    assert time.process_time() - start < 1


def test_a_discount_is_added_to_that_of_the_row():
    item = an_item(total=Decimal("90.00"), discount=Decimal("10.00"))

    balanced = balance(an_order(items=(item,), total=Decimal("85.00")))

    assert balanced.items[0].discount == Decimal("15.00")


def test_several_discounts_count_together():
    discounts = (Discount(name="Купон", amount=Decimal(10)), Discount(name="Карта", amount=Decimal(20)))
    order = order_of("100.00", "200.00", total=Decimal(270), discounts=discounts)

    assert totals(balance(order)) == ["90.00", "180.00"]


def test_the_delivery_is_spared_by_a_discount_that_the_goods_can_bear():
    order = an_order(items=(an_item(), a_delivery("300.00")), total=Decimal("300.00"))

    assert totals(balance(order)) == ["0.00", "300.00"]


def test_the_delivery_bears_a_discount_above_the_goods():
    order = an_order(items=(an_item(), a_delivery("300.00")), total=Decimal("200.00"))

    assert totals(balance(order)) == ["50.00", "150.00"]


def test_one_item_standing_twice_loses_its_part_twice():
    item = an_item()
    order = an_order(items=(item, item), total=Decimal("150.01"))

    assert sorted(totals(balance(order))) == ["75.00", "75.01"]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(order_of("100.00", total=Decimal("100.01")), id="total above the rows"),
        pytest.param(
            order_of("100.00", discount="10.00", total=Decimal("95.00")), id="discount above the difference"
        ),
        pytest.param(
            order_of("100.00", discount="3.00", total=Decimal("95.00")), id="discount below the difference"
        ),
        pytest.param(
            order_of("100.00", discount="10.00", total=Decimal("110.00")), id="discount that is a surcharge"
        ),
        pytest.param(
            an_order(items=(an_item(vat_rate=Decimal(20)),), vat_included=False, total=Decimal("100.00")),
            id="total without the vat on top",
        ),
        pytest.param(
            an_order(items=(an_item(vat_rate=Decimal(20)),), vat_included=False, total=Decimal("90.00")),
            id="net total, the vat on top",
        ),
        pytest.param(order_of("100.00", total=Decimal(0)), id="a total that was never computed"),
        pytest.param(
            order_of("100.00", discount="0.00", total=Decimal(0)), id="no total and a discount of nought"
        ),
        pytest.param(
            an_order(items=(an_item(), a_delivery("30.00")), total=Decimal("100.00")),
            id="a total that forgot the delivery",
        ),
        pytest.param(
            an_order(
                items=(an_item(vat_rate=Decimal(20)), a_delivery("10.00", vat_rate=Decimal(20))),
                vat_included=False,
                total=Decimal("120.00"),
            ),
            id="a total that forgot the delivery, the vat on top",
        ),
        pytest.param(
            order_of("100.00", discount="150.00", total=Decimal("10.00")),
            id="a coupon above the order, not clamped",
        ),
    ],
)
def test_money_that_does_not_add_up_is_refused(order):
    with pytest.raises(InvalidDocument) as refused:
        balance(order)

    problem = refused.value.problem
    assert problem.code == "money-mismatch"
    assert str(order.total) in str(problem)
    assert str(payable(order)) in str(problem)
    assert not problem.warning


def test_the_vat_on_top_is_part_of_what_the_customer_pays():
    items = (an_item(vat_rate=Decimal(20)), an_item(id="nut", vat_rate=Decimal(10)), an_item(id="nail"))

    assert payable(an_order(items=items, vat_included=False)) == Decimal("330.00")
    assert payable(an_order(items=items)) == Decimal("300.00")


def fair_share(amount: Decimal, row: Decimal, rows: list[Decimal]) -> Fraction:
    total = sum(map(Fraction, rows))
    return Fraction(amount) * Fraction(row) / total if total else Fraction(0)


def expected_row_vat(total: Decimal, rate: Decimal | None, included: bool) -> Decimal:
    """To the kopeck, halves up, in fractions: by no arithmetic of the package."""
    exact = Fraction(total) * Fraction(rate or 0) / (Fraction(rate or 0) + 100 if included else 100)
    return Decimal(int(exact * 100 + Fraction(1, 2))).scaleb(-2)


def expected_vat(document: OrderDocument) -> Decimal:
    return sum(
        (expected_row_vat(item.total, item.vat_rate, document.vat_included) for item in document.items), Decimal(0)
    )


def expected_rows(document: OrderDocument, discount: Decimal) -> OrderDocument:
    """The order as its shop would compute it: the goods less their share, the delivery only if it must."""
    goods = [item for item in document.items if not item.is_service]
    if sum(item.total for item in goods) < discount:
        goods = list(document.items)
    parts = dict(zip(map(id, goods), spread(discount, [item.total for item in goods]), strict=True))
    assume(len(parts) == len(goods))
    items = tuple(replace(item, total=item.total - parts.get(id(item), Decimal(0))) for item in document.items)
    return replace(document, items=items)


def expected_payable(order: OrderDocument, discounted: OrderDocument) -> Decimal:
    rows = sum((item.total for item in discounted.items), Decimal(0))
    return rows if order.vat_included else rows + expected_vat(discounted)


def assert_rows_only_lost(before: OrderDocument, after: OrderDocument) -> None:
    assert len(before.items) == len(after.items)
    for old, new in zip(before.items, after.items, strict=True):
        assert 0 <= new.total <= old.total
        assert new.discount - old.discount == old.total - new.total
        assert replace(new, total=old.total, discount=old.discount) == old
