"""Catalogues from 1C: the two files of 2.x, the updates of UT and the many files of 3.1."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_onec_exchange.commerceml.catalog import (
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
from django_onec_exchange.commerceml.reader import read_catalog
from tests.commerceml import files
from tests.commerceml.files import NAMESPACES, a_file
from tests.documents import ENCODINGS

CATALOG = CatalogInfo(
    id="bd72d8f0", catalog_id="bd72d8f0", classifier_id="bd72d8f0", name="Каталог товаров", changes_only=False
)
DRILL = Product(
    id="p-1",
    name="Дрель & биты",
    article="ДР-1",
    barcode="4600000000017",
    code="НФ-00000001",
    full_name="Дрель ударная",
    description="<p>Дрель</p>",
    description_is_html=True,
    group_ids=("tools", "drills"),
    category_id="cat-1",
    unit=MeasureUnit(code="006", short_name="м", full_name="Метр", international="MTR"),
    vat_rate=Decimal(20),
    images=("import_files/bd/p-1_1.jpg", "import_files/bd/p-1_2.jpg"),
    manufacturer="Завод",
    country="РОССИЯ",
    weight=Decimal("1.250"),
    properties=(
        PropertyValue(property_id="colour", values=("red", "blue")),
        PropertyValue(property_id="note", values=()),
        PropertyValue(property_id="brand", values=()),
    ),
    characteristics=(("Мощность", "800 Вт"),),
    requisites=(
        ("ТипНоменклатуры", "Товар"),
        ("Полное наименование", "Дрель ударная"),
        ("Код", "НФ-00000001"),
        ("ОписаниеВФорматеHTML", "<p>Дрель</p>"),
        ("ОписаниеФайла", "a.jpg#вид"),
        ("ОписаниеФайла", "b.jpg#сбоку"),
    ),
)
BITRIX_CATALOG = CatalogInfo(
    id="916c4658", catalog_id="916c4658", classifier_id="916c4658", name="Товары 1С", changes_only=True
)
BITRIX_PACKAGE = CatalogInfo(
    id="#916c4658",
    catalog_id="916c4658",
    classifier_id="916c4658",
    name="Пакет предложений (Товары 1С)",
    changes_only=True,
    is_offers=True,
)


def read(body: str, **options: str) -> list[object]:
    return list(read_catalog(a_file(body, **options)))


def product(content: str) -> Product:
    _, found = read(f"<Каталог><Товары><Товар>{content}</Товар></Товары></Каталог>")
    return found


def offer(content: str) -> Offer:
    _, found = read(files.bitrix_offers(f"<Предложение>{content}</Предложение>"))
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("xmlns", NAMESPACES)
def test_import_of_2x(encoding, xmlns):
    assert read(files.UT_IMPORT, encoding=encoding, xmlns=xmlns) == [
        Group(id="tools", name="Инструмент"),
        Group(id="drills", name="Дрели", parent_id="tools"),
        Group(id="hammer", name="Перфораторы", parent_id="drills"),
        Group(id="saws", name="Пилы", parent_id="tools", deleted=True),
        Group(id="bolts", name="Крепёж"),
        Property(
            id="colour",
            name="Цвет",
            value_type="Справочник",
            choices=(PropertyChoice(id="red", value="Красный"), PropertyChoice(id="blue", value="Синий")),
        ),
        Property(id="note", name="Примечание", value_type="Строка"),
        CATALOG,
        DRILL,
        Product(id="p-2", deleted=True),
    ]


def test_offers_of_2x():
    assert read(files.UT_OFFERS) == [
        CatalogInfo(
            id="bd72d8f0#",
            catalog_id="bd72d8f0",
            classifier_id="bd72d8f0",
            name="Пакет",
            changes_only=True,
            is_offers=True,
        ),
        PriceType(id="retail", name="Розничная", currency="643", vat_included=True),
        Warehouse(id="main", name="Основной", address="Тверь, Советская, 1"),
        Offer(
            id="p-1#v-1",
            name="Дрель (синяя)",
            article="ДР-1",
            unit=MeasureUnit(code="796", short_name="шт"),
            characteristics=(("Цвет", "Синий"),),
            prices=(
                Price(
                    type_id="retail", amount=Decimal("1990.50"), currency="643", unit="шт", ratio=Decimal(1)
                ),  # the other one has no amount
            ),
            stocks=(
                Stock(warehouse_id="main", quantity=Decimal("-2.5")),
                Stock(warehouse_id="spare", quantity=Decimal("14.5")),
            ),
            quantity=Decimal(12),
        ),
        Offer(id="p-2", deleted=True),
    ]


def test_updates_of_trade_management_name_the_variant_and_the_unit_apart():
    info, update = read(files.UT_UPDATES)

    assert info == CatalogInfo(id="bd72d8f0#", catalog_id="bd72d8f0", is_offers=True)
    assert update == Offer(
        id="p-1#v-1",
        unit=MeasureUnit(code="796"),
        stocks=(Stock(warehouse_id="main", quantity=Decimal(3)),),
        quantity=Decimal(3),
    )
    assert (update.product_id, update.variant_id) == ("p-1", "v-1")


def test_goods_of_3x():
    assert read(files.BITRIX_GOODS, xmlns=files.BITRIX_NAMESPACE, version="3.1") == [
        BITRIX_CATALOG,
        Product(
            id="p-1",
            name="Медаль",
            unit=MeasureUnit(code="796"),
            vat_rate=Decimal(20),
            description="<b>5 см</b>",
            description_is_html=True,
        ),
        Product(
            id="p-2",
            weight=Decimal("0.5"),
            is_service=True,
            requisites=(("ТипНоменклатуры", "Услуга"), ("Вес", "0.5")),
            deleted=True,
        ),
    ]


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        ("groups", [Group(id="g-1", name="Спорт"), Group(id="g-2", name="Медали", parent_id="g-1", deleted=True)]),
        ("propertiesGoods", [Property(id="size", name="Размер", value_type="Число")]),
        ("priceLists", [PriceType(id="rrp", name="РРЦ", currency="RUB", deleted=True)]),
        ("storages", [Warehouse(id="main", name="Склад 1")]),
        ("units", [MeasureUnit(id="006", code="006", short_name="м", full_name="Метр")]),
    ],
)
def test_directories_of_3x(name, objects):
    assert read(files.CATALOG_FILES[name], xmlns=files.BITRIX_NAMESPACE) == [BITRIX_CATALOG, *objects]


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        ("propertiesOffers", [Property(id="size", name="Размер", value_type="Число", for_offers=True)]),
        ("offers", [Offer(id="p-1#v-1", name="Медаль (серебро)"), Offer(id="p-2", deleted=True)]),
        (
            "prices",
            [Offer(id="p-1#v-1", prices=(Price(type_id="rrp", amount=Decimal(3590), currency="руб"),))],
        ),
        (
            "rests",
            [
                Offer(
                    id="p-1#v-1",
                    stocks=(
                        Stock(warehouse_id="main", quantity=Decimal(39)),
                        Stock(warehouse_id="spare", quantity=Decimal(0)),
                    ),
                ),
                Offer(id="p-2", quantity=Decimal(765)),
            ],
        ),
    ],
)
def test_offers_of_3x(name, objects):
    assert read(files.CATALOG_FILES[name], xmlns=files.BITRIX_NAMESPACE) == [BITRIX_PACKAGE, *objects]


@pytest.mark.parametrize("section", ["Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений"])
def test_a_catalogue_without_objects_is_told_all_the_same(section):
    info = CatalogInfo(id="1", catalog_id="1", is_offers=section != "Каталог")

    assert read(f"<{section}><Ид>1</Ид></{section}>") == [info]
    assert read(f"<{section}><Ид>1</Ид><Товары/><Предложения>\n</Предложения></{section}>") == [info]


def test_nothing_but_a_catalogue_is_read_from_other_elements():
    rows = "<Товары><Товар><Ид>1</Ид></Товар></Товары>"

    assert read(f"<Документ>{rows}</Документ><Неизвестное>{rows}</Неизвестное>{files.COUNTERPARTIES}") == []
    assert read("") == []


def test_unknown_elements_are_passed_over():
    known = files.UT_IMPORT
    strange = known.replace("<Ид>", "<Новое><Ид>?</Ид></Новое><Ид>").replace("</Товары>", "<Иное/></Товары>")

    assert read(strange) == read(known)


def test_a_plain_description_is_not_html():
    found = product("<Описание> Дрель &lt;800 Вт </Описание>")

    assert (found.description, found.description_is_html) == ("Дрель <800 Вт", False)


@pytest.mark.parametrize(
    ("taxes", "rate"),
    [
        ("<СтавкаНДС>20</СтавкаНДС>", "20"),
        ("<СтавкаНДС>Без НДС</СтавкаНДС>", None),
        ("<СтавкаНДС/>", None),
        ("<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование>{}</СтавкаНалога></СтавкиНалогов>", None),
        (
            "<СтавкиНалогов><СтавкаНалога><Наименование>Акциз</Наименование><Ставка>5</Ставка></СтавкаНалога>"
            "<СтавкаНалога><Наименование>НДС</Наименование><Ставка>10,00</Ставка></СтавкаНалога></СтавкиНалогов>",
            "10",
        ),
        (
            "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20/120</Ставка></СтавкаНалога>"
            "</СтавкиНалогов>",
            "20",
        ),
    ],
)
def test_the_vat_rate_is_read_in_every_form(taxes, rate):
    assert product(taxes).vat_rate == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("xml", "unit"),
    [
        ("", None),
        ("<БазоваяЕдиница/>", None),
        ("<БазоваяЕдиница>796 </БазоваяЕдиница>", MeasureUnit(code="796")),
        ("<БазоваяЕдиница>шт</БазоваяЕдиница>", MeasureUnit(code="", short_name="шт")),
        ('<БазоваяЕдиница Код="006"/>', MeasureUnit(code="006")),
        (
            '<БазоваяЕдиница Код="796" НаименованиеКраткое="шт."><Пересчет/></БазоваяЕдиница>',
            MeasureUnit(code="796", short_name="шт."),
        ),
    ],
)
def test_the_unit_is_read_in_every_form(xml, unit):
    assert product(xml).unit == unit


def test_an_offer_speaks_of_prices_and_stocks_or_it_does_not():
    silent, empty = offer("<Ид>1</Ид>"), offer("<Цены/><Количество>0</Количество>")

    assert (silent.prices, silent.stocks, silent.quantity) == (None, None, None)
    assert (empty.prices, empty.stocks, empty.quantity) == ((), None, Decimal(0))


@pytest.mark.parametrize("variant", ["", "00000000-0000-0000-0000-000000000000"])
def test_an_offer_without_a_variant_keeps_the_id_of_its_product(variant):
    assert offer(f"<Ид>p-1</Ид><ИдХарактеристики>{variant}</ИдХарактеристики>").id == "p-1"


@pytest.mark.parametrize("name", files.CATALOG_FILES)
def test_reading_goes_on_where_it_stopped(name):
    whole = read(files.CATALOG_FILES[name])

    for skip in range(len(whole) + 2):
        assert list(read_catalog(a_file(files.CATALOG_FILES[name]), skip=skip)) == whole[skip:]
