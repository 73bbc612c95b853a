"""An order as the emulated 1C understood it: what its fields, rows and totals became there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class CounterpartyKind(StrEnum):
    """What 1C makes of a customer: ОфициальноеНаименование present, even empty, is a company."""

    PERSON = "person"
    COMPANY = "company"


class ItemKind(StrEnum):
    """By requisite ТипНоменклатуры: Услуга is a service, anything else goods."""

    GOODS = "goods"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class ReceivedCounterparty:
    """The first Контрагент of an order."""

    id: str
    name: str  # Наименование; "" leaves the order without a counterparty
    official_name: str
    kind: CounterpartyKind
    inn: str | None  # None: no such element; "": an empty one, which UT searches for
    kpp: str | None
    phones: tuple[str, ...]  # only those this kind of 1C creates
    emails: tuple[str, ...]
    address: str  # delivery address as 1C stores it


@dataclass(frozen=True, kw_only=True)
class ReceivedRow:
    """A row that got into the order; rows without quantity do not."""

    id: str
    article: str
    name: str
    price: Decimal  # per unit; Сумма / Количество if ЦенаЗаЕдиницу is absent or 0
    quantity: Decimal
    sum: Decimal  # Сумма of the row
    vat_rate: Decimal | None  # percent; None: without VAT
    unit_code: str  # OKEI, leading zeros kept
    unit_name: str
    kind: ItemKind


@dataclass(frozen=True, kw_only=True)
class RelatedDocument:
    """A payment or shipment that came with its order: in its Контейнер or subordinate to it."""

    id: str
    number: str
    operation: str  # ХозОперация
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ReceivedOrder:
    """One Документ as one kind of 1C read it."""

    id: str
    number: str  # Номер, untrimmed: it is looked up like that
    date: date  # 0001-01-01 if 1C cannot read Дата and Время
    time: time
    currency: str
    declared_total: Decimal | None  # Сумма of the document; no client reads it
    total: Decimal  # what this 1C computes: rows, VAT on top, discounts where it knows them
    vat_on_top: Decimal  # the part of total that came from a missing УчтеноВСумме
    vat_included: bool
    counterparty: ReceivedCounterparty
    rows: tuple[ReceivedRow, ...]
    requisites: Mapping[str, str]  # ЗначенияРеквизитов of the document
    comment: str
    related: tuple[RelatedDocument, ...] = ()
    raw: bytes = field(default=b"", repr=False)  # the XML of this document, UTF-8, no declaration

    @property
    def is_cancelled(self) -> bool:
        """Requisite Отменен is exactly ``true``."""
        return self.requisites.get("Отменен") == "true"
