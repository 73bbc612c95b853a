"""Mistakes in the configuration, told by ``manage.py check`` before 1C meets them.

W014 to W019, which concern a public site, are in ``security_checks``.

========  ==========================================================
E001      ONEC_EXCHANGE_ORDER_MODEL names no model
E002      an adapter cannot be imported or made, or lacks what the exchange calls
E003      a setting has a value that means nothing
E004      an adapter needs a field that the Order model lacks
E005      audit copies or uploads would lie where the web server serves them
E006      there is no folder or storage for audit copies
E008      statuses are named that the Order model does not have, or whose order nothing tells
E009      imports are left to a worker, and no tasks backend hands them to one
E020      the site keeps moments without their time zone
W007      stock 1C configurations would find no orders in the forced version
W010      a setting of the exchange that there is not
W011      no address leads to the exchange
W012      the address of the exchange begins with a language
W013      a session of the exchange ends while 1C still loads
W014      HTTPS would be enforced by a redirect without end
W015      --deploy: a folder of the exchange cannot be written to
W016      --deploy: nothing keeps 1C from sending its password readable
W017      --deploy: a proxy hides who calls
W018      --deploy: nothing slows down the guessing of passwords
W019      --database: 1C signs in with an account of the staff
========  ==========================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.translation import gettext as _

from . import audit
from .adapters import Mount, get_order_model
from .check_values import bad_values
from .commerceml.versions import is_flat, is_version
from .conf import OnecExchangeConf, conf
from .incoming import tasks
from .incoming.uploads import upload_root
from .mounting import get_localized_bases, get_mounts
from .protocol.errors import NotConfigured, UploadFailed
from .served import serving

_PREFIX = "ONEC_EXCHANGE_"
_SHORTEST_SESSION = 3600  # seconds
_SECRETS = ("GUEST_ID_SECRET", "METRICS_TOKEN")


@register("onec_exchange")
def check_adapters(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001, E002, E004, E008 and whatever the adapters say of themselves."""
    try:
        get_order_model()
    except NotConfigured:
        hint = _('Name your model: ONEC_EXCHANGE_ORDER_MODEL = "shop.Order".')
        message = _("ONEC_EXCHANGE_ORDER_MODEL is %(value)s, which is no model.")
        return [Error(message % {"value": repr(conf.ORDER_MODEL)}, hint=hint, id="onec_exchange.E001")]
    messages: list[CheckMessage] = []
    for mount in get_mounts() or [Mount("default")]:
        try:
            orders = mount.load_adapters()
            adapters = [orders.selector, orders.serializer, orders.marker, *mount.load_handlers()]
        except NotConfigured as error:
            message = _("The class that %(setting)s names for the base %(base)s cannot be used.")
            message %= {"setting": error.params["what"], "base": repr(mount.base)}
            hint = str(error.__cause__) or repr(error.__cause__)
            messages.append(Error(message, hint=hint, id="onec_exchange.E002"))
            continue
        for adapter in adapters:
            messages += getattr(adapter, "check", list)()
    return [one for number, one in enumerate(messages) if one not in messages[:number]]


