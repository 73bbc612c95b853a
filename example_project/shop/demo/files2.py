"""A catalogue in CommerceML 2.x, as Trade Management 11.5 writes it: products and offers, in portions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element

from ..models import Vat
from .goods import Catalogue, Good, Named, Offer, guid
from .xml import boolean, file, named, requisites, tag

VERSION = "2.07"
XMLNS = "urn:1C.ru:commerceml_2"
PORTION = 20  # goods in one file
ROUBLE = "643"  # UT names currencies by their code


def files(catalogue: Catalogue) -> dict[str, bytes]:
    """Return the files by name in the order of 1C: products, their offers, what changed meanwhile; pictures last.

    UT says СодержитТолькоИзменения of every portion but the first.
    """
    portions = [catalogue.goods[start : start + PORTION] for start in range(0, len(catalogue.goods), PORTION)]
    written = {}
    for number, goods in enumerate(portions, start=1):
        first = [_classifier(catalogue)] if number == 1 else []
        written[f"import0_{number}.xml"] = _file(*first, _products(catalogue, goods, changes=number > 1))
    for number, goods in enumerate(portions, start=1):
        written[f"offers0_{number}.xml"] = _file(_offers(catalogue, goods, changes=number > 1))
    written[f"offers0_{len(portions) + 1}.xml"] = _file(_updates(catalogue))
    return written | catalogue.images()


def _file(*sections: Element) -> bytes:
    return file(*sections, version=VERSION, xmlns=XMLNS)


def _owner() -> Element:
    return named("Владелец", guid("owner"), "ООО «Торговый дом»", tag("ИНН", "0000000000"))


def _classifier(catalogue: Catalogue) -> Element:
    groups = tag("Группы", *(named("Группа", group.id, group.name) for group in catalogue.groups))
    kind = tag("ТипЗначений", "Строка")
    properties = tag("Свойства", named("Свойство", guid("note"), "Примечание", kind))
    return named("Классификатор", catalogue.id, catalogue.name, _owner(), groups, properties)


def _products(catalogue: Catalogue, goods: Iterable[Good], *, changes: bool) -> Element:
    content = tag("ИдКлассификатора", catalogue.id), _owner(), tag("Товары", *map(_product, goods))
    return named("Каталог", catalogue.id, catalogue.name, *content, СодержитТолькоИзменения=boolean(changes))


def _product(good: Good) -> Element:
    rate = "Без НДС" if good.vat == Vat.NONE else str(good.vat)
    note = tag("ЗначенияСвойства", tag("Ид", guid("note")), tag("Значение", "<без примечаний>"))
    return tag(
        "Товар",
        tag("Ид", good.id),
        tag("Артикул", good.sku),
        tag("Наименование", good.name),
        _unit(good),
        tag("Группы", tag("Ид", good.group)),
        tag("Описание", good.description),
        *(tag("Картинка", path) for path in good.images),
        tag("ЗначенияСвойств", note),
        tag("СтавкиНалогов", tag("СтавкаНалога", tag("Наименование", "НДС"), tag("Ставка", rate))),
        requisites(
            [
                ("ВидНоменклатуры", "Товар (пр. ТМЦ)"),
                ("ТипНоменклатуры", "Товар"),
                ("Полное наименование", good.name),
                ("Код", f"НФ-{good.sku}"),
            ]
        ),
        **_status(good),
    )


def _unit(good: Good) -> Element:
    code, short, full, international = good.unit
    names = {"НаименованиеПолное": full, "МеждународноеСокращение": international}
    return tag("БазоваяЕдиница", short, Код=code, **names)


def _status(good: Good) -> dict[str, str]:
    return {"Статус": "Удален"} if good.deleted else {}


def _offers(catalogue: Catalogue, goods: Iterable[Good], *, changes: bool) -> Element:
    return named(
        "ПакетПредложений",
        f"{catalogue.id}#",
        "Пакет предложений",
        tag("ИдКаталога", catalogue.id),
        tag("ИдКлассификатора", catalogue.id),
        tag("ТипыЦен", *map(_price_type, catalogue.price_types)),
        tag("Склады", *(named("Склад", one.id, one.name) for one in catalogue.warehouses)),
        tag("Предложения", *(_offer(good, offer) for good in goods for offer in good.offers)),
        СодержитТолькоИзменения=boolean(changes),
    )


def _price_type(price_type: Named) -> Element:
    tax = tag("Налог", tag("Наименование", "НДС"), tag("УчтеноВСумме", "true"))
    return named("ТипЦены", price_type.id, price_type.name, tag("Валюта", ROUBLE), tax)


def _offer(good: Good, offer: Offer) -> Element:
    title, values = good.name, []
    if offer.variant:
        title = f"{good.name} ({offer.variant})"
        value = tag("ХарактеристикаТовара", tag("Наименование", "Вид"), tag("Значение", offer.variant))
        values = [tag("ХарактеристикиТовара", value)]
    return tag(
        "Предложение",
        tag("Ид", offer.id),
        tag("Артикул", good.sku),
        tag("Наименование", title),
        _unit(good),
        *values,
        tag("Цены", *(_price(good, *price) for price in offer.prices.items())),
        tag("Количество", f"{sum(offer.stocks.values()):f}"),
        *_stocks("Склад", offer.stocks.items()),
        **_status(good),
    )


def _price(good: Good, price_type: str, amount: Decimal) -> Element:
    unit = good.unit[1]
    return tag(
        "Цена",
        tag("Представление", f"{amount:f} руб. за {unit}"),
        tag("ИдТипаЦены", price_type),
        tag("ЦенаЗаЕдиницу", f"{amount:f}"),
        tag("Валюта", ROUBLE),
        tag("Единица", unit),
        tag("Коэффициент", "1"),
    )


def _stocks(name: str, stocks: Iterable[tuple[str, Decimal]]) -> Iterator[Element]:
    for warehouse, quantity in stocks:
        yield tag(name, ИдСклада=warehouse, КоличествоНаСкладе=f"{quantity:f}")


def _updates(catalogue: Catalogue) -> Element:
    """What changed since: of the stocks alone, which stand in Склады here, and no names."""
    offers = (
        tag(
            "Предложение",
            tag("Ид", id_),
            *_stocks("Склады", stocks.items()),
            tag("Количество", f"{sum(stocks.values()):f}"),
        )
        for id_, stocks in catalogue.updates.items()
    )
    return tag(
        "ИзмененияПакетаПредложений",
        tag("Ид", f"{catalogue.id}#"),
        tag("ИдКаталога", catalogue.id),
        tag("Предложения", *offers),
    )
