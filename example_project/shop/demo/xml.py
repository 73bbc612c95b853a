"""How the emulated 1C writes its files: elements, and a whole file around them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from django.utils.timezone import localtime


def tag(name: str, *content: Element | str, **attributes: str) -> Element:
    """Return an element with a text, or with other elements."""
    element = Element(name, attributes)
    for one in content:
        if isinstance(one, str):
            element.text = one
        else:
            element.append(one)
    return element


def named(name: str, id_: str, title: str, *content: Element, **attributes: str) -> Element:
    """Return an element that begins with Ид and Наименование, as most of 1C's do."""
    return tag(name, tag("Ид", id_), tag("Наименование", title), *content, **attributes)


def requisites(values: Iterable[tuple[str, str]]) -> Element:
    return tag(
        "ЗначенияРеквизитов",
        *(tag("ЗначениеРеквизита", tag("Наименование", name), tag("Значение", value)) for name, value in values),
    )


def boolean(value: bool) -> str:
    return "true" if value else "false"


def file(*sections: Element, version: str, xmlns: str = "") -> bytes:
    """Return a whole file, with the byte order mark that 1C puts before it."""
    attributes = {"xmlns": xmlns} if xmlns else {}
    attributes |= {"ВерсияСхемы": version, "ДатаФормирования": f"{localtime():%Y-%m-%dT%H:%M:%S}"}
    root = tag("КоммерческаяИнформация", *sections, **attributes)
    return "\ufeff".encode() + tostring(root, encoding="utf-8", xml_declaration=True)
