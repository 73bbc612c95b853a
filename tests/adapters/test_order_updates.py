"""Orders that come back from 1C: found again, never undone, never sent once more for that."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from django_onec_exchange.adapters import (
    ImportContext,
    OrderMarker,
    OrderSerializer,
    OrderUpdateHandler,
    apply_order_updates,
    load_adapters,
    load_order_update_handler,
)
from django_onec_exchange.commerceml.updates import OrderUpdate
from django_onec_exchange.models import InfoBase, OrderDelivery, OrderLink
from django_onec_exchange.signals import order_update_applied, orders_bulk_updated
from tests.shop.models import Deal, Order, Stage

pytestmark = pytest.mark.django_db

GUID = "7c1b2f0e-55bc-11d9-848a-00112f43529a"
STATUSES = {"paid": "paid", "cancelled": "cancelled", "deleted": "cancelled"}


@pytest.fixture(autouse=True)
def statuses(settings):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = STATUSES


@pytest.fixture
def imports(db):
    """The upload of one base; a command's, without a session."""

    def make(base: str = "default") -> ImportContext:
        base, _ = InfoBase.objects.get_or_create(name=base)
        return ImportContext(base=base, adapters=load_adapters(), started_at=timezone.now())

    return make


@pytest.fixture
def find(imports):
    def run(*updates: OrderUpdate, base: str = "default", handler=OrderUpdateHandler):
        return handler().find(updates, imports(base))

    return run


@pytest.fixture
def apply(imports):
    def run(*updates: OrderUpdate, base: str = "default"):
        return apply_order_updates(load_order_update_handler(), updates, imports(base))

    return run


def an_update(order=None, **facts) -> OrderUpdate:
    """What 1C says of an order; its Ид is 1C's own."""
    return OrderUpdate(**{"id": GUID, "number": order.number if order else ""} | facts)


def status(order) -> str:
    return Order.objects.get(pk=order.pk).status


# -- found again


def test_an_order_is_found_by_its_number(find, make_order):
    make_order()
    order = make_order(number="А-17")

    assert find(an_update(number=" А-17 ")) == [order]


def test_a_key_is_no_number_where_the_model_has_numbers(find, make_order):
    order, numbered = make_order(number=""), make_order(number="555")

    assert find(an_update(number=str(order.pk))) == [None], "1C never got that one"
    assert find(an_update(number=str(numbered.pk))) == [None], "1C knows that one as 555"


@pytest.mark.parametrize("number", ["1_7", "9" * 30, "9" * 5000, "seventeen", "0", "-1", "🎁"])
def test_a_number_that_no_key_can_be_is_unknown(find, make_order, number):
    make_order(number="")

    assert find(an_update(number=number)) == [None]


class PaddedNumbers(OrderSerializer):
    def get_number(self, order, context):
        return f"{order.pk:06d}"


def test_the_number_is_that_of_the_shops_own_serializer(settings, find, make_order):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"{__name__}.PaddedNumbers"
    order = make_order()
    make_order(number=f"{order.pk:06d}")

    assert find(an_update(number=f"{order.pk:06d}")) == [order]
    assert find(an_update(number=order.number)) == [None]


class PrefixedHandler(OrderUpdateHandler):
    def find_by_number(self, numbers, context):
        keys = {number: number.removeprefix("S-") for number in numbers}
        orders = Order.objects.in_bulk([int(key) for key in keys.values()])
        return {number: orders[int(key)] for number, key in keys.items()}


def test_a_shop_looks_numbers_up_in_its_own_way(find, make_order):
    order = make_order()

    assert find(an_update(number=f"S-{order.pk}"), handler=PrefixedHandler) == [order]


def test_an_order_is_found_by_what_1c_called_it_before(find, apply, make_order):
    order = make_order()
    apply(an_update(order, onec_number="УТ-000017"))

    assert find(an_update(number="")) == [order]
    assert find(an_update(number="renumbered in 1C")) == [order]
    assert find(an_update(number=""), base="second") == [None], "another base has identifiers of its own"


def test_the_number_goes_before_what_1c_called_an_order(find, apply, make_order):
    order, other = make_order(), make_order()
    apply(an_update(order))

    assert find(an_update(other)) == [other]


def test_an_order_is_found_by_our_own_identifier_only_if_nothing_else_finds_it(find, apply, make_order):
    order, other = make_order(), make_order()
    own = f"order-{order.pk}"

    assert find(an_update(id=own)) == [order]
    assert find(an_update(other, id=own)) == [other]
    apply(an_update(other, id=own))
    assert find(an_update(id=own)) == [other]
    assert find(an_update(id=str(order.pk)), an_update(id="order-"), an_update(id="")) == [None, None, None]


