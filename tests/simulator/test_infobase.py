"""What stays in the base: transactions, duplicates, customers, posting."""

from decimal import Decimal

import pytest

from django_onec_exchange.simulator import (
    BITRIX_PROFILE,
    UNF_PROFILE,
    UT11_PROFILE,
    Counterparty,
    CounterpartyKind,
    Infobase,
    ReadError,
)
from tests.simulator.peers import ITEM, ORDER, SERVICE, document, order

NAME = "<Наименование>Анна Петрова</Наименование>"


def test_orders_are_kept_by_number_and_posted():
    base = Infobase()
    base.load(document(order("1"), order("2")), UT11_PROFILE)

    assert list(base.orders) == ["1", "2"]
    assert base.orders["1"].total == Decimal("130.00")
    assert base.orders["1"].posted
    assert (base.created, base.updated, base.duplicates) == (2, 0, 0)


def test_a_resend_updates_the_order():
    base = Infobase()
    base.load(document(ORDER), UT11_PROFILE)
    base.load(document(order("1001", (SERVICE, ""), ("130.00", "100.00"))), UT11_PROFILE)

    assert (base.created, base.updated, base.duplicates) == (1, 1, 0)
    assert base.orders["1001"].times_loaded == 2
    assert base.orders["1001"].total == Decimal("100.00")
    assert len(base.documents) == 1


@pytest.mark.parametrize("number", ["2024-0000123", " 77"])
def test_ut_creates_a_number_anew_that_it_cannot_find_again(number):
    base = Infobase()
    for _ in range(3):
        base.load(document(order(number)), UT11_PROFILE)

    assert (base.created, base.duplicates) == (3, 2)
    assert len(base.documents) == 3


@pytest.mark.parametrize("profile", [UNF_PROFILE, BITRIX_PROFILE])
def test_the_others_find_long_numbers(profile):
    base = Infobase()
    for _ in range(2):
        base.load(document(order("2024-0000123")), profile)

    assert (base.created, base.updated, base.duplicates) == (1, 1, 0)


def test_eleven_characters_are_found_in_ut():
    base = Infobase()
    for _ in range(2):
        base.load(document(order("20240000123")), UT11_PROFILE)

    assert base.duplicates == 0


def test_unf_rolls_back_when_two_numbers_lose_their_letters():
    base = Infobase()

    with pytest.raises(ReadError, match="000012, which order A-12 has"):
        base.load(document(order("A-12"), order("B-12")), UNF_PROFILE)

    assert base.orders == {}
    base.load(document(order("B-12")), UNF_PROFILE)
    assert base.orders["B-12"].own_number == "000012"


def test_a_poison_order_rolls_back_the_batch_and_nothing_older():
    base = Infobase(refuse=lambda order: order.number == "3" and "division by zero")
    base.load(document(order("1")), UT11_PROFILE)

    with pytest.raises(ReadError, match="Order 3: run-time exception in 1C: division by zero") as caught:
        base.load(document(order("1"), order("2"), order("3")), UT11_PROFILE)

    assert caught.value.number == "3"
    assert list(base.orders) == ["1"]
    assert (base.created, base.updated) == (1, 0)
    assert len(base.counterparties) == 1


def test_an_exception_of_the_test_itself_rolls_back_too():
    def explode(order):
        raise ZeroDivisionError

    base = Infobase(refuse=explode)

    with pytest.raises(ZeroDivisionError):
        base.load(document(ORDER), UT11_PROFILE)
    assert base.documents == []


def test_an_order_in_work_is_passed_over():
    base = Infobase()
    base.load(document(ORDER), UT11_PROFILE)
    base.in_work.add("1001")

    result = base.load(document(order("1001", ("130.00", "99.00"))), UT11_PROFILE)

    assert result.stopped is None
    assert (base.updated, base.skipped) == (0, 1)
    assert base.orders["1001"].source.declared_total == Decimal("130.00")


def test_progress_tells_how_many_and_how_far():
    told = []
    Infobase().load(document(order("1"), order("2")), UT11_PROFILE, lambda *what: told.append(what))

    assert told == [("documents", 2), ("orders", 1), ("orders", 2)]


