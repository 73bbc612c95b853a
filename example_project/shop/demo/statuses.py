"""What 1C tells of the orders it has: posted, paid, shipped or deleted there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import Element

from django_onec_exchange.simulator import BookedOrder, Infobase, UploadReport

from ..models import Order
from .catalogue_verdict import about_upload
from .goods import guid
from .verdict import orders_with
from .xml import boolean, file, requisites, tag


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What became of one order in 1C."""

    order: BookedOrder
    paid: bool = False
    shipped: bool = False
    deleted: bool = False

    @property
    def status(self) -> str:
        """The status that this means to the shop."""
        if self.deleted:
            return Order.Status.CANCELLED
        return Order.Status.SHIPPED if self.shipped else Order.Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class State:
    """Where an order of the shop stands."""

    status: str
    is_paid: bool


_LIVES: Sequence[Mapping[str, bool]] = ({}, {"paid": True}, {"paid": True, "shipped": True}, {"deleted": True})


def news_of(infobase: Infobase) -> list[News]:
    """Give the orders of a base one life after the other."""
    orders = sorted(infobase.orders.values(), key=lambda order: order.number)
    return [News(order=order, **_LIVES[place % len(_LIVES)]) for place, order in enumerate(orders)]


def states_of(news: Iterable[News]) -> dict[str, State]:
    numbers = [one.order.number for one in news]
    return {order.number: State(order.status, order.is_paid) for order in orders_with(numbers)}


def complaints(news: Sequence[News], before: Mapping[str, State], report: UploadReport) -> list[str]:
    """Return what is not as it must be: news moves an order on, never back, and never takes money back."""
    return [*about_upload(report), *_about_orders(news, before)]


def _about_orders(news: Sequence[News], before: Mapping[str, State]) -> Iterator[str]:
    rank = list(Order.Status.values).index
    found = states_of(news)
    for one in news:
        number = one.order.number
        old = before[number]
        expected = State(max(old.status, one.status, key=rank), old.is_paid or one.paid)
        if found[number] != expected:
            yield f"Заказ {number}: должно быть {expected}, в магазине {found[number]}."


def ut11_file(news: Iterable[News]) -> dict[str, bytes]:
    """Return the file of UT: all it has to say stands in requisites, and Ид is its own."""
    documents = (_document(one, requisites(_ut11_facts(one))) for one in news)
    return {f"orders-{guid('orders')}_1.xml": file(*documents, version="2.07", xmlns="urn:1C.ru:commerceml_2")}


def bitrix_file(news: Iterable[News]) -> dict[str, bytes]:
    """Return the file of the Bitrix module: a container for each order, with its shipment in it."""
    return {"orders.xml": file(*map(_container, news), version="3.1")}


def _ut11_facts(one: News) -> Iterator[tuple[str, str]]:
    """Empty values are never written: what is absent is not known."""
    own = f"НФ-{one.order.own_number}"
    yield "Номер по 1С", own
    yield "Дата по 1С", _moment(one, hours=1)
    yield "ПометкаУдаления", boolean(one.deleted)
    yield "Проведен", boolean(not one.deleted)
    if one.paid:
        yield "Номер оплаты по 1С", f"ОП-{own}"
        yield "Дата оплаты по 1С", _moment(one, hours=2)
    if one.shipped:
        yield "Номер отгрузки по 1С", f"РТ-{own}"
        yield "Дата отгрузки по 1С", _moment(one, hours=3)


def _container(one: News) -> Element:
    facts = [("Проведен", boolean(not one.deleted)), ("Отменен", boolean(one.deleted))]
    if one.paid:
        facts.append(("ДатаОплаты", _moment(one, hours=2)))
    if one.shipped:
        facts.append(("ДатаОтгрузки", _moment(one, hours=3)))
    own = tag("НомерВерсии", "AAAAAAAAAAE="), tag("Номер1С", one.order.own_number)
    documents = [_document(one, *own, requisites(facts))]
    if one.shipped:
        documents.append(_document(one, requisites([("Проведен", "true")]), operation="Отпуск товара"))
    return tag("Контейнер", *documents)


def _document(one: News, *content: Element, operation: str = "Заказ товара") -> Element:
    order = one.order
    return tag(
        "Документ",
        tag("Ид", guid(f"{operation} {order.number}")),
        tag("Номер", order.number),
        tag("Дата", f"{order.moment:%Y-%m-%d}"),
        tag("ХозОперация", operation),
        tag("Роль", "Продавец"),
        tag("Валюта", "643"),
        tag("Курс", "1"),
        tag("Сумма", f"{order.total:f}"),
        tag("Время", f"{order.moment:%H:%M:%S}"),
        *content,
    )


def _moment(one: News, *, hours: int) -> str:
    return f"{one.order.moment + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}"
