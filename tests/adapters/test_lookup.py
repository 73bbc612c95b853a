"""``OneOf`` finds what ``__in`` finds, whatever the keys are."""

from __future__ import annotations

import uuid

import pytest
from django.db.models import F
from django.utils import timezone

from django_onec_exchange.lookups import OneOf
from tests.shop.models import Customer, Deal, Order, Stage

pytestmark = pytest.mark.django_db

NUMBERS = ["7", "it's", "a,b", "{}", "%s", 'say "NULL"', ""]


def found(rows, name: str, keys) -> set:
    by_key = set(rows.filter(OneOf(F(name), keys)))
    assert by_key == set(rows.filter(**{f"{name}__in": list(keys)}))
    return by_key


def test_by_primary_key(make_order):
    orders = [make_order() for _ in range(3)]

    assert found(Order.objects, "pk", [orders[0].pk, orders[2].pk, orders[2].pk, 10**12]) == {orders[0], orders[2]}


def test_by_a_uuid():
    stage = Stage.objects.create(name="new", code="new")
    deals = [Deal.objects.create(status=stage, created_at=timezone.now()) for _ in range(3)]

    assert found(Deal.objects, "pk", [deals[1].pk, uuid.uuid4()]) == {deals[1]}


def test_by_text(make_order):
    orders = {number: make_order(number=number) for number in NUMBERS}

    assert found(Order.objects, "number", NUMBERS) == {*orders.values()}
    assert found(Order.objects, "number", NUMBERS[1:3]) == {orders[one] for one in NUMBERS[1:3]}


def test_by_what_rows_point_to(make_order):
    customer = Customer.objects.create(last_name="Buyer")
    theirs = make_order(customer=customer)
    make_order()

    assert found(Order.objects, "customer_id", {customer.pk}) == {theirs}


@pytest.mark.parametrize("keys", [[], [None], set()])
def test_nothing_is_found_by_nothing(make_order, keys):
    make_order()

    assert found(Order.objects, "customer_id", keys) == set()


def test_by_more_keys_than_one_chunk_has(make_order):
    order = make_order()

    assert found(Order.objects, "pk", range(order.pk, order.pk + 5000)) == {order}
