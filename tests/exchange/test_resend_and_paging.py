"""What a further ``query`` means: the lost reply once more, or the next page."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import OrderBatch
from django_onec_exchange.simulator import UNF, BitrixModule, TransferError
from tests.conftest import body
from tests.shop.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_pages(settings):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2


def numbers(orders) -> list[str]:
    return [order.number for order in orders]


def sent_numbers() -> list[str]:
    return list(Order.objects.filter(sent_to_1c=True).order_by("number").values_list("number", flat=True))


def test_a_stock_client_that_asks_again_gets_the_same_orders(onec, make_order):
    for _ in range(3):
        make_order()
    onec.checkauth()

    first, second = onec.query(), onec.query()
    onec.success()

    assert numbers(first) == numbers(second) == ["1001", "1002"]
    assert sent_numbers() == ["1001", "1002"]
    states = OrderBatch.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [OrderBatch.State.SUPERSEDED, OrderBatch.State.CONFIRMED]


def test_success_means_the_last_reply_of_a_stock_client(onec, make_order):
    first = make_order(number="1")
    onec.checkauth()
    onec.query()
    first.comment = "changed between the two"
    first.save()
    onec.query()

    onec.success()

    assert sent_numbers() == ["1"]


def test_the_bitrix_module_pages_until_an_empty_document(make_onec, make_order):
    for _ in range(5):
        make_order()
    onec = make_onec(BitrixModule)
    onec.checkauth()
    onec.init()

    pages = [numbers(onec.query()) for _ in range(4)]
    assert sent_numbers() == []
    onec.success()

    assert pages == [["1001", "1002"], ["1003", "1004"], ["1005"], []]
    assert sent_numbers() == ["1001", "1002", "1003", "1004", "1005"]


def test_success_confirms_the_pages_fetched_so_far(make_onec, make_order):
    for _ in range(5):
        make_order()
    onec = make_onec(BitrixModule)
    onec.checkauth()
    onec.init()
    onec.query()

    onec.success()

    assert sent_numbers() == ["1001", "1002"]
    assert numbers(onec.query()) == ["1003", "1004"]
    onec.success()
    assert sent_numbers() == ["1001", "1002", "1003", "1004"]


def test_an_order_changed_between_pages_is_not_marked(make_onec, make_order):
    orders = [make_order() for _ in range(3)]
    onec = make_onec(BitrixModule)
    onec.checkauth()
    onec.init()
    onec.query()
    orders[0].comment = "changed"
    orders[0].save()
    onec.query()
    onec.query()

    onec.success()

    assert sent_numbers() == ["1002", "1003"]


def test_a_page_that_broke_off_is_sent_again(make_onec, make_order):
    for _ in range(3):
        make_order()
    onec = make_onec(BitrixModule)
    onec.checkauth()
    onec.init()
    onec.transport.hang_up_after = 1
    with pytest.raises(TransferError):
        onec.query()
    onec.transport.hang_up_after = None

    pages = [numbers(onec.query()) for _ in range(3)]
    onec.success()

    assert pages == [["1001", "1002"], ["1003"], []]
    assert sent_numbers() == ["1001", "1002", "1003"]


def test_a_page_nobody_saw_the_end_of_is_sent_again(make_onec, make_order):
    for _ in range(3):
        make_order()
    onec = make_onec(BitrixModule)
    onec.checkauth()
    onec.init()
    onec.query()
    OrderBatch.objects.update(handed_over_at=None)  # as if the process had died before it noted the end

    assert numbers(onec.query()) == ["1001", "1002"]


def test_success_does_not_mean_a_page_nobody_saw_the_end_of(make_onec, make_order):
    for _ in range(4):
        make_order()
    onec = make_onec(BitrixModule)
    onec.checkauth()
    onec.init()
    onec.query()
    onec.query()
    OrderBatch.objects.filter(pk=OrderBatch.objects.latest("pk").pk).update(handed_over_at=None)  # as by kill -9

    onec.success()

    assert sent_numbers() == ["1001", "1002"]


def test_a_reply_that_broke_off_is_not_confirmed(make_onec, make_order):
    make_order()
    onec = make_onec()
    onec.checkauth()
    onec.transport.hang_up_after = 1
    with pytest.raises(TransferError):
        onec.query()
    onec.transport.hang_up_after = None

    onec.success()

    assert not onec.confirmed
    assert sent_numbers() == []
    assert OrderBatch.objects.get().state == OrderBatch.State.BROKEN
    assert onec.fetch_orders().confirmed
    assert sent_numbers() == ["1001"]


def test_unf_with_subordinate_documents_declares_a_version_and_does_not_page(make_onec, make_order):
    """It asks once more when the platform says "Transferred a partial file" (UNF 11373)."""
    for _ in range(3):
        make_order()
    onec = make_onec(UNF, subordinate=True)
    onec.checkauth()
    onec.init()

    first, again = onec.query(), onec.query()
    onec.success()

    assert numbers(first) == numbers(again) == ["1001", "1002"]
    assert sent_numbers() == ["1001", "1002"]


def test_a_failed_query_leaves_the_earlier_batch_as_it_was(settings, ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.BrokenSelector"

    answer = body(ask("mode=query", cookie=token))

    assert answer.startswith("failure\nThe site could not answer.")
    assert OrderBatch.objects.get().state == OrderBatch.State.OPEN
    assert body(ask("mode=success", cookie=token)) == "success"
    assert sent_numbers() == ["1001"]