CANCELLED = order("1", ("<Значение>false</Значение>", "<Значение>true</Значение>"))


def test_ut_cancels_only_with_reasons_for_cancellation():
    without, with_reasons, unf = Infobase(), Infobase(cancellation_reasons=True), Infobase()
    without.load(document(CANCELLED), UT11_PROFILE)
    with_reasons.load(document(CANCELLED), UT11_PROFILE)
    unf.load(document(CANCELLED), UNF_PROFILE)

    assert not without.orders["1"].cancelled
    assert "no effect" in without.warnings[0]
    assert with_reasons.orders["1"].cancelled
    assert unf.orders["1"].cancelled


def test_an_order_without_rows_or_customer_is_written_but_not_posted():
    base = Infobase()
    bare = ITEM.replace("<Количество>2<", "<Количество>0<")
    base.load(document(order("1", (ITEM + SERVICE, bare)), order("2", (NAME, ""))), UT11_PROFILE)

    assert not base.orders["1"].posted
    assert not base.orders["2"].posted
    assert base.orders["2"].counterparty is None


def test_two_guests_of_one_name_are_one_customer_in_ut():
    base = Infobase()
    base.load(document(order("1"), order("2", ("<Ид>c-1<", "<Ид>c-2<"))), UT11_PROFILE)

    assert len(base.counterparties) == 1


def test_the_others_tell_them_apart_by_id():
    base = Infobase()
    base.load(document(order("1"), order("2", ("<Ид>c-1<", "<Ид>c-2<"))), UNF_PROFILE)

    assert len(base.counterparties) == 2


def test_in_ut_an_empty_inn_attaches_a_stranger():
    stranger = Counterparty(id="x", name="Розничный покупатель", kind=CounterpartyKind.PERSON)
    base = Infobase(counterparties=[stranger])
    base.load(document(order("1", (NAME, f"{NAME}<ИНН/>"))), UT11_PROFILE)

    assert base.orders["1"].counterparty == stranger
    assert "attached" in base.warnings[0]


COMPANY = (
    "<Наименование>Ромашка</Наименование><ОфициальноеНаименование>ООО Ромашка</ОфициальноеНаименование>"
    "<ИНН>7700000001</ИНН>"
)


def test_a_company_without_kpp_is_created_beside_the_real_one():
    real = Counterparty(
        id="1c", name="ООО Ромашка", kind=CounterpartyKind.COMPANY, inn="7700000001", kpp="770001001"
    )
    person = f"{NAME}<ПолноеНаименование>Анна Петрова</ПолноеНаименование>"
    base = Infobase(counterparties=[real])
    base.load(document(order("1", (person, COMPANY))), UT11_PROFILE)
    base.load(document(order("2", (person, f"{COMPANY}<КПП>770001001</КПП>"))), UT11_PROFILE)

    assert base.orders["1"].counterparty != real
    assert base.orders["2"].counterparty == real
    assert len(base.counterparties) == 2


@pytest.mark.parametrize("profile", [UT11_PROFILE, UNF_PROFILE, BITRIX_PROFILE], ids=lambda one: one.name)
def test_of_two_orders_with_one_number_the_second_overwrites_the_first(profile):
    base = Infobase()
    base.load(document(order("1"), order("1", ("<Ид>order-1<", "<Ид>order-x<"))), profile)

    assert [one.source.id for one in base.documents] == ["order-x"]
    assert base.warnings == ["Order 1: the reply holds this number twice, the second order overwrites the first."]


def test_a_number_that_comes_in_the_next_reply_is_a_resend():
    base = Infobase()
    for _ in range(2):
        base.load(document(order("1")), UT11_PROFILE)

    assert base.warnings == []


def test_a_repeated_number_of_an_order_in_work_overwrites_nothing():
    base = Infobase()
    base.in_work.add("1")
    base.load(document(order("1")), UT11_PROFILE)
    base.load(document(order("1"), order("1")), UT11_PROFILE)

    assert not any("overwrites" in warning for warning in base.warnings)
