"""What 1C gets, letter by letter, in each version and encoding."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from lxml import etree

from django_onec_exchange.commerceml.versions import VERSIONS
from django_onec_exchange.commerceml.writer import OrdersWriter
from tests.commerceml.schema import validate
from tests.documents import (
    ENCODINGS,
    MOSCOW,
    NOON,
    STOCK_VERSIONS,
    a_company,
    a_delivery,
    a_full_order,
    an_item,
    an_order,
    parse,
    write,
)

DOCUMENT = """\
<Документ>
 <Ид>order-17</Ид>
 <Номер>17</Номер>
 <Дата>2026-02-03</Дата>
 <ХозОперация>Заказ товара</ХозОперация>
 <Роль>Продавец</Роль>
 <Валюта>RUB</Валюта>
 <Курс>1</Курс>
 <Сумма>570.00</Сумма>
 <Контрагенты>
  <Контрагент>
   <Ид>user-7</Ид>
   <Наименование>Петров Пётр</Наименование>
   <ИНН>770123456789</ИНН>
   <ПолноеНаименование>Петров Пётр</ПолноеНаименование>
   <Фамилия>Петров</Фамилия>
   <Имя>Пётр</Имя>
   <Отчество>Ильич</Отчество>
   <АдресРегистрации>
    <Представление>Тверь, Советская, 1</Представление>
   </АдресРегистрации>
   <Адрес>
    <Представление>125009, Москва, Тверская, 7, 12</Представление>
    <АдресноеПоле>
     <Тип>Почтовый индекс</Тип>
     <Значение>125009</Значение>
    </АдресноеПоле>
    <АдресноеПоле>
     <Тип>Город</Тип>
     <Значение>Москва</Значение>
    </АдресноеПоле>
   </Адрес>
   <Контакты>
    <Контакт>
     <Тип>Телефон рабочий</Тип>
     <Значение>+7 495 000-00-00</Значение>
    </Контакт>
    <Контакт>
     <Тип>Почта</Тип>
     <Значение>petrov@example.org</Значение>
    </Контакт>
{second_email}\
   </Контакты>
   <Роль>Покупатель</Роль>
  </Контрагент>
 </Контрагенты>
 <Время>12:00:00</Время>
 <Комментарий>Позвонить за час</Комментарий>
 <Налоги>
  <Налог>
   <Наименование>НДС</Наименование>
   <УчтеноВСумме>true</УчтеноВСумме>
   <Сумма>95.00</Сумма>
   <Ставка>20</Ставка>
  </Налог>
 </Налоги>
 <Товары>
  <Товар>
   <Ид>p1#v1</Ид>
   <Артикул>BLT-8</Артикул>
   <Наименование>Болт М8</Наименование>
   <БазоваяЕдиница Код="796" НаименованиеПолное="Штука" МеждународноеСокращение="PCE">шт</БазоваяЕдиница>
   <ЗначенияРеквизитов>
    <ЗначениеРеквизита>
     <Наименование>ВидНоменклатуры</Наименование>
     <Значение>Крепёж</Значение>
    </ЗначениеРеквизита>
    <ЗначениеРеквизита>
     <Наименование>ТипНоменклатуры</Наименование>
     <Значение>Товар</Значение>
    </ЗначениеРеквизита>
   </ЗначенияРеквизитов>
   <ЦенаЗаЕдиницу>120.00</ЦенаЗаЕдиницу>
   <Количество>2.5</Количество>
   <Сумма>270.00</Сумма>
   <Налоги>
    <Налог>
     <Наименование>НДС</Наименование>
     <УчтеноВСумме>true</УчтеноВСумме>
     <Сумма>45.00</Сумма>
     <Ставка>20</Ставка>
    </Налог>
   </Налоги>
{row_discount}\
  </Товар>
  <Товар>
   <Ид>ORDER_DELIVERY</Ид>
   <Наименование>Доставка заказа</Наименование>
   <БазоваяЕдиница Код="796" НаименованиеПолное="Штука" МеждународноеСокращение="PCE">шт</БазоваяЕдиница>
   <ЗначенияРеквизитов>
    <ЗначениеРеквизита>
     <Наименование>ВидНоменклатуры</Наименование>
     <Значение>Услуга</Значение>
    </ЗначениеРеквизита>
    <ЗначениеРеквизита>
     <Наименование>ТипНоменклатуры</Наименование>
     <Значение>Услуга</Значение>
    </ЗначениеРеквизита>
   </ЗначенияРеквизитов>
   <ЦенаЗаЕдиницу>300.00</ЦенаЗаЕдиницу>
   <Количество>1</Количество>
   <Сумма>300.00</Сумма>
   <Налоги>
    <Налог>
     <Наименование>НДС</Наименование>
     <УчтеноВСумме>true</УчтеноВСумме>
     <Сумма>50.00</Сумма>
     <Ставка>20</Ставка>
    </Налог>
   </Налоги>
  </Товар>
 </Товары>
 <ЗначенияРеквизитов>
  <ЗначениеРеквизита>
   <Наименование>Статус заказа</Наименование>
   <Значение>Новый</Значение>
  </ЗначениеРеквизита>
  <ЗначениеРеквизита>
   <Наименование>Отменен</Наименование>
   <Значение>false</Значение>
  </ЗначениеРеквизита>
 </ЗначенияРеквизитов>
