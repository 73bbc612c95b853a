"""Does 1C come, and is it let in?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from ..access import why_kept_out
from ..adapters import ExchangeContext
from ..conf import conf
from ..models import AuthFailure, ExchangeSession
from ..protocol.errors import InternalError, NoPermission, NotConfigured
from ..status import last_session
from .findings import Finding, Level, ago, shown

_OUR_FAULT = (InternalError.code, NotConfigured.code)
_REMEMBERED = 24 * 3600  # seconds that wrong passwords mean something while 1C has never come


def look(context: ExchangeContext) -> Iterator[Finding]:
    session = last_session(context.base)
    seen_at = session.last_seen_at if session else None
    silent = seen_at is None or bool(conf.ALERT_SILENCE and seen_at < ago(conf.ALERT_SILENCE))
    if silent:
        yield _silence(seen_at)
    if session is not None:
        yield from _look_at_the_account(session)
        yield from _look_at_the_last_call(session)
    yield from _look_at_passwords(seen_at, silent)


def _silence(seen_at: datetime | None) -> Finding:
    if seen_at is None:
        return Finding(
            level=Level.WARNING,
            code="never-came",
            message=_("1C has never exchanged with the site."),
            remedy=_(
                "Enter the site's address, the user and the password in 1C, and start the exchange there. If it "
                "gets an error, “manage.py onec_doctor” finds out what is in the way."
            ),
        )
    return Finding(
        level=Level.ERROR,
        code="silent",
        message=_("1C has not called since %(since)s.") % {"since": shown(seen_at)},
        remedy=_(
            "See whether the scheduled exchange is switched on in 1C and what 1C's log says of it. If 1C calls, "
            "the site's log says why it is refused, and “manage.py onec_doctor” finds out what is in the way."
        ),
    )


def _look_at_the_account(session: ExchangeSession) -> Iterator[Finding]:
    why = why_kept_out(session)
    if why is NoPermission:
        yield Finding(
            level=Level.ERROR,
            code="not-permitted",
            message=_("The user that 1C signs in as is not let in any more."),
            remedy=_("Activate the user on the site and give it the permission “May exchange with 1C”."),
        )
    elif why is not None:
        yield Finding(
            level=Level.WARNING,
            code="password-changed",
            message=_("The password of the user that 1C signs in as was changed since 1C came last."),
            remedy=_("Enter the new password in 1C, in the settings of the exchange."),
        )


def _look_at_the_last_call(session: ExchangeSession) -> Iterator[Finding]:
    last = session.events.order_by("-pk").first()
    if last is None or last.code == "success":
        return
    told = {"at": shown(last.at), "sentence": last.message}
    yield Finding(
        level=Level.ERROR if last.code in _OUR_FAULT else Level.WARNING,
        code="refused",
        message=_("The last call of 1C, at %(at)s, was refused: “%(sentence)s”") % told,
        remedy=_what_to_do(last.code),
    )


def _what_to_do(code: str) -> str:
    if code == InternalError.code:  # its sentence is a number
        return _(
            "The number is in the site's log (django_onec_exchange), with the traceback. If the shop's serializer "
            "fails on all orders, the log says “could not be serialized” for each of them."
        )
    text = _("Do what the sentence says; the documentation's page on troubleshooting has more of “%(code)s”.")
    return text % {"code": code}


def _look_at_passwords(seen_at: datetime | None, silent: bool) -> Iterator[Finding]:
    """A few wrong passwords are daily life on the web, unless 1C does not come otherwise."""
    failures = AuthFailure.objects.filter(first_at__gt=ago(conf.AUTH_FAILURE_WINDOW))
    braked = conf.AUTH_FAILURE_LIMIT and failures.filter(count__gte=conf.AUTH_FAILURE_LIMIT).exists()
    since = seen_at or ago(_REMEMBERED)
    if braked or (silent and AuthFailure.objects.filter(first_at__gt=since).exists()):
        yield Finding(
            level=Level.WARNING,
            code="wrong-passwords",
            message=_("Somebody tries to sign in to the exchange with wrong passwords."),
            remedy=_(
                "If it is your 1C, enter the user and the password there once more. If not, let in the address of "
                "your 1C alone: ONEC_EXCHANGE_ALLOWED_NETWORKS."
            ),
        )
