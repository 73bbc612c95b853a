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
            yield name, hint
    yield from bad_statuses()


def _is_valid(parse: Callable[[Any], Any], value: Any) -> bool:
    try:
        parse(value)
    except (ValueError, TypeError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _number(kind: Any, least: float) -> Rule:
    def is_good(value: Any) -> bool:
        return isinstance(value, kind) and not isinstance(value, bool) and least <= value < math.inf

    whole, range_ = "whole " if kind is int else "", "above 0" if 0 < least <= 1 else f"{least} or more"
    return is_good, f"Use a {whole}number, {range_}."


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
_YES_OR_NO: Rule = (lambda value: isinstance(value, bool), "Use True or False.")
_TEXT: Rule = (_is_text, "Use a text; it may be empty.")
_FOLDER: Rule = (lambda value: isinstance(value, (str, os.PathLike)), "Use a path, or an empty string.")
_RATE: Rule = (
    _is_rate,
    'Use whole percent from 0 to 100, such as "20", or None.',
)
_COUNT = _number(int, 1)
_SECONDS = _number((int, float), 1e-9)
_DAYS: Rule = (are_days, f"Use a whole number of days from 1 to {MOST_DAYS}, or None to keep for ever.")
_FROM_ONE = _number((int, float), 1)
_FROM_NOUGHT = _number((int, float), 0)

_RULES: dict[str, Rule] = {
    "ALLOW_STATUS_BACKWARDS": _YES_OR_NO,
    "COMMERCEML_VERSION": (is_version, f"Use one of {_VERSIONS}."),
    "STOCK_CLIENT_VERSION": (
        is_flat,
        "Use 2.05, 2.08 or 2.10: stock 1C configurations find no orders in containers.",
    ),
    "FORCED_VERSION": (
        lambda value: value == "" or is_version(value),
        f"Use one of {_VERSIONS}, or an empty string.",
    ),
    "ENCODING": (lambda value: value in ENCODINGS, 'Use "utf-8" or "windows-1251".'),
    "ZIP_REPLY": _YES_OR_NO,
    "TIME_ZONE": (_is_zone, 'Use a name such as "Europe/Moscow", or an empty string for Django\'s TIME_ZONE.'),
    "QUERY_LIMIT": _COUNT,
    "QUERY_TIME_BUDGET": _SECONDS,
    "CHUNK_SIZE": _COUNT,
    "SKIPPED_RETRY_INTERVAL": _FROM_NOUGHT,
    "WINDOW_ENABLED": _YES_OR_NO,
    "WINDOW_TOLERANCE": _number(int, 0),
    "WINDOW_ATTEMPTS": _number(int, 2),
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
    "COOKIE_NAME": (_is_cookie_name, "Use letters, digits, underscores, dots and dashes."),
    "SESSION_LIFETIME": _SECONDS,
    "ALLOWED_NETWORKS": (_are_networks, 'Use a list of networks such as "203.0.113.0/24", without host bits.'),
    "TRUSTED_PROXIES": _number(int, 0),
    "AUTH_FAILURE_LIMIT": _number(int, 0),
    "AUTH_FAILURE_WINDOW": _FROM_NOUGHT,
    "AUDIT_ROOT": _FOLDER,
    "AUDIT_REQUIRED": _YES_OR_NO,
    "AUDIT_RETENTION_DAYS": _DAYS,
    "HISTORY_RETENTION_DAYS": _DAYS,
    "CURRENCY": (_is_currency, 'Use exactly three letters, such as "RUB".'),
    "CURRENCY_NAMES": (_are_currency_names, 'Map your codes to names of three letters, such as {"RUB": "руб"}.'),
    "DEFAULT_UNIT": (
        _is_unit,
        'Use an OKEI code of three digits and three names, such as ("796", "шт", "Штука", "PCE").',
    ),
    "DEFAULT_VAT_RATE": _RATE,
    "VAT_INCLUDED": _YES_OR_NO,
    "DELIVERY_ID": (
        lambda value: _is_filled(value) and len(value) <= PRODUCT_ID_LIMIT,
        f"Use a text of 1 to {PRODUCT_ID_LIMIT} characters.",
    ),
    "DELIVERY_NAME": (_is_filled, "Use a text; 1C takes no row without a name."),
    "DELIVERY_VAT_RATE": _RATE,
    "SITE_NAME": _TEXT,
    "ORGANIZATION": _TEXT,
    "WAREHOUSE": _TEXT,
    "AGREEMENT": _TEXT,
    "GUEST_ID_SECRET": _TEXT,
    "MONEY_MISMATCH": (lambda value: value in ("skip", "send"), 'Use "skip" or "send".'),
    "REPLY_LANGUAGE": _TEXT,
    "ALERT_SILENCE": _FROM_NOUGHT,
    "ALERT_UNCONFIRMED": _FROM_NOUGHT,
    "ALERT_WAITING": _FROM_NOUGHT,
    "ALERT_SKIPPED": _number(int, 0),
    "METRICS_TOKEN": (_is_token, f"Use a random text of at least {_TOKEN_LENGTH} characters, or an empty string."),
}