def test_a_number_that_two_orders_have_means_neither(find, make_order, caplog):
    make_order(number="17")
    make_order(number="17")

    assert find(an_update(number="17")) == [None]
    assert "several orders go by '17'" in caplog.text


def test_many_orders_cost_as_many_queries_as_one(make_order, apply, imports, django_assert_max_num_queries):
    orders = [make_order() for _ in range(30)]
    apply(*(an_update(order, id=f"guid-{order.pk}") for order in orders[:10]))
    updates = [an_update(id=f"guid-{order.pk}") for order in orders[:10]]
    updates += [an_update(order) for order in orders[10:20]]
    updates += [an_update(id=f"order-{order.pk}") for order in orders[20:]]
    context = imports()

    with django_assert_max_num_queries(4):
        assert OrderUpdateHandler().find(updates, context) == orders


def test_a_model_with_other_keys_and_a_status_elsewhere(settings, apply):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Deal"
    new, paid = Stage.objects.create(name="new"), Stage.objects.create(name="paid")
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": str(paid.pk)}
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = [str(new.pk), str(paid.pk)]
    deal = Deal.objects.create(created_at=timezone.now(), status=new)

    assert apply(an_update(number=str(deal.pk), id=GUID)).unchanged == [deal.pk]
    assert apply(an_update(id=GUID, paid=True)).changed == [deal.pk]
    assert apply(an_update(id=str(deal.pk), paid=True)).unchanged == [deal.pk]
    assert Deal.objects.get().status == paid


# -- what 1C calls them


def test_what_1c_calls_an_order_is_remembered(apply, make_order):
    order = make_order()

    apply(an_update(order, onec_number="УТ-17", onec_date=datetime(2026, 11, 3, 9, 5, 7)))

    link = OrderLink.objects.get()
    assert (link.order_id, link.onec_id) == (str(order.pk), GUID)
    assert (link.onec_number, link.onec_date) == ("УТ-17", "2026-11-03T09:05:07")


def test_what_1c_does_not_say_again_stays_known(apply, make_order):
    order = make_order()
    apply(an_update(order, onec_number="УТ-17", onec_date=datetime(2026, 11, 3)))

    apply(an_update(order, id=""), an_update(order, onec_number="УТ-18"))

    link = OrderLink.objects.get()
    assert (link.onec_id, link.onec_number, link.onec_date) == (GUID, "УТ-18", "2026-11-03T00:00:00")


def test_names_longer_than_we_keep_still_find_the_order(apply, find, make_order):
    order = make_order()

    apply(an_update(order, id="x" * 300, onec_number="9" * 300))

    assert find(an_update(id="x" * 300)) == [order]


# -- what it changes


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "new"),
        ({"posted": True}, "new"),  # the setting does not name it
        ({"paid": True}, "paid"),
        ({"paid": True, "deleted": True}, "cancelled"),
        ({"cancelled": True, "paid": False}, "cancelled"),
    ],
)
def test_what_1c_says_becomes_a_status_of_the_shop(apply, make_order, facts, expected):
    order = make_order()

    apply(an_update(order, **facts))

    assert status(order) == expected


def test_the_last_line_that_holds_counts(settings, apply, make_order):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"cancelled": "cancelled", "paid": "paid"}
    order = make_order()

    apply(an_update(order, paid=True, cancelled=True))

    assert status(order) == "paid"


@pytest.mark.parametrize("facts", [{"status": " готов к выдаче"}, {"status_id": "Готов к выдаче"}])
def test_a_status_of_1c_may_be_named(settings, apply, make_order, facts):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"status:Готов к выдаче": "paid", "status:": "cancelled"}
    order, other = make_order(), make_order()

    apply(an_update(order, **facts), an_update(other, id="other", status="Готов"))

    assert (status(order), status(other)) == ("paid", "new")


@pytest.mark.parametrize("silence", [{}, {"paid": None}, {"paid": False}, {"cancelled": False, "status": ""}])
def test_what_1c_does_not_say_undoes_nothing(apply, make_order, silence):
    order = make_order(status="paid", is_paid=True)

    assert apply(an_update(order, **silence)).unchanged == [order.pk]

    assert status(order) == "paid"
    assert Order.objects.get().is_paid


