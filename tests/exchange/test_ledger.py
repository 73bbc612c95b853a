"""Remembering in our tables: for Order models nobody may alter, and for several 1C bases."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import OrderDelivery
from tests.conftest import SECOND
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["LedgerOrderMarker", "LedgerByDate"])
def ledger(request, settings):
    module = "tests.exchange.adapters" if request.param == "LedgerByDate" else "django_onec_exchange.adapters"
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"{module}.{request.param}"


def test_orders_are_sent_once_and_never_altered(ledger, onec, make_order):
    order = make_order()
    before = Order.objects.values().get(pk=order.pk)

    assert [one.number for one in onec.fetch_orders().orders] == [order.number]
    assert onec.fetch_orders().orders == ()

    assert Order.objects.values().get(pk=order.pk) == before


def test_an_unconfirmed_order_is_sent_again(ledger, onec, make_order):
    make_order()

    onec.fetch_orders(confirm=False)

    assert len(onec.fetch_orders().orders) == 1


def test_an_order_changed_after_the_query_stays_unsent(ledger, onec, make_order):
    order = make_order()
    onec.checkauth()
    onec.query()
    order.comment = "changed"
    order.save()

    onec.success()

    assert OrderDelivery.objects.get().state == OrderDelivery.State.CHANGED
    assert [one.comment for one in onec.fetch_orders().orders] == ["changed"]


def test_two_bases_get_every_order_and_confirm_on_their_own(onec, make_onec, make_order):
    make_order()
    second = make_onec(path=SECOND)

    assert len(onec.fetch_orders().orders) == 1
    assert len(second.fetch_orders(confirm=False).orders) == 1
    assert onec.fetch_orders().orders == ()
    assert len(second.fetch_orders().orders) == 1
    assert second.fetch_orders().orders == ()


def test_a_session_of_one_base_is_unknown_to_the_other(ask, sign_in, make_order):
    make_order()

    answer = ask("mode=query", path=SECOND, cookie=sign_in())

    assert answer.content.decode().startswith("failure\nThe exchange session is unknown")


def test_a_withdrawn_delivery_sends_the_order_again(ledger, onec, make_order):
    make_order()
    onec.fetch_orders()

    OrderDelivery.objects.update(state=OrderDelivery.State.WITHDRAWN)

    assert len(onec.fetch_orders().orders) == 1


def test_two_sessions_with_the_same_orders_enter_them_once(ledger, make_onec, make_order):
    make_order()
    one, other = make_onec(), make_onec()
    for onec in (one, other):
        onec.checkauth()
        onec.query()

    one.success()
    other.success()

    states = sorted(OrderDelivery.objects.values_list("state", flat=True))
    assert states == [OrderDelivery.State.MARKED, OrderDelivery.State.NOT_WAITING]
