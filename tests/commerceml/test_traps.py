"""The traps of commerceml.md and of protocol.md, section 18: each once hurt a real 1C."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_onec_exchange.commerceml.documents import (
    Address,
    AddressPart,
    AddressPartType,
    Contact,
    ContactType,
    Discount,
    Requisite,
    Unit,
)
from django_onec_exchange.commerceml.versions import VERSIONS
from tests.commerceml.schema import validate
from tests.documents import (
    ENCODINGS,
    STOCK_VERSIONS,
    a_company,
    a_delivery,
    a_full_order,
    a_person,
    an_item,
    an_order,
    parse,
    write,
)

NOTHING = ["", "  ", "\n\t", "\x00", "\ufffd", "\x1f \x85"]
ALL_BROKEN = "\x00\x08\x0b\x0c\x1f\x7f\x85\x9f\ud800\ufffd\ufffe\uffff"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("nothing", NOTHING)
def test_what_is_not_known_leaves_no_element(nothing, version):
    order = an_order(
        comment=nothing,
        counterparty=a_person(
            id=nothing,
            last_name=nothing,
            first_name=nothing,
            middle_name=nothing,
            legal_address=Address(presentation=nothing),
            address=Address(presentation="Тверь", parts=(AddressPart(type=AddressPartType.CITY, value=nothing),)),
            contacts=(Contact(type=ContactType.PHONE, value=nothing),),
        ),
        items=(
            an_item(
                article=nothing,
                kind=nothing,
                unit=Unit(code="796", short_name="шт", full_name=nothing, international=nothing),
            ),
        ),
        requisites=(Requisite(name="Метод оплаты", value=nothing), Requisite(name=nothing, value="1")),
    )

    xml = write(order, version=version)

    assert empty_elements(parse(order, version=version)) == []
    assert "Метод оплаты" not in xml.decode()
    assert "Контакт>" not in xml.decode()
    assert "АдресРегистрации" not in xml.decode()
    assert 'НаименованиеПолное=""' not in xml.decode()
    validate(xml, version)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_character_reaches_1c_that_breaks_its_parser(encoding):
    order = an_order(
        id=f"order{ALL_BROKEN}-17",
        number=f"1{ALL_BROKEN}7",
        currency=f"RU{ALL_BROKEN}B",
        comment=f"Звонить{ALL_BROKEN} вечером",
        counterparty=a_company(
            name=f"Колёса{ALL_BROKEN}",
            official_name=f"Колёса{ALL_BROKEN}",
            address=Address(presentation=f"Тверь{ALL_BROKEN}"),
            contacts=(Contact(type=ContactType.EMAIL, value=f"a{ALL_BROKEN}@example.org"),),
        ),
        items=(
            an_item(
                id=f"bo{ALL_BROKEN}lt",
                name=f"Болт{ALL_BROKEN}",
                article=f"B{ALL_BROKEN}",
                unit=Unit(code="796", short_name=f"шт{ALL_BROKEN}", full_name=f"Штука{ALL_BROKEN}"),
            ),
        ),
        requisites=(Requisite(name=f"Сайт{ALL_BROKEN}", value=f"shop{ALL_BROKEN}"),),
    )

    xml = write(order, encoding=encoding)

    validate(xml, "2.10")
    text = xml.decode(encoding)
    assert not set(ALL_BROKEN) & set(text)
    assert "&#" not in text  # nor as a reference


def test_markup_in_a_text_stays_text():
    markup = "</Комментарий>]]><!-- & &amp; <?xml \"'"
    order = an_order(
        comment=markup,
        items=(an_item(name=markup, unit=Unit(code="796", short_name="шт", full_name=markup)),),
    )

    document = parse(order).find("Документ")

    assert document.findtext("Комментарий") == markup
    assert document.findtext("Товары/Товар/Наименование") == markup
    assert document.find("Товары/Товар/БазоваяЕдиница").get("НаименованиеПолное") == markup


@pytest.mark.parametrize("version", STOCK_VERSIONS)
@pytest.mark.parametrize("trap", ["Скидки", "Скидка", "Склады", "Единица", "ПодчиненныеДокументы", "Контейнер"])
def test_stock_clients_never_meet(trap, version):
    order = a_full_order(discounts=(Discount(name="Скидка", amount=Decimal("1.00")),))

    assert parse(order, version=version).find(f".//{trap}") is None


@pytest.mark.parametrize("trap", ["ОфициальноеНаименование", "КПП", "ЮридическийАдрес"])
def test_a_person_has_nothing_that_makes_it_a_company(trap):
    person = a_person(kpp="770101001", legal_address=Address(presentation="Тверь"))

    assert parse(an_order(counterparty=person)).find(f".//{trap}") is None


@pytest.mark.parametrize("trap", ["ПолноеНаименование", "Фамилия", "Имя", "Отчество", "АдресРегистрации"])
def test_a_company_has_nothing_that_makes_it_a_person(trap):
    company = a_company(last_name="Петров", first_name="Пётр", middle_name="Ильич")

    assert parse(an_order(counterparty=company)).find(f".//{trap}") is None


def test_a_company_without_kpp_sends_none():
    company = a_company(kpp="", inn="")

    root = parse(an_order(counterparty=company))

    assert root.find(".//КПП") is None
    assert root.find(".//ИНН") is None


@pytest.mark.parametrize("official_name", ["\x00", "  ", "\ufffd"])
def test_an_official_name_of_which_nothing_is_left_makes_no_company(official_name):
    buyer = a_company(official_name=official_name, inn="")

    xml = write(an_order(counterparty=buyer))

    validate(xml, "2.10")
    assert "КПП" not in xml.decode()


@pytest.mark.parametrize(
    ("product_id", "name", "written"),
    [
        pytest.param("bolt", "Болт #8", "Болт №8", id="UT would look for a characteristic and fail"),
        pytest.param("bolt#m8", "Болт #8", "Болт #8", id="there is one"),
    ],
)
def test_a_hash_in_a_name_is_sent_only_with_a_variant(product_id, name, written):
    root = parse(an_order(items=(an_item(id=product_id, name=name),)))

    assert root.findtext(".//Товар/Наименование") == written


@pytest.mark.parametrize(
    ("version", "types"),
    [
        *((version, ["Телефон рабочий", "Почта"]) for version in STOCK_VERSIONS),
        ("3.1", ["Телефон рабочий", "Почта", "Электронная почта"]),
    ],
)
def test_contacts_have_the_types_that_ut_reads(version, types):
    root = parse(a_full_order(), version=version)

    assert [kind.text for kind in root.iterfind(".//Контакт/Тип")] == types


@pytest.mark.parametrize("included", [True, False])
def test_the_document_says_whether_prices_include_the_vat(included):
    items = (an_item(vat_rate=Decimal(20)), an_item(id="nut", vat_rate=Decimal(20)))

    document = parse(an_order(items=items, vat_included=included)).find("Документ")

    tax = document.find("Налоги/Налог")
    assert tax.findtext("Наименование") == "НДС"
    assert tax.findtext("УчтеноВСумме") == ("true" if included else "false")
    assert tax.findtext("Сумма") == ("33.34" if included else "40.00")
    assert document.findtext("Сумма") == ("200.00" if included else "240.00")


def test_without_any_rate_there_is_no_tax():
    root = parse(an_order(items=(an_item(), a_delivery())))

    assert root.find(".//Налоги") is None


def test_one_row_with_a_rate_gives_every_row_one():
    items = (an_item(vat_rate=Decimal(20)), an_item(id="nut"), a_delivery(vat_rate=Decimal(10)))

    document = parse(an_order(items=items)).find("Документ")

    rates = [item.findtext("Налоги/Налог/Ставка") for item in document.iterfind("Товары/Товар")]
    assert rates == ["20", "0", "10"]
    assert document.findtext("Налоги/Налог/Ставка") == "0"  # UT lets no 0 of a row override another rate


def test_the_vat_of_the_document_is_that_of_its_rows():
    items = tuple(
        an_item(id=str(n), price=Decimal("0.33"), vat_rate=Decimal(rate)) for n, rate in enumerate("557")
    )

    document = parse(an_order(items=items)).find("Документ")

    rows = [Decimal(tax.text) for tax in document.iterfind("Товары/Товар/Налоги/Налог/Сумма")]
    assert sum(rows) == Decimal(document.findtext("Налоги/Налог/Сумма"))
    assert document.findtext("Налоги/Налог/Ставка") == "5"


@pytest.mark.parametrize(
    ("path", "changes", "limit"),
    [
        ("Комментарий", {"comment": "ё" * 5000}, 3000),
        ("Контрагенты/Контрагент/Наименование", {"counterparty": a_person(name="ё" * 300)}, 250),
        ("Контрагенты/Контрагент/ПолноеНаименование", {"counterparty": a_person(name="ё" * 300)}, 250),
        (
            "Контрагенты/Контрагент/ОфициальноеНаименование",
            {"counterparty": a_company(official_name="ё" * 300)},
            250,
        ),
        (
            "Контрагенты/Контрагент/Адрес/Представление",
            {"counterparty": a_person(address=Address(presentation="ё" * 300))},
            250,
        ),
        (
            "Контрагенты/Контрагент/Контакты/Контакт/Значение",
            {"counterparty": a_person(contacts=(Contact(type=ContactType.PHONE, value="7" * 300),))},
            255,
        ),
        ("Товары/Товар/Наименование", {"items": (an_item(name="ё" * 300),)}, 250),
        (
            "ЗначенияРеквизитов/ЗначениеРеквизита/Наименование",
            {"requisites": (Requisite(name="ё" * 300, value="1"),)},
            250,
        ),
        (
            "ЗначенияРеквизитов/ЗначениеРеквизита/Значение",
            {"requisites": (Requisite(name="Сайт", value="ё" * 1100),)},
            1000,
        ),
    ],
)
def test_a_text_that_may_be_shortened_ends_in_an_ellipsis(path, changes, limit):
    order = an_order(**changes)

    written = parse(order).find("Документ").findtext(path)

    assert len(written) == limit
    assert written.endswith("…")
    validate(write(order), "2.10")


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(Unit(code="796", short_name="шт", international="PIECE"), id="abbreviation above three"),
        pytest.param(Unit(code="796", short_name="шт", full_name="ё" * 300), id="full name above 250"),
    ],
)
def test_what_is_said_of_a_unit_keeps_to_its_limits(unit):
    validate(write(an_order(items=(an_item(unit=unit),))), "2.10")


@pytest.mark.parametrize(
    ("changes", "path", "written"),
    [
        ({"quantity": Decimal("1E+2")}, "Количество", "100"),
        ({"quantity": Decimal("0.5000")}, "Количество", "0.5"),
        ({"quantity": Decimal("1E-4")}, "Количество", "0.0001"),
        ({"price": Decimal("1E+5")}, "ЦенаЗаЕдиницу", "100000.00"),
        ({"price": Decimal("1234567.5")}, "ЦенаЗаЕдиницу", "1234567.50"),
        ({"price": Decimal("0.10")}, "Сумма", "0.10"),
        ({"vat_rate": Decimal("2E+1")}, "Налоги/Налог/Ставка", "20"),
        ({"vat_rate": Decimal("20.00")}, "Налоги/Налог/Ставка", "20"),
    ],
)
def test_numbers_are_plain(changes, path, written):
    root = parse(an_order(items=(an_item(**changes),)))

    assert root.findtext(f".//Товар/{path}") == written


def test_a_requisite_named_twice_is_sent_once_as_it_was_said_last():
    requisites = tuple(Requisite(name=name, value=name) for name in ("Склад", "Сайт", " Склад\x00"))

    root = parse(an_order(requisites=requisites))

    sent = [name.text for name in root.iterfind("Документ/ЗначенияРеквизитов/ЗначениеРеквизита/Наименование")]
    assert sorted(sent) == ["Сайт", "Склад"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_part_of_an_address_given_twice_is_sent_once(version):
    parts = tuple(AddressPart(type=AddressPartType.CITY, value=city) for city in ("Тверь", "Москва"))
    order = an_order(counterparty=a_person(address=Address(presentation="Москва", parts=parts)))

    validate(write(order, version=version), version)


def empty_elements(root):
    return [element.tag for element in root.iter() if not len(element) and not (element.text or "").strip()]
