"""Any XML that comes in: only what is whole, safe and CommerceML gets through."""

from __future__ import annotations

import io
import re

import pytest

from django_onec_exchange.commerceml import parser
from django_onec_exchange.commerceml.errors import BrokenFile, CommercemlError

ROOT = "КоммерческаяИнформация"
DECLARATION = '<?xml version="1.0" encoding="{}"?>'


def parse(xml: str | bytes, *, depth: int = 2) -> list[tuple[str, str | None]]:
    """Return paths and texts."""
    file = io.BytesIO(xml.encode() if isinstance(xml, str) else xml)
    return [
        ("/".join(one.tag for one in (*around, element)), element.text)
        for around, element in parser.elements(file, root=ROOT, depth=depth)
    ]


def refusal(xml: str | bytes, **options: int) -> str:
    with pytest.raises(BrokenFile) as caught:
        parse(xml, **options)
    return caught.value.problem.code


def test_elements_come_when_they_end_down_to_a_depth():
    xml = f"<{ROOT}><а><б>1</б></а>\n<в/></{ROOT}>"

    assert parse(xml, depth=2) == [(f"{ROOT}/а", None), (f"{ROOT}/в", None), (ROOT, None)]
    assert parse(xml, depth=9)[:2] == [(f"{ROOT}/а/б", "1"), (f"{ROOT}/а", None)]


def test_an_open_element_shows_its_attributes_and_holds_nothing():
    xml = f'<{ROOT}><а к="1"><б/><б/></а></{ROOT}>'

    parts = list(parser.elements(io.BytesIO(xml.encode()), root=ROOT, depth=3))

    assert [(around[-1].attrib, list(around[-1])) for around, element in parts if element.tag == "б"] == [
        ({"к": "1"}, []),
        ({"к": "1"}, []),
    ]


@pytest.mark.parametrize("name", ["{}", "cml:{}"])
def test_namespaces_and_prefixes_are_ignored(name):
    root, child = name.format(ROOT), name.format("а")
    xml = (
        f'<{root} xmlns="urn:1C.ru:commerceml_2" xmlns:cml="urn:1C.ru:commerceml_2"><{child}>1</{child}></{root}>'
    )

    assert parse(xml) == [(f"{ROOT}/а", "1"), (ROOT, None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_namespace_is_ignored_wherever_it_is_declared(monkeypatch, encoding):
    """Also far behind the root, and where the file is cut into blocks in the middle of the word."""
    xml = f'<{ROOT}><а>1</а><б xmlns="urn:1C.ru:commerceml_2"><в><г>2</г></в></б><д xmlns="urn:other"/></{ROOT}>'
    for block_size in range(1, 80):
        monkeypatch.setattr(parser, "BLOCK_SIZE", block_size)

        parts = parser.elements(io.BytesIO(xml.encode(encoding)), root=ROOT, depth=2)

        assert [[inner.tag for inner in element.iter()] for _, element in parts] == [
            ["а"],
            ["б", "в", "г"],
            ["д"],
            [ROOT],
        ]


@pytest.mark.parametrize(
    "data",
    [
        f"<{ROOT}><а>Ёлка №5</а></{ROOT}>".encode(),
        f"\ufeff<{ROOT}><а>Ёлка №5</а></{ROOT}>".encode(),
        f"\ufeff{DECLARATION.format('UTF-8')}<{ROOT}><а>Ёлка №5</а></{ROOT}>".encode(),
        f"{DECLARATION.format('windows-1251')}<{ROOT}><а>Ёлка №5</а></{ROOT}>".encode("cp1251"),
        f"{DECLARATION.format('Windows-1251')}<{ROOT}><а>Ёлка №5</а></{ROOT}>".encode("cp1251"),
    ],
    ids=["plain", "bom", "bom-and-declaration", "windows-1251", "Windows-1251"],
)
def test_both_encodings_of_1c_are_read(data):
    assert parse(data) == [(f"{ROOT}/а", "Ёлка №5"), (ROOT, None)]


@pytest.mark.parametrize("encoding", ["koi8-r", "utf-7", "rot13", "unicode_escape", "idna", "nonsense", "hex"])
def test_no_other_encoding_is_tried(encoding):
    assert refusal(f"{DECLARATION.format(encoding)}<{ROOT}/>") == "encoding"


@pytest.mark.parametrize(
    "data",
    [
        f"<{ROOT}>Ёлка</{ROOT}>".encode("cp1251"),
        f"{DECLARATION.format('windows-1251')}<{ROOT}>Ёлка</{ROOT}>".encode(),
        f"{DECLARATION.format('windows-1251')}<{ROOT}>".encode("cp1251") + b"\x98",
    ],
    ids=["cp1251-undeclared", "utf-8-declared-as-cp1251", "no-such-byte"],
)
def test_bytes_of_another_encoding_are_damage(data):
    assert refusal(data) == "malformed"


BOMB = "<!DOCTYPE b [<!ENTITY a 'ha'>{}]>".format(
    "".join(f"<!ENTITY {x} '&{y};&{y};&{y};&{y};'>" for x, y in zip("bcdefghij", "abcdefghi", strict=True))
)


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        f"<!DOCTYPE {ROOT}>",
        f'<!DOCTYPE {ROOT} SYSTEM "http://127.0.0.1:9/evil.dtd">',
        f'<!DOCTYPE {ROOT} PUBLIC "-//1C//DTD" "http://127.0.0.1:9/evil.dtd">',
        f'<!DOCTYPE {ROOT} [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE {ROOT} [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a">%a;]>',
        f"<!DOCTYPE {ROOT} [<!ELEMENT а ANY>]>",
    ],
    ids=["bomb", "bare", "external-dtd", "public-dtd", "external-entity", "parameter-entity", "element"],
)
def test_a_document_type_declaration_is_refused_before_anything_in_it_is_read(doctype):
    assert refusal(f"{doctype}<{ROOT}><а>&j;</а></{ROOT}>") == "doctype"


