"""What stands in the catalogue files that the demo's 1C sent: read here once more, by nobody's code but this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, parse


@dataclass
class Sent:
    """All uploads together; what came later counts."""

    products: dict[str, dict[str, object]] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)  # offer: what sets it apart
    prices: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # by price type and offer
    stocks: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # by warehouse and offer
    names: dict[str, str] = field(default_factory=dict)  # of groups, price types and warehouses
    parents: dict[str, str] = field(default_factory=dict)  # of groups


def read(folders: Iterable[Path]) -> Sent:
    sent = Sent()
    for folder in folders:
        for path in sorted(folder.glob("*.xml")):
            _read(_without_namespaces(parse(path).getroot()), sent)
    return sent


def _without_namespaces(root: Element) -> Element:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _read(root: Element, sent: Sent) -> None:
    for path in (".//Группы/Группа", ".//ТипыЦен/ТипЦены", "*/Склады/Склад"):
        sent.names |= {one.findtext("Ид"): one.findtext("Наименование") for one in root.iterfind(path)}
    for parent in root.iterfind(".//Группа"):
        sent.parents |= {one.findtext("Ид"): parent.findtext("Ид") for one in parent.iterfind("Группы/Группа")}
    for element in root.iterfind(".//Товары/Товар"):
        sent.products[element.findtext("Ид")] = _product(element)
    for element in root.iterfind(".//Предложения/Предложение"):
        _read_offer(element, sent)


def _product(element: Element) -> dict[str, object]:
    vat = element.findtext("СтавкиНалогов/СтавкаНалога/Ставка") or element.findtext("СтавкаНДС")
    unit = element.find("БазоваяЕдиница")
    return {
        "name": element.findtext("Наименование"),
        "sku": element.findtext("Артикул"),
        "description": element.findtext("Описание"),
        "group": element.findtext("Группы/Ид"),
        "unit": unit.get("Код") or unit.text.strip(),
        "vat": "none" if "Без" in vat else vat.removeprefix("НДС"),
        "hidden": element.get("Статус") == "Удален" or element.findtext("ПометкаУдаления") == "true",
        "images": [one.text for one in element.iterfind("Картинка")],
    }


def _read_offer(element: Element, sent: Sent) -> None:
    offer = element.findtext("Ид")
    variant = element.findtext("ХарактеристикиТовара/ХарактеристикаТовара/Значение")
    if variant:
        sent.variants[offer] = variant
    for price in element.iterfind("Цены/Цена"):
        sent.prices[price.findtext("ИдТипаЦены"), offer] = Decimal(price.findtext("ЦенаЗаЕдиницу"))
    for stock in (*element.iterfind("Склад"), *element.iterfind("Склады")):
        sent.stocks[stock.get("ИдСклада"), offer] = Decimal(stock.get("КоличествоНаСкладе"))
    for stock in element.iterfind("Остатки/Остаток/Склад"):
        sent.stocks[stock.findtext("Ид"), offer] = Decimal(stock.findtext("Количество"))
