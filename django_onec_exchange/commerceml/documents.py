"""An order as CommerceML sees it: what a serializer returns and the writer writes.

Texts may hold any Unicode: what XML or 1C cannot carry is removed when it is written.  Money is ``Decimal``
with at most two fraction digits.  An empty text or ``None`` means "not known": the element is left out, since
1C takes an empty element for a present one (commerceml.md, section 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TypeVar, dataclass_transform

from .values import clean

_T = TypeVar("_T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def value(cls: type[_T]) -> type[_T]:
    """Make a keyword-only dataclass whose instances never change.

    Type checkers hold everybody to that.  At run time nothing does: an order is some thirty values, and freezing
    each would cost as much as writing the order's XML.
    """
    return dataclass(slots=True, kw_only=True)(cls)


class ContactType(Enum):
    """What a contact is; the words 1C reads for it depend on the version."""

    PHONE = "phone"
    EMAIL = "email"


class AddressPartType(Enum):
    """АдресноеПоле/Тип."""

    POSTAL_CODE = "Почтовый индекс"
    COUNTRY = "Страна"
    REGION = "Регион"
    DISTRICT = "Район"
    SETTLEMENT = "Населенный пункт"
    CITY = "Город"
    STREET = "Улица"
    HOUSE = "Дом"
    BUILDING = "Корпус"
    FLAT = "Квартира"


@value
class AddressPart:
    """АдресноеПоле.  Bare names: UT itself adds "г", "ул", "дом №" (commerceml.md, section 7)."""

    type: AddressPartType
    value: str


@value
class Address:
    """Адрес.  With two or more parts UT builds the text from them; with fewer it takes ``presentation``."""

    presentation: str  # Представление; shortened to 250 characters, the whole stands in "Адрес доставки"
    parts: tuple[AddressPart, ...] = ()


@value
class Contact:
    """Контакт."""

    type: ContactType
    value: str


@value
class Counterparty:
    """Контрагент, the buyer.  An ``official_name`` makes it a company, none makes it a person."""

    id: str  # Ид, at most 40 characters; the same buyer keeps it in every batch
    name: str  # Наименование; UT finds the buyer by it when there is no ИНН
    official_name: str = ""  # ОфициальноеНаименование; companies only, its presence alone makes one
    last_name: str = ""  # Фамилия
    first_name: str = ""  # Имя
    middle_name: str = ""  # Отчество
    inn: str = ""  # ИНН: 10 digits for a company, 12 for a sole trader
    kpp: str = ""  # КПП: 9 characters, companies only
    legal_address: Address | None = None  # ЮридическийАдрес of a company, АдресРегистрации of a person
    address: Address | None = None  # Адрес; UT takes it for the delivery address
    contacts: tuple[Contact, ...] = ()

    @property
    def is_company(self) -> bool:
        return bool(clean(self.official_name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """БазоваяЕдиница, by the OKEI classifier."""

    code: str  # "796", "006"; leading zeros count
    short_name: str  # "шт"
    full_name: str = ""  # "Штука"
    international: str = ""  # "PCE"


@value
class OrderItem:
    """Товар: one row of an order.  1C books the rows and never reads the order's own total."""

    id: str  # Ид: "product" or "product#variant", as 1C's catalogue names it; at most 80 characters
    name: str  # Наименование
    price: Decimal  # ЦенаЗаЕдиницу, before any discount
    quantity: Decimal  # Количество, more than zero, at most four fraction digits
    total: Decimal  # Сумма, after the row's discount
    unit: Unit
    article: str = ""  # Артикул, the second key by which 1C finds a product
    discount: Decimal = Decimal(0)  # already taken off ``total``; told to 3.x clients
    vat_rate: Decimal | None = None  # percent; None is "Без НДС"
    is_service: bool = False  # ТипНоменклатуры: Услуга or Товар
    kind: str = ""  # ВидНоменклатуры, read by UNF and the Bitrix module


@value
class Discount:
    """A discount on the whole order.  It is spread over the rows, since UT ignores document discounts."""

    name: str
    amount: Decimal


@value
class Requisite:
    """ЗначениеРеквизита of the order.  Keep names few and stable: UNF makes a property of each new one."""

    name: str
    value: str


@value
class OrderDocument:
    """Документ with ХозОперация "Заказ товара": the only thing a serializer hands to the writer."""

    id: str  # Ид, at most 40 characters; the same order keeps it in every batch
    number: str  # Номер, the key by which 1C knows the order again; UT compares its first 11 characters
    created_at: datetime  # aware; written as the shop's local Дата and Время
    currency: str  # Валюта, three characters, named as in the 1C base
    total: Decimal  # Сумма: what the customer pays
    counterparty: Counterparty
    items: tuple[OrderItem, ...]  # delivery included, as a service
    comment: str = ""  # Комментарий; shortened to 3000 characters
    vat_included: bool = True  # УчтеноВСумме; without it UT adds VAT on top of the prices
    exchange_rate: Decimal = Decimal(1)  # Курс
    discounts: tuple[Discount, ...] = ()
    requisites: tuple[Requisite, ...] = ()
