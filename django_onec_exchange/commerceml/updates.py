"""Orders as 1C sends them back: statuses, payments, shipments, changed rows (``type=sale`` files).

An absent requisite means "unknown", never "no" (commerceml.md, section 17): ``None`` must not undo anything.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from .documents import value

ORDER_OPERATION = "заказ товара"  # ХозОперация of an order, lower case


@value
class UpdatedItem:
    """Товар of an order as it stands in 1C now."""

    id: str  # "product" or "product#variant"
    name: str = ""
    article: str = ""
    price: Decimal | None = None
    quantity: Decimal | None = None
    total: Decimal | None = None


@value
class RelatedDocument:
    """A payment or shipment of an order: ПодчиненныйДокумент of 2.10, or a sibling in a Контейнер of 3.1."""

    id: str
    operation: str  # ХозОперация: "Выплата безналичных денег", "Отпуск товара", ...
    number: str = ""
    date: date | None = None
    total: Decimal | None = None
    posted: bool | None = None
    deleted: bool | None = None
    requisites: tuple[tuple[str, str], ...] = ()


@value
class OrderUpdate:
    """One order document from 1C.  Moments are naive: the clock of the 1C base, whatever its zone."""

    id: str  # Ид: 1C's own GUID, hardly ever the site's
    number: str  # Номер: the site's, by which its order is found; "" if 1C gave none
    date: date | None = None  # Дата: the site's
    operation: str = ""  # ХозОперация
    currency: str = ""  # a name, or UT's numeric code
    total: Decimal | None = None  # Сумма in 1C, may differ from the site's
    onec_number: str = ""  # Номер по 1С
    onec_date: datetime | None = None  # Дата по 1С
    payment_number: str = ""  # Номер оплаты по 1С: paid in full
    payment_date: datetime | None = None
    shipment_number: str = ""  # Номер отгрузки по 1С: shipped in full
    shipment_date: datetime | None = None
    posted: bool | None = None  # Проведен
    deleted: bool | None = None  # ПометкаУдаления
    cancelled: bool | None = None  # Отменен
    paid: bool | None = None  # Оплачен; true with a payment number or date too
    shipped: bool | None = None  # Отгружен; true with a shipment number or date too
    status: str = ""  # Статус заказа
    status_id: str = ""  # Статуса заказа ИД
    comment: str = ""
    items: tuple[UpdatedItem, ...] | None = None  # None: the document has no Товары
    related: tuple[RelatedDocument, ...] = ()
    requisites: tuple[tuple[str, str], ...] = ()  # all of them, as they came; a name may come more than once
