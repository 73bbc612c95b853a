"""Are there private copies of what goes out, and do they go when their time is over?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from .. import audit
from ..adapters import ExchangeContext
from ..conf import are_days, conf
from ..models import OrderBatch
from .findings import Finding, Level

_RECENT = 20  # batches
#: A copy may stay as long after its time: ``onec_cleanup`` need not run each day.
_GRACE = timedelta(days=7)
_LOOKED_AT = timedelta(days=7)  # of what should be gone, the newest: older batches are many


def look_at_audit_copies(context: ExchangeContext) -> Iterator[Finding]:
    """No copy can be saved at all, or that of the last file was not."""
    reason = audit.why_no_copies() or _why_not_copied(context)
    if reason:
        yield Finding(
            level=Level.ERROR if conf.AUDIT_REQUIRED else Level.WARNING,  # the orders stay here then
            code="audit-missing",
            message=_("There is no audit copy of what goes to 1C. %(reason)s") % {"reason": reason},
            remedy=_(
                "See that the folder of the audit copies lies outside of MEDIA_ROOT and STATIC_ROOT, that the "
                "site may write to it, and that its disk is not full."
            ),
        )


def look_at_old_copies(context: ExchangeContext) -> Iterator[Finding]:
    """Copies that should be gone are still there."""
    days = conf.AUDIT_RETENTION_DAYS
    if days is None or not are_days(days):
        return
    until = timezone.now() - timedelta(days=days) - _GRACE
    batches = OrderBatch.objects.filter(created_at__gt=until - _LOOKED_AT, created_at__lt=until, base=context.base)
    if batches.exclude(audit_file="").exists():
        yield Finding(
            level=Level.WARNING,
            code="cleanup-overdue",
            message=_("Audit copies of orders are kept for longer than AUDIT_RETENTION_DAYS says."),
            remedy=_(
                "Run “manage.py onec_cleanup” once a day. If it runs, it cannot remove these files: the site's "
                "log says why."
            ),
        )


def _why_not_copied(context: ExchangeContext) -> str:
    newest = OrderBatch.objects.filter(base=context.base).exclude(state=OrderBatch.State.PREPARING)
    carried = [batch for batch in newest.order_by("-pk")[:_RECENT] if batch.order_count]
    return carried[0].audit_error if carried else ""
