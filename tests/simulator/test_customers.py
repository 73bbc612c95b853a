"""Who the customer is to each kind of 1C, and where it delivers."""

import pytest

from django_onec_exchange.simulator import (
    BITRIX_PROFILE,
    UNF_PROFILE,
    UT11_PROFILE,
    CounterpartyKind,
)
from tests.simulator.peers import (
    REQUISITES,
    load,
    order,
)


def test_an_official_name_makes_a_company_even_if_empty():
    (read,), warnings = load(
        UT11_PROFILE,
        order("1", ("<ПолноеНаименование>Анна Петрова</ПолноеНаименование>", "<ОфициальноеНаименование/>")),
    )

    assert read.counterparty.kind is CounterpartyKind.COMPANY
    assert "company" in warnings[0]


@pytest.mark.parametrize(
    ("kind", "in_ut", "in_unf"),
    [("ТелефонРабочий", 1, 1), ("Телефон мобильный", 0, 1), ("Телефон", 0, 1), ("Пейджер", 0, 0)],
)
def test_each_kind_of_1c_knows_its_own_phones(kind, in_ut, in_unf):
    changed = order("1", ("Телефон рабочий", kind))

    assert len(load(UT11_PROFILE, changed)[0][0].counterparty.phones) == in_ut
    assert len(load(UNF_PROFILE, changed)[0][0].counterparty.phones) == in_unf


def test_ut_ignores_the_long_name_of_e_mail():
    changed = order("1", ("<Тип>Почта<", "<Тип>Электронная почта<"))

    (in_ut,), warnings = load(UT11_PROFILE, changed)

    assert in_ut.counterparty.emails == ()
    assert "Электронная почта" in warnings[0]
    assert load(UNF_PROFILE, changed)[0][0].counterparty.emails == ("anna@example.com",)


def test_what_unf_would_write_into_an_attribute_is_noted():
    renamed = order("1", ("<Наименование>Заказ оплачен<", "<Наименование>Курс<"))

    assert "overwrites an attribute" in load(UNF_PROFILE, renamed)[1][0]
    assert load(UT11_PROFILE, renamed)[1] == []


def test_codes_of_another_length_are_noted():
    coded = order("1", ("<ПолноеНаименование>", "<ИНН>12345</ИНН><ПолноеНаименование>"))

    (read,), warnings = load(UT11_PROFILE, coded)

    assert read.counterparty.inn == "12345"
    assert "length" in warnings[0]


def test_a_company_with_a_full_name_is_noted_in_ut():
    both = order(
        "1", ("<ПолноеНаименование>", "<ОфициальноеНаименование>ООО</ОфициальноеНаименование><ПолноеНаименование>")
    )

    assert "drops the legal address" in load(UT11_PROFILE, both)[1][0]


def test_an_empty_contact_is_passed_over():
    (read,), _ = load(UT11_PROFILE, order("1", ("<Значение>anna@example.com</Значение>", "<Значение/>")))

    assert read.counterparty.emails == ()


FIELDS = (
    "<АдресноеПоле><Тип>Город</Тип><Значение>Тверь</Значение></АдресноеПоле>"
    "<АдресноеПоле><Тип>Улица</Тип><Значение>Советская</Значение></АдресноеПоле>"
    "<АдресноеПоле><Тип>Дом</Тип><Значение>1</Значение></АдресноеПоле>"
)


def test_ut_rebuilds_an_address_from_its_fields():
    changed = order("1", ("</Представление>", f"</Представление>{FIELDS}"))

    assert load(UT11_PROFILE, changed)[0][0].counterparty.address == "Тверь г, Советская ул, дом № 1"
    assert load(UNF_PROFILE, changed)[0][0].counterparty.address == "Тверь, Советская 1"


def test_ut_ignores_an_address_without_its_text():
    changed = order("1", ("<Представление>Тверь, Советская 1</Представление>", FIELDS))

    (read,), warnings = load(UT11_PROFILE, changed)

    assert read.counterparty.address == ""
    assert "is ignored" in warnings[0]


def test_unf_delivers_to_the_address_of_the_requisite():
    wanted = REQUISITES.replace("Заказ оплачен", "Адрес доставки").replace(">true<", ">Псков<")

    (read,), _ = load(UNF_PROFILE, order("1", (REQUISITES, wanted)))

    assert read.counterparty.address == "Псков"


def test_an_empty_inn_is_noted_in_ut_before_there_is_a_counterparty_to_take():
    changed = order("1", ("<ПолноеНаименование>", "<ИНН/><ПолноеНаименование>"))

    (warning,) = load(UT11_PROFILE, changed)[1]

    assert "empty ИНН" in warning
    assert load(BITRIX_PROFILE, changed)[1] == []