def test_a_status_never_moves_backwards(apply, make_order):
    order = make_order(status="cancelled")

    assert apply(an_update(order, paid=True)).changed == []

    assert status(order) == "cancelled"


def test_a_status_moves_backwards_where_that_is_allowed(settings, apply, make_order):
    settings.ONEC_EXCHANGE_ALLOW_STATUS_BACKWARDS = True
    order = make_order(status="cancelled")

    assert apply(an_update(order, paid=True)).changed == [order.pk]

    assert status(order) == "paid"


def test_the_sequence_may_be_another_than_that_of_the_choices(settings, apply, make_order):
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = ["new", "cancelled", "paid"]
    paid, cancelled = make_order(status="paid"), make_order(status="cancelled")

    apply(an_update(paid, cancelled=True), an_update(cancelled, id="other", paid=True))

    assert (status(paid), status(cancelled)) == ("paid", "paid")


def test_a_status_outside_of_the_sequence_is_entered_and_never_left(settings, apply, make_order):
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = ["new", "paid"]
    order, own = make_order(), make_order(status="on-hold")

    apply(an_update(order, cancelled=True), an_update(own, id="other", paid=True))
    apply(an_update(order, paid=True))

    assert (status(order), status(own)) == ("cancelled", "on-hold")


def test_the_same_document_changes_nothing_the_second_time(apply, make_order):
    order = make_order()
    update = an_update(order, paid=True, onec_number="УТ-17")

    assert apply(update).changed == [order.pk]
    before = Order.objects.values().get(), OrderLink.objects.values().get()

    result = apply(update)

    assert (result.changed, result.unchanged) == ([], [order.pk])
    assert (Order.objects.values().get(), OrderLink.objects.values().get()) == before


def test_the_status_alone_is_written(apply, make_order):
    order = make_order()
    before = Order.objects.values().get()

    apply(an_update(order, paid=True))

    assert Order.objects.values().get() == before | {"status": "paid"}


def test_without_a_setting_nothing_is_changed(settings, apply, make_order):
    del settings.ONEC_EXCHANGE_ORDER_STATUSES
    order = make_order()

    assert apply(an_update(order, posted=True, paid=True, cancelled=True)).unchanged == [order.pk]


def test_two_documents_of_one_order_apply_one_after_the_other(apply, make_order):
    order = make_order()

    result = apply(an_update(order, paid=True), an_update(order, cancelled=True), an_update(order, paid=True))

    assert (result.changed, result.unchanged) == ([order.pk, order.pk], [order.pk])
    assert status(order) == "cancelled"


def test_unknown_orders_are_reported_and_logged_and_no_error(apply, make_order, caplog):
    order = make_order()
    unknown = an_update(number="УТ-404", paid=True)

    result = apply(unknown, an_update(order, id="other", paid=True))

    assert (result.unknown, result.changed) == ([unknown], [order.pk])
    assert "УТ-404" in caplog.text


def test_documents_of_another_kind_are_ignored(apply, make_order):
    order = make_order()
    payment = an_update(order, operation="Выплата безналичных денег", cancelled=True)

    result = apply(payment, an_update(order, operation="Заказ товара ", paid=True))

    assert (result.ignored, result.changed) == ([payment], [order.pk])
    assert status(order) == "paid"


class FailsOnOne(OrderUpdateHandler):
    error: Exception = ValueError("the shop's own code is broken")

    def apply(self, order, update, context):
        changed = super().apply(order, update, context)
        if update.comment == "fail":
            raise self.error
        return changed


def test_an_order_that_fails_is_reported_and_left_as_it_was_while_others_go_on(settings, apply, make_order):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = f"{__name__}.FailsOnOne"
    bad, good = make_order(), make_order()
    update = an_update(bad, paid=True, comment="fail")

    result = apply(update, an_update(good, id="other", paid=True))

    assert result.failed == [(update, FailsOnOne.error)]
    assert (status(bad), status(good)) == ("new", "paid")


def test_a_failing_database_is_no_failing_order(settings, apply, make_order, monkeypatch):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = f"{__name__}.FailsOnOne"
    monkeypatch.setattr(FailsOnOne, "error", OperationalError("deadlock"))
    good, bad = make_order(), make_order()

    with pytest.raises(OperationalError):
        apply(an_update(good, paid=True), an_update(bad, id="other", comment="fail"))

    assert status(good) == "new"


# -- it does not look changed

