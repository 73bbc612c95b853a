"""A catalogue in CommerceML 3.1, as the module "1С-Битрикс" writes it: a file for each kind of things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from ..models import Vat
from .goods import Catalogue, Good, Named, Offer, guid
from .xml import boolean, file, named, requisites, tag

VERSION = "3.1"
PORTION = 20  # goods in one file

_SEASON = guid("season")
_SEASONS = {"winter": "Зима", "summer": "Лето"}


def files(catalogue: Catalogue) -> dict[str, bytes]:
    """Return the files by name in the order of 1C, which sends first what others refer to; pictures last."""
    kinds = (
        ("groups", [[_classifier(catalogue, tag("Группы", *_groups(catalogue.groups)))]]),
        ("propertiesGoods", [[_classifier(catalogue, tag("Свойства", _season()))]]),
        ("units", [[_classifier(catalogue, tag("ЕдиницыИзмерения", *_units(catalogue.goods)))]]),
        ("storages", [[_classifier(catalogue, tag("Склады", *map(_storage, catalogue.warehouses)))]]),
        ("priceLists", [[_classifier(catalogue, tag("ТипыЦен", *map(_price_type, catalogue.price_types)))]]),
        ("goods", [[_goods(catalogue, goods)] for goods in _portions(catalogue.goods)]),
        ("offers", [[_package(catalogue, map(_offer, *_pairs(goods)))] for goods in _portions(catalogue.goods)]),
        ("prices", [[_package(catalogue, map(_prices, *_pairs(catalogue.goods)))]]),
        ("rests", [[_package(catalogue, map(_rests, *_pairs(catalogue.goods)))]]),
    )
    written = {
        f"{kind}_{number}_{guid(f'{catalogue.id} {kind}')[:8]}.xml": file(*sections, version=VERSION)
        for kind, portions in kinds
        for number, sections in enumerate(portions, start=1)
    }
    return written | catalogue.images()


def _portions(goods: tuple[Good, ...]) -> Iterator[tuple[Good, ...]]:
    for start in range(0, len(goods), PORTION):
        yield goods[start : start + PORTION]


def _pairs(goods: Iterable[Good]) -> tuple[list[Good], list[Offer]]:
    pairs = [(good, offer) for good in goods for offer in good.offers]
    return [good for good, _ in pairs], [offer for _, offer in pairs]


def _marked(name: str, id_: str, *content: Element, deleted: bool = False) -> Element:
    """Return an element with its version and whether it is marked for deletion, as each has them in 3.1."""
    mark = tag("ПометкаУдаления", boolean(deleted))
    return tag(name, tag("Ид", id_), tag("НомерВерсии", "AAAAAAAAAAE="), mark, *content)


def _classifier(catalogue: Catalogue, content: Element) -> Element:
    return named("Классификатор", catalogue.id, catalogue.name, content, СодержитТолькоИзменения="false")


def _groups(groups: Iterable[Named], parent: str = "") -> Iterator[Element]:
    for group in groups:
        if group.parent == parent:
            inner = list(_groups(groups, group.id))
            content = [tag("Группы", *inner)] if inner else []
            yield _marked("Группа", group.id, tag("Наименование", group.name), *content)


def _season() -> Element:
    choices = (
        tag("Справочник", tag("ИдЗначения", guid(id_)), tag("Значение", name)) for id_, name in _SEASONS.items()
    )
    kind = tag("ТипЗначений", "Справочник"), tag("ВариантыЗначений", *choices)
    return _marked("Свойство", _SEASON, tag("Наименование", "Сезон"), *kind)


def _units(goods: Iterable[Good]) -> Iterator[Element]:
    for code, short, full, international in sorted({good.unit for good in goods}):
        yield _marked(
            "ЕдиницаИзмерения",
            f"{code} ",
            tag("НаименованиеКраткое", short),
            tag("Код", f"{code} "),
            tag("НаименованиеПолное", f"{full:25}"),  # a column of fixed width in 1C
            tag("МеждународноеСокращение", international),
        )


def _storage(warehouse: Named) -> Element:
    return _marked("Склад", warehouse.id, tag("Наименование", warehouse.name))


def _price_type(price_type: Named) -> Element:
    return _marked("ТипЦены", price_type.id, tag("Наименование", price_type.name), tag("Валюта", "RUB"))


def _goods(catalogue: Catalogue, goods: Iterable[Good]) -> Element:
    content = tag("ИдКлассификатора", catalogue.id), tag("Товары", *map(_good, goods))
    return named("Каталог", catalogue.id, catalogue.name, *content, СодержитТолькоИзменения="false")


def _good(good: Good) -> Element:
    season = tag("ЗначенияСвойства", tag("Ид", _SEASON), tag("Значение", guid("winter")))
    return _marked(
        "Товар",
        good.id,
        tag("Артикул", good.sku),
        tag("Наименование", good.name),
        tag("БазоваяЕдиница", f"{good.unit[0]} "),
        tag("Группы", tag("Ид", good.group)),
        tag("Описание", good.description),
        *(tag("Картинка", path) for path in good.images),
        tag("ЗначенияСвойств", season),
        tag("СтавкаНДС", "БезНДС" if good.vat == Vat.NONE else f"НДС{good.vat}"),
        requisites([("ТипНоменклатуры", "Товар"), ("Полное наименование", good.name)]),
        deleted=good.deleted,
    )


def _package(catalogue: Catalogue, offers: Iterable[Element]) -> Element:
    content = tag("ИдКаталога", catalogue.id), tag("ИдКлассификатора", catalogue.id), tag("Предложения", *offers)
    title = f"Пакет предложений ({catalogue.name})"
    return named("ПакетПредложений", f"{catalogue.id}#", title, *content, СодержитТолькоИзменения="false")


def _offer(good: Good, offer: Offer) -> Element:
    title = f"{good.name} ({offer.variant})" if offer.variant else good.name
    content = [tag("Наименование", title), tag("БазоваяЕдиница", f"{good.unit[0]} ")]
    if offer.variant:
        value = tag("ХарактеристикаТовара", tag("Наименование", "Вид"), tag("Значение", offer.variant))
        content.append(tag("ХарактеристикиТовара", value))
    return _marked("Предложение", offer.id, *content, deleted=good.deleted)


def _prices(good: Good, offer: Offer) -> Element:
    prices = (
        tag(
            "Цена",
            tag("Представление", f"{amount:f} RUB за {good.unit[1]}"),
            tag("ИдТипаЦены", price_type),
            tag("ЦенаЗаЕдиницу", f"{amount:f}"),
            tag("Валюта", "RUB"),
        )
        for price_type, amount in offer.prices.items()
    )
    return tag("Предложение", tag("Ид", offer.id), tag("Цены", *prices))


def _rests(good: Good, offer: Offer) -> Element:
    rests = (
        tag("Остаток", tag("Склад", tag("Ид", warehouse), tag("Количество", f"{quantity:f}")))
        for warehouse, quantity in offer.stocks.items()
    )
    return tag("Предложение", tag("Ид", offer.id), tag("Остатки", *rests))
