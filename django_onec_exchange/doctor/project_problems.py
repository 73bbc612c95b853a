"""What may be wrong with the project itself, each under a stable code."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from . import servers
from .findings import Level, Problem

_E, _W = Level.ERROR, Level.WARNING

NO_DATABASE = Problem(
    "no-database",
    _E,
    _("The database cannot be used."),
    _("Is the database server running? Are the settings of this command those of the site?"),
)
MIGRATIONS = Problem(
    "migrations",
    _E,
    _("Migrations of the exchange are not applied: %(names)s."),
    _("Run manage.py migrate."),
)
HOST_NOT_ALLOWED = Problem(
    "host-not-allowed",
    _W,
    _("ALLOWED_HOSTS does not hold %(host)s."),
    _("Add the host of the address, unless the proxy calls the site by another name."),
    servers.HOST,
)
UNKNOWN_ACCOUNT = Problem(
    "unknown-account",
    _W,
    _("The site's database has no such user."),
    _("Make the account for 1C, or correct --user. Is the database of this command that of the site?"),
)
INACTIVE_ACCOUNT = Problem(
    "inactive-account", _E, _("The account is switched off."), _("Switch it on: Active, in the admin.")
)
WRONG_PASSWORD = Problem(
    "wrong-password",
    _E,
    _("The account has another password."),
    _("Correct it in 1C, or give the account a new one: manage.py changepassword."),
)
POWERFUL_ACCOUNT = Problem(
    "powerful-account",
    _W,
    _("The account may do more than exchange: it is staff or a superuser."),
    _("Its password lies in 1C's settings. Give 1C an account of its own, with that one permission."),
)