MARKERS = {
    "fields": "django_onec_exchange.adapters.OrderMarker",
    "fields by content": f"{__name__}.MarkerByContent",
    "ledger": "django_onec_exchange.adapters.LedgerOrderMarker",
    "ledger by date": "tests.exchange.adapters.LedgerByDate",
}


class MarkerByContent(OrderMarker):
    updated_at_field = None


class SavingHandler(OrderUpdateHandler):
    """As an integrator should not write it: ``save()`` changes ``updated_at``."""

    def apply(self, order, update, context):
        order.comment = "seen in 1C"
        order.save()
        return super().apply(order, update, context)


@pytest.fixture(params=MARKERS.values(), ids=MARKERS)
def marker(request, settings):
    settings.ONEC_EXCHANGE_ORDER_MARKER = request.param


@pytest.fixture(params=["OrderUpdateHandler", "SavingHandler"])
def handler(request, settings):
    module = __name__ if request.param == "SavingHandler" else "django_onec_exchange.adapters"
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = f"{module}.{request.param}"


def test_an_order_that_1c_changes_before_it_confirms_is_confirmed(marker, handler, onec, make_order, apply):
    order = make_order()
    onec.checkauth()
    onec.query()

    assert apply(an_update(order, paid=True)).changed == [order.pk]
    onec.success()

    assert OrderDelivery.objects.get().state == OrderDelivery.State.MARKED
    assert onec.fetch_orders().orders == ()


def test_what_the_shop_changed_meanwhile_still_goes_again(marker, handler, onec, make_order, apply):
    order = make_order()
    onec.checkauth()
    onec.query()
    order.comment = "call first"
    order.save()

    apply(an_update(order, paid=True))
    onec.success()

    assert OrderDelivery.objects.get().state == OrderDelivery.State.CHANGED
    assert [one.number for one in onec.fetch_orders().orders] == [order.number]


def test_what_the_shop_changes_afterwards_goes_again(marker, handler, onec, make_order, apply):
    order = make_order()
    onec.checkauth()
    onec.query()
    apply(an_update(order, paid=True))
    order.refresh_from_db()
    order.comment = "call first"
    order.save()

    onec.success()

    assert OrderDelivery.objects.get().state == OrderDelivery.State.CHANGED


def test_an_order_that_was_sent_does_not_wait_again(marker, handler, onec, make_order, apply):
    order = make_order()
    assert len(onec.fetch_orders().orders) == 1

    apply(an_update(order, paid=True))

    assert status(order) == "paid"
    assert onec.fetch_orders().orders == ()


# -- what the shop is told


@pytest.fixture
def told():
    """Return what the signals told, by signal."""
    heard = SimpleNamespace(bulk=[], applied=[])

    def bulk(sender, signal, **arguments):
        heard.bulk.append((sender, arguments))

    def applied(sender, signal, **arguments):
        heard.applied.append((sender, arguments))

    orders_bulk_updated.connect(bulk)
    order_update_applied.connect(applied)
    yield heard
    orders_bulk_updated.disconnect(bulk)
    order_update_applied.disconnect(applied)


def test_ids_and_count_are_those_really_updated(apply, make_order, told, django_capture_on_commit_callbacks):
    moved, moved_twice, stood = make_order(), make_order(), make_order(status="paid")

    with django_capture_on_commit_callbacks(execute=True):
        apply(
            an_update(moved, id="1", paid=True),
            an_update(moved_twice, id="2", paid=True),
            an_update(moved_twice, id="2", cancelled=True),
            an_update(stood, id="3", paid=True),
            an_update(number="404", id="4", paid=True),
        )
        assert told.bulk == told.applied == [], "nothing is told before the commit"

    expected = {"order_ids": [moved.pk, moved_twice.pk], "count": 2, "fields": ("status",)}
    assert told.bulk == [(Order, expected)]


def test_each_document_that_was_applied_is_told(apply, make_order, told, django_capture_on_commit_callbacks):
    order, same = make_order(), make_order(status="paid")
    updates = an_update(order, id="1", paid=True), an_update(same, id="2", paid=True, comment="hello")

    with django_capture_on_commit_callbacks(execute=True):
        apply(*updates, an_update(number="404"))

    assert told.applied == [
        (Order, {"order_id": order.pk, "update": updates[0], "changed": True}),
        (Order, {"order_id": same.pk, "update": updates[1], "changed": False}),
    ]


def test_what_changed_nothing_tells_of_no_update(apply, make_order, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        apply(an_update(make_order(status="paid"), paid=True))

    assert told.bulk == []
