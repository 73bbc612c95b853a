"""``assert_adapter`` tells an integrator in words what an adapter lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.models import InfoBase
from django_onec_exchange.testing import assert_adapter

pytestmark = pytest.mark.django_db


class NoBuyers(OrderSerializer):
    def get_person_name(self, order, customer, context):
        return ""


class Strangers(OrderSerializer):
    def get_requisites(self, order, address, context):
        yield "Отменен", "true"


def test_a_sound_order_passes_and_nothing_is_stored(make_order):
    document = assert_adapter(make_order(total=Decimal(490)))

    assert document.total == sum(item.total for item in document.items) == Decimal(490)
    assert InfoBase.objects.count() == 0


def test_what_validation_finds_is_told(make_order):
    with pytest.raises(AssertionError, match="The order has no buyer"):
        assert_adapter(make_order(customer_email=""), serializer=NoBuyers)


def test_money_that_does_not_add_up_is_told(make_order):
    with pytest.raises(AssertionError, match="The money does not add up"):
        assert_adapter(make_order(total=Decimal(9000)))


def test_what_1c_would_misread_is_told(make_order):
    with pytest.raises(AssertionError, match="Отменен has no effect"):
        assert_adapter(make_order(), serializer=Strangers)


class Bare:
    """An order of a model that has none of the well-known names."""

    pk = 7


@dataclass
class Undated:
    created_at: datetime | None = None
    pk: int = 7


@pytest.mark.parametrize("order", [Bare(), Undated()], ids=["no such name", "empty"])
def test_an_order_without_a_date_is_told_with_the_names_that_were_tried(order):
    with pytest.raises(AssertionError, match="get_created_at") as caught:
        assert_adapter(order)

    assert all(name in str(caught.value) for name in ("created_at", "date_placed", "created"))
    assert type(order).__name__ in str(caught.value)


class Failing(OrderSerializer):
    def get_comment(self, order, context):
        return order.remark


def test_a_serializer_that_raises_is_told_with_what_it_raised(make_order):
    with pytest.raises(AssertionError, match=r"Failing.*AttributeError.*remark"):
        assert_adapter(make_order(), serializer=Failing)