@register("onec_exchange")
def check_values(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003."""
    message = _("ONEC_EXCHANGE_%(name)s is %(value)s.")
    return [
        Error(message % {"name": name, "value": _shown(name)}, hint=hint, id="onec_exchange.E003")
        for name, hint in bad_values()
    ]


@register("onec_exchange")
def check_names(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W010: Django takes a misspelt setting without a word."""
    known = [name.removeprefix(_PREFIX) for name in OnecExchangeConf._meta.defaults]
    messages: list[CheckMessage] = []
    for name in dir(settings):
        if name.startswith(_PREFIX) and (rest := name.removeprefix(_PREFIX)) not in known:
            similar = get_close_matches(rest, known, n=1)
            hint = _("docs/settings.md lists those there are.")
            if similar:
                hint = _("Did you mean %(name)s?") % {"name": _PREFIX + similar[0]}
            message = _("%(name)s is no setting of the exchange.") % {"name": name}
            messages.append(Warning(message, hint=hint, id="onec_exchange.W010"))
    return messages


@register(Tags.security, "onec_exchange")
def check_audit_folder(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005, E006: what passes through the exchange is personal data; keep it off the web."""
    if "AUDIT_ROOT" in dict(bad_values()):
        return []  # E003 says so
    try:
        location = audit.local_folder(audit.get_storage())
    except Exception as error:  # a storage's class may raise anything
        message = _("There is no folder for the audit copies: %(error)s.") % {"error": error}
        hint = _("Set ONEC_EXCHANGE_AUDIT_ROOT, BASE_DIR, or STORAGES['onec_exchange'].")
        return [Error(message, hint=hint, id="onec_exchange.E006")]
    return (
        []
        if location is None
        else _served(
            location,
            _("The audit copies would lie under %(name)s, where the web server serves them."),
            "AUDIT_ROOT",
        )
    )


@register(Tags.security, "onec_exchange")
def check_upload_folder(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005: orders come back, and archives are unpacked there."""
    if "UPLOAD_ROOT" in dict(bad_values()):
        return []  # E003 says so
    try:
        message = _("The uploads of 1C would lie under %(name)s, where the web server serves them.")
        return _served(upload_root(), message, "UPLOAD_ROOT")
    except UploadFailed:
        return []  # without BASE_DIR E006 is told


def _served(location: Path | str, message: str, setting: str) -> list[CheckMessage]:
    hint = _("Set %(setting)s to a folder outside of it.") % {"setting": _PREFIX + setting}
    return [Error(message % {"name": name}, hint=hint, id="onec_exchange.E005") for name in serving(location)]


@register("onec_exchange")
def check_addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W011, W012."""
    if not get_mounts():
        hint = _('Add path("1c/", include("django_onec_exchange.urls")) to ROOT_URLCONF.')
        return [Warning(_("No address of the site leads to the exchange."), hint=hint, id="onec_exchange.W011")]
    bases = get_localized_bases()
    if not bases:
        return []
    message = _("The exchange is inside of i18n_patterns, for these 1C bases: %(bases)s.")
    message %= {"bases": ", ".join(map(str, bases))}
    hint = _("Mount it outside of them: 1C follows no redirect to an address with a language.")
    return [Warning(message, hint=hint, id="onec_exchange.W012")]


@register("onec_exchange")
def check_forced_version(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W007."""
    version = conf.FORCED_VERSION
    if not is_version(version) or is_flat(version):
        return []
    hint = _(
        "UT, UNF and Retail look for orders outside of containers, find none, and confirm. Force 2.10 or less."
    )
    message = _("Every client gets CommerceML %(version)s, in which stock 1C configurations find no orders.")
    return [Warning(message % {"version": version}, hint=hint, id="onec_exchange.W007")]


@register("onec_exchange")
def check_session_lifetime(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W013: UNF waits half an hour for an answer, and loads before it confirms."""
    if "SESSION_LIFETIME" in dict(bad_values()) or conf.SESSION_LIFETIME >= _SHORTEST_SESSION:
        return []
    message = _("ONEC_EXCHANGE_SESSION_LIFETIME is %(seconds)s seconds.")
    hint = _(
        "1C may load longer than that before it confirms, and then never confirms. Let a session live an hour."
    )
    return [Warning(message % {"seconds": conf.SESSION_LIFETIME}, hint=hint, id="onec_exchange.W013")]


@register("onec_exchange")
def check_tasks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E009: a request would import a whole file at once, or 1C would wait for ever."""
    if conf.IMPORT_TASKS is not True or tasks.have_worker():
        return []
    hint = _(
        'Name a backend that has a worker in TASKS, such as "django_tasks_db.DatabaseBackend", and run it; or set'
        " ONEC_EXCHANGE_IMPORT_TASKS to False, and imports are done in time slices."
    )
    message = _("ONEC_EXCHANGE_IMPORT_TASKS is True, but no tasks backend hands imports to a worker.")
    return [Error(message, hint=hint, id="onec_exchange.E009")]


@register("onec_exchange")
def check_time_zone(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E020: what is stored with the site's own hour means another moment when the clocks change."""
    if settings.USE_TZ:
        return []
    hint = _(
        "Set it as Django's page on time zones says; the times that your database holds may need a migration."
    )
    return [Error(_("The exchange needs USE_TZ = True."), hint=hint, id="onec_exchange.E020")]


def _shown(name: str) -> str:
    value = getattr(conf, name)
    return _("of type %(type)s") % {"type": type(value).__name__} if name in _SECRETS else repr(value)
