"""``assert_adapter`` tells an integrator in words what an adapter lacks."""

from __future__ import annotations

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