def test_an_entity_that_nobody_declared_is_damage():
    assert refusal(f"<{ROOT}>&nbsp;</{ROOT}>") == "malformed"


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("", "truncated"),
        ("  \n", "truncated"),
        (DECLARATION.format("utf-8"), "truncated"),
        (f"<{ROOT}><а>", "truncated"),
        (f"<{ROOT}><а>1</а", "truncated"),
        (f"<{ROOT}><а><![CDATA[1", "truncated"),
        (f"<{ROOT}>Ё".encode()[:-1], "truncated"),
        (f"<{ROOT}></а>", "malformed"),
        (f"<{ROOT} а=1/>", "malformed"),
        (f"<{ROOT}/><{ROOT}/>", "malformed"),
        (f"<{ROOT}>\x00</{ROOT}>", "malformed"),
        (f"<{ROOT}>&#xD800;</{ROOT}>", "malformed"),
        (f"<{ROOT}><а>1</{ROOT}>", "malformed"),
        ("success", "malformed"),
        (b"PK\x03\x04", "malformed"),
        ("<html><body>502</body></html>", "wrong-root"),
        ("<Файл/>", "wrong-root"),
    ],
)
def test_a_file_that_is_not_whole_or_not_commerceml_is_refused(xml, code):
    assert refusal(xml) == code


def test_a_refusal_tells_the_line_and_the_reason():
    with pytest.raises(CommercemlError, match=re.escape("The file is damaged at line 3: mismatched tag.")):
        parse(f"<{ROOT}>\n<а>\n</б></{ROOT}>")


def test_elements_may_not_be_nested_without_end():
    deep = parser.NESTING_LIMIT - 1

    assert parse(f"<{ROOT}>{'<а>' * deep}{'</а>' * deep}</{ROOT}>", depth=1) == [(ROOT, None)]
    assert refusal(f"<{ROOT}>{'<а>' * (deep + 1)}") == "nested-too-deep"


def test_one_element_may_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(parser, "ELEMENT_LIMIT", 3 * parser.BLOCK_SIZE)
    small, large = (f"<а>{'x' * size * parser.BLOCK_SIZE}</а>" for size in (2, 4))

    assert len(parse(f"<{ROOT}>{small * 9}</{ROOT}>")) == 10
    assert refusal(f"<{ROOT}>{large}</{ROOT}>") == "element-too-large"
