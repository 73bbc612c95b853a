"""What matters on a public site: ``manage.py check --deploy`` and ``--database``.  ``checks`` lists the ids."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, router
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from . import audit
from .check_values import bad_values
from .conf import conf
from .incoming.uploads import upload_root
from .models import ExchangeSession

_LATELY = timedelta(days=30)
_NAMED = 5  # accounts in one message


@register(Tags.security, "onec_exchange")
def check_redirect_to_https(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W014: behind a proxy Django sees HTTP alone, unless it is told what the proxy saw."""
    if not (settings.SECURE_SSL_REDIRECT and conf.TRUSTED_PROXIES) or settings.SECURE_PROXY_SSL_HEADER:
        return []
    message = _("SECURE_SSL_REDIRECT is True behind a proxy, but SECURE_PROXY_SSL_HEADER is not set.")
    hint = _(
        "Every HTTPS call is sent to HTTPS once more, and 1C follows no redirect at all. Let the proxy set"
        ' X-Forwarded-Proto, and set SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https").'
    )
    return [Warning(message, hint=hint, id="onec_exchange.W014")]


@register(Tags.security, "onec_exchange", deploy=True)
def check_folders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W015.  Makes no folder: it would belong to whoever runs the check."""
    bad = dict(bad_values())
    folders: dict[str, Callable[[], Path | str | None]] = {
        "AUDIT_ROOT": lambda: audit.local_folder(audit.get_storage()),
        "UPLOAD_ROOT": upload_root,
    }
    messages: list[CheckMessage] = []
    for name, find in folders.items():
        try:
            folder = None if name in bad else find()
        except Exception:  # noqa: S112  # E006 says so; a storage's class may raise anything
            continue
        if folder is not None and not _is_writable(Path(folder)):
            message = _("%(folder)s, the folder of ONEC_EXCHANGE_%(name)s, cannot be written to by this user.")
            message %= {"folder": folder, "name": name}
            hint = _(
                "Give it to the user that the site runs as; if that is another one, run the check as that user."
            )
            messages.append(Warning(message, hint=hint, id="onec_exchange.W015"))
    return messages


def _is_writable(folder: Path) -> bool:
    """Tell whether files can be made in a folder that the exchange makes at need."""
    place = next(place for place in (folder, *folder.parents) if place.exists())
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


@register(Tags.security, "onec_exchange", deploy=True)
def check_https(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W016."""
    if settings.SECURE_SSL_REDIRECT or settings.SECURE_HSTS_SECONDS:
        return []
    message = _("Neither SECURE_SSL_REDIRECT nor SECURE_HSTS_SECONDS is set: plain HTTP may lead to the exchange.")
    hint = _(
        "1C sends the password with every call. Enter the https address in 1C, which follows no redirects, and"
        " refuse http here; if the server in front does so, silence this."
    )
    return [Warning(message, hint=hint, id="onec_exchange.W016")]


@register(Tags.security, "onec_exchange", deploy=True)
def check_proxies(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W017."""
    believed = [name for name in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST") if getattr(settings, name)]
    if not believed or conf.TRUSTED_PROXIES:
        return []
    message = _("%(setting)s tells of a proxy, but ONEC_EXCHANGE_TRUSTED_PROXIES is 0.") % {"setting": believed[0]}
    hint = _(
        "All callers have the proxy's address then: wrong passwords of strangers keep 1C out, and ALLOWED_NETWORKS"
        " compares the wrong address. Set it to the number of proxies; if the server puts the caller's address"
        " into REMOTE_ADDR itself, silence this."
    )
    return [Warning(message, hint=hint, id="onec_exchange.W017")]


@register(Tags.security, "onec_exchange", deploy=True)
def check_brake(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W018."""
    if conf.AUTH_FAILURE_LIMIT or conf.ALLOWED_NETWORKS:
        return []
    message = _("ONEC_EXCHANGE_AUTH_FAILURE_LIMIT is 0, and ALLOWED_NETWORKS is empty.")
    hint = _(
        "Anybody may guess passwords as fast as the site answers. Set one of them, unless django-axes does it."
    )
    return [Warning(message, hint=hint, id="onec_exchange.W018")]


@register(Tags.database)
def check_accounts(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W019: the password lies in 1C's settings, for everybody who may see them."""
    alias = router.db_for_read(ExchangeSession)
    if alias not in (databases or ()) or not _has_table(alias):
        return []
    names = list(_accounts_of_staff(alias))
    if not names:
        return []
    message = _("1C signs in with accounts that may do more than exchange: %(names)s.") % {
        "names": ", ".join(names)
    }
    hint = _("Give 1C an account of its own, neither staff nor superuser, with the permission to exchange alone.")
    return [Warning(message, hint=hint, id="onec_exchange.W019")]


def _has_table(alias: str) -> bool:
    """Tell whether the database was migrated: ``migrate`` itself runs this check."""
    return ExchangeSession._meta.db_table in connections[alias].introspection.table_names()


def _accounts_of_staff(alias: str) -> Iterator[str]:
    powerful = Q(pk=None)
    for name in ("is_staff", "is_superuser"):
        if _has_field(name):
            powerful |= Q(**{f"account__{name}": True})
    sessions = ExchangeSession.objects.using(alias).of_1c()
    lately = sessions.filter(powerful, last_seen_at__gt=timezone.now() - _LATELY)
    yield from lately.order_by("account_name").values_list("account_name", flat=True).distinct()[:_NAMED]


def _has_field(name: str) -> bool:
    try:
        get_user_model()._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
