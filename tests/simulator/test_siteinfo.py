"""``info``: what a site offers, read to the letter."""

import pytest

from django_onec_exchange.simulator import (
    UNF,
    UT11,
    Answer,
    BitrixModule,
    Choice,
    ExchangeStoppedError,
    ReadError,
    SiteInfo,
    TransferError,
    read_site_info,
)
from tests.simulator.peers import ScriptedSite

STATUSES = "C\u0442\u0430\u0442\u0443\u0441\u044b"  # a Latin C, then Cyrillic letters
INFO = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<Справочник>\n'
    f"  <{STATUSES}><Элемент><Ид>N</Ид><Название>Принят</Название></Элемент>"
    f"<Элемент><Ид>F</Ид><Название>Выполнен</Название></Элемент></{STATUSES}>\n"
    "  <ПлатежныеСистемы><Элемент><Ид>1</Ид><Название>Карта</Название><ТипОплаты>Безналичная</ТипОплаты>"
    "</Элемент></ПлатежныеСистемы>\n  <СлужбыДоставки></СлужбыДоставки>\n</Справочник>"
)
XML = INFO.format(encoding="UTF-8")
READ = SiteInfo(
    statuses=(Choice("N", "Принят"), Choice("F", "Выполнен")),
    payment_systems=(Choice("1", "Карта", "Безналичная"),),
    delivery_services=(),
)


@pytest.mark.parametrize(
    ("kind", "options", "query"),
    [
        (BitrixModule, {}, "type=sale&mode=info&sessid=tok-1"),
        (UNF, {"bitrix": True}, "type=sale&sessid=tok-1&mode=info"),
        (UNF, {"subordinate": True}, "type=sale&sessid=tok-1&mode=info"),
    ],
)
def test_each_asks_in_its_way(kind, options, query):
    site = ScriptedSite(info=XML)
    client = kind(site, **options)
    client.checkauth()

    assert client.info() == READ
    assert site.queries[1] == query


def test_the_stock_configurations_have_no_such_button():
    with pytest.raises(ExchangeStoppedError, match="protocol of Bitrix"):
        UNF(ScriptedSite()).info()
    assert not hasattr(UT11, "info")


def test_windows_1251_is_read_by_the_header():
    headers = {"Content-Type": "application/xml; charset=windows-1251"}
    body = INFO.format(encoding="windows-1251").encode("cp1251")

    assert BitrixModule(ScriptedSite(info=Answer(200, headers, body))).info() == READ


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("<?xml", "\ufeff<?xml"), "does not start"),
        (("<?xml", "\n<?xml"), "does not start"),
        ((XML, ""), "does not start"),
        (("Справочник>", "Справочники>"), "The root is Справочники"),
        ((STATUSES, "Статусы"), "Latin"),
        ((STATUSES, "Statuses"), f"{STATUSES} is missing"),
        (("ПлатежныеСистемы", "Оплата"), "ПлатежныеСистемы is missing"),
        (("<СлужбыДоставки></СлужбыДоставки>", ""), "СлужбыДоставки is missing"),
        (("<СлужбыДоставки></СлужбыДоставки>", "<СлужбыДоставки />"), "pair of tags"),
        (("<Ид>N</Ид>", ""), "Ид is missing in Элемент"),
        (("<Ид>N</Ид>", "<Ид> </Ид>"), "Ид in Элемент is empty"),
        (("<Название>Карта</Название>", ""), "Название is missing"),
        (("</Справочник>", ""), "not well-formed"),
    ],
)
def test_what_1c_would_not_find_is_an_error(change, told):
    assert change[0] in XML

    with pytest.raises(ReadError, match=told):
        read_site_info(XML.replace(*change))


def test_a_refusal_is_told_with_its_reason():
    with pytest.raises(ExchangeStoppedError, match="answered info with failure: Нет доступа"):
        BitrixModule(ScriptedSite(info="failure\nНет доступа")).info()
    with pytest.raises(TransferError):
        BitrixModule(ScriptedSite(info=TransferError("x"))).info()