</Документ>
"""
BITRIX_EMAIL = """\
    <Контакт>
     <Тип>Электронная почта</Тип>
     <Значение>petrov@example.org</Значение>
    </Контакт>
"""
ROW_DISCOUNT = """\
   <Скидки>
    <Скидка>
     <Наименование>Скидка</Наименование>
     <Сумма>30.00</Сумма>
     <УчтеноВСумме>true</УчтеноВСумме>
    </Скидка>
   </Скидки>
"""
STOCK_DOCUMENT = DOCUMENT.format(second_email="", row_discount="")
CONTAINER = f"<Контейнер>{DOCUMENT.format(second_email=BITRIX_EMAIL, row_discount=ROW_DISCOUNT)}</Контейнер>"
COMPANY = """\
<Контрагент>
 <Ид>user-8</Ид>
 <Наименование>ООО «Колёса»</Наименование>
 <ОфициальноеНаименование>ООО «Колёса»</ОфициальноеНаименование>
 <ЮридическийАдрес>
  <Представление>101000, Москва, Мясницкая, 1</Представление>
 </ЮридическийАдрес>
 <ИНН>7701234567</ИНН>
 <КПП>770101001</КПП>
 <Роль>Покупатель</Роль>
</Контрагент>
"""


@pytest.mark.parametrize(
    ("version", "expected"), [*((version, STOCK_DOCUMENT) for version in STOCK_VERSIONS), ("3.1", CONTAINER)]
)
def test_an_order_is_written_letter_by_letter(version, expected):
    xml = write(a_full_order(), version=version).decode()

    assert xml == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<КоммерческаяИнформация ВерсияСхемы="{version}" ДатаФормирования="2026-02-03T13:30:15">\n'
        f"{one_line(expected)}\n"
        "</КоммерческаяИнформация>"
    )


def test_a_company_is_written_letter_by_letter():
    xml = write(an_order(counterparty=a_company())).decode()

    assert one_line(COMPANY) in xml


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((), id="none"),
        pytest.param((an_order(),), id="least"),
        pytest.param((a_full_order(), an_order(id="b", number="2", counterparty=a_company())), id="two"),
        pytest.param((an_order(vat_included=False, items=(an_item(vat_rate=Decimal(10)),)),), id="vat on top"),
    ],
)
def test_every_version_in_every_encoding_is_valid(documents, version, encoding):
    xml = write(*documents, version=version, encoding=encoding)

    validate(xml, version)


@pytest.mark.parametrize("version", STOCK_VERSIONS)
def test_documents_stand_right_under_the_root_for_stock_clients(version):
    root = parse(an_order(), an_order(id="b", number="2"), version=version)

    assert [child.tag for child in root] == ["Документ", "Документ"]


def test_each_order_has_a_container_of_its_own_in_3_1():
    root = parse(an_order(), an_order(id="b", number="2"), version="3.1")

    assert [child.tag for child in root] == ["Контейнер", "Контейнер"]
    assert [[child.tag for child in container] for container in root] == [["Документ"], ["Документ"]]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", b'encoding="UTF-8"'), ("windows-1251", b'encoding="windows-1251"')]
)
def test_the_declaration_names_the_encoding_really_used(encoding, declared):
    xml = write(a_full_order(), encoding=encoding)

    first_line = xml.split(b"\n")[0]
    assert first_line == b'<?xml version="1.0" ' + declared + b"?>"
    assert "<Роль>Продавец</Роль>".encode(encoding) in xml
    assert "<Роль>Продавец</Роль>" in xml.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_1c_finds_the_declaration_in_the_first_five_bytes(encoding):
    assert write(encoding=encoding)[:5] == b"<?xml"


def test_a_character_that_1251_lacks_becomes_a_reference():
    name = "Яйцо 漢 ₽ 😀 é"
    order = an_order(items=(an_item(name=name),), comment=name)

    xml = write(order, encoding="windows-1251")

    assert "Яйцо &#28450; &#8381; &#128512; &#233;".encode("windows-1251") in xml
    assert etree.fromstring(xml).findtext("Документ/Товары/Товар/Наименование") == name
    assert etree.fromstring(xml).findtext("Документ/Комментарий") == name


def test_both_encodings_say_the_same():
    utf8, ansi = (etree.fromstring(write(a_full_order(comment="№ ₽ – «»"), encoding=name)) for name in ENCODINGS)

    assert etree.tostring(utf8, encoding="unicode") == etree.tostring(ansi, encoding="unicode")


@pytest.mark.parametrize("version", VERSIONS)
def test_there_is_no_namespace(version):
    xml = write(a_full_order(), version=version).decode()

    assert "xmlns" not in xml
    assert not re.search(r"</?[^ >]*:", xml)


def test_a_batch_without_orders_is_a_whole_document():
    root = etree.fromstring(write())

    assert root.tag == "КоммерческаяИнформация"
    assert len(root) == 0


class Sink(io.BytesIO):
    """Tells how often it was written to."""

    writes = 0

    def write(self, data) -> int:
        self.writes += 1
        return super().write(data)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_order_reaches_the_sink_before_the_next_one_is_written(version):
    sink = Sink()
    writer = OrdersWriter(sink, version=VERSIONS[version], encoding="utf-8", zone=MOSCOW, formed_at=NOON)
    seen = []

    for number in ("1", "2", "3"):
        writer.write(an_order(id=number, number=number))
        seen.append((sink.getvalue().count("</Документ>".encode()), sink.writes))

    assert [orders for orders, _writes in seen] == [1, 2, 3]
    assert [writes for _orders, writes in seen] == [2, 3, 4]  # the head, then one for each order
    assert "</КоммерческаяИнформация>".encode() not in sink.getvalue()


@pytest.mark.parametrize(
    ("moment", "day", "time"),
    [
        pytest.param(datetime(2026, 2, 3, 9, 5, 7, tzinfo=MOSCOW), "2026-02-03", "09:05:07", id="zeros in front"),
        pytest.param(datetime(2026, 2, 3, 22, 30, tzinfo=UTC), "2026-02-04", "01:30:00", id="the next day in 1C"),
        pytest.param(datetime(2026, 2, 3, 9, 5, 7, 999999, UTC), "2026-02-03", "12:05:07", id="no fraction"),
    ],
)
def test_the_date_is_local_to_1c_and_has_no_offset(moment, day, time):
    document = parse(an_order(created_at=moment)).find("Документ")

    assert (document.findtext("Дата"), document.findtext("Время")) == (day, time)


def test_the_delivery_is_a_service_and_the_rest_are_goods():
    document = parse(an_order(items=(an_item(), a_delivery()))).find("Документ")

    kinds = document.xpath(".//ЗначениеРеквизита[Наименование='ТипНоменклатуры']/Значение/text()")
    assert kinds == ["Товар", "Услуга"]


def one_line(indented: str) -> str:
    return re.sub(r"\n *", "", indented).strip()
