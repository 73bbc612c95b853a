"""Two calls of one session that overlap: the client gave the first one up and asked again."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.db.models.signals import pre_save

from django_onec_exchange.models import OrderBatch
from django_onec_exchange.simulator import UT11, BitrixModule
from tests.conftest import body

from .adapters import HookedSerializer
from .shop import make_orders, sent_numbers
from .threads import threads

needs_locks = pytest.mark.skipif(
    connection.vendor not in ("postgresql", "mysql"),
    reason="needs row locks and a connection for each thread: set DATABASE_URL to PostgreSQL or MariaDB",
)
OPEN = OrderBatch.State.OPEN


@pytest.fixture
def before_first_order(settings):
    """Set what happens once, when the first order of the next query was read and is not yet written."""
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.servers.adapters.HookedSerializer"

    def hook(happens):
        def once(order):
            HookedSerializer.before = None
            happens()

        HookedSerializer.before = staticmethod(once)

    yield hook
    HookedSerializer.before = None


@pytest.mark.django_db
@pytest.mark.parametrize("declared", ["", "&version=3.1"], ids=["stock", "paging"])
def test_the_later_query_counts_even_if_the_earlier_one_ends_last(
    settings, ask, sign_in, before_first_order, declared
):
    """A proxy may swallow the late reply whole: then only the order of the calls tells which one 1C has read."""
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    make_orders(2, first=2)
    token = sign_in()
    body(ask(f"mode=init{declared}", cookie=token))

    def ask_again_after_an_older_order_came():
        make_orders(1)
        read_by_1c.append(body(ask("mode=query", cookie=token)))

    read_by_1c: list[str] = []
    before_first_order(ask_again_after_an_older_order_came)
    body(ask("mode=query", cookie=token))  # 1C no longer listens: 000002, 000003
    assert "<Номер>000001<" in read_by_1c[0]
    assert "<Номер>000003<" not in read_by_1c[0]

    answer = body(ask("mode=success", cookie=token))

    assert "000003" not in sent_numbers()
    assert answer == "success"
    assert sent_numbers() == ["000001", "000002"]


@pytest.mark.django_db
def test_success_during_a_query_confirms_what_was_read_before_it(ask, sign_in, before_first_order):
    make_orders(2)
    token = sign_in()
    body(ask("mode=query", cookie=token))
    make_orders(1, first=3)

    answers: list[str] = []
    before_first_order(lambda: answers.append(body(ask("mode=success", cookie=token))))
    body(ask("mode=query", cookie=token))

    assert answers == ["success"]
    assert sent_numbers() == ["000001", "000002"]


@pytest.mark.server
@needs_locks
@pytest.mark.parametrize("kind", [UT11, BitrixModule], ids=["stock", "paging"])
def test_two_queries_at_once_leave_one_batch_to_confirm(call_site, kind):
    """One reply is all a stock client can have read.  A page may be the same or, behind a whole one, the next."""
    expected = make_orders(5)
    onec, twin = call_site(kind), call_site(kind)
    twin.authorisation = onec.checkauth()
    if kind is BitrixModule:
        onec.init()
    both = Barrier(2)

    def meet_before_publishing(sender, instance, **_):
        if instance.state == OPEN:
            with suppress(BrokenBarrierError):  # behind a lock the other one cannot come: they go one by one
                both.wait(2)

    pre_save.connect(meet_before_publishing, sender=OrderBatch)
    try:
        with threads() as running:
            replies = running.at_once(onec.query, twin.query)
    finally:
        pre_save.disconnect(meet_before_publishing, sender=OrderBatch)

    pages = [[order.number for order in reply] for reply in replies]
    assert expected in pages
    if kind is BitrixModule:
        assert [page for page in pages if page not in (expected, [])] == []
    else:
        assert pages == [expected, expected]
        assert OrderBatch.objects.filter(state=OPEN).count() == 1
    onec.success()
    assert onec.confirmed
    assert sent_numbers() == expected
    assert sum(OrderBatch.objects.values_list("marked_count", flat=True)) == 5
