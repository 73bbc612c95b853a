"""What databases do differently: keys that are no numbers, and texts that one of them refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from django_onec_exchange.adapters import OrderSerializer
from django_onec_exchange.models import OrderDelivery, SkippedOrder
from django_onec_exchange.simulator import BitrixModule, Infobase
from django_onec_exchange.status import exchange_status
from tests.shop.models import Order

from .shop import make_orders, sent_numbers

MARKERS = [
    "django_onec_exchange.adapters.OrderMarker",
    "django_onec_exchange.adapters.LedgerOrderMarker",
    "tests.exchange.adapters.LedgerByDate",
]


@pytest.fixture
def uuid_shop(transactional_db, settings):
    """The models of a shop with UUID keys, and their tables."""
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "tests.servers.uuidshop"]):
        from .uuidshop import models

        settings.ONEC_EXCHANGE_ORDER_MODEL = "uuidshop.Order"
        with connection.schema_editor() as editor:
            editor.create_model(models.Order)
            editor.create_model(models.OrderItem)
        yield models
        with connection.schema_editor() as editor:
            editor.delete_model(models.OrderItem)
            editor.delete_model(models.Order)


@pytest.mark.parametrize("marker", MARKERS)
def test_orders_may_have_uuids_for_keys(settings, uuid_shop, make_onec, marker):
    settings.ONEC_EXCHANGE_ORDER_MARKER = marker
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    begin = timezone.now() - timedelta(days=1)
    orders = [
        uuid_shop.Order.objects.create(number=f"{1 + index}", created_at=begin + timedelta(minutes=index))
        for index in range(4)
    ]
    for order in orders[:3]:
        uuid_shop.OrderItem.objects.create(order=order)
    onec = make_onec(BitrixModule)

    report = onec.fetch_orders()

    assert report.confirmed, report.error
    assert [order.number for order in report.orders] == ["1", "2", "3"]
    assert SkippedOrder.objects.get().number == "4"
    assert OrderDelivery.objects.filter(state=OrderDelivery.State.MARKED).count() == 3
    status = exchange_status()
    assert (status.waiting, status.sent, status.skipped) == (0, 3, 1)

    uuid_shop.OrderItem.objects.create(order=orders[3])
    orders[3].save()
    SkippedOrder.objects.update(retry_requested=True)
    again = onec.fetch_orders()

    assert [order.number for order in again.orders] == ["4"]
    assert exchange_status().sent == 4
    if marker == MARKERS[0]:
        assert uuid_shop.Order.objects.filter(sent_to_1c=True, export_skipped=False).count() == 4


def test_an_order_with_a_uuid_that_changed_meanwhile_stays_unsent(uuid_shop, make_onec):
    order = uuid_shop.Order.objects.create(number="1", created_at=timezone.now())
    uuid_shop.OrderItem.objects.create(order=order)
    onec = make_onec()
    onec.checkauth()
    onec.query()
    order.comment = "changed"
    order.save()

    onec.success()

    assert OrderDelivery.objects.get().state == OrderDelivery.State.CHANGED
    assert [again.comment for again in onec.fetch_orders().orders] == ["changed"]


@pytest.mark.parametrize("marker", MARKERS)
def test_an_order_with_a_uuid_that_1c_refuses_is_set_aside(settings, uuid_shop, make_onec, marker):
    settings.ONEC_EXCHANGE_ORDER_MARKER = marker
    begin = timezone.now() - timedelta(days=1)
    for index in range(4):
        order = uuid_shop.Order.objects.create(number=f"{1 + index}", created_at=begin + timedelta(minutes=index))
        uuid_shop.OrderItem.objects.create(order=order)
    infobase = Infobase(refuse=lambda order: order.number == "2")

    for _ in range(12):
        make_onec(infobase=infobase).fetch_orders()

    assert sorted(infobase.orders) == ["1", "3", "4"]
    assert SkippedOrder.objects.get().code == "refused"
    infobase.refuse = None
    SkippedOrder.objects.update(retry_requested=True)
    assert [order.number for order in make_onec(infobase=infobase).fetch_orders().orders] == ["2"]


#: Texts that a serializer may come by from elsewhere, and a database refuses: NUL and lone surrogates
#: (PostgreSQL), more than the column takes.
STRANGE = {"NUL": "A\x0002", "surrogate": "A\ud80002", "long": "\x07" * 300 + "A02", "emoji": "А-№2😀"}


class StrangeNumbers(OrderSerializer):
    def get_number(self, order, context):
        return STRANGE.get(order.comment) or super().get_number(order, context)


class StrangeCurrency(OrderSerializer):
    """The reason to leave the order out quotes the text."""

    def get_currency(self, order, context):
        return STRANGE.get(order.comment) or super().get_currency(order, context)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STRANGE)
def test_a_number_that_the_database_refuses_stops_no_other_order(settings, make_onec, kind):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"{__name__}.StrangeNumbers"
    numbers = make_orders(3)
    Order.objects.filter(number="000002").update(comment=kind)
    onec = make_onec()

    report = onec.fetch_orders()

    assert report.confirmed, report.error
    assert {numbers[0], numbers[2]} <= set(sent_numbers())
    assert SkippedOrder.objects.filter(resolved_at=None).count() == 3 - len(sent_numbers())


@pytest.mark.django_db
@pytest.mark.parametrize("kind", STRANGE)
def test_a_reason_that_quotes_such_a_text_stops_no_other_order(settings, make_onec, kind):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"{__name__}.StrangeCurrency"
    numbers = make_orders(3)
    Order.objects.filter(number="000002").update(comment=kind)
    onec = make_onec()

    report = onec.fetch_orders()

    assert report.confirmed, report.error
    assert sent_numbers() == [numbers[0], numbers[2]]
    assert SkippedOrder.objects.get().code == "no-currency"


@pytest.mark.django_db
@pytest.mark.parametrize("agent", ["1C+Enterprise/8.3 \N{PILE OF POO}".encode().decode("latin-1"), "1C" * 400])
def test_any_program_name_is_remembered(make_onec, agent):
    make_orders(1)

    assert make_onec(user_agent=agent).fetch_orders().confirmed
