"""What people do with orders past 1C, whatever remembers them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from django_onec_exchange.adapters import OrderSerializer, get_order_model
from django_onec_exchange.models import ExchangeSession, OrderBatch, OrderDelivery, SkippedOrder, SuspectOrder
from django_onec_exchange.outgoing.by_hand import mark_as_sent, send_again, try_again
from django_onec_exchange.protocol.errors import NotConfigured
from django_onec_exchange.signals import orders_bulk_updated
from django_onec_exchange.status import context_of, exchange_status
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

ADAPTERS = "tests.exchange.adapters"
MARKERS = [
    "django_onec_exchange.adapters.OrderMarker",
    "django_onec_exchange.adapters.LedgerOrderMarker",
    f"{ADAPTERS}.MarkerByContent",
    f"{ADAPTERS}.LedgerByDate",
]


@pytest.fixture(params=MARKERS, ids=lambda path: path.rpartition(".")[2])
def marker(request, settings):
    settings.ONEC_EXCHANGE_ORDER_MARKER = request.param
    return request.param


@pytest.fixture
def again():
    return lambda *orders: send_again([order.pk for order in orders], context_of("default"))


@pytest.fixture
def mark(account):
    return lambda *orders, note="1C has it": mark_as_sent(
        [order.pk for order in orders], note, account, context_of("default")
    )


def numbers(onec) -> list[str]:
    return [order.number for order in onec.fetch_orders().orders]


# -- send again


def test_an_order_that_1c_has_goes_once_more_and_then_no_more(marker, onec, make_order, again):
    order, _other = make_order(), make_order()
    onec.fetch_orders()

    assert again(order) == {order.pk}

    assert numbers(onec) == [order.number]
    assert numbers(onec) == []
    states = OrderDelivery.objects.filter(order_id=order.pk).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "marked"]


def test_an_order_that_waits_anyway_stays_as_it_is(marker, onec, make_order, again):
    order = make_order()

    assert again(order) == set()

    assert numbers(onec) == [order.number]


def test_asking_twice_sends_it_once(marker, onec, make_order, again):
    order = make_order()
    onec.fetch_orders()
    again(order)

    assert again(order) == set()

    assert numbers(onec) == [order.number]
    assert numbers(onec) == []


def test_a_file_that_1c_had_before_does_not_confirm_it(marker, make_onec, make_order, again):
    order = make_order()
    early, onec = make_onec(), make_onec()
    early.checkauth()
    early.query()
    onec.fetch_orders()
    again(order)

    early.success()

    assert numbers(onec) == [order.number]


def test_the_shop_is_told_and_the_order_counts_as_changed(
    onec, make_order, again, django_capture_on_commit_callbacks
):
    order = make_order()
    onec.fetch_orders()
    order.refresh_from_db()
    told = []

    def receive(sender, **arguments):
        told.append((sender, arguments["order_ids"], arguments["count"], set(arguments["fields"])))

    orders_bulk_updated.connect(receive)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            again(order)
    finally:
        orders_bulk_updated.disconnect(receive)

    assert told == [(get_order_model(), [order.pk], 1, {"sent_to_1c", "sent_to_1c_at", "updated_at"})]
    now = Order.objects.get(pk=order.pk)
    assert (now.sent_to_1c, now.sent_to_1c_at) == (False, None)
    assert now.updated_at > order.updated_at


def test_one_base_asks_without_the_other(make_onec, make_order):
    order = make_order()
    first, second = make_onec(), make_onec(path="/1c/second/exchange/")
    for onec in (first, second):
        onec.fetch_orders()

    send_again([order.pk], context_of("second"))

    assert numbers(first) == []
    assert numbers(second) == [order.number]


def test_an_order_that_was_deleted_is_passed_over(marker, onec, make_order, again):
    order = make_order()
    onec.fetch_orders()
    Order.objects.filter(pk=order.pk).delete()

    assert again(order) == set()


@pytest.fixture
def rivals(onec, make_order):
    """An order that 1C has, and an older one of the same number that is left out for it."""
    older, owner = make_order(number="8"), make_order(number="7")
    onec.fetch_orders()
    send_again([older.pk], context_of("default"))
    Order.objects.filter(pk=older.pk).update(number="7")
    OrderDelivery.objects.filter(order_id=older.pk).delete()  # it never went under another number
    onec.fetch_orders()
    assert SkippedOrder.objects.get().code == "number-taken"
    return owner, older


def test_an_order_that_goes_again_keeps_its_number_for_itself(marker, onec, rivals, again):
    owner, older = rivals
    again(owner)
    try_again(SkippedOrder.objects.all())

    report = onec.fetch_orders()

    assert [(order.id, order.number) for order in report.orders] == [(f"order-{owner.pk}", "7")]
    assert SkippedOrder.objects.get(resolved_at=None).order_id == str(older.pk)


def test_a_number_that_1c_may_have_from_an_order_withdrawn_meanwhile_is_taken(
    marker, make_onec, make_order, again, mark
):
    """The first file never came to its confirmation, but 1C may have read it."""
    owner = make_order(number="7")
    early, onec = make_onec(), make_onec()
    early.checkauth()
    early.query()
    mark(owner)
    again(owner)
    OrderBatch.objects.filter(state="by-hand").delete()
    make_order(number="7")
    Order.objects.filter(pk=owner.pk).update(number="8")

    assert numbers(onec) == ["8"]


def test_a_marker_of_the_shop_that_cannot_do_it_is_named(settings, onec, make_order, again):
    order = make_order()
    onec.fetch_orders()
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"{__name__}.ForgetsNothing"

    with pytest.raises(NotConfigured):
        again(order)


class ForgetsNothing:
    """Written without ours; it has what the exchange itself calls."""

    def filter_waiting(self, queryset, context): ...

    filter_sent = get_revision = get_current_revisions = mark = skip = restore = updated_at = filter_waiting


# -- mark as sent


def test_an_order_marked_by_hand_does_not_go(marker, onec, make_order, mark):
    order, other = make_order(), make_order()

    assert mark(order) == {order.pk}

    assert numbers(onec) == [other.number]
    assert mark(order, other) == set()


def test_who_marked_it_and_why_is_kept(marker, account, make_order, mark):
    order = make_order()

    mark(order, note="entered in 1C by hand")

    batch = OrderBatch.objects.get()
    assert (batch.state, batch.note, batch.marked_count) == ("by-hand", "entered in 1C by hand", 1)
    assert (batch.session.account, batch.order_count) == (account, 0)
    delivery = batch.deliveries.get()
    assert (delivery.order_id, delivery.number, delivery.state) == (str(order.pk), order.number, "marked")


def test_an_order_marked_by_hand_goes_when_it_is_asked_for(marker, onec, make_order, mark, again):
    order = make_order()
    mark(order)

    assert again(order) == {order.pk}

    assert numbers(onec) == [order.number]


class PrefixedNumbers(OrderSerializer):
    def get_number(self, order, context):
        return f"W-{order.number}"


def test_it_is_kept_under_the_number_by_which_1c_would_know_it(settings, marker, make_order, mark):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.test_by_hand.PrefixedNumbers"
    order = make_order()

    mark(order)

    assert OrderDelivery.objects.get().number == f"W-{order.number}"


class NoNumbers(OrderSerializer):
    def get_number(self, order, context):
        raise ValueError("this one cannot be read")


def test_an_order_that_cannot_be_read_can_be_marked_all_the_same(settings, marker, make_order, mark):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.test_by_hand.NoNumbers"
    order = make_order()

    assert mark(order) == {order.pk}
    assert OrderDelivery.objects.get().number == order.number


def test_an_order_that_was_left_out_is_so_no_more(marker, onec, make_order, mark):
    order = make_order(total=Decimal(9999))
    onec.fetch_orders()
    SuspectOrder.objects.create(base=OrderBatch.objects.get().base, order_id=order.pk, number=order.number)

    mark(order)

    assert SkippedOrder.objects.get().resolved_at is not None
    assert not SuspectOrder.objects.exists()
    assert numbers(onec) == []


def test_what_1c_confirms_later_changes_nothing(marker, onec, make_order, mark):
    order = make_order()
    onec.checkauth()
    onec.query()

    mark(order)
    onec.success()

    assert sorted(OrderDelivery.objects.values_list("state", flat=True)) == ["marked", "not-waiting"]


def test_nothing_is_taken_for_a_call_or_a_confirmation_of_1c(marker, onec, make_order, mark):
    mark(make_order())

    status = exchange_status()
    assert (status.sent, status.waiting) == (1, 0)
    assert (status.last_confirmed_at, status.last_contact_at) == (None, None)


def test_a_marker_that_marks_some_counts_those(settings, make_order, mark):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"{ADAPTERS}.MarkerOfEvenOrders"
    orders = [make_order(), make_order()]

    marked = mark(*orders)

    assert marked == {order.pk for order in orders if order.pk % 2 == 0}
    assert OrderDelivery.objects.count() == OrderBatch.objects.get().marked_count == 1


def test_cleaning_up_forgets_no_order_that_was_marked_by_hand(marker, onec, make_order, mark, time_machine):
    order = make_order()
    mark(order)
    time_machine.move_to(timezone.now() + timedelta(days=5000))

    call_command("onec_cleanup", verbosity=0)

    assert OrderDelivery.objects.get().order_id == str(order.pk)
    assert numbers(onec) == []


def test_an_order_whose_number_1c_has_from_another_is_not_marked(marker, onec, rivals, mark, again):
    owner, older = rivals

    assert mark(older) == set()

    assert not OrderBatch.objects.filter(state="by-hand").exists()
    assert SkippedOrder.objects.get().resolved_at is None
    again(owner)
    assert numbers(onec) == ["7"]


def test_of_two_orders_with_one_number_one_is_marked(marker, make_order, mark):
    first, second = make_order(number="7"), make_order(number="7")

    assert mark(first, second) == {first.pk}


def test_a_marker_that_marks_none_leaves_nothing_behind(settings, make_order, mark):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"{ADAPTERS}.MarkerOfEvenOrders"
    odd = next(order for order in (make_order(), make_order()) if order.pk % 2)

    assert mark(odd) == set()

    assert not OrderBatch.objects.exists()
    assert not ExchangeSession.objects.exists()


@pytest.mark.parametrize("gone", [False, True], ids=["sent", "gone"])
def test_a_record_of_an_order_that_waits_no_more_can_be_closed(marker, onec, make_order, mark, again, gone):
    order = make_order(rows=0)
    onec.fetch_orders()
    if gone:
        Order.objects.filter(pk=order.pk).delete()
    else:
        mark(order)
        SkippedOrder.objects.update(resolved_at=None)
        Order.objects.update(export_skipped=True)

    assert mark(order) == set()

    assert SkippedOrder.objects.get().resolved_at is not None
    if not gone:
        again(order)
        onec.fetch_orders()
        assert SkippedOrder.objects.get().resolved_at is None  # it was tried


def test_a_record_of_an_order_that_still_waits_stays_open(settings, onec, make_order, mark):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"{ADAPTERS}.MarkerOfEvenOrders"
    odd = next(order for order in (make_order(rows=0), make_order(rows=0)) if order.pk % 2)
    onec.fetch_orders()

    mark(odd)

    assert SkippedOrder.objects.get(order_id=odd.pk).resolved_at is None


class Interrupted(OrderSerializer):
    """Something happens to the order while it is looked at."""

    happens: list = []

    def serialize(self, order, context):
        while self.happens:
            self.happens.pop()(order)
        return super().serialize(order, context)


@pytest.mark.parametrize("gone", [False, True], ids=["marked", "deleted"])
def test_an_order_that_waits_no_more_is_not_left_out(settings, marker, onec, make_order, mark, gone):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"{__name__}.Interrupted"
    order = make_order(rows=0)
    Interrupted.happens.append(lambda order: Order.objects.filter(pk=order.pk).delete() if gone else mark(order))

    onec.fetch_orders()

    assert not SkippedOrder.objects.exists()
    assert not Order.objects.filter(export_skipped=True).exists()
    if not gone:
        assert send_again([order.pk], context_of("default")) == {order.pk}
