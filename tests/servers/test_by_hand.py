"""People and 1C at the same moment: on a database with real row locks."""

from __future__ import annotations

import pytest
from django.db import connection

from django_onec_exchange.models import OrderBatch, OrderDelivery
from django_onec_exchange.outgoing.by_hand import mark_as_sent, send_again
from django_onec_exchange.outgoing.confirmation import confirm
from django_onec_exchange.status import context_of

from .test_concurrency import MARKERS
from .threads import threads

pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor not in ("postgresql", "mysql"),
        reason="needs row locks and a connection for each thread: set DATABASE_URL to PostgreSQL or MariaDB",
    ),
]


@pytest.fixture
def running():
    with threads() as running:
        yield running


@pytest.fixture(params=MARKERS, ids=lambda path: path.rpartition(".")[2])
def handed_over(request, settings, onec, make_order):
    """Twenty orders, of which 1C has confirmed ten and holds all in its last file."""
    settings.ONEC_EXCHANGE_ORDER_MARKER = request.param
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 3
    first = [make_order() for _ in range(10)]
    onec.fetch_orders()
    second = [make_order() for _ in range(10)]
    onec.checkauth()
    onec.query()
    return [order.pk for order in (*first, *second)]


def sent() -> set[int]:
    context = context_of("default")
    orders = context.adapters.selector.get_queryset()
    return set(context.adapters.marker.filter_sent(orders, context).values_list("pk", flat=True))


def marked() -> list[int]:
    rows = OrderDelivery.objects.filter(state=OrderDelivery.State.MARKED)
    return sorted(int(key) for key in rows.values_list("order_id", flat=True))


def success() -> int:
    session = OrderBatch.objects.latest("pk").session
    return confirm(session, context_of("default").adapters)


def test_success_and_asking_for_the_orders_again_leave_one_truth(running, handed_over):
    _count, again = running.at_once(success, lambda: send_again(handed_over, context_of("default")))

    assert marked() == sorted(sent())
    assert set(handed_over[:10]) <= again
    assert sent() == set(handed_over) - again


def test_success_and_marking_by_hand_mark_each_order_once(running, handed_over, account):
    confirmed, by_hand = running.at_once(
        success, lambda: mark_as_sent(handed_over, "1C has them", account, context_of("default"))
    )

    assert marked() == sorted(handed_over)
    assert sent() == set(handed_over)
    assert confirmed + len(by_hand) == 10


def test_two_people_who_ask_at_once_withdraw_each_order_once(running, handed_over):
    def ask() -> set[int]:
        return send_again(handed_over, context_of("default"))

    one, other = running.at_once(ask, ask)

    assert sorted([*one, *other]) == sorted(handed_over[:10])
    assert marked() == []
