"""The judge judged: a good order file passes, and each kind of bad one is caught for the right reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy

import pytest
from lxml import etree

from tests.commerceml.order_files import FULL_ORDER, LEAST_ORDER, changed, faults, order_file, parsed, written
from tests.commerceml.schema import VERSIONS, load_schema, validate


def accepted(version: str, change: Callable[[etree._Element], str | None]) -> list[str]:
    """Apply ``change`` to each element of a full file in turn; the paths where nobody found fault with it.

    ``change`` tells the reason that the faults should name, or None if it had nothing to change.
    """
    good = parsed(version)
    paths = [good.getroottree().getelementpath(element) for element in good.iterdescendants()]
    through = []
    for path in paths:
        root = deepcopy(good)
        reason = change(root.find(path))
        if reason is not None and reason not in (faults(written(root), version) or "no faults"):
            through.append(path)
    assert len(paths) > 100
    return through


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("orders", [(), (LEAST_ORDER,), (FULL_ORDER,), (FULL_ORDER, LEAST_ORDER)])
def test_good_files_pass(version, orders):
    assert faults(order_file(version, *orders), version) == ""


def test_windows_1251_passes():
    xml = order_file("2.08", FULL_ORDER).replace("UTF-8", "windows-1251")

    assert faults(xml.encode("cp1251"), "2.08") == ""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("blank", [None, " ", "\n", "\u00a0"])
def test_no_element_may_be_empty_or_blank(version, blank):
    def empty(element):
        element[:] = []
        element.text = blank
        return f"'{element.tag}'"

    assert accepted(version, empty) == []


@pytest.mark.parametrize("attribute", ["Код", "НаименованиеПолное", "МеждународноеСокращение"])
def test_no_attribute_may_be_empty(attribute):
    xml = re.sub(f'{attribute}="[^"]+"', f'{attribute}=" "', order_file("2.08", FULL_ORDER), count=1)

    assert attribute in faults(xml, "2.08")


@pytest.mark.parametrize("version", VERSIONS)
def test_elements_stand_in_their_order(version):
    def swap(element):
        after = element.getnext()
        if after is None or after.tag == element.tag:
            return None
        after.addnext(element)
        return "not expected"

    assert accepted(version, swap) == []


#: What may stand more than once in one place; a second one of the others is missed by 1C or summed up.
REPEATABLE = (
    "Контейнер/Документ",  # a second shipment, not a second order
    "Контрагенты/Контрагент",
    "РасчетныеСчета/РасчетныйСчет",
    "Контакты/Контакт",
    "Представители/Представитель",
    "Документ/Налоги/Налог",
    "ДопРасходы/ДопРасход",
    "Скидки/Скидка",
    "Склады/Склад",
    "ХарактеристикиТовара/ХарактеристикаТовара",
    "ЗначениеРеквизита/Значение",
    "ПодчиненныеДокументы/ПодчиненныйДокумент",
)


@pytest.mark.parametrize("version", VERSIONS)
def test_elements_stand_once_unless_they_are_a_list(version):
    def double(element):
        element.addnext(deepcopy(element))
        return ":"

    through = {re.sub(r"\[\d+\]", "", path) for path in accepted(version, double)}

    assert {path for path in through if not path.endswith(REPEATABLE)} == set()


#: What a full file may lose; БазоваяЕдиница only in 3.1, see the test of the least file.
OPTIONAL = {
    "": "Документ Контейнер",
    "Контейнер": "Документ",
    "Документ": "Время СрокПлатежа Комментарий Скидки ДопРасходы Склады ЗначенияРеквизитов ПодчиненныеДокументы",
    "Контрагенты": "Контрагент",
    "Контрагент": "Ид ЮридическийАдрес ИНН КПП ОКПО ДатаРегистрации РасчетныеСчета ПолноеНаименование Обращение"
    " Фамилия Имя Отчество ДатаРождения Пол Комментарий Адрес Контакты Представители Отношение",
    "Банк": "Наименование",
    "Адрес": "Комментарий АдресноеПоле",
    "Контакты": "Контакт",
    "Контакт": "Комментарий",
    "Налог": "Ставка",
    "Скидка": "УчтеноВСумме",
    "ДопРасход": "Процент",
    "Склад": "Наименование",
    "Товар": "Штрихкод Артикул БазоваяЕдиница СтавкиНалогов ХарактеристикиТовара ЗначенияРеквизитов Резерв"
    " Единица Коэффициент Налоги",
    "ЗначенияРеквизитов": "ЗначениеРеквизита",
    "ЗначениеРеквизита": "Значение",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_missing_but_what_is_optional(version):
    def remove(element):
        element.getparent().remove(element)
        return ":"

    for path in accepted(version, remove):
        *_, parent, child = ["", *re.sub(r"\[\d+\]", "", path).split("/")]
        assert child in OPTIONAL[parent].split()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tag", sorted(set(re.findall(r"<(\w+)[ >]", LEAST_ORDER)) - {"Документ"}))
def test_nothing_is_missing_in_the_least_file(tag, version):
    root = parsed(version, LEAST_ORDER)
    element = next(root.iter(tag))
    element.getparent().remove(element)

    assert tag in faults(written(root), version)


@pytest.mark.parametrize("version", VERSIONS)
def test_unknown_elements_and_attributes_are_refused(version):
    def add_attribute(element):
        element.set("Прочее", "1")
        return "attribute 'Прочее'"

    def add_element(element):
        element.addnext(etree.fromstring("<Прочее>1</Прочее>"))
        return "'Прочее': This element is not expected"

    assert accepted(version, add_attribute) == []
    assert accepted(version, add_element) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<?xml ", "\n<?xml ", "XML declaration"),
        ("<?xml ", "\ufeff<?xml ", "XML declaration"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "", "XML declaration"),
        ("</КоммерческаяИнформация>", "", "not well-formed"),
        ("<Имя>Иван", "<Имя>Иван & Ко", "not well-formed"),
        ("<Имя>Иван", "<Имя>Иван\x01", "not well-formed"),
        ("<КоммерческаяИнформация", "<!DOCTYPE x><КоммерческаяИнформация", "document type"),
        (" ДатаФормирования", ' ФорматДаты="ДФ" ДатаФормирования', "ФорматДаты"),
        ("ДатаФормирования", 'xmlns="urn:1C.ru:commerceml_2" ДатаФормирования', "urn:1C.ru"),
        ("ДатаФормирования", 'xmlns:xs="http://www.w3.org/2001/XMLSchema" ДатаФормирования', "namespace"),
        ("2026-02-28T09:05:00", "2026-02-28", "ДатаФормирования"),
        (' ДатаФормирования="2026-02-28T09:05:00"', "", "ДатаФормирования"),
        ("ВерсияСхемы=", "Версия=", "ВерсияСхемы"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_envelope_is_as_1c_expects_it(old, new, reason, version):
    assert reason in faults(changed(old, new, version), version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("declared", [*VERSIONS, "2.1", "2.9", "2.10 "])
def test_the_version_in_the_root_is_the_one_written(version, declared):
    xml = changed(f'ВерсияСхемы="{version}"', f'ВерсияСхемы="{declared}"', version)

    assert ("ВерсияСхемы" in faults(xml, version)) == (declared != version)


def test_every_fault_is_told_with_its_line():
    xml = changed("<Курс>1", "<Курс>x", "2.08").replace("<Время>09", "<Время>9")
    lines = xml.split("\n")
    rate = next(number for number, line in enumerate(lines, 1) if "<Курс>" in line)
    time = next(number for number, line in enumerate(lines, 1) if "<Время>" in line)

    assert f"line {rate}: Element 'Курс'" in faults(xml, "2.08")
    assert f"line {time}: Element 'Время'" in faults(xml, "2.08")


def test_a_schema_is_compiled_once():
    assert load_schema("2.08") is load_schema("2.08")


@pytest.mark.parametrize("version", ["2.1", "4.02", "../orders"])
def test_an_unknown_version_is_a_mistake_of_the_caller(version):
    with pytest.raises(ValueError, match="no schema for CommerceML"):
        validate(order_file("2.08").encode(), version)
