"""1C bases that refuse orders, and what the site makes of it."""

from __future__ import annotations

import pytest

from django_onec_exchange.models import DeliveryWindow, OrderBatch, OrderDelivery, SkippedOrder, SuspectOrder
from django_onec_exchange.simulator import UT11, BitrixModule, Infobase

KINDS = [pytest.param(UT11, id="UT 11.5"), pytest.param(BitrixModule, id="Bitrix module")]


class Base(Infobase):
    """A 1C base that refuses some orders; ``ill``: all."""

    def __init__(self, *numbers: str) -> None:
        super().__init__(refuse=lambda order: (self.ill or order.number in self.bad) and "it is poison")
        self.bad = set(numbers)
        self.ill = False


class Mendable(Base):
    """Takes a culprit that was mended."""

    def __init__(self, *numbers: str) -> None:
        super().__init__(*numbers)
        self.refuse = lambda order: order.number in self.bad and order.comment != "mended" and "it is poison"


def last_batch() -> int:
    return OrderBatch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def fetch(onec) -> list[str]:
    """Exchange, and return the numbers of all orders that the site offered."""
    before = last_batch()
    onec.fetch_orders()
    offered = OrderDelivery.objects.filter(batch__gt=before).order_by("pk")
    return list(offered.values_list("number", flat=True))


def counts(make_onec, infobase, times: int, kind=UT11, **options) -> list[int]:
    return [len(fetch(make_onec(kind, infobase=infobase, **options))) for _ in range(times)]


def refused() -> dict[str, str]:
    records = SkippedOrder.objects.filter(resolved_at=None, code="refused")
    return dict(records.values_list("number", "reason"))


def assert_over() -> None:
    """Nobody is under suspicion any more; the window may still be opening."""
    assert not SuspectOrder.objects.exists()
    for window in DeliveryWindow.objects.all():
        assert (window.unconfirmed, window.blamed) == (0, 0)


def no_trouble() -> bool:
    return not DeliveryWindow.objects.exists()
