"""Order documents for tests: each builder gives a plain valid one, and a test changes what it is about."""

from __future__ import annotations

import io
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from django_onec_exchange.commerceml.documents import (
    Address,
    AddressPart,
    AddressPartType,
    Contact,
    ContactType,
    Counterparty,
    OrderDocument,
    OrderItem,
    Requisite,
    Unit,
)
from django_onec_exchange.commerceml.money import payable
from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.commerceml.writer import OrdersWriter

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 2, 3, 12, 0, tzinfo=MOSCOW)
PIECE = Unit(code="796", short_name="шт", full_name="Штука", international="PCE")
STOCK_VERSIONS = ("2.05", "2.08", "2.10")
ENCODINGS = ("utf-8", "windows-1251")


def an_item(**changes: Any) -> OrderItem:
    """One piece for 100.00; with ``price`` and ``quantity`` the total is theirs."""
    values: dict[str, Any] = {
        "id": "bolt",
        "name": "Болт М8",
        "price": Decimal("100.00"),
        "quantity": Decimal(1),
        "unit": PIECE,
    } | changes
    if "total" not in values:
        values["total"] = values["price"] * values["quantity"]
    return OrderItem(**values)


def a_delivery(cost: str = "300.00", **changes: Any) -> OrderItem:
    values: dict[str, Any] = {"id": "ORDER_DELIVERY", "name": "Доставка заказа", "price": Decimal(cost)}
    return an_item(**values | {"is_service": True, "kind": "Услуга"} | changes)


def a_person(**changes: Any) -> Counterparty:
    return Counterparty(**{"id": "user-7", "name": "Петров Пётр"} | changes)


def a_company(**changes: Any) -> Counterparty:
    values = {
        "id": "user-8",
        "name": "ООО «Колёса»",
        "official_name": "ООО «Колёса»",
        "inn": "7701234567",
        "kpp": "770101001",
        "legal_address": Address(presentation="101000, Москва, Мясницкая, 1"),
    }
    return Counterparty(**values | changes)


def an_order(**changes: Any) -> OrderDocument:
    """An order of a person for one item; its total is what its items make."""
    values: dict[str, Any] = {
        "id": "order-17",
        "number": "17",
        "created_at": NOON,
        "currency": "RUB",
        "counterparty": a_person(),
        "items": (an_item(),),
    } | changes
    if "total" in values:
        return OrderDocument(**values)
    unpriced = OrderDocument(total=Decimal(0), **values)
    return OrderDocument(total=payable(unpriced), **values)


def a_full_order(**changes: Any) -> OrderDocument:
    """An order that has something of everything."""
    values: dict[str, Any] = {
        "counterparty": a_person(
            last_name="Петров",
            first_name="Пётр",
            middle_name="Ильич",
            inn="770123456789",
            legal_address=Address(presentation="Тверь, Советская, 1"),
            address=Address(
                presentation="125009, Москва, Тверская, 7, 12",
                parts=(
                    AddressPart(type=AddressPartType.POSTAL_CODE, value="125009"),
                    AddressPart(type=AddressPartType.CITY, value="Москва"),
                ),
            ),
            contacts=(
                Contact(type=ContactType.PHONE, value="+7 495 000-00-00"),
                Contact(type=ContactType.EMAIL, value="petrov@example.org"),
            ),
        ),
        "items": (
            an_item(
                id="p1#v1",
                article="BLT-8",
                price=Decimal("120.00"),
                quantity=Decimal("2.5"),
                total=Decimal("270.00"),
                discount=Decimal("30.00"),
                vat_rate=Decimal(20),
                kind="Крепёж",
            ),
            a_delivery(vat_rate=Decimal(20)),
        ),
        "comment": "Позвонить за час",
        "requisites": (
            Requisite(name="Статус заказа", value="Новый"),
            Requisite(name="Отменен", value="false"),
        ),
    }
    return an_order(**values | changes)


def write(
    *documents: OrderDocument, version: str = "2.10", encoding: str = "utf-8", zone: tzinfo = MOSCOW
) -> bytes:
    """Return the file that 1C would get."""
    sink = io.BytesIO()
    formed_at = datetime(2026, 2, 3, 10, 30, 15, 999, tzinfo=UTC)
    writer = OrdersWriter(sink, version=VERSIONS[version], encoding=encoding, zone=zone, formed_at=formed_at)
    for document in documents:
        writer.write(document)
    writer.finish()
    return sink.getvalue()


def parse(*documents: OrderDocument, version: str = "2.10", encoding: str = "utf-8") -> etree._Element:
    """Return the root of the file, as lxml reads it."""
    return etree.fromstring(write(*documents, version=version, encoding=encoding))
