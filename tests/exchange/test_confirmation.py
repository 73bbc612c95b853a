"""``success``: what is confirmed is marked, and nothing else ever is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from django_onec_exchange.models import OrderBatch, OrderDelivery
from tests.conftest import body
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

NOTHING = "failure\nThere is nothing to confirm: no orders were handed over in this exchange."


def is_sent(order: Order) -> bool:
    return Order.objects.get(pk=order.pk).sent_to_1c


def test_success_without_any_query_is_a_failure(ask, sign_in, make_order):
    order = make_order()

    assert body(ask("mode=success", cookie=sign_in())) == NOTHING
    assert not is_sent(order)


def test_an_order_created_after_the_query_stays_unsent(onec, make_order):
    make_order()
    onec.checkauth()
    onec.query()
    late = make_order()

    onec.success()

    assert not is_sent(late)
    assert [order.number for order in onec.fetch_orders().orders] == [late.number]


def test_an_order_changed_after_the_query_stays_unsent_and_goes_again(onec, make_order):
    unchanged, changed = make_order(), make_order()
    onec.checkauth()
    onec.query()
    changed.comment = "call first"
    changed.save()

    onec.success()

    assert is_sent(unchanged)
    assert not is_sent(changed)
    states = OrderDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [OrderDelivery.State.MARKED, OrderDelivery.State.CHANGED]
    assert [order.comment for order in onec.fetch_orders().orders] == ["call first"]
    assert is_sent(changed)


def test_an_order_deleted_after_the_query_disturbs_nothing(onec, make_order):
    kept, deleted = make_order(), make_order()
    onec.checkauth()
    onec.query()
    deleted.delete()

    onec.success()

    assert onec.confirmed
    assert is_sent(kept)
    assert OrderDelivery.objects.order_by("pk").last().state == OrderDelivery.State.NOT_WAITING


def test_a_repeated_success_is_success_and_changes_nothing(ask, sign_in, make_order):
    order = make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    first = body(ask("mode=success", cookie=token))
    sent_at = Order.objects.get(pk=order.pk).sent_to_1c_at
    make_order()
    second = body(ask("mode=success", cookie=token))

    assert (first, second) == ("success", "success")
    assert Order.objects.get(pk=order.pk).sent_to_1c_at == sent_at
    assert Order.objects.filter(sent_to_1c=True).count() == 1


def test_one_session_never_confirms_what_another_was_given(ask, sign_in, make_order):
    order = make_order()
    one, other = sign_in(), sign_in()
    body(ask("mode=query", cookie=one))

    assert body(ask("mode=success", cookie=other)) == NOTHING
    assert not is_sent(order)
    assert body(ask("mode=success", cookie=one)) == "success"
    assert is_sent(order)


def test_two_sessions_with_the_same_orders_may_both_confirm(ask, sign_in, make_order):
    order = make_order()
    one, other = sign_in(), sign_in()
    body(ask("mode=query", cookie=one))
    body(ask("mode=query", cookie=other))

    assert body(ask("mode=success", cookie=one)) == "success"
    sent_at = Order.objects.get(pk=order.pk).sent_to_1c_at
    assert body(ask("mode=success", cookie=other)) == "success"

    assert Order.objects.get(pk=order.pk).sent_to_1c_at == sent_at
    assert list(OrderBatch.objects.order_by("pk").values_list("marked_count", flat=True)) == [1, 0]


def test_success_comes_hours_later_with_caches_and_django_sessions_gone(onec, make_order, time_machine):
    order = make_order()
    onec.checkauth()
    onec.query()

    time_machine.move_to(timezone.now() + timedelta(hours=20))
    cache.clear()
    Session.objects.all().delete()
    onec.success()

    assert is_sent(order)


def test_a_session_ends_after_its_lifetime(ask, sign_in, make_order, time_machine, settings):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 3600
    order = make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    time_machine.move_to(timezone.now() + timedelta(hours=2))

    assert body(ask("mode=success", cookie=token)).startswith("failure\n")
    assert not is_sent(order)


def test_a_query_is_never_taken_for_a_confirmation(ask, sign_in, make_order):
    order = make_order()
    token = sign_in()
    for _ in range(3):
        body(ask("mode=query", cookie=token))

    assert not is_sent(order)


def test_a_client_with_credentials_alone_confirms_its_accounts_one_batch(make_onec, make_order):
    order = make_order()
    onec = make_onec(use_cookie=False)

    assert onec.fetch_orders().confirmed
    assert is_sent(order)


def test_a_client_with_credentials_alone_may_ask_again(make_onec, make_order):
    order = make_order()
    onec = make_onec(use_cookie=False)
    onec.checkauth()
    onec.query()
    onec.query()

    onec.success()

    assert onec.confirmed
    assert is_sent(order)


def test_credentials_alone_do_not_tell_two_open_exchanges_apart(ask, account, make_order):
    make_order()
    auth = "1c:secret"
    for address in ("192.0.2.1", "192.0.2.2"):
        body(ask("mode=query", auth=auth, REMOTE_ADDR=address))

    answer = body(ask("mode=success", auth=auth, REMOTE_ADDR="192.0.2.1"))

    assert answer.startswith("failure\nSeveral exchanges of this user are open")
    assert Order.objects.filter(sent_to_1c=True).count() == 0
    # both were withdrawn, so the next exchange is unambiguous
    body(ask("mode=query", auth=auth, REMOTE_ADDR="192.0.2.1"))
    assert body(ask("mode=success", auth=auth, REMOTE_ADDR="192.0.2.1")) == "success"
    assert Order.objects.filter(sent_to_1c=True).count() == 1


@pytest.mark.parametrize("days", [0, 400])
def test_credentials_alone_do_not_confirm_what_another_client_was_given(
    ask, sign_in, make_order, time_machine, days
):
    """A cookie exchange that was never confirmed is neither confirmed by somebody else nor in anybody's way."""
    order = make_order()
    body(ask("mode=query", cookie=sign_in()))
    time_machine.move_to(timezone.now() + timedelta(days=days))
    elsewhere = {"auth": "1c:secret", "REMOTE_ADDR": "192.0.2.7"}

    assert body(ask("mode=success", **elsewhere)) == NOTHING
    assert not is_sent(order)

    body(ask("mode=query", **elsewhere))
    assert body(ask("mode=success", **elsewhere)) == "success"
    assert is_sent(order)


