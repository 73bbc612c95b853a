"""What the window costs, and who is told."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_onec_exchange import signals
from django_onec_exchange.models import InfoBase, SuspectOrder
from django_onec_exchange.outgoing import evidence
from tests.conftest import body
from tests.exchange.window.trouble import Base, counts, fetch

pytestmark = pytest.mark.django_db


def test_it_costs_two_queries_while_all_is_well(settings, ask, sign_in, make_order):
    def queries(mode: str, token: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            body(ask(f"mode={mode}", cookie=token))
        return len(captured)

    spent = {}
    for enabled in (False, True):
        settings.ONEC_EXCHANGE_WINDOW_ENABLED = enabled
        make_order()
        token = sign_in()
        spent[enabled] = [queries("query", token), queries("success", token)]

    assert [on - off for off, on in zip(spent[False], spent[True], strict=True)] == [2, 1]


def test_there_are_never_many_suspects(monkeypatch, shop, make_onec):
    monkeypatch.setattr(evidence, "_MOST_SUSPECTS", 3)
    shop(8)
    infobase = Base()
    infobase.ill = True
    tried = [fetch(make_onec(infobase=infobase)) for _ in range(16)]

    assert SuspectOrder.objects.count() == 3
    assert len({file[0] for file in tried[5:]}) >= 4
    infobase.ill = False
    counts(make_onec, infobase, 8)
    assert len(infobase.orders) == 8


@pytest.mark.django_db(transaction=True)
def test_signals_tell_of_it_after_the_commit(shop, run):
    heard = []

    def hear(sender, signal, **arguments):
        assert not connection.in_atomic_block
        if signal is signals.window_changed:
            assert sender is InfoBase
            heard.append((arguments["base"].name, arguments["before"], arguments["limit"]))
        else:
            heard.append((arguments["order"].number, arguments["skipped"].code))

    for signal in (signals.window_changed, signals.order_skipped):
        signal.connect(hear)
    try:
        shop(4)
        run(Base("00001"))
    finally:
        for signal in (signals.window_changed, signals.order_skipped):
            signal.disconnect(hear)

    assert heard == [("default", None, 2), ("default", 2, 1), ("default", 1, None), ("00001", "refused")]
