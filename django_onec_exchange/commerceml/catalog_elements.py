"""From the elements of a catalogue to its objects, 2.x and 3.1 alike (commerceml.md, section 18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element

from .catalog import (
    CatalogInfo,
    Group,
    MeasureUnit,
    Offer,
    Price,
    PriceType,
    Product,
    Property,
    PropertyChoice,
    PropertyValue,
    Stock,
    Warehouse,
)
from .fields import Requisites, boolean, children, inner_text, number, rate, text, texts

#: The second one is how 1C writes a reference to nothing.
_NO_VALUES = ("", "00000000-0000-0000-0000-000000000000")


def catalog_info(section: Element, fields: Mapping[str, str]) -> CatalogInfo:
    """Read Каталог or one of the packages of offers; ``fields`` are the texts of its elements."""
    id_ = fields.get("Ид", "")
    return CatalogInfo(
        id=id_,
        catalog_id=fields.get("ИдКаталога") or id_.strip("#"),
        classifier_id=fields.get("ИдКлассификатора", ""),
        name=fields.get("Наименование", ""),
        changes_only=boolean(section.get("СодержитТолькоИзменения") or fields.get("СодержитТолькоИзменения", "")),
        is_offers=section.tag != "Каталог",
    )


def group(element: Element, parent_id: str) -> Group:
    field = texts(element)
    return Group(
        id=field["Ид"], name=field["Наименование"], parent_id=parent_id, deleted=_is_deleted(element, field)
    )


def property_(element: Element, *, for_offers: bool) -> Property:
    field = texts(element)
    choices = map(texts, children(element, "ВариантыЗначений", "Справочник"))
    return Property(
        id=field["Ид"],
        name=field["Наименование"],
        value_type=field["ТипЗначений"],
        choices=tuple(PropertyChoice(id=choice["ИдЗначения"], value=choice["Значение"]) for choice in choices),
        for_offers=for_offers,
        deleted=_is_deleted(element, field),
    )


def price_type(element: Element) -> PriceType:
    field = texts(element)
    return PriceType(
        id=field["Ид"],
        name=field["Наименование"],
        currency=field["Валюта"],
        vat_included=boolean(inner_text(element, "Налог", "УчтеноВСумме")),
        deleted=_is_deleted(element, field),
    )


def warehouse(element: Element) -> Warehouse:
    field = texts(element)
    return Warehouse(
        id=field["Ид"],
        name=field["Наименование"],
        address=inner_text(element, "Адрес", "Представление") or field["Адрес"],
        deleted=_is_deleted(element, field),
    )


def measure_unit(element: Element) -> MeasureUnit:
    field = texts(element)
    return MeasureUnit(
        id=field["Ид"],
        code=field["Код"],
        short_name=field["НаименованиеКраткое"],
        full_name=field["НаименованиеПолное"],
        international=field["МеждународноеСокращение"],
        deleted=_is_deleted(element, field),
    )


def product(element: Element) -> Product:
    field, requisites = texts(element), Requisites(element)
    html = requisites.get("ОписаниеВФорматеHTML") or field["ОписаниеВФорматеHTML"]  # UT adds it to the plain one
    return Product(
        id=field["Ид"],
        name=field["Наименование"],
        article=field["Артикул"],
        barcode=field["Штрихкод"],
        code=field["Код"] or requisites.get("Код"),
        full_name=requisites.get("Полное наименование") or field["ПолноеНаименование"],
        description=html or field["Описание"],
        description_is_html=bool(html) or _is_html(element.find("Описание")),
        group_ids=_values(children(element, "Группы", "Ид")),
        category_id=field["Категория"],
        unit=_base_unit(element),
        vat_rate=_vat_rate(element),
        images=tuple([path.replace("\\", "/") for path in _values(element.findall("Картинка"))]),
        manufacturer=inner_text(element, "Изготовитель", "Наименование"),
        country=field["Страна"],
        weight=number(field["Вес"] or requisites.get("Вес")),
        properties=_properties(element),
        characteristics=_characteristics(element),
        requisites=requisites.pairs,
        is_service=requisites.get("ТипНоменклатуры").lower() == "услуга",
        deleted=_is_deleted(element, field),
    )


def offer(element: Element) -> Offer:
    field = texts(element)
    return Offer(
        id=_offer_id(field),
        name=field["Наименование"],
        article=field["Артикул"],
        barcode=field["Штрихкод"],
        unit=_base_unit(element),
        characteristics=_characteristics(element),
        properties=_properties(element),
        prices=_prices(element),
        stocks=_stocks(element),
        quantity=number(field["Количество"]) if field["Количество"] else _whole_stock(element),
        deleted=_is_deleted(element, field),
    )


def _is_deleted(element: Element, field: defaultdict[str, str]) -> bool:
    """Tell whether an object is marked so: by Статус in 2.x, by ПометкаУдаления in 3.x."""
    status = element.get("Статус") or field["Статус"]
    return status.lower() == "удален" or boolean(field["ПометкаУдаления"]) is True


def _values(elements: Iterable[Element]) -> tuple[str, ...]:
    """Return the texts that say something; a tuple of a list is faster than of a generator, here and below."""
    return tuple([value for element in elements if (value := (element.text or "").strip()) not in _NO_VALUES])


def _is_html(description: Element | None) -> bool:
    return description is not None and boolean(description.get("ФорматHTML", "")) is True


def _base_unit(element: Element) -> MeasureUnit | None:
    """Read БазоваяЕдиница; in 3.1 it holds a code alone, and so does КодЕдиницыИзмерения of UT's updates."""
    unit = element.find("БазоваяЕдиница")
    if unit is None:
        code = text(element, "КодЕдиницыИзмерения")
        return MeasureUnit(code=code) if code else None
    name, code = (unit.text or "").strip(), unit.get("Код", "").strip()
    if not code and name.isdecimal():
        return MeasureUnit(code=name)
    if not code and not name:
        return None
    return MeasureUnit(
        code=code,
        short_name=name or unit.get("НаименованиеКраткое", ""),
        full_name=unit.get("НаименованиеПолное", "").strip(),
        international=unit.get("МеждународноеСокращение", "").strip(),
    )


