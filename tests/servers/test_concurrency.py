"""Several clients, and the shop's own work, at the same moment: on a database with real row locks."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from django_onec_exchange.models import ExchangeSession, InfoBase, OrderBatch, OrderDelivery, SkippedOrder
from django_onec_exchange.signals import orders_marked
from django_onec_exchange.simulator import UT11, BitrixModule
from tests.conftest import ENDPOINT
from tests.shop.models import Order

from .shop import make_orders, sent_numbers, wait_until, waiting_for_locks
from .threads import OpenTransaction, edit, threads

pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor not in ("postgresql", "mysql"),
        reason="needs row locks and a connection for each thread: set DATABASE_URL to PostgreSQL or MariaDB",
    ),
]

State = OrderDelivery.State
LEDGER = "/1c/second/exchange/"  # tests/urls.py
MARKERS = [
    "django_onec_exchange.adapters.OrderMarker",
    "django_onec_exchange.adapters.LedgerOrderMarker",
    "tests.exchange.adapters.MarkerByContent",
    "tests.exchange.adapters.LedgerByDate",
]


@pytest.fixture
def running():
    with threads() as running:
        yield running


@pytest.fixture
def announced():
    """Keys of the orders that ``orders_marked`` told the shop of, as often as it did."""
    told: list[int] = []

    def listen(sender, order_ids, **_):
        told.extend(order_ids)

    orders_marked.connect(listen)
    yield told
    orders_marked.disconnect(listen)


def numbers(orders) -> list[str]:
    return [order.number for order in orders]


def marked_counts() -> list[int]:
    return list(OrderBatch.objects.order_by("pk").values_list("marked_count", flat=True))


def delivered(state: str) -> list[str]:
    return list(OrderDelivery.objects.filter(state=state).order_by("number").values_list("number", flat=True))


@pytest.mark.parametrize("path", [ENDPOINT, LEDGER], ids=["fields", "ledger"])
@pytest.mark.parametrize("names", [("1c", "1c"), ("1c", "other")], ids=["one account", "two accounts"])
def test_clients_at_once_lose_nothing_and_mark_nothing_twice(
    settings, call_site, make_account, running, announced, path, names
):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 20
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 7
    make_account("other")
    expected = make_orders(60)
    kinds = zip([UT11, BitrixModule], names, strict=True)
    clients = [call_site(kind, path=path, username=name) for kind, name in kinds]

    for _ in range(4):
        for report in running.at_once(*[client.fetch_orders for client in clients]):
            assert report.confirmed, report.error

    assert delivered(State.MARKED) == expected
    assert sum(marked_counts()) == 60
    assert sorted(announced) == sorted(Order.objects.values_list("pk", flat=True))
    assert set(clients[0].infobase.orders) | set(clients[1].infobase.orders) == set(expected)


def test_polling_clients_of_one_account_do_not_disturb_each_other(call_site, running):
    clients = [call_site() for _ in range(4)]

    for _ in range(5):
        reports = running.at_once(*[client.fetch_orders for client in clients])

        assert [(report.error, report.confirmed) for report in reports] == [(None, True)] * 4


def confirm(onec) -> bool:
    onec.success()
    return onec.confirmed


def test_success_several_times_at_once_marks_once(call_site, running, announced):
    expected = make_orders(30)
    onec = call_site()
    onec.checkauth()
    onec.query()

    answers = running.at_once(*[lambda: confirm(onec)] * 4)

    assert answers == [True] * 4
    assert sent_numbers() == expected
    assert marked_counts() == [30]
    assert len(announced) == len(set(announced)) == 30


def test_a_call_does_not_wait_for_a_confirmation_by_another_session(call_site, running):
    make_orders(1)
    onec = call_site()
    onec.checkauth()
    confirming = OpenTransaction(running, lambda: InfoBase.objects.get().lock())

    running.start(onec.init).result(5)

    confirming.commit()


@pytest.mark.parametrize(
    "change",
    [
        lambda: OrderBatch.objects.update(state=OrderBatch.State.BROKEN, confirmed_at=timezone.now()),
        lambda: OrderDelivery.objects.update(state=State.CHANGED),
        lambda: SkippedOrder.objects.update(resolved_at=timezone.now()),
    ],
    ids=["batch", "delivery", "skipped order"],
)
def test_a_change_of_one_row_does_not_lock_the_rows_it_refers_to(call_site, make_order, running, change):
    """Where the index of a foreign key holds the changed column, MariaDB does: a way into a deadlock."""
    make_orders(1)
    make_order(rows=0)
    onec = call_site()
    onec.checkauth()
    onec.query()
    others = OpenTransaction(
        running,
        lambda: (InfoBase.objects.get().lock(), ExchangeSession.objects.update(last_seen_at=timezone.now())),
    )

    assert running.start(change).result(5) == 1

    others.commit()


@pytest.mark.parametrize("marker", MARKERS)
def test_two_sessions_confirm_the_same_orders_at_once(settings, call_site, running, announced, marker):
    settings.ONEC_EXCHANGE_ORDER_MARKER = marker
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    expected = make_orders(5)
    clients = [call_site(), call_site()]
    for onec in clients:
        onec.checkauth()
        onec.query()
    shop = OpenTransaction(running, lambda: Order.objects.select_for_update().get(number="000003"))

    answers = [running.start(confirm, onec) for onec in clients]
    wait_until(lambda: waiting_for_locks() >= 2, "both wait, one for the order and one for the other")
    shop.commit()

    assert [answer.result(20) for answer in answers] == [True, True]
    assert delivered(State.MARKED) == expected
    assert sorted(marked_counts()) == [0, 5]
    assert len(announced) == len(set(announced)) == 5


def test_two_bases_confirm_the_same_orders_at_once(settings, call_site, running):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 3
    expected = make_orders(20)
    clients = [call_site(), call_site(path=LEDGER)]
    for onec in clients:
        onec.checkauth()
        onec.query()

    answers = running.at_once(*[lambda onec=onec: confirm(onec) for onec in clients])

    assert answers == [True, True]
    assert sent_numbers() == expected
    assert marked_counts() == [20, 20]


@pytest.fixture(params=["read committed", "repeatable read"])
def isolation(request, monkeypatch):
    """What threads' new connections get; MariaDB's own default is the second."""
    level = request.param
    if connection.vendor == "postgresql":
        from psycopg import IsolationLevel

        level = IsolationLevel[level.replace(" ", "_").upper()]
    options = connections.databases["default"].setdefault("OPTIONS", {})
    monkeypatch.setitem(options, "isolation_level", level)
    return request.param


@pytest.mark.parametrize("marker", MARKERS)
def test_success_waits_for_an_edit_and_leaves_the_edited_order_unsent(
    settings, call_site, running, isolation, marker
):
    settings.ONEC_EXCHANGE_ORDER_MARKER = marker
    expected = make_orders(3)
    onec = call_site()
    onec.checkauth()
    onec.query()
    shop = OpenTransaction(running, lambda: edit("000002"))

    answer = running.start(confirm, onec)
    wait_until(waiting_for_locks, "success waits for the edit")
    assert delivered(State.MARKED) == []
    shop.commit()

    if not answer.result(20):  # PostgreSQL's "could not serialize access" under repeatable read
        assert isolation == "repeatable read"
        onec.success()
    assert onec.confirmed
    assert delivered(State.MARKED) == ["000001", "000003"]
    assert delivered(State.CHANGED) == ["000002"]
    report = onec.fetch_orders()
    assert [order.comment for order in report.orders] == ["changed meanwhile"]
    assert sorted(delivered(State.MARKED)) == expected


def test_an_edit_that_waits_for_success_changes_an_order_that_is_sent(settings, call_site, running):
    """The edit comes after the confirmation then, and is not lost: both stand in the row."""
    make_orders(2)
    onec = call_site()
    onec.checkauth()
    onec.query()
    shop = OpenTransaction(running, lambda: Order.objects.select_for_update().get(number="000002"))
    answer = running.start(confirm, onec)
    wait_until(waiting_for_locks, "success waits, holding the first order")
    late = running.start(edit_in_a_transaction, "000001")
    wait_until(lambda: waiting_for_locks() >= 2, "the edit of the first order waits for success")

    shop.commit()

    assert answer.result(20)
    late.result(20)
    order = Order.objects.get(number="000001")
    assert (order.sent_to_1c, order.comment) == (True, "changed meanwhile")


def edit_in_a_transaction(number: str) -> None:
    with transaction.atomic():
        edit(number)


def test_a_query_does_not_wait_for_an_edit_and_the_edit_goes_next(call_site, running):
    make_orders(3)
    onec = call_site()
    onec.checkauth()
    shop = OpenTransaction(running, lambda: edit("000002"))

    received = onec.query()
    shop.commit()
    onec.success()

    assert [order.comment for order in received] == ["", "", ""]
    assert sent_numbers() == ["000001", "000003"]
    assert [order.comment for order in onec.fetch_orders().orders] == ["changed meanwhile"]


def test_an_order_committed_after_the_query_goes_next_however_old_it_is(call_site, running):
    make_orders(2, first=2)
    onec = call_site()
    onec.checkauth()
    shop = OpenTransaction(running, lambda: make_orders(1))

    received = onec.query()
    shop.commit()
    onec.success()

    assert numbers(received) == sent_numbers() == ["000002", "000003"]
    assert numbers(onec.fetch_orders().orders) == ["000001"]


def test_a_deadlock_with_the_shop_is_told_and_nothing_is_half_done(call_site, running):
    """The database ends one of the two: the confirmation is undone as a whole, or the shop's change is."""
    expected = make_orders(2)
    onec = call_site()
    onec.checkauth()
    onec.query()

    locked, go_on = Event(), Event()

    def lock_backwards():
        with transaction.atomic():
            edit("000002")
            locked.set()
            assert go_on.wait(20)
            edit("000001")

    shop = running.start(lock_backwards)
    assert locked.wait(20)
    answer = running.start(confirm, onec)
    wait_until(waiting_for_locks, "success waits for the second order, holding the first")
    go_on.set()

    try:
        shop.result(20)
    except OperationalError as error:
        assert "eadlock" in str(error)
    assert answer.result(20) or sent_numbers() == []
    onec.success()
    assert onec.confirmed
    unchanged = list(Order.objects.filter(comment="").order_by("number").values_list("number", flat=True))
    assert sent_numbers() == unchanged
    assert unchanged in ([], expected)
