"""Is the exchange with one 1C base alive, and if not, what now?  The facts are status.py's and the history's.

Cheap, however many orders and deliveries there are: no table is counted, and each look goes by an index or at a
few rows alone.  Nothing found here tells of a buyer: it may be shown to whoever watches the site.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from ..adapters import ExchangeContext
from ..protocol.errors import NotConfigured
from ..status import context_of
from . import contact, imports, keeping, orders
from .findings import Finding, Level, worst

__all__ = ["Finding", "Level", "examine", "worst"]

logger = logging.getLogger(__name__)

Look = Callable[[ExchangeContext], Iterator[Finding]]

_LOOKS: tuple[Look, ...] = (
    contact.look,
    orders.look_at_confirmations,
    orders.look_at_the_queue,
    orders.look_at_the_window,
    orders.look_at_skipped_orders,
    keeping.look_at_audit_copies,
    keeping.look_at_cleanup,
    imports.look,
)


#: What ``onec-ill`` says better, and is not told beside it.
_OF_AN_ILL_ONEC = ("unconfirmed", "waits-long")


def examine(base_name: str = "default") -> list[Finding]:
    """Return what is wrong with the exchange of one base, the worst first; nothing if all is well.

    In the language that is active.  Raises only what the database does when it is ill.
    """
    try:
        context = context_of(base_name)
        found = [finding for look in _LOOKS for finding in _patiently(look, context)]
    except NotConfigured as error:
        return [_not_configured(error)]
    if any(finding.code == "onec-ill" for finding in found):
        found = [finding for finding in found if finding.code not in _OF_AN_ILL_ONEC]
    return sorted(found, key=lambda finding: -finding.level)


def _patiently(look: Look, context: ExchangeContext) -> list[Finding]:
    """Take one look; if a class of the shop fails, that is a finding and hides no other."""
    try:
        return list(look(context))
    except (NotConfigured, OperationalError, InterfaceError):
        raise
    except Exception:
        extra = {"event": "not_examined", "base": context.base.name}
        logger.exception("the exchange of base %s could not be examined", context.base, extra=extra)
        return [_not_examined()]


def _not_configured(error: NotConfigured) -> Finding:
    return Finding(
        level=Level.ERROR,
        code="not-configured",
        message=_(error.message) % error.params,
        remedy=_("Run “manage.py check” on the site and mend what it finds."),
    )


def _not_examined() -> Finding:
    return Finding(
        level=Level.ERROR,
        code="not-examined",
        message=_("How the exchange stands could not be found out."),
        remedy=_("The site's log says why: usually it is a class of the shop that ONEC_EXCHANGE_… names."),
    )
