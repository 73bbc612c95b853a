"""What the exchange tells the shop: after commit, with what was really done, stopped by nobody."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal

import pytest
from django.db import connection, transaction

from django_onec_exchange import signals
from django_onec_exchange.models import OrderBatch, SkippedOrder
from django_onec_exchange.simulator import BitrixModule
from tests.conftest import body
from tests.shop.models import Order

pytestmark = pytest.mark.django_db(transaction=True)

IN_ORDER = ["order_skipped", "orders_exported", "orders_bulk_updated", "orders_marked"]
SIGNALS = {name: getattr(signals, name) for name in IN_ORDER}


class Listener:
    """Notes what it is told and whether that was in a transaction; raises if told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, object, dict]] = []
        self.in_transaction: list[bool] = []
        self.raises = False

    def receiver(self, name):
        def receive(sender, signal, **arguments):
            self.heard.append((name, sender, arguments))
            self.in_transaction.append(connection.in_atomic_block)
            if self.raises:
                raise RuntimeError("the shop's own receiver is broken")

        return receive

    def named(self, name: str) -> list[dict]:
        return [arguments for heard, _, arguments in self.heard if heard == name]


@pytest.fixture
def listener():
    listener = Listener()
    with ExitStack() as stack:
        for name, signal in SIGNALS.items():
            receiver = listener.receiver(name)
            signal.connect(receiver, weak=False)
            stack.callback(signal.disconnect, receiver)
        yield listener


def test_a_whole_exchange_is_told_in_its_order(onec, make_order, listener):
    make_order()
    make_order(rows=0)

    onec.fetch_orders()

    assert [name for name, _, _ in listener.heard] == IN_ORDER
    assert [sender for _, sender, _ in listener.heard] == [SkippedOrder, OrderBatch, Order, OrderBatch]
    assert listener.in_transaction == [False] * 4


def test_orders_exported_names_a_batch_that_can_be_confirmed(onec, make_order, listener):
    make_order()
    onec.checkauth()

    onec.query()

    (arguments,) = listener.named("orders_exported")
    assert set(arguments) == {"batch"}
    assert arguments["batch"] == OrderBatch.objects.get()
    assert arguments["batch"].order_count == 1
    assert arguments["batch"].state == OrderBatch.State.OPEN
    assert listener.named("orders_marked") == listener.named("orders_bulk_updated") == []


def test_each_page_is_exported_for_itself(settings, make_onec, make_order, listener):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    make_order()
    make_order()

    make_onec(BitrixModule).fetch_orders()

    assert [arguments["batch"].order_count for arguments in listener.named("orders_exported")] == [1, 1, 0]


def test_a_failed_query_exports_nothing(settings, ask, sign_in, make_order, listener):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.BrokenSerializer"
    for _ in range(2):  # of one alone the order would be to blame
        make_order()

    assert body(ask("mode=query", cookie=sign_in())).startswith("failure\n")

    assert listener.heard == []


def test_ids_and_count_are_those_really_marked(onec, make_order, listener):
    marked, changed, deleted = make_order(), make_order(), make_order()
    onec.checkauth()
    onec.query()
    changed.comment = "call first"
    changed.save()
    deleted.delete()

    onec.success()

    (told,) = listener.named("orders_marked")
    assert told == {"batch": OrderBatch.objects.get(), "order_ids": [marked.pk], "count": 1}
    (updated,) = listener.named("orders_bulk_updated")
    assert (list(updated["order_ids"]), updated["count"]) == ([marked.pk], 1)
    assert list(Order.objects.filter(sent_to_1c=True)) == [marked]


def test_orders_bulk_updated_names_the_changed_fields(onec, make_order, listener):
    make_order()

    onec.fetch_orders()

    (told,) = listener.named("orders_bulk_updated")
    assert set(told) == {"order_ids", "count", "fields"}
    assert set(told["fields"]) == {"sent_to_1c", "sent_to_1c_at", "updated_at", "export_skipped"}


def test_both_come_once_for_each_chunk_and_together_are_whole(settings, onec, make_order, listener):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    orders = [make_order() for _ in range(5)]

    onec.fetch_orders()

    for name in ("orders_marked", "orders_bulk_updated"):
        told = listener.named(name)
        assert [arguments["count"] for arguments in told] == [2, 2, 1]
        assert [pk for arguments in told for pk in arguments["order_ids"]] == [order.pk for order in orders]


def test_a_repeated_success_tells_nothing(onec, make_order, listener):
    make_order()
    onec.fetch_orders()
    listener.heard.clear()

    onec.success()

    assert onec.confirmed
    assert listener.heard == []


def test_nothing_is_told_of_what_was_rolled_back(settings, ask, sign_in, make_order, listener):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    listener.heard.clear()
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.BrokenMarker"

    assert body(ask("mode=success", cookie=token)).startswith("failure\n")

    assert listener.heard == []
    assert not Order.objects.get().sent_to_1c


def test_a_success_first_tells_nothing(ask, sign_in, make_order, listener):
    make_order()

    assert body(ask("mode=success", cookie=sign_in())).startswith("failure\n")

    assert listener.heard == []


def test_the_ledger_marks_without_touching_the_orders(settings, onec, make_order, listener):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    order = make_order()

    onec.fetch_orders()

    assert [told["order_ids"] for told in listener.named("orders_marked")] == [[order.pk]]
    assert listener.named("orders_bulk_updated") == []


def test_order_skipped_names_the_order_and_the_reason(onec, make_order, listener):
    order = make_order(total=Decimal(9999))

    onec.fetch_orders()

    (told,) = listener.named("order_skipped")
    assert set(told) == {"skipped", "order"}
    assert told["order"] == order
    assert told["skipped"] == SkippedOrder.objects.get()
    assert told["skipped"].reason


def test_the_order_says_so_when_the_shop_is_told(onec, make_order):
    make_order()
    seen = []

    def receive(sender, order_ids, **arguments):
        seen.append(Order.objects.filter(pk__in=order_ids, sent_to_1c=True).count())

    signals.orders_marked.connect(receive)
    try:
        onec.fetch_orders()
    finally:
        signals.orders_marked.disconnect(receive)

    assert seen == [1]


def test_receivers_that_raise_stop_nothing(onec, make_order, listener, caplog):
    listener.raises = True
    make_order()
    make_order(rows=0)

    report = onec.fetch_orders()

    assert report.confirmed
    assert [step.first_line for step in report.steps][-1] == "success"
    assert Order.objects.filter(sent_to_1c=True).count() == 1
    assert [name for name, _, _ in listener.heard] == IN_ORDER
    assert caplog.text.count("the shop's own receiver is broken") >= 4


def test_inside_a_transaction_of_the_caller_all_wait_for_its_end(onec, make_order, listener):
    make_order()

    with transaction.atomic():
        onec.fetch_orders()
        assert listener.heard == []

    assert [name for name, _, _ in listener.heard] == IN_ORDER[1:]
