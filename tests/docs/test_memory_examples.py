"""The examples of docs/adapters/memory.md and of docs/delivery.md run."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.checks import run_checks

from django_onec_exchange.models import OrderDelivery
from tests.shop.models import Order

from .examples import in_tests, numbers
from .pages import DOCS, blocks, sections


def test_example_a_marker_that_does_more(example, settings, onec, make_order):
    example("A marker that does more")
    settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.AcceptingMarker"
    order = make_order()
    cancelled = make_order(status="paid")

    assert numbers(onec.fetch_orders()) == [order.number, cancelled.number]
    assert list(Order.objects.order_by("pk").values_list("sent_to_1c", "status")) == [
        (True, "accepted"),
        (True, "paid"),
    ]


def test_example_no_updated_at(example, settings, onec, make_order):
    example("No `updated_at`")
    settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.MarkerByContent"
    order = make_order()
    onec.checkauth()
    onec.query()
    order.items.update(price=Decimal(1))

    onec.success()

    assert numbers(onec.fetch_orders()) == [order.number]


@pytest.mark.parametrize("named", [False, True], ids=["by content", "by date"])
def test_example_a_model_nobody_may_alter(example, settings, onec, make_order, named):
    example("An Order model nobody may alter")
    if named:
        settings.ONEC_EXCHANGE_ORDER_MARKER = "shop.exchange.Ledger"
    order = make_order()
    before = Order.objects.values().get(pk=order.pk)

    assert run_checks(tags=["onec_exchange"]) == []
    assert numbers(onec.fetch_orders()) == [order.number]
    assert onec.fetch_orders().orders == ()
    assert Order.objects.values().get(pk=order.pk) == before


def test_example_which_orders_are_sent_again(example, settings, onec, make_order):
    delivery = sections(DOCS / "delivery.md")
    order = make_order(number="1001")
    fields, ledger = blocks(delivery["Send an order again"], "python")

    assert numbers(onec.fetch_orders()) == ["1001"]
    assert onec.fetch_orders().orders == ()
    exec(in_tests(fields), {})
    assert numbers(onec.fetch_orders()) == ["1001"]

    Order.objects.filter(pk=order.pk).update(sent_to_1c=False)
    OrderDelivery.objects.all().delete()
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    assert numbers(onec.fetch_orders()) == ["1001"]
    assert onec.fetch_orders().orders == ()
    exec(in_tests(ledger), {})
    assert numbers(onec.fetch_orders()) == ["1001"]
