"""What stands in an element of 1C's, as text and as values.

1C bases are configured by many hands, so spelling is forgiven; a value that makes no sense is ``None``, like one
that is not there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from xml.etree.ElementTree import Element

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_RATE = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_MOMENT = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T\s]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?")
_BOOLEANS = {"true": True, "1": True, "да": True, "false": False, "0": False, "нет": False}


def text(element: Element, tag: str) -> str:
    """Return the trimmed text of the first child of that name, or an empty one."""
    return element.findtext(tag, "").strip()


def texts(element: Element) -> defaultdict[str, str]:
    """Return the trimmed texts of the children by their names, empty ones for names that are not there."""
    return defaultdict(str, {child.tag: (child.text or "").strip() for child in element})


def inner_text(element: Element, container: str, tag: str) -> str:
    found = element.find(container)
    return "" if found is None else text(found, tag)


def children(element: Element, container: str, tag: str) -> list[Element]:
    """Return the elements ``container/tag``: names are looked up in C, paths of ElementTree in Python."""
    return [child for parent in element.findall(container) for child in parent.findall(tag)]


def number(value: str) -> Decimal | None:
    """Return ``-999 999 999,9`` as well as ``-999999999.9``."""
    if not value:
        return None
    compact = "".join(value.split()).replace(",", ".")  # split() knows no-break spaces too
    return Decimal(compact) if _NUMBER.fullmatch(compact) else None


def rate(value: str) -> Decimal | None:
    """Return the percent of a VAT rate: of ``20``, ``20%``, ``НДС20`` and ``20/120``; "Без НДС" has none."""
    found = _RATE.search(value)
    return Decimal(found[0].replace(",", ".")) if found else None


def boolean(value: str) -> bool | None:
    return _BOOLEANS.get(value.lower())


def moment(value: str) -> datetime | None:
    """Return a date, with its time if there is one; year 1 is how 1C writes an empty date."""
    found = _MOMENT.fullmatch(_DAY_FIRST.sub(r"\3-\2-\1", value))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second) if year > 1 else None
    except ValueError:  # 31 February
        return None


def day(value: str) -> date | None:
    found = moment(value)
    return found.date() if found else None


class Requisites:
    """ЗначенияРеквизитов: the pairs as they came, and their values by name however it is spelled."""

    def __init__(self, element: Element) -> None:
        self.pairs = tuple(
            [
                (text(requisite, "Наименование"), (value.text or "").strip())
                for requisite in children(element, "ЗначенияРеквизитов", "ЗначениеРеквизита")
                for value in requisite.findall("Значение")
            ]
        )
        self._values = {_plain(name): value for name, value in reversed(self.pairs) if value}

    def get(self, *names: str) -> str:
        """Return the first value there is under one of the names."""
        for name in names:
            if value := self._values.get(_plain(name)):
                return value
        return ""


@lru_cache(maxsize=1024)
def _plain(name: str) -> str:
    """Return a name as it is compared: ``Статус заказа`` is ``СтатусЗаказа`` (commerceml.md, section 16)."""
    return "".join(name.lower().split())
