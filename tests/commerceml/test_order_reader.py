"""Orders from 1C: what each client writes, and what is made of it."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from django_onec_exchange.commerceml.reader import read_orders
from django_onec_exchange.commerceml.updates import OrderUpdate, RelatedDocument, UpdatedItem
from tests.commerceml import strategies
from tests.commerceml.files import (
    BITRIX_ORDER,
    NAMESPACES,
    ORDER_FILES,
    UNF_ORDER,
    UT_NAMESPACE,
    UT_ORDER,
    a_document,
    a_file,
    requisites,
)
from tests.documents import ENCODINGS, write

GUID = "7cb7b3a5-fe1c-11f0-9d6b-0050569a2b1c"


def read(body: str) -> list[OrderUpdate]:
    return list(read_orders(a_file(body)))


def read_with(**values: str) -> OrderUpdate:
    (update,) = read(a_document(requisites(**values)))
    return update


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("xmlns", NAMESPACES)
def test_an_order_of_trade_management(encoding, xmlns):
    (update,) = read_orders(a_file(UT_ORDER, encoding=encoding, xmlns=xmlns))

    assert update == OrderUpdate(
        id=GUID,
        number="1017",
        date=date(2026, 2, 3),
        operation="Заказ товара",
        currency="643",
        total=Decimal("1500.50"),
        onec_number="НФНФ-000123",
        onec_date=datetime(2026, 2, 4, 9, 5),
        payment_number="НФ-77",
        payment_date=datetime(2026, 2, 5, 10, 11, 12),
        posted=True,
        deleted=False,
        paid=True,
        items=(
            UpdatedItem(
                id="bd72d8f9-55bc-11d9-848a-00112f43529a#bd72d8fa-55bc-11d9-848a-00112f43529a",
                name="Болт М8 (оцинкованный)",
                article="БТ-8",
                price=Decimal("500.17"),
                quantity=Decimal("3.000"),
                total=Decimal("1500.50"),
            ),
        ),
        requisites=(
            ("Номер по 1С", "НФНФ-000123"),
            ("Дата по 1С", "2026-02-04T9:05:00"),
            ("ПометкаУдаления", "false"),
            ("Проведен", "true"),
            ("Номер оплаты по 1С", "НФ-77"),
            ("Дата оплаты по 1С", "2026-02-05T10:11:12"),
        ),
    )


def test_an_order_of_small_business_brings_its_subordinate_documents():
    (update,) = read(UNF_ORDER)

    assert (update.status, update.status_id) == ("Собран", "P")
    assert (update.paid, update.shipped, update.cancelled) == (True, False, False)
    assert update.items is None
    assert update.related == (
        RelatedDocument(
            id="pay-17",
            operation="Эквайринговая операция",
            number="5",
            date=date(2026, 2, 4),
            total=Decimal("1500.50"),
            posted=True,
            requisites=(("Проведен", "true"),),
        ),
        RelatedDocument(id="ship-3", operation="Отпуск товара"),
    )


def test_a_container_is_one_order_with_its_payments_and_shipments():
    (update,) = read(BITRIX_ORDER)

    assert (update.number, update.onec_number, update.onec_date) == ("1017", "0000-000045", datetime(2026, 2, 4))
    assert (update.status, update.comment, update.deleted) == ("Отгружен", "Позвонить", False)
    assert (update.shipped, update.shipment_date) == (True, datetime(2026, 2, 5, 9, 30))
    assert [(one.number, one.operation, one.posted, one.deleted) for one in update.related] == [
        ("p1", "Выплата безналичных денег", True, None),
        ("s1", "Отпуск товара", None, True),
    ]


def test_documents_in_a_container_belong_to_the_order_before_them():
    payment, shipment = (a_document(operation="Отпуск товара", number=number) for number in "ab")
    first, second = a_document(number="1"), a_document(number="2")

    updates = read(f"<Контейнер>{payment}{first}{shipment}{second}</Контейнер>")

    assert [(one.number, [other.number for other in one.related]) for one in updates] == [("1", ["b"]), ("2", [])]


def test_documents_that_are_no_orders_are_passed_over():
    payment = a_document(operation="Выплата наличных денег", number="5")

    assert [one.number for one in read(payment + UT_ORDER + payment + BITRIX_ORDER)] == ["1017", "1017"]
    assert [one.number for one in read_orders(a_file(payment + UT_ORDER + payment), skip=1)] == []


@pytest.mark.parametrize("operation", ["Заказ товара", "ЗАКАЗ ТОВАРА", " заказ товара ", ""])
def test_a_document_is_an_order_however_it_says_so_or_says_nothing(operation):
    assert len(read(a_document(operation=operation))) == 1


def test_a_file_without_documents_has_no_orders():
    assert read("") == []
    assert read("<Каталог><Ид>1</Ид></Каталог><Неизвестное><Документ/></Неизвестное>") == []


def test_an_empty_document_knows_nothing():
    assert read("<Документ/>") == [OrderUpdate(id="", number="")]


def test_absent_facts_are_unknown_and_not_denied():
    (update,) = read(a_document())

    assert (update.posted, update.deleted, update.cancelled, update.paid, update.shipped) == (None,) * 5
    assert update.items is None


def test_no_rows_are_not_the_same_as_no_answer():
    (update,) = read(a_document("<Товары/>"))

    assert update.items == ()


@pytest.mark.parametrize("name", ["Статус_заказа", "СтатусЗаказа", "статус_ЗАКАЗА", "__Статус__заказа"])
def test_requisites_are_found_however_they_are_spelled(name):
    update = read_with(**{name: "Собран"})

    assert update.status == "Собран"
    assert update.requisites == ((name.replace("_", " ").strip(), "Собран"),)


def test_a_requisite_may_come_more_than_once_and_have_several_values():
    update = read_with(Сайт="")
    (several,) = read(
        a_document(
            "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Метка</Наименование>"
            "<Значение>а</Значение><Значение>б</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
            + requisites(Метка="в")
        )
    )

    assert update.requisites == (("Сайт", ""),)
    assert several.requisites == (("Метка", "а"), ("Метка", "б"), ("Метка", "в"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-04T09:05:07", datetime(2026, 2, 4, 9, 5, 7)),
        ("2026-02-04T9:05:07", datetime(2026, 2, 4, 9, 5, 7)),
        ("2026-02-04 9:05:07", datetime(2026, 2, 4, 9, 5, 7)),
        ("2026-02-04  09:05", datetime(2026, 2, 4, 9, 5)),
        (" 2026-02-04 ", datetime(2026, 2, 4)),
        ("04.02.2026", datetime(2026, 2, 4)),
        ("4.2.2026 9:05:07", datetime(2026, 2, 4, 9, 5, 7)),
        ("0001-01-01T00:00:00", None),  # an empty date of 1C
        ("01.01.0001 0:00:00", None),
        ("2026-02-31", None),
        ("2026-02-04T25:00:00", None),
        ("вчера", None),
        ("2026-02-04T09:05:07 и ещё", None),
    ],
)
def test_dates_are_read_in_every_form_that_1c_writes(text, moment):
    update = read_with(Дата_по_1С=text, Дата_оплаты_по_1С=text)

    assert update.onec_date == moment
    assert update.payment_date == moment
    assert update.paid is (True if moment else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("Да", True), ("1", True), ("FALSE", False), ("нет", False), ("может", None)],
)
def test_booleans_are_read_in_every_form_that_1c_writes(text, value):
    update = read_with(Проведен=text, ПометкаУдаления=text, Отменен=text, Оплачен=text, Отгружен=text)

    assert (update.posted, update.deleted, update.cancelled, update.paid, update.shipped) == (value,) * 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1500.50", "1500.50"),
        ("1 500,50", "1500.50"),
        ("1\xa0500\u202f000,5", "1500000.5"),
        ("-3", "-3"),
        ("+.5", "0.5"),
        ("7.", "7"),
        ("", None),
        ("-", None),
        ("1.234,50", None),
        ("NaN", None),
        ("Infinity", None),
        ("1E+999999", None),
        ("двести", None),
    ],
)
def test_numbers_are_read_in_every_form_that_1c_writes(text, value):
    (update,) = read(f"<Документ><Сумма>{text}</Сумма></Документ>")

    assert update.total == (None if value is None else Decimal(value))


def test_a_payment_number_says_more_than_a_flag():
    update = read_with(Номер_оплаты_по_1С="НФ-77", Оплачен="false", Номер_отгрузки_по_1С="1", Отгружен="false")

    assert (update.paid, update.shipped) == (True, True)


@pytest.mark.parametrize("skip", range(5))
def test_reading_goes_on_where_it_stopped(skip):
    body = "".join(ORDER_FILES.values())

    assert list(read_orders(a_file(body, xmlns=UT_NAMESPACE), skip=skip)) == read(body)[skip:]


@given(order=strategies.orders())
@pytest.mark.parametrize("version", ["2.10", "3.1"])
def test_an_order_of_ours_is_read_as_it_was_written(version, order):
    (update,) = read_orders(io.BytesIO(write(order, version=version)))

    assert len(update.items) == len(order.items)
    assert update.total == order.total
    assert [item.quantity for item in update.items] == [item.quantity for item in order.items]
