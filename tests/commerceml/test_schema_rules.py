"""The judge judged: fields that contradict each other are caught."""

from __future__ import annotations

import pytest

from tests.commerceml.order_files import FULL_ORDER, LEAST_ORDER, changed, faults, order_file, requisite, without
from tests.commerceml.schema import VERSIONS


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
@pytest.mark.parametrize("key", ["Номер", "Ид"])
def test_no_two_orders_share_a_key(version, key):
    different = "Ид" if key == "Номер" else "Номер"
    other = LEAST_ORDER.replace(f"<{different}>18", f"<{different}>19")

    assert f"{key} 18 stands 2 times" in faults(order_file(version, LEAST_ORDER, other), version)


def test_a_rule_tells_its_line_too():
    xml = order_file("3.1", LEAST_ORDER, FULL_ORDER).replace("<Сумма>1350.50", "<Сумма>1350.51")
    line = xml[: xml.index("1350.51")].count("\n") + 1

    assert f"line {line}: Сумма is 1350.51, the rows make 1350.50" in faults(xml, "3.1")
