"""The reply to ``mode=info``, to the byte: clients look for its names letter by letter."""

from __future__ import annotations

import pytest
from lxml import etree

from django_onec_exchange.commerceml.info import InfoElement, render_info

BODY = (
    "<Справочник>\n"
    "<\u0043татусы><Элемент><Ид>new</Ид><Название>Новый</Название></Элемент></\u0043татусы>\n"
    "<ПлатежныеСистемы>"
    "<Элемент><Ид>card</Ид><Название>Картой</Название><ТипОплаты>Эквайринг</ТипОплаты></Элемент>"
    "</ПлатежныеСистемы>\n"
    "<СлужбыДоставки></СлужбыДоставки>\n"
    "</Справочник>"
)


def render(encoding: str, **lists) -> bytes:
    values = {"statuses": [], "payment_methods": [], "delivery_methods": []}
    return render_info(**values | lists, encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", b"UTF-8"), ("windows-1251", b"windows-1251")],
    ids=["utf-8", "windows-1251"],
)
def test_the_document_is_exact_to_the_byte(encoding, declared):
    document = render(
        encoding,
        statuses=[InfoElement(id="new", name="Новый")],
        payment_methods=[InfoElement(id="card", name="Картой", payment_type="Эквайринг")],
    )

    assert document == b'<?xml version="1.0" encoding="' + declared + b'"?>\n' + BODY.encode(encoding)
    assert etree.fromstring(document).tag == "Справочник"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_the_first_letter_of_statuses_is_latin_and_no_other(encoding):
    (name,) = [element.tag for element in etree.fromstring(render(encoding)) if element.tag.endswith("татусы")]

    assert name[0] == "C"
    assert ord(name[0]) == 0x43
    assert not name[1:].isascii()


def test_empty_lists_are_pairs_of_tags():
    text = render("utf-8").decode()

    for name in ("\u0043татусы", "ПлатежныеСистемы", "СлужбыДоставки"):
        assert f"<{name}></{name}>" in text


def test_what_xml_or_the_encoding_lacks_is_written_all_the_same():
    name = 'Самовывоз <24 ч.> & "бесплатно" 🎁\x00\n'

    for encoding in ("utf-8", "windows-1251"):
        document = render(encoding, delivery_methods=[InfoElement(id="1", name=name)])
        assert etree.fromstring(document).findtext(".//Название") == 'Самовывоз <24 ч.> & "бесплатно" 🎁'