def _vat_rate(element: Element) -> Decimal | None:
    for tax in children(element, "СтавкиНалогов", "СтавкаНалога"):
        if text(tax, "Наименование").upper() == "НДС":
            return rate(text(tax, "Ставка"))
    return rate(text(element, "СтавкаНДС"))


def _properties(element: Element) -> tuple[PropertyValue, ...]:
    return tuple(
        [
            PropertyValue(property_id=text(found, "Ид"), values=_values(found.findall("Значение")))
            for found in children(element, "ЗначенияСвойств", "ЗначенияСвойства")
        ]
    )


def _characteristics(element: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        [
            (text(found, "Наименование"), text(found, "Значение"))
            for found in children(element, "ХарактеристикиТовара", "ХарактеристикаТовара")
        ]
    )


def _offer_id(field: defaultdict[str, str]) -> str:
    """Return "product#variant"; in updates UT may name the variant apart."""
    id_, variant = field["Ид"], field["ИдХарактеристики"]
    return id_ if "#" in id_ or variant in _NO_VALUES else f"{id_}#{variant}"


def _prices(element: Element) -> tuple[Price, ...] | None:
    prices = element.find("Цены")
    if prices is None:
        return None
    return tuple(
        [
            Price(
                type_id=field["ИдТипаЦены"],
                amount=amount,
                currency=field["Валюта"],
                unit=field["Единица"],
                ratio=number(field["Коэффициент"]),
            )
            for field in map(texts, prices.findall("Цена"))
            if (amount := number(field["ЦенаЗаЕдиницу"])) is not None
        ]
    )


def _whole_stock(element: Element) -> Decimal | None:
    """Read an Остаток of 3.1 that names no warehouse."""
    found = children(element, "Остатки", "Остаток")
    return number(text(found[0], "Количество")) if found else None


def _stocks(element: Element) -> tuple[Stock, ...] | None:
    """Read Склад of full offers, Склады of UT's updates, Остаток of 3.1 that names a warehouse."""
    told = [
        (stock.get("ИдСклада", ""), stock.get("КоличествоНаСкладе", ""))
        for stock in (*element.findall("Склад"), *element.findall("Склады"))
    ] + [
        (text(stock, "Ид"), text(stock, "Количество"))
        for rest in children(element, "Остатки", "Остаток")
        for stock in rest.findall("Склад")
    ]
    stocks = [
        Stock(warehouse_id=id_, quantity=found) for id_, amount in told if (found := number(amount)) is not None
    ]
    return tuple(stocks) or None
