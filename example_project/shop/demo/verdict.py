"""Did every order go where it must?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django_onec_exchange.models import SkippedOrder, order_key
from django_onec_exchange.simulator import ExchangeReport, Infobase
from shop.models import Order
from shop.seeding import Seeded

_CHUNK = 500  # numbers in one query


def orders_with(numbers: Sequence[str]) -> Iterator[Order]:
    """Yield the orders with these numbers; SQLite takes only so many in one query."""
    for start in range(0, len(numbers), _CHUNK):
        yield from Order.objects.filter(number__in=numbers[start : start + _CHUNK]).order_by("number")


def complaints(seeded: Seeded, infobase: Infobase, reports: Sequence[ExchangeReport]) -> list[str]:
    """Return what is not as it must be; an empty list is success."""
    return [*about_reports(reports), *_about_valid(seeded, infobase), *_about_broken(seeded, infobase)]


def about_reports(reports: Sequence[ExchangeReport]) -> Iterator[str]:
    """Yield where 1C stopped."""
    for report in reports:
        if report.error:
            yield f"1С остановила обмен: {report.error}"
        elif not report.confirmed:
            yield "1С не смогла подтвердить обмен."


def reasons(seeded: Seeded) -> dict[str, str]:
    """Return why orders were left out, by number."""
    orders = {order_key(order): order.number for order in orders_with(seeded.broken)}
    skipped = SkippedOrder.objects.filter(base__name="default", resolved_at=None, order_id__in=list(orders))
    return {orders[record.order_id]: record.reason for record in skipped.order_by("number")}


def _about_valid(seeded: Seeded, infobase: Infobase) -> Iterator[str]:
    for order in orders_with(seeded.valid):
        booked = infobase.orders.get(order.number)
        if booked is None:
            yield f"Заказ {order.number} не дошёл до 1С."
        elif booked.total != order.total:
            yield f"Заказ {order.number}: на сайте {order.total}, в 1С {booked.total}."
        elif booked.times_loaded != 1:
            yield f"Заказ {order.number} передан {booked.times_loaded} раза."
        if not (order.sent_to_1c and order.sent_to_1c_at):
            yield f"Заказ {order.number} не отмечен как переданный."


def _about_broken(seeded: Seeded, infobase: Infobase) -> Iterator[str]:
    known = reasons(seeded)
    for order in orders_with(seeded.broken):
        if order.number in infobase.orders or order.sent_to_1c:
            yield f"Непригодный заказ {order.number} передан в 1С."
        if order.number not in known:
            yield f"Не записано, почему заказ {order.number} не передан."
