"""What the value of each setting may be: the rules behind E003.

``ORDER_MODEL`` and the adapters have checks of their own.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_noop

from .adapters.order_updates import bad_statuses
from .adapters.values import to_decimal
from .commerceml.validation import PRODUCT_ID_LIMIT, is_currency, is_unit, is_vat_rate
from .commerceml.values import clean
from .commerceml.versions import VERSIONS, is_flat, is_version
from .conf import ENCODINGS, MOST_DAYS, are_days, conf

#: Tells whether a value is good, and what to write instead.
Rule = tuple[Callable[[Any], bool], str]


def bad_values() -> Iterator[tuple[str, str]]:
    """Yield each setting whose value means nothing, and what to write instead."""
    for name, (is_good, hint) in _RULES.items():
        if not is_good(getattr(conf, name)):
            yield name, gettext(hint) % _NAMED
    yield from bad_statuses()


def _is_valid(parse: Callable[[Any], Any], value: Any) -> bool:
    try:
        parse(value)
    except (ValueError, TypeError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _number(kind: Any, least: float, hint: str) -> Rule:
    def is_good(value: Any) -> bool:
        return isinstance(value, kind) and not isinstance(value, bool) and least <= value < math.inf

    return is_good, hint


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or (len(value) >= _TOKEN_LENGTH and value.isascii()))


def _is_cookie_name(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.-]+", value, re.ASCII) is not None


def _is_zone(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or _is_valid(ZoneInfo, value))


def _are_networks(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, (list, tuple, set, frozenset)) and all(_is_valid(ip_network, one) for one in value)


def _is_rate(value: Any) -> bool:
    return value is None or is_vat_rate(to_decimal(value))


def _is_currency(value: Any) -> bool:
    """Judge the name that goes to 1C."""
    names = conf.CURRENCY_NAMES
    return isinstance(value, str) and is_currency(names.get(value, value) if _are_currency_names(names) else value)


def _are_currency_names(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(code, str) and isinstance(name, str) and is_currency(name) for code, name in value.items()
    )


def _is_unit(value: Any) -> bool:
    return (
        isinstance(value, (tuple, list))
        and len(value) == 4
        and all(isinstance(part, str) for part in value)
        and is_unit(value[0], value[1])
    )


def _is_filled(value: Any) -> bool:
    return isinstance(value, str) and clean(value) != ""


_VERSIONS = ", ".join(VERSIONS)
_TOKEN_LENGTH = 20
#: What the hints name.
_NAMED = {"versions": _VERSIONS, "days": MOST_DAYS, "id": PRODUCT_ID_LIMIT, "token": _TOKEN_LENGTH}
_YES_OR_NO: Rule = (lambda value: isinstance(value, bool), gettext_noop("Use True or False."))
_TEXT: Rule = (_is_text, gettext_noop("Use a text; it may be empty."))
_FOLDER: Rule = (
    lambda value: isinstance(value, (str, os.PathLike)),
    gettext_noop("Use a path, or an empty string."),
)
_RATE: Rule = (
    _is_rate,
    gettext_noop('Use whole percent from 0 to 100, such as "20", or None.'),
)
_COUNT = _number(int, 1, gettext_noop("Use a whole number above 0."))
_WHOLE = _number(int, 0, gettext_noop("Use a whole number, 0 or more."))
_SECONDS = _number((int, float), 1e-9, gettext_noop("Use a number above 0."))
_DAYS: Rule = (are_days, gettext_noop("Use a whole number of days from 1 to %(days)s, or None to keep for ever."))
_FROM_ONE = _number((int, float), 1, gettext_noop("Use a number, 1 or more."))
_FROM_NOUGHT = _number((int, float), 0, gettext_noop("Use a number, 0 or more."))

_RULES: dict[str, Rule] = {
    "ALLOW_STATUS_BACKWARDS": _YES_OR_NO,
    "COMMERCEML_VERSION": (is_version, gettext_noop("Use one of %(versions)s.")),
    "STOCK_CLIENT_VERSION": (
        is_flat,
        gettext_noop("Use 2.05, 2.08 or 2.10: stock 1C configurations find no orders in containers."),
    ),
    "FORCED_VERSION": (
        lambda value: value == "" or is_version(value),
        gettext_noop("Use one of %(versions)s, or an empty string."),
    ),
    "ENCODING": (lambda value: value in ENCODINGS, gettext_noop('Use "utf-8" or "windows-1251".')),
    "ZIP_REPLY": _YES_OR_NO,
    "TIME_ZONE": (
        _is_zone,
        gettext_noop('Use a name such as "Europe/Moscow", or an empty string for Django\'s TIME_ZONE.'),
    ),
    "QUERY_LIMIT": _COUNT,
    "QUERY_TIME_BUDGET": _SECONDS,
    "CHUNK_SIZE": _COUNT,
    "SKIPPED_RETRY_INTERVAL": _FROM_NOUGHT,
    "WINDOW_ENABLED": _YES_OR_NO,
    "WINDOW_TOLERANCE": _WHOLE,
    "WINDOW_ATTEMPTS": _number(int, 2, gettext_noop("Use a whole number, 2 or more.")),
    "FILE_LIMIT": _COUNT,
    "ZIP_UPLOADS": _YES_OR_NO,
    "UPLOAD_ROOT": _FOLDER,
    "UPLOAD_LIMIT": _COUNT,
    "ARCHIVE_MAX_FILES": _COUNT,
    "ARCHIVE_MAX_RATIO": _FROM_ONE,
    "IMPORT_TIME_SLICE": _SECONDS,
    "IMPORT_LEASE": _FROM_ONE,
    "IMPORT_STALL_LIMIT": _FROM_ONE,
    "IMPORT_POLL_HOLD": _FROM_NOUGHT,
    "IMPORT_TASKS": _YES_OR_NO,
    "COOKIE_NAME": (_is_cookie_name, gettext_noop("Use letters, digits, underscores, dots and dashes.")),
    "SESSION_LIFETIME": _SECONDS,
    "ALLOWED_NETWORKS": (
        _are_networks,
        gettext_noop('Use a list of networks such as "203.0.113.0/24", without host bits.'),
    ),
    "TRUSTED_PROXIES": _WHOLE,
    "AUTH_FAILURE_LIMIT": _WHOLE,
    "AUTH_FAILURE_WINDOW": _FROM_NOUGHT,
    "AUDIT_ROOT": _FOLDER,
    "AUDIT_REQUIRED": _YES_OR_NO,
    "AUDIT_RETENTION_DAYS": _DAYS,
    "HISTORY_RETENTION_DAYS": _DAYS,
    "CURRENCY": (_is_currency, gettext_noop('Use exactly three letters, such as "RUB".')),
    "CURRENCY_NAMES": (
        _are_currency_names,
        gettext_noop('Map your codes to names of three letters, such as {"RUB": "руб"}.'),
    ),
    "DEFAULT_UNIT": (
        _is_unit,
        gettext_noop('Use an OKEI code of three digits and three names, such as ("796", "шт", "Штука", "PCE").'),
    ),
    "DEFAULT_VAT_RATE": _RATE,
    "VAT_INCLUDED": _YES_OR_NO,
    "DELIVERY_ID": (
        lambda value: _is_filled(value) and len(value) <= PRODUCT_ID_LIMIT,
        gettext_noop("Use a text of 1 to %(id)s characters."),
    ),
    "DELIVERY_NAME": (_is_filled, gettext_noop("Use a text; 1C takes no row without a name.")),
    "DELIVERY_VAT_RATE": _RATE,
    "SITE_NAME": _TEXT,
    "ORGANIZATION": _TEXT,
    "WAREHOUSE": _TEXT,
    "AGREEMENT": _TEXT,
    "GUEST_ID_SECRET": _TEXT,
    "MONEY_MISMATCH": (lambda value: value in ("skip", "send"), gettext_noop('Use "skip" or "send".')),
    "REPLY_LANGUAGE": _TEXT,
    "ALERT_SILENCE": _FROM_NOUGHT,
    "ALERT_UNCONFIRMED": _FROM_NOUGHT,
    "ALERT_WAITING": _FROM_NOUGHT,
    "ALERT_SKIPPED": _WHOLE,
    "METRICS_TOKEN": (
        _is_token,
        gettext_noop("Use a random text of at least %(token)s characters, or an empty string."),
    ),
}
