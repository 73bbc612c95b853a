"""Probes of the project that the command runs in: what the site's server cannot be asked from outside."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.checks import WARNING, CheckMessage, run_checks
from django.db import Error as AnyDatabaseError
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host
from django.utils.translation import gettext as _

from .. import health
from ..access import PERMISSION
from ..models import ExchangeSession
from ..mounting import get_bases
from . import problems, project_problems
from .findings import Finding, Level, ok, skipped
from .visit import Visit

_APP = "django_onec_exchange"
_TAG = "onec_exchange"  # of the exchange's system checks
_SEEN_FROM_OUTSIDE = ("onec_exchange.W016",)  # the doctor knows by which scheme 1C calls


def look_at_database(visit: Visit) -> Iterator[Finding]:
    """Tell whether the tables of the exchange are those of this version."""
    connection = connections[router.db_for_write(ExchangeSession)]
    try:
        executor = MigrationExecutor(connection)
    except AnyDatabaseError as error:
        yield project_problems.NO_DATABASE.found(type(error).__name__)
        return
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] == _APP]
    plan = [migration for migration, _backwards in executor.migration_plan(targets)]
    missing = [migration.name for migration in plan if migration.app_label == _APP]
    if missing:
        yield project_problems.MIGRATIONS.found(names=", ".join(missing))
    else:
        yield ok(_("all migrations are applied"))


def look_at_settings(visit: Visit) -> Iterator[Finding]:
    """Run the system checks of the exchange, those for a public site included."""
    found = run_checks(tags=[_TAG], include_deployment_checks=True)
    told = [one for one in found if one.level >= WARNING and not one.is_silenced()]
    messages = [one for one in told if one.id not in _SEEN_FROM_OUTSIDE]
    yield from map(_as_finding, messages)
    allowed = settings.ALLOWED_HOSTS or ([".localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    host = f"[{visit.host}]" if ":" in visit.host else visit.host
    if not validate_host(host, allowed):
        yield project_problems.HOST_NOT_ALLOWED.found(host=visit.host)
    elif not messages:
        yield ok(_("the checks find nothing"))


def _as_finding(message: CheckMessage) -> Finding:
    level = Level.ERROR if message.level > WARNING else Level.WARNING
    return Finding(message.id or "", level, str(message.msg), remedy=str(message.hint or ""))


def look_at_history(visit: Visit) -> Iterator[Finding]:
    """Tell what is wrong with the exchanges so far, such as a worker that sleeps; none is no fault."""
    told = dict.fromkeys(one for base in get_bases() for one in health.examine(base))
    found = [one for one in told if one.code != "never-came"]
    for one in found:
        yield Finding(one.code, Level[one.level.name], one.message, remedy=one.remedy)
    if not found:
        yield ok(_("nothing is wrong with what 1C did so far"))


def look_at_account(visit: Visit) -> Iterator[Finding]:
    """Compare name and password with the account, if its password lies here and not in some directory."""
    if not visit.username:
        yield skipped(_("needs --user"))
        return
    user = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: visit.username}).first()
    if user is None:
        yield project_problems.UNKNOWN_ACCOUNT.found()
        return
    found = list(_faults(user, visit))
    yield from found
    if max((one.level for one in found), default=Level.OK) < Level.ERROR:
        yield ok(_("it exists, is active and may exchange"))


def _faults(user: AbstractBaseUser, visit: Visit) -> Iterator[Finding]:
    if not user.is_active:
        visit.password_is_right = False
        yield project_problems.INACTIVE_ACCOUNT.found()
        return
    if user.has_usable_password():
        visit.password_is_right = user.check_password(visit.password)
        if not visit.password_is_right:
            yield project_problems.WRONG_PASSWORD.found()
    if not user.has_perm(PERMISSION):  # type: ignore[attr-defined]  # as in access.py
        yield problems.NO_PERMISSION.found()
    if getattr(user, "is_staff", False) or getattr(user, "is_superuser", False):
        yield project_problems.POWERFUL_ACCOUNT.found()
