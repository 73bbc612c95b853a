"""Mistakes in the configuration, told by ``manage.py check`` before 1C meets them.

========  ==========================================================
E001      ONEC_EXCHANGE_ORDER_MODEL names no model
E002      an adapter cannot be imported
E003      a setting has a value that means nothing
E004      an adapter needs a field that the Order model lacks
E005      audit copies would lie where the web server serves them
E006      there is no folder for audit copies
========  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from . import audit
from .adapters import get_order_model, load_adapters
from .commerceml.versions import VERSIONS
from .conf import conf
from .protocol.errors import NotConfigured

_VERSIONS = ", ".join(VERSIONS)


@register("onec_exchange")
def check_adapters(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001, E002, E004 and whatever the adapters say of themselves."""
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
    try:
        adapters = load_adapters()
    except NotConfigured as error:
        setting = str(error.params["what"])
        hint = f"{error.__cause__}"
        return [Error(f"The class that {setting} names cannot be imported.", hint=hint, id="onec_exchange.E002")]
    return [
        message
        for adapter in (adapters.selector, adapters.serializer, adapters.marker)
        for message in adapter.check()
    ]


@register("onec_exchange")
def check_values(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003."""
    return [
        Error(f"ONEC_EXCHANGE_{name} is {getattr(conf, name)!r}.", hint=hint, id="onec_exchange.E003")
        for name, hint in _bad_values()
    ]


@register(Tags.security)
def check_audit_folder(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005, E006: what passes through the exchange is personal data; keep it off the web."""
    try:
        location = getattr(audit.get_storage(), "location", None)
    except OSError:
        hint = "Set ONEC_EXCHANGE_AUDIT_ROOT, BASE_DIR, or STORAGES['onec_exchange']."
        return [Error("There is no folder for the audit copies.", hint=hint, id="onec_exchange.E006")]
    if location is None:
        return []  # a storage elsewhere
    return [
        Error(
            f"The audit copies would lie under {name}, where the web server serves them.",
            hint="Set ONEC_EXCHANGE_AUDIT_ROOT to a folder outside of it.",
            id="onec_exchange.E005",
        )
        for name in ("MEDIA_ROOT", "STATIC_ROOT")
        if (root := getattr(settings, name, None))
        and Path(location).resolve().is_relative_to(Path(root).resolve())
    ]


def _bad_values() -> Iterator[tuple[str, str]]:
    for name in ("COMMERCEML_VERSION", "STOCK_CLIENT_VERSION"):
        if getattr(conf, name) not in VERSIONS:
            yield name, f"Use one of {_VERSIONS}."
    if conf.FORCED_VERSION and conf.FORCED_VERSION not in VERSIONS:
        yield "FORCED_VERSION", f"Use one of {_VERSIONS}, or an empty string."
    if conf.ENCODING not in ("utf-8", "windows-1251"):
        yield "ENCODING", 'Use "utf-8" or "windows-1251".'
    if conf.MONEY_MISMATCH not in ("skip", "send"):
        yield "MONEY_MISMATCH", 'Use "skip" or "send".'
    for name in ("QUERY_LIMIT", "QUERY_TIME_BUDGET", "CHUNK_SIZE", "FILE_LIMIT", "SESSION_LIFETIME"):
        value = getattr(conf, name)
        if not isinstance(value, (int, float)) or value <= 0:
            yield name, "Use a number above zero."
    if conf.TIME_ZONE and not _is_valid(ZoneInfo, conf.TIME_ZONE):
        yield "TIME_ZONE", 'Use a name such as "Europe/Moscow", or an empty string for Django\'s TIME_ZONE.'
    if not all(_is_valid(ip_network, network) for network in conf.ALLOWED_NETWORKS):
        yield "ALLOWED_NETWORKS", 'Use a list of networks such as "203.0.113.0/24", without host bits.'


def _is_valid(parse: Any, value: Any) -> bool:
    try:
        parse(value)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
