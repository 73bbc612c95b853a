"""Values to text: what XML and 1C can carry, and how they want it written."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

# Characters that XML 1.0 forbids, U+FFFD (one of them makes UNF decode the whole reply anew and spoil it),
# white space other than a blank, and what markup needs escaped.  Clean text, the usual case, costs one scan.
_SPECIAL = re.compile('[&<>"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffd-\uffff]')
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")
BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def clean(value: str, limit: int | None = None) -> str:
    """Return what is left of a text in a document: writable, trimmed, at most ``limit`` characters.

    Line breaks become LF.  A shortened text ends in an ellipsis.
    """
    if _SPECIAL.search(value):
        value = _UNWRITABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    value = value.strip()
    return value if limit is None or len(value) <= limit else value[: limit - 1].rstrip() + "…"


def text(value: str, limit: int | None = None) -> str:
    """Return ``clean(value, limit)`` escaped for an element or an attribute."""
    if _SPECIAL.search(value):
        return clean(value, limit).translate(_ESCAPES)
    value = value.strip()
    return value if limit is None or len(value) <= limit else clean(value, limit)


def line(value: str, limit: int | None = None) -> str:
    """Return ``text(value, limit)`` on one line: for names.  Blanks stay: 1C finds products by their names."""
    if _SPECIAL.search(value):
        return text(BREAKS.sub(" ", value), limit)
    value = value.strip()
    return value if limit is None or len(value) <= limit else clean(value, limit)


def money(value: Decimal) -> str:
    """Return ``1234.50``: a dot, two digits, no exponent.  1C takes anything else for 0."""
    text = str(value)  # three times as fast, and usually what is wanted
    return text if text[-3:-2] == "." else f"{value:.2f}"


@lru_cache(maxsize=1024)  # quantities and rates are few
def number(value: Decimal) -> str:
    """Return a quantity or rate without exponent and needless zeros: ``20``, ``0.5``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def boolean(value: bool) -> str:
    return "true" if value else "false"


def local_datetime(value: datetime) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SS``: 1C reads an offset or a fraction as year 1."""
    return value.replace(microsecond=0, tzinfo=None).isoformat()
