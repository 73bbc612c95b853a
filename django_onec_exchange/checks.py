"""Mistakes in the configuration, told by ``manage.py check`` before 1C meets them.

========  ==========================================================
E001      ONEC_EXCHANGE_ORDER_MODEL names no model
E002      an adapter cannot be imported
E003      a setting has a value that means nothing
E004      an adapter needs a field that the Order model lacks
E005      audit copies or uploads would lie where the web server serves them
E006      there is no folder for audit copies
E008      statuses are named that the Order model does not have, or whose order nothing tells
E009      imports are left to a worker, and no tasks backend hands them to one
W007      stock 1C configurations would find no orders in the forced version
========  ==========================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from . import audit
from .adapters import Mount, get_order_model
from .adapters.order_updates import bad_statuses
from .commerceml.versions import VERSIONS
from .conf import ENCODINGS, conf
from .incoming import tasks
from .incoming.uploads import upload_root
from .mounting import get_mounts
from .protocol.errors import NotConfigured, UploadFailed

_VERSIONS = ", ".join(VERSIONS)
_NUMBERS: tuple[tuple[str, Any, float], ...] = (
    ("QUERY_LIMIT", int, 1),
    ("CHUNK_SIZE", int, 1),
    ("FILE_LIMIT", int, 1),
    ("UPLOAD_LIMIT", int, 1),
    ("ARCHIVE_MAX_FILES", int, 1),
    ("ARCHIVE_MAX_RATIO", (int, float), 1),
    ("IMPORT_TIME_SLICE", (int, float), 1e-9),
    ("IMPORT_LEASE", (int, float), 1),
    ("IMPORT_STALL_LIMIT", (int, float), 1),
    ("IMPORT_POLL_HOLD", (int, float), 0),
    ("QUERY_TIME_BUDGET", (int, float), 1e-9),
    ("SESSION_LIFETIME", (int, float), 1e-9),
    ("SKIPPED_RETRY_INTERVAL", (int, float), 0),
    ("WINDOW_TOLERANCE", int, 0),
    ("WINDOW_ATTEMPTS", int, 2),
    ("AUTH_FAILURE_LIMIT", int, 0),
    ("AUTH_FAILURE_WINDOW", (int, float), 0),
    ("TRUSTED_PROXIES", int, 0),
)


@register("onec_exchange")
def check_adapters(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001, E002, E004, E008 and whatever the adapters say of themselves."""
    try:
        get_order_model()
    except NotConfigured:
        hint = 'Name your model: ONEC_EXCHANGE_ORDER_MODEL = "shop.Order".'
        value = conf.ORDER_MODEL
        return [
            Error(
                f"ONEC_EXCHANGE_ORDER_MODEL is {value!r}, which is no model.",
                hint=hint,
                id="onec_exchange.E001",
            )
        ]
    messages: list[CheckMessage] = []
    for mount in get_mounts() or [Mount("default")]:
        try:
            orders = mount.load_adapters()
            adapters = [orders.selector, orders.serializer, orders.marker, *mount.load_handlers()]
        except NotConfigured as error:
            message = f"The class that {error.params['what']} names for the base {mount.base!r} cannot be used."
            messages.append(Error(message, hint=f"{error.__cause__}", id="onec_exchange.E002"))
            continue
        for adapter in adapters:
            messages += getattr(adapter, "check", list)()
    return [one for number, one in enumerate(messages) if one not in messages[:number]]


