"""What is accepted and wrong: nobody fails, and the order in 1C is another."""

from datetime import date, time
from decimal import Decimal

import pytest

from django_onec_exchange.simulator import (
    BITRIX_PROFILE,
    UNF_PROFILE,
    UT11_PROFILE,
)
from tests.simulator.peers import (
    ITEM,
    SERVICE,
    VAT,
    load,
    order,
)

ALL = [UT11_PROFILE, UNF_PROFILE, BITRIX_PROFILE]


def named(profile):
    return profile.name


every_profile = pytest.mark.parametrize("profile", ALL, ids=named)


@pytest.mark.parametrize("day", ["2024-03-05T00:00:00", "05.03.2024x", "2024-3-5", "2024-02-31"])
@every_profile
def test_a_date_of_another_shape_becomes_the_empty_date(profile, day):
    (read,), warnings = load(profile, order("1", ("2024-03-05", day)))

    assert (read.date, read.time) == (date(1, 1, 1), time(0))
    assert "0001-01-01" in warnings[0]


@pytest.mark.parametrize("clock", ["9:05:00", "09:05:00+03:00", "09:05:00.5", "25:00:00"])
def test_so_does_a_time_of_another_shape(clock):
    (read,), _ = load(UT11_PROFILE, order("1", ("09:05:00", clock)))

    assert read.date == date(1, 1, 1)


EMPTY_VALUE = ("<Значение>false</Значение>", "<Значение/>")


def test_in_ut_an_empty_value_takes_the_one_before_it():
    (read,), warnings = load(UT11_PROFILE, order("1", EMPTY_VALUE))

    assert read.requisites["Отменен"] == "true"
    assert read.is_cancelled
    assert "keeps the value before it: «true»" in warnings[0]


def test_in_ut_it_bleeds_from_the_document_before():
    second = order("2", ("<Значение>true</Значение>", "<Значение/>"))

    (_, read), _ = load(UT11_PROFILE, order("1"), second)

    assert read.requisites["Заказ оплачен"] == "false"


def test_unf_ignores_an_empty_value():
    (read,), _ = load(UNF_PROFILE, order("1", EMPTY_VALUE))

    assert "Отменен" not in read.requisites


@pytest.mark.parametrize(
    "taxes",
    ["", VAT.replace("true", "false"), VAT.replace("УчтеноВСумме", "УчтеноВСуммеНДС")],
    ids=["none", "false", "misspelt"],
)
@pytest.mark.parametrize("profile", [UT11_PROFILE, BITRIX_PROFILE], ids=named)
def test_without_the_flag_on_the_document_vat_comes_on_top(profile, taxes):
    (read,), warnings = load(profile, order("1", (VAT, taxes), (SERVICE, "")))

    assert read.total == Decimal("120.00")
    assert read.vat_on_top == Decimal("20.00")
    assert any("VAT on top" in text for text in warnings)
    assert any("Сумма says 130.00, 1C computes 120.00" in text for text in warnings)


def test_unf_knows_no_vat_without_a_section_of_taxes():
    (read,), warnings = load(UNF_PROFILE, order("1", (VAT, "")))

    assert read.total == Decimal("130.00")
    assert {row.vat_rate for row in read.rows} == {None}
    assert warnings == []


def test_unf_takes_20_percent_where_no_rate_is_named():
    (read,), _ = load(UNF_PROFILE, order("1", (VAT, VAT.replace("<Ставка>20</Ставка>", ""))))

    assert read.rows[1].vat_rate == 20


def test_in_ut_a_rate_bleeds_into_the_next_row():
    changes = (VAT, VAT.replace("<Ставка>20</Ставка>", "")), ("<Ставка>20</Ставка>", "<Ставка>10</Ставка>")

    (in_ut,), warnings = load(UT11_PROFILE, order("1", *changes))
    (in_bitrix,), _ = load(BITRIX_PROFILE, order("1", *changes))

    assert [row.vat_rate for row in in_ut.rows] == [10, 10]
    assert "from the row before it" in warnings[0]
    assert [row.vat_rate for row in in_bitrix.rows] == [10, None]


def test_in_ut_a_zero_rate_does_not_override_the_document():
    (read,), warnings = load(UT11_PROFILE, order("1", (ITEM, ITEM.replace(">20<", ">0<"))))

    assert read.rows[0].vat_rate == 20
    assert "does not override" in warnings[0]


