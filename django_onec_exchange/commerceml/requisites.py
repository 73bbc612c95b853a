"""Requisites that 1C takes apart, or writes into fields of its order: what it would misread of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from .documents import Requisite
from .errors import Problem, gettext_noop
from .values import BREAKS, clean

_DAY = "2026-12-31"
_MOMENT = "2026-12-31T23:59:59"

#: How 1C takes these values apart (commerceml.md, sections 5 and 13); a bad flag undoes the posting of an order.
_FLAGS = frozenset({"Отменен", "Заказ оплачен", "Оплачено"})
_DATES = {"Дата отгрузки": (_MOMENT,), "Дата оплаты": (_DAY, _MOMENT)}
_STOCK_DATES = _DATES | {"Дата оплаты": (_DAY,)}
#: Fields of UNF's order: a requisite of that name, blanks apart, is written into them.
_UNF_FIELDS = frozenset({"курс", "кратность", "комментарий"})

_bad_flag = gettext_noop("The requisite “%(name)s” is “%(value)s”; 1C takes only true or false.")
_bad_date = gettext_noop("The requisite “%(name)s” is “%(value)s”; 1C takes a date only in the form %(form)s.")
_field = gettext_noop(
    "The requisite “%(name)s” would overwrite a field of the order in 1C:UNF. Give it another name."
)


def problems_of(requisites: Iterable[Requisite], *, stock: bool) -> list[Problem]:
    """Return what 1C would misread.  Requisites without a value are never written, and so no problem."""
    risky = [one for one in requisites if _is_risky(one.name, stock)]
    return [problem for one in risky if (problem := _problem(one.name, one.value, stock))]


@lru_cache(maxsize=1024)  # few names stand on all orders
def _is_risky(name: str, stock: bool) -> bool:
    name = _written(name)
    return name in _FLAGS or name in _DATES or (stock and _is_field(name))


@lru_cache(maxsize=1024)  # so do few flags and days
def _problem(name: str, value: str, stock: bool) -> Problem | None:
    name, value = _written(name), clean(value)
    shown = {"name": name, "value": value if len(value) <= 60 else value[:60] + "…"}
    if not value:
        return None
    if name in _FLAGS:
        return None if value in ("true", "false") else Problem("bad-requisite", _bad_flag, shown)
    if name in _DATES:
        forms = (_STOCK_DATES if stock else _DATES)[name]
        fits = any(_has_form(value, form) for form in forms)
        return None if fits else Problem("bad-requisite", _bad_date, shown | {"form": forms[0]})
    return Problem("bad-requisite", _field, shown)


def _has_form(value: str, form: str) -> bool:
    """Tell whether a date is one and is written like ``form``; a blank does for the T."""
    pattern = re.sub("[0-9]", "[0-9]", form).replace("T", "[T ]")
    if not re.fullmatch(pattern, value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_field(name: str) -> bool:
    return name.replace(" ", "").casefold() in _UNF_FIELDS


def _written(name: str) -> str:
    """Return the name as it stands in the file."""
    return clean(BREAKS.sub(" ", name))
