"""The lists of ``mode=info``, letter for letter as clients look for them (protocol.md, section 10)."""

from __future__ import annotations

from collections.abc import Iterable

from .documents import value
from .values import line

#: Its first letter is a Latin C: a slip in Bitrix that every client has learnt.
_STATUSES = "\N{LATIN CAPITAL LETTER C}татусы"


@value
class InfoElement:
    """One line of a list."""

    id: str
    name: str
    payment_type: str = ""  # ТипОплаты, of a way to pay alone


def render_info(
    *,
    statuses: Iterable[InfoElement],
    payment_methods: Iterable[InfoElement],
    delivery_methods: Iterable[InfoElement],
    encoding: str,
) -> bytes:
    """Return the whole document.  A list without elements is there all the same, as a pair of tags.

    ``encoding`` is ``utf-8`` or ``windows-1251``; a character the latter lacks becomes a character reference.
    """
    blocks = (
        _block(_STATUSES, map(_element, statuses)),
        _block("ПлатежныеСистемы", map(_payment, payment_methods)),
        _block("СлужбыДоставки", map(_element, delivery_methods)),
    )
    name = encoding.upper() if encoding == "utf-8" else encoding
    document = f'<?xml version="1.0" encoding="{name}"?>\n<Справочник>\n{"".join(blocks)}</Справочник>'
    return document.encode(encoding, "xmlcharrefreplace")


def _block(name: str, elements: Iterable[str]) -> str:
    return f"<{name}>{''.join(f'<Элемент>{one}</Элемент>' for one in elements)}</{name}>\n"


def _element(element: InfoElement) -> str:
    return f"<Ид>{line(element.id)}</Ид><Название>{line(element.name)}</Название>"


def _payment(element: InfoElement) -> str:
    return f"{_element(element)}<ТипОплаты>{line(element.payment_type)}</ТипОплаты>"
