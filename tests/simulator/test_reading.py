"""What a 1C reads, and what breaks it."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from django_onec_exchange.simulator import (
    BITRIX_PROFILE,
    UNF_PROFILE,
    UT11_PROFILE,
    Answer,
    CounterpartyKind,
    Infobase,
    ItemKind,
    LoadingStoppedError,
    ReadError,
)
from django_onec_exchange.simulator.archives import unpack_orders
from tests.simulator.peers import (
    CONTACTS,
    DECLARATION,
    ORDER,
    PARTY,
    PAYMENT,
    VAT,
    archived,
    container,
    document,
    load,
    order,
)

ALL = [UT11_PROFILE, UNF_PROFILE, BITRIX_PROFILE]
STOCK = [UT11_PROFILE, UNF_PROFILE]


def named(profile):
    return profile.name


every_profile = pytest.mark.parametrize("profile", ALL, ids=named)
stock_profiles = pytest.mark.parametrize("profile", STOCK, ids=named)


@every_profile
def test_a_good_order_is_read_whole(profile):
    (read,), warnings = load(profile, ORDER)

    assert warnings == []
    assert (read.id, read.number, read.currency) == ("order-1001", "1001", "RUB")
    assert (read.date, read.time) == (date(2024, 3, 5), time(9, 5))
    assert read.declared_total == read.total == Decimal("130.00")
    assert read.vat_included
    assert read.comment == "Позвонить"
    assert read.requisites == {"Заказ оплачен": "true", "Отменен": "false"}
    assert read.counterparty.name == "Анна Петрова"
    assert read.counterparty.kind is CounterpartyKind.PERSON
    assert read.counterparty.phones == ("+7 900 000-00-00",)
    assert read.counterparty.emails == ("anna@example.com",)
    assert read.counterparty.address == "Тверь, Советская 1"
    assert read.raw.decode() == ORDER

    mug, delivery = read.rows
    assert (mug.id, mug.article, mug.name) == ("p-1", "A-1", "Кружка")
    assert (mug.price, mug.quantity, mug.sum) == (Decimal("50.00"), 2, Decimal("100.00"))
    assert (mug.unit_code, mug.unit_name, mug.vat_rate) == ("796", "шт", 20)
    assert mug.kind is ItemKind.GOODS
    assert delivery.kind is ItemKind.SERVICE
    assert delivery.price == Decimal("30.00")


# --- the reply as a whole


@every_profile
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("\ufeff" + document(ORDER), "stands before <\\?xml"),
        ("\n" + document(ORDER), "stands before <\\?xml"),
        ("<!-- hello -->" + document(ORDER), "is not XML"),
        ("PK\x03\x04 orders.xml", "zip archive"),
        ("failure\nno rights", "is not XML"),
        ("<html></html>", "is not XML"),
        (document(ORDER)[:-10], "not well-formed"),
        (document(ORDER, "<Документ>"), "not well-formed"),
        (DECLARATION + "<html></html>", "root is html"),
        (document(ORDER).replace("?>", "?><!DOCTYPE x>", 1), "document type"),
        (document(ORDER).replace("Позвонить", "&bell;"), "not well-formed"),
    ],
)
def test_a_reply_that_is_no_order_document_is_not_loaded(profile, text, sentence):
    with pytest.raises(ReadError, match=sentence):
        Infobase().load(text, profile)


def test_only_unf_takes_a_document_without_declaration():
    bare = document(ORDER).removeprefix(DECLARATION)

    assert Infobase().load(bare, UNF_PROFILE).orders
    with pytest.raises(ReadError, match="is not XML"):
        Infobase().load(bare, UT11_PROFILE)


@pytest.mark.parametrize("profile", [UT11_PROFILE, BITRIX_PROFILE], ids=named)
def test_a_control_character_stops_every_order(profile):
    with pytest.raises(ReadError, match="not well-formed"):
        load(profile, order("1"), order("2", ("Позвонить", "Позво\x0bнить")))


def test_unf_drops_control_characters():
    (read,), _ = load(UNF_PROFILE, order("1", ("Позвонить", "Позво\x0bнить")))

    assert read.comment == "Позвонить"


def test_a_replacement_character_is_fatal_for_unf_only():
    spoilt = order("1", ("Позвонить", "Позв\ufffdнить"))

    with pytest.raises(ReadError, match=r"U\+FFFD"):
        load(UNF_PROFILE, spoilt)
    assert load(UT11_PROFILE, spoilt)[1] == ["The text holds U+FFFD: a character was lost in decoding."]


def test_a_namespace_is_fatal_for_ut_only():
    spaced = (
        document(ORDER)
        .replace("<Комм", "<Комм", 1)
        .replace(" ВерсияСхемы", ' xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы', 1)
    )

    with pytest.raises(ReadError, match="xmlns"):
        Infobase().load(spaced, UT11_PROFILE)
    assert Infobase().load(spaced, UNF_PROFILE).orders


@every_profile
def test_an_empty_document_is_nothing_to_load(profile):
    assert load(profile) == ((), [])


@stock_profiles
def test_stock_clients_do_not_see_orders_in_containers(profile):
    read, warnings = load(profile, container(ORDER))

    assert read == ()
    assert warnings == ["found no documents although the root holds Контейнер"]


def test_the_bitrix_module_reads_containers_and_the_root():
    read, warnings = load(BITRIX_PROFILE, order("1"), container(order("2"), PAYMENT), container(order("3")))

    assert [one.number for one in read] == ["1", "2", "3"]
    assert [one.operation for one in read[1].related] == ["Эквайринговая операция"]
    assert read[2].related == ()
    assert warnings == []


def test_the_bitrix_module_reads_a_unit_that_is_a_structure():
    base = '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
    unit = "<Единица><Код>112</Код><НаименованиеПолное>Литр</НаименованиеПолное></Единица>"

    (read,), _ = load(BITRIX_PROFILE, order("1", (base, unit)))

    assert (read.rows[0].unit_code, read.rows[0].unit_name) == ("112", "Литр")


def test_containers_beside_documents_are_not_read_by_stock_clients():
    read, warnings = load(UT11_PROFILE, order("1"), container(order("2")))

    assert [one.number for one in read] == ["1"]
    assert warnings == ["documents inside Контейнер are not read"]


# --- what breaks one order, and with it all


FATAL_FOR_ALL = [
    ("<Ид>order-1001</Ид>", "", "Ид is missing"),
    ("<Ид>order-1001</Ид>", f"<Ид>{'x' * 41}</Ид>", "41 characters"),
    ("<Номер>1001</Номер>", "", "has no Номер"),
    ("<Дата>2024-03-05</Дата>", "", "Дата is missing"),
    ("<Валюта>RUB</Валюта>", "", "Валюта is missing"),
    ("<Валюта>RUB</Валюта>", "<Валюта>руб.</Валюта>", "exactly 3"),
    ("<ХозОперация>Заказ товара</ХозОперация>", "", "ХозОперация is missing"),
    (f"<Контрагенты>{PARTY}</Контрагенты>", "", "Контрагенты is missing"),
    (PARTY, "<Прочее>1</Прочее>", "Контрагент is missing"),
    ("<Значение>true</Значение>", "", "Значение is missing"),
    ("<Наименование>Отменен</Наименование>", "", "Наименование is missing"),
    ("<Тип>Почта</Тип>", "", "Тип is missing"),
    ("<Значение>anna@example.com</Значение>", "", "Значение is missing"),
    (
        CONTACTS,
        "<РасчетныеСчета><РасчетныйСчет><НомерСчета>1</НомерСчета></РасчетныйСчет></РасчетныеСчета>",
        "Банк is missing",
    ),
    ("<Наименование>Кружка", f"<Наименование>{'К' * 251}", "251 characters"),
    ("<Наименование>Анна Петрова", f"<Наименование>{'А' * 251}", "251 characters"),
    ("Позвонить", "П" * 3001, "3001 characters"),
    ("<Номер>1001<", f"<Номер>{'1' * 256}<", "256 characters"),
    ("<Значение>true<", f"<Значение>{'x' * 1001}<", "more than 1000"),
    ("<Наименование>Отменен</Наименование>", "<Наименование> </Наименование>", "empty"),
    ("<Ид>p-1</Ид>", "", "Ид is missing in Товар"),
]


@every_profile
@pytest.mark.parametrize(("old", "new", "sentence"), FATAL_FOR_ALL)
def test_a_missing_or_overlong_element_rolls_everything_back(profile, old, new, sentence):
    base = Infobase()

    with pytest.raises(ReadError, match=sentence):
        base.load(document(order("1"), order("1001", (old, new))), profile)

    assert base.orders == {}
    assert base.created == 0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<Наименование>Кружка", "<Наименование>Кружка #2", "holds #"),
        ("<Артикул>", "<Единица><Код>796</Код></Единица><Артикул>", "Единица is a structure"),
        (VAT, f"{VAT}<Склады><Склад><Ид>w</Ид></Склад></Склады>", "Наименование is missing in Склад"),
        (VAT, f"{VAT}<Склады/>", "exactly one Склад"),
    ],
)
def test_what_is_fatal_for_ut_is_not_for_the_bitrix_module(old, new, sentence):
    with pytest.raises(ReadError, match=sentence):
        load(UT11_PROFILE, order("1001", (old, new)))
    assert load(BITRIX_PROFILE, order("1001", (old, new)))[0]


def test_ut_takes_a_warehouse_of_the_one_shape_it_knows():
    warehouse = (
        "<Склады><Склад><Ид>w</Ид><Наименование>Центр</Наименование><Адрес><АдресноеПоле><Тип/><Значение/>"
        "</АдресноеПоле></Адрес><Контакты><Контакт><Тип/><Значение/></Контакт></Контакты></Склад></Склады>"
    )

    assert load(UT11_PROFILE, order("1", (VAT, VAT + warehouse)))[0]


def test_a_hash_in_a_name_is_harmless_beside_one_in_the_id():
    changes = ("<Наименование>Кружка", "<Наименование>Кружка #2"), ("<Ид>p-1<", "<Ид>p-1#v-2<")

    assert load(UT11_PROFILE, order("1", *changes))[0]


@stock_profiles
@pytest.mark.parametrize("empty", ["<Товары/>", "<Скидки></Скидки>", "<Время/>", "<Подписанты> </Подписанты>"])
def test_an_empty_element_is_an_object_where_text_is_expected(profile, empty):
    with pytest.raises(ReadError, match="is an empty element"):
        load(profile, order("1001", (VAT, VAT + empty)))


@stock_profiles
@pytest.mark.parametrize("operation", ["Отпуск товара", "Выплата безналичных денег"])
def test_another_operation_ends_the_load_but_keeps_what_was_loaded(profile, operation):
    base = Infobase()

    result = base.load(document(order("1"), order("2", ("Заказ товара", operation)), order("3")), profile)

    assert isinstance(result.stopped, LoadingStoppedError)
    assert result.stopped.number == "2"
    assert list(base.orders) == ["1"]
    assert not base.orders["1"].posted


def test_the_operation_is_compared_without_case():
    assert load(UT11_PROFILE, order("1", ("Заказ товара", "ЗАКАЗ ТОВАРА")))[0]


def test_an_empty_currency_ends_the_load_without_an_exception():
    with pytest.raises(LoadingStoppedError, match="Валюта is empty"):
        load(UT11_PROFILE, order("1", ("<Валюта>RUB</Валюта>", "<Валюта/>")))


def test_the_first_pass_fails_before_anything_is_loaded():
    base = Infobase()

    with pytest.raises(ReadError, match="has no Номер"):
        base.load(
            document(order("1", ("Заказ товара", "Прочие")), order("2", ("<Номер>2</Номер>", ""))), UT11_PROFILE
        )


# --- CommerceML 2.10 and archives


def test_subordinate_payments_are_read_only_where_the_option_is_on():
    child = PAYMENT.replace("Документ", "ПодчиненныйДокумент")
    with_child = order("1", (VAT, f"{VAT}<ПодчиненныеДокументы>{child}</ПодчиненныеДокументы>"))
    option = replace(UNF_PROFILE, reads_subordinates=True)

    assert load(UNF_PROFILE, with_child)[0][0].related == ()
    assert load(option, with_child)[0][0].related[0].amount == Decimal("130.00")
    with pytest.raises(ReadError, match="Номер is missing"):
        load(option, with_child.replace("<Номер>7</Номер>", ""))
    guid = with_child.replace("<Ид>pay-1<", f"<Ид>{'a' * 36}<")
    assert "36 characters" in load(option, guid)[1][0]


def test_an_archive_is_read_by_the_declaration_of_its_file():
    text = document(ORDER).replace("UTF-8", "windows-1251")

    content = unpack_orders(archived({"orders.xml": text.encode("cp1251")}))

    assert Infobase().load(content, UT11_PROFILE).orders[0].comment == "Позвонить"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (archived({"orders.xml": document()}, kind="text/xml"), "not application/zip"),
        (archived({"orders.xml": document()}, name="data.zip"), "not named orders.zip"),
        (archived({"data.xml": document()}), "must hold orders.xml alone"),
        (archived({"orders.xml": document(), "x": ""}), "must hold orders.xml alone"),
        (archived({"orders.xml": "\n" + document()}), "does not start with"),
        (Answer(200, archived({}).headers, archived({"orders.xml": document()}).body[:-30]), "damaged"),
    ],
)
def test_another_archive_than_agreed_is_refused(answer, sentence):
    with pytest.raises(ReadError, match=sentence):
        unpack_orders(answer)
