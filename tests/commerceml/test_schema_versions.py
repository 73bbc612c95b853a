"""The judge judged: each version has what its readers take, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.commerceml.order_files import (
    FULL_ORDER,
    LEAST_ORDER,
    changed,
    faults,
    order_file,
    parsed,
    requisite,
    without,
    written,
)
from tests.commerceml.schema import VERSIONS

STOCK = ("2.05", "2.08", "2.10")


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


@pytest.mark.parametrize("version", VERSIONS)
def test_calculated_rates_are_for_readers_of_text(version):
    xml = order_file(version, FULL_ORDER).replace("<Ставка>20<", "<Ставка>20/120<")

    assert ("Ставка" in faults(xml, version)) == (version in ("2.08", "2.10"))


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