def test_what_credentials_alone_declared_ends_with_the_exchange(ask, account, make_order):
    """Another 1C of the same office may be a stock one, which would find nothing in containers."""
    make_order()

    def stock():
        return {"auth": "1c:secret", "headers": {"User-Agent": "1C+Enterprise/8.3"}}

    ask("mode=init&version=3.1", **stock())

    ask("mode=checkauth", **stock())

    assert "Контейнер" not in body(ask("mode=query", **stock()))


def test_a_session_that_confirmed_may_confirm_again_after_the_next_checkauth(ask, sign_in):
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask("mode=success", cookie=token))

    sign_in()

    assert body(ask("mode=success", cookie=token)) == "success"


def test_credentials_alone_do_not_confirm_another_account(ask, account, make_account, make_order):
    make_account("other", "secret")
    order = make_order()
    body(ask("mode=query", auth="1c:secret"))

    assert body(ask("mode=success", auth="other:secret")) == NOTHING
    assert not is_sent(order)


def test_a_changed_row_counts_as_a_change_where_the_model_has_no_change_date(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.MarkerByContent"
    unchanged, changed = make_order(), make_order()
    onec.checkauth()
    onec.query()
    changed.items.update(price=Decimal("260"))

    onec.success()

    assert is_sent(unchanged)
    assert not is_sent(changed)


@pytest.mark.parametrize("serializer", ["StumblingSerializer", "ClashingSerializer"])
def test_an_order_that_cannot_be_described_any_more_counts_as_changed(settings, onec, make_order, serializer):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.MarkerByContent"
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"tests.exchange.adapters.{serializer}"
    changed, unchanged = make_order(), make_order()
    onec.checkauth()
    onec.query()
    Order.objects.filter(pk=changed.pk).update(comment="stumble")

    onec.success()

    assert onec.confirmed
    assert is_sent(unchanged)
    assert not is_sent(changed)
    assert OrderDelivery.objects.get(order_id=changed.pk).state == OrderDelivery.State.CHANGED


def test_a_database_that_is_gone_confirms_nothing(settings, ask, sign_in, make_order):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.MarkerByContent"
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.DatabaseTrouble"
    changed, unchanged = make_order(), make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    Order.objects.filter(pk=changed.pk).update(comment="OperationalError")

    answer = body(ask("mode=success", cookie=token))

    assert answer.startswith("failure\nThe site could not answer.")
    assert not is_sent(unchanged)


def test_a_marker_that_marks_fewer_is_believed(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.MarkerOfEvenOrders"
    orders = [make_order() for _ in range(4)]

    onec.fetch_orders()

    marked = set(OrderDelivery.objects.filter(state="marked").values_list("order_id", flat=True))
    assert marked == {str(order.pk) for order in orders if order.pk % 2 == 0}
    assert OrderBatch.objects.get().marked_count == 2


def test_a_marker_that_raises_leaves_everything_as_it_was(settings, ask, sign_in, make_order):
    order = make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.BrokenMarker"
    answer = body(ask("mode=success", cookie=token))

    assert answer.startswith("failure\nThe site could not answer.")
    assert not is_sent(order)
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.OrderMarker"
    assert body(ask("mode=success", cookie=token)) == "success"
    assert is_sent(order)


def test_sent_at_is_when_1c_confirmed(onec, make_order, time_machine):
    order = make_order()
    onec.checkauth()
    onec.query()
    time_machine.move_to(timezone.now() + timedelta(hours=3))
    onec.success()

    assert abs(Order.objects.get(pk=order.pk).sent_to_1c_at - timezone.now()) < timedelta(minutes=1)
