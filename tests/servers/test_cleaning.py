"""``onec_cleanup`` while 1C exchanges."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from django_onec_exchange.models import ExchangeEvent, ExchangeSession, OrderBatch, OrderDelivery
from django_onec_exchange.simulator import UT11, BitrixModule

from .shop import make_orders, sent_numbers
from .threads import threads

pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor not in ("postgresql", "mysql"),
        reason="needs row locks and a connection for each thread: set DATABASE_URL to PostgreSQL or MariaDB",
    ),
]


def make_history(onec, sessions: int) -> None:
    """Leave old sessions behind, each with calls and a batch that nobody confirmed."""
    for _ in range(sessions):
        onec.checkauth()
        onec.query()
    long_ago = timezone.now() - timedelta(days=400)
    ExchangeSession.objects.update(last_seen_at=long_ago, started_at=long_ago)
    ExchangeEvent.objects.update(at=long_ago)
    OrderBatch.objects.update(created_at=long_ago, awaited=False)


def test_an_exchange_goes_on_meanwhile_and_nothing_is_lost_or_marked_twice(settings, call_site):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 5
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    expected = make_orders(40)
    make_history(call_site(), 12)
    kept = set(ExchangeSession.objects.values_list("pk", flat=True))
    ended = Event()

    def clean() -> int:
        runs = 0
        while not ended.is_set():
            call_command("onec_cleanup", "--json")
            runs += 1
        return runs

    def exchange(kind) -> None:
        onec = call_site(kind)
        for _ in range(5):
            report = onec.fetch_orders()
            assert report.confirmed, report.error

    with threads() as running:
        cleaners = [running.start(clean) for _ in range(2)]
        try:
            running.at_once(lambda: exchange(UT11), lambda: exchange(BitrixModule))
        finally:
            ended.set()
        assert all(cleaner.result(20) for cleaner in cleaners)

    assert sent_numbers() == expected
    assert OrderDelivery.objects.filter(state="marked").count() == 40
    assert not ExchangeSession.objects.filter(pk__in=kept).exists()
    assert not OrderDelivery.objects.filter(state="offered").exists()
