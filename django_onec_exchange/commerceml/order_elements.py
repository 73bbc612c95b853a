"""From Документ to ``OrderUpdate``.

Requisites are those of commerceml.md, section 17.  The Bitrix module writes some of them as elements of the
document, and the dates without "по 1С".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from xml.etree.ElementTree import Element

from .fields import Requisites, boolean, day, moment, number, text
from .updates import ORDER_OPERATION, OrderUpdate, RelatedDocument, UpdatedItem


def orders(element: Element) -> Iterator[tuple[Element, list[Element]]]:
    """Yield the order that a Документ is, or those in a Контейнер, each with the documents after it.

    Documents of another kind that belong to no order are left out.
    """
    documents = element.findall("Документ") if element.tag == "Контейнер" else [element]
    starts = [position for position, document in enumerate(documents) if _is_order(document)]
    for start, end in pairwise([*starts, len(documents)]):
        yield documents[start], documents[start + 1 : end]


def order_update(document: Element, others: Iterable[Element]) -> OrderUpdate:
    """Read an order; ``others`` are its payments and shipments, besides those that stand in it."""
    requisites = Requisites(document)
    payment_number = requisites.get("Номер оплаты по 1С")
    payment_date = moment(requisites.get("Дата оплаты по 1С", "Дата оплаты"))
    shipment_number = requisites.get("Номер отгрузки по 1С")
    shipment_date = moment(requisites.get("Дата отгрузки по 1С", "Дата отгрузки"))
    return OrderUpdate(
        id=text(document, "Ид"),
        number=text(document, "Номер"),
        date=day(text(document, "Дата")),
        operation=text(document, "ХозОперация"),
        currency=text(document, "Валюта"),
        total=number(text(document, "Сумма")),
        onec_number=requisites.get("Номер по 1С") or text(document, "Номер1С"),
        onec_date=moment(requisites.get("Дата по 1С") or text(document, "Дата1С")),
        payment_number=payment_number,
        payment_date=payment_date,
        shipment_number=shipment_number,
        shipment_date=shipment_date,
        posted=boolean(requisites.get("Проведен")),
        deleted=_deleted(document, requisites),
        cancelled=boolean(requisites.get("Отменен")),
        paid=True if payment_number or payment_date else boolean(requisites.get("Оплачен")),
        shipped=True if shipment_number or shipment_date else boolean(requisites.get("Отгружен")),
        status=requisites.get("Статус заказа"),
        status_id=requisites.get("Статуса заказа ИД", "Статус заказа ИД"),
        comment=text(document, "Комментарий"),
        items=_items(document),
        related=tuple(map(_related, chain(document.iter("ПодчиненныйДокумент"), others))),
        requisites=requisites.pairs,
    )


def _is_order(document: Element) -> bool:
    """A document that does not say what it is must be an order."""
    return text(document, "ХозОперация").lower() in ("", ORDER_OPERATION)


def _deleted(document: Element, requisites: Requisites) -> bool | None:
    return boolean(requisites.get("ПометкаУдаления") or text(document, "ПометкаУдаления"))


def _items(document: Element) -> tuple[UpdatedItem, ...] | None:
    rows = document.find("Товары")
    if rows is None:
        return None
    return tuple(
        UpdatedItem(
            id=text(row, "Ид"),
            name=text(row, "Наименование"),
            article=text(row, "Артикул"),
            price=number(text(row, "ЦенаЗаЕдиницу")),
            quantity=number(text(row, "Количество")),
            total=number(text(row, "Сумма")),
        )
        for row in rows.findall("Товар")
    )


def _related(document: Element) -> RelatedDocument:
    requisites = Requisites(document)
    return RelatedDocument(
        id=text(document, "Ид"),
        operation=text(document, "ХозОперация"),
        number=text(document, "Номер"),
        date=day(text(document, "Дата")),
        total=number(text(document, "Сумма")),
        posted=boolean(requisites.get("Проведен")),
        deleted=_deleted(document, requisites),
        requisites=requisites.pairs,
    )
