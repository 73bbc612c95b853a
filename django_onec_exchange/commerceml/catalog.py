"""A catalogue as 1C sends it: what the reader makes of ``type=catalog`` files, 2.x and 3.1 alike.

``None`` and empty texts mean that 1C did not say: absent is not deleted, not zero and not "no"
(commerceml.md, sections 17 and 18).  Objects come in the order of the file, so what is referred to usually comes
first, in this file or in one before it.
"""

from __future__ import annotations

from decimal import Decimal

from .documents import value


@value
class CatalogInfo:
    """Каталог or ПакетПредложений: what the objects after it belong to.

    ``changes_only`` is СодержитТолькоИзменения.  UT says true for every portion after the first, and it means
    nothing in 3.x, so false alone never tells that what is not named is gone (commerceml.md, section 18.1).
    """

    id: str  # Ид; that of ПакетПредложений is the catalogue's with "#" behind
    catalog_id: str  # ИдКаталога, of a Каталог its own Ид
    classifier_id: str = ""
    name: str = ""
    changes_only: bool | None = None
    is_offers: bool = False  # ПакетПредложений or ИзмененияПакетаПредложений


@value
class Group:
    """Группа of the classifier; its parent comes before it."""

    id: str
    name: str
    parent_id: str = ""  # "" at the top
    deleted: bool = False


@value
class PropertyChoice:
    """One of ВариантыЗначений of a property whose values are chosen from a list."""

    id: str  # ИдЗначения
    value: str


@value
class Property:
    """Свойство: something products (or offers) may have."""

    id: str
    name: str
    value_type: str = ""  # Строка, Число, Время, Справочник
    choices: tuple[PropertyChoice, ...] = ()
    for_offers: bool = False  # it stands in the classifier of offers
    deleted: bool = False


@value
class PriceType:
    """ТипЦены.  UT's are its customer agreements."""

    id: str
    name: str
    currency: str = ""  # a name, or UT's numeric code: "643"
    vat_included: bool | None = None
    deleted: bool = False


@value
class Warehouse:
    """Склад."""

    id: str
    name: str
    address: str = ""
    deleted: bool = False


@value
class MeasureUnit:
    """ЕдиницаИзмерения of the classifier, or БазоваяЕдиница of a product."""

    code: str  # OKEI, with its leading zeros; "" where 1C gave a name alone
    short_name: str = ""
    full_name: str = ""
    international: str = ""
    id: str = ""  # of a classifier's unit
    deleted: bool = False


@value
class PropertyValue:
    """ЗначенияСвойства: a property of a product and its values; of a list, the ИдЗначения of each."""

    property_id: str
    values: tuple[str, ...]


@value
class Product:
    """Товар of a Каталог."""

    id: str  # Ид: "product" or "product#variant"
    name: str = ""
    article: str = ""
    barcode: str = ""
    code: str = ""  # Код, or the requisite of that name
    full_name: str = ""  # the requisite "Полное наименование"
    description: str = ""
    description_is_html: bool = False  # it came as ОписаниеВФорматеHTML
    group_ids: tuple[str, ...] = ()
    category_id: str = ""
    unit: MeasureUnit | None = None
    vat_rate: Decimal | None = None  # percent; None is "Без НДС", or not said
    images: tuple[str, ...] = ()  # paths relative to the exchange folder, "/" between
    manufacturer: str = ""
    country: str = ""
    weight: Decimal | None = None
    properties: tuple[PropertyValue, ...] = ()
    characteristics: tuple[tuple[str, str], ...] = ()  # ХарактеристикиТовара: name, value
    requisites: tuple[tuple[str, str], ...] = ()  # name, value; a name may come more than once
    is_service: bool = False  # ТипНоменклатуры "Услуга"
    deleted: bool = False


@value
class Price:
    """Цена of an offer."""

    type_id: str
    amount: Decimal
    currency: str = ""
    unit: str = ""
    ratio: Decimal | None = None  # Коэффициент


@value
class Stock:
    """How much of an offer lies in one warehouse; may be negative or a fraction."""

    warehouse_id: str
    quantity: Decimal


@value
class Offer:
    """Предложение.  Files of prices or stocks alone (3.1's, UT's updates) give only ``id`` and that."""

    id: str  # "product" or "product#variant"
    name: str = ""
    article: str = ""
    barcode: str = ""
    unit: MeasureUnit | None = None
    characteristics: tuple[tuple[str, str], ...] = ()
    properties: tuple[PropertyValue, ...] = ()
    prices: tuple[Price, ...] | None = None  # None: the file does not speak of prices
    stocks: tuple[Stock, ...] | None = None  # None: not of stocks in warehouses
    quantity: Decimal | None = None  # Количество: of all warehouses together
    deleted: bool = False

    @property
    def product_id(self) -> str:
        return self.id.partition("#")[0]

    @property
    def variant_id(self) -> str:
        return self.id.partition("#")[2]


CatalogObject = CatalogInfo | Group | Property | PriceType | Warehouse | MeasureUnit | Product | Offer
