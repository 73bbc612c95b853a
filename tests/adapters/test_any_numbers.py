"""Whatever numbers a shop keeps: what goes out is valid and adds up, and the rest has a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_onec_exchange.commerceml.errors import InvalidDocument
from django_onec_exchange.commerceml.money import balance, payable
from django_onec_exchange.commerceml.validation import check
from django_onec_exchange.commerceml.versions import VERSIONS
from tests.adapters.things import a_row, a_thing, an_order_thing
from tests.commerceml.schema import validate
from tests.documents import write

same_serializer = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

kopecks = st.integers(0, 10**8).map(lambda amount: Decimal(amount).scaleb(-2))
sound_amounts = kopecks | kopecks.map(float) | st.integers(0, 10**6) | st.decimals(0, 10**6, places=5)
sound_quantities = st.integers(1, 500) | st.floats(0.001, 500) | st.decimals("0.0001", 500, places=4)
wild_numbers = st.decimals() | st.floats() | st.integers() | st.sampled_from([None, "", "много", "1,5", True])
rates = st.sampled_from([None, "", 0, 10, 20.0, Decimal("20.00"), "22", "без НДС"])


def rows(amounts: Any, quantities: Any, vat_rates: Any) -> Any:
    fields = {
        "price": amounts,
        "quantity": quantities,
        "vat_rate": vat_rates,
        "product": st.builds(a_thing, pk=st.integers(), onec_id=st.sampled_from(["p", "p#v"])),
        "variant": st.none()
        | st.builds(a_thing, pk=st.integers(), onec_id=st.sampled_from(["v", "p#v", "p", ""])),
    }
    optional = {"discount": amounts, "total": amounts}
    return st.fixed_dictionaries(fields, optional=optional).map(lambda row: a_row(**row))


def orders(amounts: Any, quantities: Any, vat_rates: Any = rates) -> Any:
    fields = {"delivery_cost": amounts, "vat_included": st.booleans()}
    return st.builds(
        lambda rows, fields: an_order_thing(*rows, **fields),
        st.lists(rows(amounts, quantities, vat_rates), min_size=1, max_size=4),
        st.fixed_dictionaries(fields, optional={"total": amounts, "discount": amounts}),
    )


@same_serializer
@given(st.lists(st.tuples(sound_amounts, sound_quantities), min_size=1, max_size=5), sound_amounts, st.data())
def test_sound_numbers_of_every_kind_are_never_a_reason_to_leave_an_order_out(serialize, bought, delivery, data):
    goods = [a_row(price=price, quantity=quantity, vat_rate=data.draw(rates)) for price, quantity in bought]

    document = serialize(an_order_thing(*goods, delivery_cost=delivery, vat_included=data.draw(st.booleans())))

    assert check(document, stock=True) == []
    assert payable(balance(document)) == document.total
    validate(write(balance(document)), "2.10")


@same_serializer
@given(sound_amounts, sound_quantities, st.floats(0, 1) | st.decimals(0, 1))
def test_a_discount_in_any_precision_leaves_a_total_in_the_same(serialize, price, quantity, part):
    """A shop that computes both from the same unrounded sums."""
    rows_sum = serialize(an_order_thing(a_row(price=price, quantity=quantity))).total
    discount = rows_sum * Decimal(part)

    order = an_order_thing(a_row(price=price, quantity=quantity), discount=discount, total=rows_sum - discount)
    document = serialize(order)

    assert check(document, stock=True) == []
    assert payable(balance(document)) == document.total


@pytest.mark.parametrize(
    "given_orders",
    [orders(sound_amounts, sound_quantities), orders(wild_numbers, wild_numbers, wild_numbers)],
    ids=["sound", "wild"],
)
@same_serializer
@given(data=st.data(), version=st.sampled_from(list(VERSIONS)))
def test_what_passes_adds_up_and_is_valid(serialize, given_orders, data, version):
    document = serialize(data.draw(given_orders))

    problems = check(document, stock=True)
    assert all(str(problem) for problem in problems)
    if problems:
        return
    try:
        balanced = balance(document)
    except InvalidDocument as refused:
        assert refused.problem.code == "money-mismatch"
        return

    assert payable(balanced) == document.total
    assert all(item.id.count("#") <= 1 for item in balanced.items)
    validate(write(balanced, version=version), version)