@register("onec_exchange")
def check_values(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003."""
    return [
        Error(f"ONEC_EXCHANGE_{name} is {getattr(conf, name)!r}.", hint=hint, id="onec_exchange.E003")
        for name, hint in _bad_values()
    ]


@register(Tags.security, "onec_exchange")
def check_audit_folder(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005, E006: what passes through the exchange is personal data; keep it off the web."""
    try:
        location = getattr(audit.get_storage(), "location", None)
    except OSError:
        hint = "Set ONEC_EXCHANGE_AUDIT_ROOT, BASE_DIR, or STORAGES['onec_exchange']."
        return [Error("There is no folder for the audit copies.", hint=hint, id="onec_exchange.E006")]
    if location is None:
        return []  # a storage elsewhere
    return _served(location, "audit copies", "AUDIT_ROOT")


@register(Tags.security, "onec_exchange")
def check_upload_folder(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005: orders come back, and archives are unpacked there."""
    try:
        return _served(upload_root(), "uploads of 1C", "UPLOAD_ROOT")
    except UploadFailed:
        return []  # without BASE_DIR E006 is told


def _served(location: Path | str, what: str, setting: str) -> list[CheckMessage]:
    return [
        Error(
            f"The {what} would lie under {name}, where the web server serves them.",
            hint=f"Set ONEC_EXCHANGE_{setting} to a folder outside of it.",
            id="onec_exchange.E005",
        )
        for name in ("MEDIA_ROOT", "STATIC_ROOT")
        if (root := getattr(settings, name, None))
        and Path(location).resolve().is_relative_to(Path(root).resolve())
    ]


@register("onec_exchange")
def check_forced_version(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W007."""
    version = VERSIONS.get(conf.FORCED_VERSION)
    if version is None or not version.containers:
        return []
    hint = "UT, UNF and Retail look for orders outside of containers, find none, and confirm. Force 2.10 or less."
    message = f"Every client gets CommerceML {version.name}, in which stock 1C configurations find no orders."
    return [Warning(message, hint=hint, id="onec_exchange.W007")]


@register("onec_exchange")
def check_tasks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E009: a request would import a whole file at once, or 1C would wait for ever."""
    if not conf.IMPORT_TASKS or tasks.have_worker():
        return []
    hint = (
        'Name a backend that has a worker in TASKS, such as "django_tasks_db.DatabaseBackend", and run it; or set'
        " ONEC_EXCHANGE_IMPORT_TASKS to False, and imports are done in time slices."
    )
    message = "ONEC_EXCHANGE_IMPORT_TASKS is True, but no tasks backend hands imports to a worker."
    return [Error(message, hint=hint, id="onec_exchange.E009")]


def _bad_values() -> Iterator[tuple[str, str]]:
    if conf.COMMERCEML_VERSION not in VERSIONS:
        yield "COMMERCEML_VERSION", f"Use one of {_VERSIONS}."
    if conf.FORCED_VERSION and conf.FORCED_VERSION not in VERSIONS:
        yield "FORCED_VERSION", f"Use one of {_VERSIONS}, or an empty string."
    stock = VERSIONS.get(conf.STOCK_CLIENT_VERSION)
    if stock is None or stock.containers:
        yield (
            "STOCK_CLIENT_VERSION",
            "Use 2.05, 2.08 or 2.10: stock 1C configurations find no orders in containers.",
        )
    if conf.ENCODING not in ENCODINGS:
        yield "ENCODING", 'Use "utf-8" or "windows-1251".'
    if not isinstance(conf.WINDOW_ENABLED, bool):
        yield "WINDOW_ENABLED", "Use True or False."
    if conf.MONEY_MISMATCH not in ("skip", "send"):
        yield "MONEY_MISMATCH", 'Use "skip" or "send".'
    if not isinstance(conf.COOKIE_NAME, str) or not re.fullmatch(r"[\w.-]+", conf.COOKIE_NAME, re.ASCII):
        yield "COOKIE_NAME", "Use letters, digits, underscores, dots and dashes."
    if conf.TIME_ZONE and not _is_valid(ZoneInfo, conf.TIME_ZONE):
        yield "TIME_ZONE", 'Use a name such as "Europe/Moscow", or an empty string for Django\'s TIME_ZONE.'
    if not all(_is_valid(ip_network, network) for network in conf.ALLOWED_NETWORKS or ()):
        yield "ALLOWED_NETWORKS", 'Use a list of networks such as "203.0.113.0/24", without host bits.'
    yield from bad_statuses()
    yield from _bad_numbers()


def _bad_numbers() -> Iterator[tuple[str, str]]:
    for name, kind, least in _NUMBERS:
        value = getattr(conf, name)
        if isinstance(value, bool) or not isinstance(value, kind) or value < least:
            whole, range_ = "whole " if kind is int else "", _range(least)
            yield name, f"Use a {whole}number, {range_}."
    for name in ("DEFAULT_VAT_RATE", "DELIVERY_VAT_RATE"):
        rate = getattr(conf, name)
        if rate is not None and not _is_valid(Decimal, rate):
            yield name, 'Use percent, such as "20", or None for "Без НДС".'
    unit = conf.DEFAULT_UNIT
    if not isinstance(unit, (tuple, list)) or len(unit) != 4 or not all(isinstance(part, str) for part in unit):
        yield "DEFAULT_UNIT", 'Use an OKEI code and three names, such as ("796", "шт", "Штука", "PCE").'


def _range(least: float) -> str:
    return "above 0" if 0 < least <= 1 else f"{least} or more"


def _is_valid(parse: Any, value: Any) -> bool:
    try:
        parse(value)
    except (ValueError, TypeError, OSError, KeyError, ArithmeticError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
