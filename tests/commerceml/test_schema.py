"""The judge judged: a good order file passes, and each kind of bad one is caught for the right reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy

import pytest
from lxml import etree

from tests.commerceml.schema import VERSIONS, load_schema, validate

STOCK = ("2.05", "2.08", "2.10")

#: Every element our schemas know, but for a few plain ones.  Between "[3.1" and "3.1]" stands what only that
#: version may have; see order_file.
FULL_ORDER = """\
<Документ>
<Ид>order-17</Ид>
<Номер>10000000017</Номер>
<Дата>2026-02-28</Дата>
<ХозОперация>Заказ товара</ХозОперация>
<Роль>Продавец</Роль>
<Валюта>руб</Валюта>
<Курс>1</Курс>
<Сумма>1350.50</Сумма>
<Контрагенты>
<Контрагент>
<Ид>7#wheels#ООО «Колёса»</Ид>
<Наименование>Колёса ООО</Наименование>
<ОфициальноеНаименование>ООО «Колёса»</ОфициальноеНаименование>
<ЮридическийАдрес><Представление>101000, Москва, Мясницкая, 1</Представление></ЮридическийАдрес>
<ИНН>7701234567</ИНН>
<КПП>770101001</КПП>
<ОКПО>12345678</ОКПО>
<ДатаРегистрации>2001-01-31</ДатаРегистрации>
<РасчетныеСчета>
<РасчетныйСчет>
<НомерСчета>40702810000000000001</НомерСчета>
<Банк>
<Наименование>Банк</Наименование>
<СчетКорреспондентский>30101810000000000001</СчетКорреспондентский>
<БИК>044525001</БИК>
</Банк>
</РасчетныйСчет>
</РасчетныеСчета>
<Комментарий>Старый знакомый</Комментарий>
<Адрес>
<Представление>Москва, Садовая, 2</Представление>
<Комментарий>Со двора</Комментарий>
<АдресноеПоле><Тип>Город</Тип><Значение>Москва</Значение></АдресноеПоле>
<АдресноеПоле><Тип>Улица</Тип><Значение>Садовая</Значение></АдресноеПоле>
</Адрес>
<Контакты>
<Контакт><Тип>Телефон рабочий</Тип><Значение>+7 495 000-00-00</Значение></Контакт>
<Контакт><Тип>Почта</Тип><Значение>a@example.org</Значение><Комментарий>Днём</Комментарий></Контакт>
</Контакты>
<Представители>
<Представитель>
<Контрагент><Отношение>Директор</Отношение><Наименование>Анна</Наименование></Контрагент>
</Представитель>
</Представители>
<Роль>Покупатель</Роль>
</Контрагент>
<Контрагент>
<Ид>8</Ид>
<Наименование>Иванов Иван</Наименование>
<ИНН>770123456789</ИНН>
<ПолноеНаименование>Иванов Иван Иванович</ПолноеНаименование>
<Обращение>Иван</Обращение>
<Фамилия>Иванов</Фамилия>
<Имя>Иван</Имя>
<Отчество>Иванович</Отчество>
<ДатаРождения>1980-02-29</ДатаРождения>
<Пол>М</Пол>
<Роль>Получатель</Роль>
</Контрагент>
</Контрагенты>
<Время>09:05:00</Время>
<СрокПлатежа>2026-03-05</СрокПлатежа>
<Комментарий>Позвонить
до обеда</Комментарий>
<Налоги>
<Налог>
<Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме><Сумма>225.08</Сумма><Ставка>20</Ставка>
</Налог>
</Налоги>
[3.1 <Скидки>
<Скидка><Наименование>Весна</Наименование><Сумма>10</Сумма><УчтеноВСумме>true</УчтеноВСумме></Скидка>
</Скидки> 3.1]
<ДопРасходы>
<ДопРасход><Наименование>Упаковка</Наименование><Сумма>0.00</Сумма><Процент>0</Процент></ДопРасход>
</ДопРасходы>
[3.1 <Склады><Склад><Ид>store-1</Ид><Наименование>Точка</Наименование></Склад></Склады> 3.1]
<Товары>
<Товар>
<Ид>5f0c7b2e-0000-4000-8000-000000000001#5f0c7b2e-0000-4000-8000-000000000002</Ид>
<Штрихкод>4600000000017</Штрихкод>
<Артикул>W-17</Артикул>
<Наименование>Колесо #17</Наименование>
<БазоваяЕдиница Код="796" НаименованиеПолное="Штука" МеждународноеСокращение="PCE">шт</БазоваяЕдиница>
<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога></СтавкиНалогов>
<ХарактеристикиТовара>
<ХарактеристикаТовара><Наименование>Цвет</Наименование><Значение>чёрный</Значение></ХарактеристикаТовара>
</ХарактеристикиТовара>
<ЗначенияРеквизитов>
<ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование><Значение>Товар</Значение></ЗначениеРеквизита>
</ЗначенияРеквизитов>
<ЦенаЗаЕдиницу>800.40</ЦенаЗаЕдиницу>
<Количество>1.25</Количество>
<Резерв>0</Резерв>
<Сумма>1000.50</Сумма>
[3.1 <Единица><Код>796</Код><НаименованиеПолное>Штука</НаименованиеПолное></Единица>
<Коэффициент>1</Коэффициент> 3.1]
<Налоги><Налог>
<Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме><Сумма>166.75</Сумма><Ставка>20</Ставка>
</Налог></Налоги>
</Товар>
<Товар>
<Ид>ORDER_DELIVERY</Ид>
<Наименование>Доставка заказа</Наименование>
<БазоваяЕдиница Код="796">шт</БазоваяЕдиница>
<ЗначенияРеквизитов>
<ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование><Значение>Услуга</Значение></ЗначениеРеквизита>
</ЗначенияРеквизитов>
<ЦенаЗаЕдиницу>350</ЦенаЗаЕдиницу>
<Количество>1</Количество>
<Сумма>350</Сумма>
<Налоги><Налог>
<Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме><Сумма>58.33</Сумма><Ставка>20.00</Ставка>
</Налог></Налоги>
</Товар>
</Товары>
<ЗначенияРеквизитов>
<ЗначениеРеквизита><Наименование>Отменен</Наименование><Значение>false</Значение></ЗначениеРеквизита>
<ЗначениеРеквизита>
<Наименование>Дата отгрузки</Наименование><Значение>2026-03-01T10:00:00</Значение>
</ЗначениеРеквизита>
<ЗначениеРеквизита><Наименование>Дата оплаты</Наименование><Значение>2026-03-01</Значение></ЗначениеРеквизита>
<ЗначениеРеквизита>
<Наименование>Метки</Наименование><Значение>опт</Значение><Значение>срочно</Значение>
</ЗначениеРеквизита>
</ЗначенияРеквизитов>
[2.10 <ПодчиненныеДокументы><ПодчиненныйДокумент>
<Ид>pay-17</Ид>
<Номер>17</Номер>
<Дата>2026-03-01</Дата>
<ХозОперация>Эквайринговая операция</ХозОперация>
<Сумма>1350.50</Сумма>
<ЗначенияРеквизитов>
<ЗначениеРеквизита><Наименование>Оплачено</Наименование><Значение>true</Значение></ЗначениеРеквизита>
<ЗначениеРеквизита><Наименование>Метод оплаты</Наименование><Значение>Карта</Значение></ЗначениеРеквизита>
</ЗначенияРеквизитов>
</ПодчиненныйДокумент></ПодчиненныеДокументы> 2.10]
</Документ>
[3.1 <Документ>
<Ид>ship-17</Ид>
<Дата>2026-03-02</Дата>
<ХозОперация>Отпуск товара</ХозОперация>
</Документ> 3.1]
"""

#: What commerceml.md §20 cannot do without.
LEAST_ORDER = """\
<Документ>
<Ид>18</Ид>
<Номер>18</Номер>
<Дата>2026-02-28</Дата>
<ХозОперация>Заказ товара</ХозОперация>
<Роль>Продавец</Роль>
<Валюта>RUB</Валюта>
<Курс>1.0000</Курс>
<Сумма>2</Сумма>
<Контрагенты><Контрагент><Наименование>Гость</Наименование><Роль>Покупатель</Роль></Контрагент></Контрагенты>
<Товары><Товар><Ид>1</Ид><Наименование>Гайка</Наименование><БазоваяЕдиница Код="006">м</БазоваяЕдиница>\
<ЦенаЗаЕдиницу>0.50</ЦенаЗаЕдиницу><Количество>4</Количество><Сумма>2.00</Сумма></Товар></Товары>
</Документ>
"""


def order_file(version: str, *orders: str) -> str:
    """A file of ``orders`` in the layout of ``version``, one container each where there are containers."""
    if version == "3.1":
        orders = tuple(f"<Контейнер>{order}</Контейнер>" for order in orders)
    body = "".join(orders)
    for mark in ("2.10", "3.1"):
        block = re.compile(rf"\[{re.escape(mark)} (.*?) {re.escape(mark)}\]\n?", re.DOTALL)
        body = block.sub(r"\1" if mark == version else "", body)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<КоммерческаяИнформация ВерсияСхемы="{version}" ДатаФормирования="2026-02-28T09:05:00">'
        f"{body}</КоммерческаяИнформация>"
    )


def faults(xml: str | bytes, version: str) -> str:
    """What is wrong with the file, or nothing."""
    try:
        validate(xml if isinstance(xml, bytes) else xml.encode(), version)
    except AssertionError as exc:
        return str(exc)
    return ""


def changed(old: str, new: str, version: str, order: str = FULL_ORDER) -> str:
    """The full file with the first ``old`` replaced."""
    good = order_file(version, order)
    assert old in good
    return good.replace(old, new, 1)


def requisite(name: str, value: str) -> str:
    inside = f"<Наименование>{name}</Наименование><Значение>{value}</Значение>"
    return f"<ЗначениеРеквизита>{inside}</ЗначениеРеквизита>"


def without(pattern: str, xml: str, count: int = 0) -> str:
    return re.sub(pattern, "", xml, count=count, flags=re.DOTALL)


def parsed(version: str, order: str = FULL_ORDER) -> etree._Element:
    return etree.fromstring(order_file(version, order).encode())


def written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("09:05:00", "09:05:00+03:00"),
        ("1350.50", "1350.5"),
        ("<Ид>order-17", "<Ид>" + "я" * 40),
        ("<Номер>10000000017", "<Номер>№ " + "1" * 253),
        ("<Наименование>Колёса ООО", "<Наименование>" + "я" * 250),
        ("Позвонить", "Позвонить&#9;&lt;5&gt; 🛞" + "я" * 2900),
        ("<Значение>опт", "<Значение>" + "я" * 1000),
        ('Код="796"', 'Код="006"'),
        ("<Количество>1.25", "<Количество>0.0001"),
        ("руб</Валюта>", "RUB</Валюта>"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_values_at_their_limits_pass(old, new, version):
    assert faults(changed(old, new, version), version) == ""


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


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("<Ид>order-17", "<Ид>" + "я" * 41, "Ид"),
        ("<Ид>order-17", "<Ид> order-17", "Ид"),
        ("<Ид>ORDER_DELIVERY", "<Ид>" + "1" * 81, "Ид"),
        ("<Номер>1", "<Номер> 1", "Номер"),
        ("</Номер>", "\u00a0</Номер>", "Номер"),
        ("<Номер>1", "<Номер>" + "1" * 255, "Номер"),
        ("<Дата>2026-02-28", "<Дата>2026-02-30", "Дата"),
        ("<Дата>2026-02-28", "<Дата>28.02.2026", "Дата"),
        ("<Дата>2026-02-28", "<Дата>2026-02-28Z", "Дата"),
        ("<Дата>2026-02-28", "<Дата>2026-02-28+03:00", "Дата"),
        ("<Дата>2026-02-28", "<Дата>2026-02-28T09:05:00", "Дата"),
        ("<Дата>2026-02-28", "<Дата>\n2026-02-28", "Дата"),
        ("<СрокПлатежа>2026-03-05", "<СрокПлатежа> 2026-03-05", "СрокПлатежа"),
        ("<Время>09", "<Время>9", "Время"),
        ("09:05:00</Время>", "09:05:00.5</Время>", "Время"),
        ("09:05:00</Время>", "09:05:00+03:00</Время>", "Время"),
        ("<Время>09", "<Время>24", "Время"),
        ("Заказ товара", "заказ товара", "ХозОперация"),
        ("Заказ товара", "Счет на оплату", "ХозОперация"),
        ("<Роль>Продавец", "<Роль>Покупатель", "Роль"),
        ("<Роль>Покупатель", "<Роль>Клиент", "Роль"),
        ("<Роль>Покупатель", "<Роль>Плательщик", "the first Контрагент"),
        ("руб<", "руб.<", "Валюта"),
        ("руб<", "643<", "Валюта"),
        ("руб<", "R B<", "Валюта"),
        ("<Курс>1", "<Курс>0", "Курс"),
        ("<Сумма>1350.50", "<Сумма>1350,50", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>1 350.50", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>1350.500", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>1.3505E3", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>+1350.50", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>1350.", "Сумма"),
        ("<Сумма>1350.50", "<Сумма> 1350.50", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>NaN", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>1350.50 руб", "Сумма"),
        ("<Сумма>1350.50", "<Сумма>" + "1" * 17, "Сумма"),
        ("<Сумма>1350.50", "<Сумма>١٣٥٠", "Сумма"),
        ("<ЦенаЗаЕдиницу>800.40", "<ЦенаЗаЕдиницу>8.004E+2", "ЦенаЗаЕдиницу"),
        ("<Количество>1.25", "<Количество>0", "Количество"),
        ("<Количество>1.25", "<Количество>0.0000", "Количество"),
        ("<Количество>1.25", "<Количество>-1.25", "Количество"),
        ("<Количество>1.25", "<Количество>1.25000", "Количество"),
        ("<Количество>1.25", "<Количество>1E+1", "Количество"),
        ("Позвонить", "я" * 3001, "Комментарий"),
        ("<Наименование>Колёса", "<Наименование>" + "я" * 250, "Наименование"),
        ("<Наименование>Колесо", "<Наименование>" + "я" * 250, "Наименование"),
        ("<Наименование>Метки", "<Наименование>" + "я" * 251, "Наименование"),
        ("<Значение>опт", "<Значение>" + "я" * 1001, "Значение"),
        ("<ИНН>7701234567", "<ИНН>77012345678", "ИНН"),
        ("<ИНН>7701234567", "<ИНН>770123456X", "ИНН"),
        ("<КПП>770101001", "<КПП>77010100", "КПП"),
        ("<Обращение>Иван", "<Обращение>" + "я" * 21, "Обращение"),
        ("<НомерСчета>4", "<НомерСчета>", "НомерСчета"),
        ("<БИК>0", "<БИК>", "БИК"),
        ("<Штрихкод>4600000000017", "<Штрихкод>4600017", "Штрихкод"),
        ("<Штрихкод>46", "<Штрихкод>4646", "Штрихкод"),
        ("<Артикул>W-17", "<Артикул>" + "W" * 256, "Артикул"),
        ("<Представление>Москва", "<Представление>" + "я" * 250, "Представление"),
        ("<Тип>Город", "<Тип>Подъезд", "Тип"),
        ("<Тип>Город", "<Тип>Улица", "Тип"),
        ("<Тип>Почта", "<Тип>Телефон", "Тип"),
        ("<Тип>Телефон рабочий", "<Тип>ТелефонРабочий", "Тип"),
        ('Код="796"', 'Код="шт"', "Код"),
        ('Код="796"', 'Код="0796"', "Код"),
        ('Код="796"', 'Код="6"', "Код"),
        ('Код="796" ', "", "Код"),
        ('="PCE"', '="PIECE"', "МеждународноеСокращение"),
        ("<УчтеноВСумме>true", "<УчтеноВСумме>1", "УчтеноВСумме"),
        ("<УчтеноВСумме>true", "<УчтеноВСумме>True", "УчтеноВСумме"),
        ("<УчтеноВСумме>true</УчтеноВСумме>", "", "УчтеноВСумме"),
        ("УчтеноВСумме>", "УчтеноВСуммеНДС>", "УчтеноВСумме"),
        ("<Наименование>НДС", "<Наименование>VAT", "Наименование"),
        ("<Ставка>20", "<Ставка>20%", "Ставка"),
        ("<Ставка>20", "<Ставка>Без НДС", "Ставка"),
        ("<Процент>0", "<Процент>-1", "Процент"),
        ("<Сумма>1000.50</Сумма>", "", "Expected is ( Сумма )"),
        ("<Значение>false</Значение>", "", "Expected is ( Значение )"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_values_are_what_1c_can_read(old, new, field, version):
    assert field in faults(changed(old, new, version), version)


@pytest.mark.parametrize("character", ["\x7f", "\x85", "\x9f", "&#13;", "\ufffd"])
def test_characters_that_xml_allows_and_1c_does_not_are_found(character):
    in_text = changed("<Имя>Иван", f"<Имя>Иван{character}", "2.08")
    in_attribute = changed('="Штука"', f'="Шту{character}ка"', "2.08")

    assert "the character U+" in faults(in_text, "2.08")
    assert "the character U+" in faults(in_attribute, "2.08")


def test_an_eleventh_address_field_is_refused():
    field = "<АдресноеПоле><Тип>Дом</Тип><Значение>1</Значение></АдресноеПоле>"

    assert "'АдресноеПоле': This element is not expected" in faults(
        changed("<АдресноеПоле>", field * 9 + "<АдресноеПоле>", "2.08"), "2.08"
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "</РасчетныеСчета>",
            "</РасчетныеСчета><ПолноеНаименование>К</ПолноеНаименование>",
            "company has Полное",
        ),
        ("</РасчетныеСчета>", "</РасчетныеСчета><Фамилия>Иванов</Фамилия>", "company has Фамилия"),
        ("<ИНН>7701234567", "<ИНН>770123456789", "ИНН of a company has 10 digits"),
        ("<ИНН>770123456789", "<ИНН>7701234567", "ИНН of a person has 12 digits"),
        ("789</ИНН>", "789</ИНН><КПП>770101001</КПП>", "person has КПП"),
        (
            "<ОфициальноеНаименование>ООО «Колёса»</ОфициальноеНаименование>",
            "",
            "person has ЮридическийАдрес",
        ),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_counterparty_is_a_person_or_a_company(old, new, reason, version):
    assert reason in faults(changed(old, new, version), version)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<Сумма>1350.50", "<Сумма>1350.51", "the rows make 1350.50"),
        ("<Сумма>350<", "<Сумма>349.99<", "the rows make 1350.49"),
        ("Доставка заказа", "Доставка заказа #17", "Наименование of a Товар has #"),
        ("<Ставка>20.00</Ставка>", "", "without Ставка"),
        ("<Ставка>20.00</Ставка>", "<Ставка>0.00</Ставка>", "cannot override"),
        (">Услуга</Значение>", ">Услуга</Значение><Значение>Товар</Значение>", "several values"),
        (">false</Значение>", ">нет</Значение>", "requisite Отменен"),
        (">false</Значение>", ">0</Значение>", "requisite Отменен"),
        ("T10:00:00", "", "requisite Дата отгрузки"),
        ("T10:00:00", "T10:00:00+03:00", "requisite Дата отгрузки"),
        (requisite("Отменен", "false"), requisite("Заказ оплачен", "да"), "requisite Заказ оплачен"),
        (requisite("Отменен", "false"), requisite("Курс", "5"), "requisite Курс would overwrite"),
        (requisite("Отменен", "false"), requisite("Метки", "опт"), "Метки stands 2 times"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_two_fields_say_agrees(old, new, reason, version):
    assert reason in faults(changed(old, new, version), version)


TEN_PERCENT = (
    "<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме>"
    "<Сумма>1</Сумма><Ставка>10</Ставка></Налог>"
)


@pytest.mark.parametrize("version", VERSIONS)
def test_rows_with_vat_need_the_flag_of_the_document(version):
    xml = without("<Налоги>.*?</Налоги>", order_file(version, FULL_ORDER), count=1)

    assert "rows have VAT, the document has no Налоги" in faults(xml, version)


def test_the_total_is_not_judged_when_vat_comes_on_top():
    xml = changed("<Сумма>1350.50", "<Сумма>1620.60", "2.08")

    assert faults(xml.replace("<УчтеноВСумме>true", "<УчтеноВСумме>false"), "2.08") == ""


def test_no_rate_in_any_row_passes():
    head, rows = order_file("2.08", FULL_ORDER).split("<Товары>")
    rows = without("<СтавкиНалогов>.*?</СтавкиНалогов>|<Ставка>.*?</Ставка>", rows)

    assert faults(f"{head}<Товары>{rows}", "2.08") == ""


def test_a_document_may_have_several_rates_if_its_rows_have_theirs():
    both = changed("<Налоги>", "<Налоги>" + TEN_PERCENT, "2.08")
    head, rows = both.split("<Товары>")
    rows = without("<СтавкиНалогов>.*?</СтавкиНалогов>|<Ставка>.*?</Ставка>", rows)

    assert faults(both, "2.08") == ""
    assert "several rates in the document" in faults(f"{head}<Товары>{rows}", "2.08")


def test_vat_is_either_in_the_prices_or_on_top():
    xml = changed("<Налоги>", "<Налоги>" + TEN_PERCENT.replace("true", "false"), "2.08")

    assert "both true and false" in faults(xml, "2.08")


@pytest.mark.parametrize("version", VERSIONS)
def test_calculated_rates_are_for_readers_of_text(version):
    xml = order_file(version, FULL_ORDER).replace("<Ставка>20<", "<Ставка>20/120<")

    assert ("Ставка" in faults(xml, version)) == (version in ("2.08", "2.10"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", ["Номер", "Ид"])
def test_no_two_orders_share_a_key(version, key):
    different = "Ид" if key == "Номер" else "Номер"
    other = LEAST_ORDER.replace(f"<{different}>18", f"<{different}>19")

    assert f"{key} 18 stands 2 times" in faults(order_file(version, LEAST_ORDER, other), version)


@pytest.mark.parametrize("version", STOCK)
@pytest.mark.parametrize("tag", ["Скидки", "Склады", "Единица", "Коэффициент", "Контейнер"])
def test_stock_configurations_are_spared_what_breaks_them(version, tag):
    root = parsed("3.1")
    root.set("ВерсияСхемы", version)
    for element in list(root.iter(*{"Скидки", "Склады", "Единица", "Коэффициент"} - {tag})):
        element.getparent().remove(element)
    if tag != "Контейнер":
        root[:] = [root.find("Контейнер/Документ")]

    assert f"'{tag}': This element is not expected" in faults(written(root), version)


@pytest.mark.parametrize("version", VERSIONS)
def test_electronic_mail_is_the_name_of_3_1(version):
    xml = changed("<Тип>Почта", "<Тип>Электронная почта", version)

    assert ("Тип" in faults(xml, version)) == (version != "3.1")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_date_of_a_payment_has_a_time_only_in_3_1(version):
    xml = changed("<Значение>2026-03-01<", "<Значение>2026-03-01T10:00:00<", version)

    assert ("requisite Дата оплаты" in faults(xml, version)) == (version != "3.1")


@pytest.mark.parametrize("version", ["2.05", "2.08", "3.1"])
def test_subordinate_documents_are_for_2_10(version):
    xml = order_file("2.10", FULL_ORDER).replace('ВерсияСхемы="2.10"', f'ВерсияСхемы="{version}"')
    if version == "3.1":
        xml = re.sub("(<Документ>.*</Документ>)", r"<Контейнер>\1</Контейнер>", xml, flags=re.DOTALL)

    assert "'ПодчиненныеДокументы': This element is not expected" in faults(xml, version)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Эквайринговая операция", "Заказ товара", "ХозОперация"),
        ("Эквайринговая операция", "Оплата", "ХозОперация"),
        ("<Ид>pay-17</Ид>", "", "Ид"),
        ("<Номер>17</Номер>", "", "a card payment without Номер"),
        (requisite("Оплачено", "true"), "", "a card payment without Оплачено"),
        (requisite("Метод оплаты", "Карта"), "", "a card payment without Метод оплаты"),
        (requisite("Оплачено", "true"), requisite("Оплачено", "да"), "requisite Оплачено"),
    ],
)
def test_a_subordinate_payment_is_one_that_unf_takes(old, new, reason):
    assert reason in faults(changed(old, new, "2.10"), "2.10")


def test_a_subordinate_payment_in_cash_needs_less():
    xml = changed("Эквайринговая операция", "Выплата наличных денег", "2.10").replace("<Номер>17</Номер>", "")

    assert faults(xml, "2.10") == ""


@pytest.mark.parametrize("tag", ["Номер", "Роль", "Валюта", "Курс", "Сумма", "Контрагенты", "Товары"])
def test_the_first_document_of_a_container_is_a_whole_order(tag):
    root = parsed("3.1")
    element = root.find(f"Контейнер/Документ/{tag}")
    element.getparent().remove(element)

    assert tag in faults(written(root), "3.1")


def test_the_order_comes_first_in_its_container():
    root = parsed("3.1")
    order, shipment = root.iter("Документ")
    shipment.addnext(order)

    assert "Expected is ( Номер )" in faults(written(root), "3.1")


def test_a_container_holds_one_order():
    xml = order_file("3.1", FULL_ORDER, LEAST_ORDER).replace("</Контейнер><Контейнер>", "")

    assert "not the first Документ of its Контейнер" in faults(xml, "3.1")


def test_no_document_of_3_1_stands_outside_a_container():
    inside = order_file("3.1", LEAST_ORDER)
    outside = inside.replace("<Контейнер>", "").replace("</Контейнер>", "")
    bare = '<?xml version="1.0" encoding="UTF-8"?>\n' + LEAST_ORDER

    assert "'Документ': This element is not expected" in faults(outside, "3.1")
    assert "the root is Документ" in faults(bare, "3.1")


def test_an_item_of_3_1_has_its_unit_in_either_place():
    xml = without("<БазоваяЕдиница.*?</БазоваяЕдиница>", order_file("3.1", FULL_ORDER), count=1)

    assert faults(xml, "3.1") == ""
    assert "neither БазоваяЕдиница nor Единица" in faults(without("<Единица>.*?</Единица>", xml), "3.1")


def test_every_fault_is_told_with_its_line():
    xml = changed("<Курс>1", "<Курс>x", "2.08").replace("<Время>09", "<Время>9")
    lines = xml.split("\n")
    rate = next(number for number, line in enumerate(lines, 1) if "<Курс>" in line)
    time = next(number for number, line in enumerate(lines, 1) if "<Время>" in line)

    assert f"line {rate}: Element 'Курс'" in faults(xml, "2.08")
    assert f"line {time}: Element 'Время'" in faults(xml, "2.08")


def test_a_rule_tells_its_line_too():
    xml = order_file("3.1", LEAST_ORDER, FULL_ORDER).replace("<Сумма>1350.50", "<Сумма>1350.51")
    line = xml[: xml.index("1350.51")].count("\n") + 1

    assert f"line {line}: Сумма is 1350.51, the rows make 1350.50" in faults(xml, "3.1")


def test_a_schema_is_compiled_once():
    assert load_schema("2.08") is load_schema("2.08")


@pytest.mark.parametrize("version", ["2.1", "4.02", "../orders"])
def test_an_unknown_version_is_a_mistake_of_the_caller(version):
    with pytest.raises(ValueError, match="no schema for CommerceML"):
        validate(order_file("2.08").encode(), version)