@pytest.mark.parametrize(("text", "rate"), [("10.00", 10), ("20/120", 20), ("10/110", 10), ("22", 22)])
def test_rates_are_known_by_their_texts(text, rate):
    (read,), warnings = load(UT11_PROFILE, order("1", (ITEM, ITEM.replace(">20<", f">{text}<"))))

    assert read.rows[0].vat_rate == rate
    assert not any("not known" in text for text in warnings)


@pytest.mark.parametrize("text", ["20%", "Без НДС", "17"])
def test_an_unknown_rate_falls_through_to_the_document(text):
    (read,), warnings = load(UT11_PROFILE, order("1", (ITEM, ITEM.replace(">20<", f">{text}<"))))

    assert read.rows[0].vat_rate == 20
    assert "not known to 1C" in warnings[0]


DISCOUNT = "<Скидки><Скидка><Наименование>Акция</Наименование><Сумма>30.00</Сумма></Скидка></Скидки>"


def test_ut_ignores_a_discount_on_the_document_and_unf_does_not():
    discounted = order("1", (VAT, VAT + DISCOUNT), ("<Сумма>130.00", "<Сумма>100.00"))

    (in_ut,), warnings = load(UT11_PROFILE, discounted)
    (in_unf,), quiet = load(UNF_PROFILE, discounted)

    assert in_ut.total == Decimal("130.00")
    assert "is not used" in warnings[0]
    assert in_unf.total == Decimal("100.00")
    assert quiet == []


def test_a_discount_already_in_the_rows_is_only_information():
    told = DISCOUNT.replace("</Скидка>", "<УчтеноВСумме>true</УчтеноВСумме></Скидка>")

    assert load(UT11_PROFILE, order("1", (VAT, VAT + told)))[1] == []


@pytest.mark.parametrize("quantity", ["0", "0.000", "1,5", "1 000", "1e3"])
def test_a_row_without_a_readable_quantity_is_left_out(quantity):
    row = ITEM.replace("<Количество>2<", f"<Количество>{quantity}<")

    (read,), warnings = load(UT11_PROFILE, order("1", (ITEM, row)))

    assert [one.name for one in read.rows] == ["Доставка заказа"]
    assert read.total == Decimal("30.00")
    assert "left out" in warnings[0]


def test_an_amount_1c_cannot_read_is_zero():
    (read,), warnings = load(UT11_PROFILE, order("1", (ITEM, ITEM.replace("100.00", "1 00,00"))))

    assert read.total == Decimal("30.00")
    assert "no amount" in warnings[0]


def test_a_row_discount_not_yet_in_the_amount_is_noted():
    discount = DISCOUNT.replace("</Скидка>", "<УчтеноВСумме>false</УчтеноВСумме></Скидка>")

    (read,), warnings = load(UT11_PROFILE, order("1", ("<Артикул>", discount + "<Артикул>")))

    assert read.total == Decimal("130.00")
    assert "may or may not" in warnings[0]


UNIT = '<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>'
KILOGRAMS = ITEM.replace(UNIT, '<БазоваяЕдиница Код="166" НаименованиеПолное="Килограмм">кг</БазоваяЕдиница>')


def test_in_ut_a_row_without_a_unit_takes_that_of_the_row_before():
    changed = order("1", (ITEM, f"{KILOGRAMS}{ITEM.replace(UNIT, '')}"), ("130.00", "230.00"))

    (in_ut,), warnings = load(UT11_PROFILE, changed)
    (in_bitrix,), quiet = load(BITRIX_PROFILE, changed)

    assert [(row.unit_code, row.unit_name) for row in in_ut.rows] == [("166", "кг"), ("166", "кг"), ("796", "шт")]
    assert warnings == ["Order 1: row «Кружка» has no unit and takes «кг» from the row before it."]
    assert [row.unit_code for row in in_bitrix.rows] == ["166", "", "796"]
    assert quiet == []


def test_the_first_row_of_an_order_takes_no_unit():
    (_, second), warnings = load(UT11_PROFILE, order("1"), order("2", (UNIT, "")))

    assert second.rows[0].unit_name == ""
    assert warnings == []


@pytest.mark.parametrize("number", ["2024-0000123", " 77", "77 "])
def test_a_number_that_1c_will_not_find_again_is_told_at_once(number):
    in_ut, in_unf = (load(profile, order(number))[1] for profile in (UT11_PROFILE, UNF_PROFILE))

    assert len(in_ut) == 1
    assert "1C will not find the order again" in in_ut[0]
    assert in_unf == []


def test_a_number_as_wide_as_the_column_is_fine():
    assert load(UT11_PROFILE, order("2024-000012"))[1] == []
