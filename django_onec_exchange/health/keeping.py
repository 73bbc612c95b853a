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
from .findings import Finding, Level, shown

_RECENT = 20  # batches
_GRACE = timedelta(days=7)  # ``onec_cleanup`` need not run each day


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


def look_at_cleanup(context: ExchangeContext) -> Iterator[Finding]:
    """``onec_cleanup`` has not come to its end for long, and there are exchanges whose copies should be gone."""
    days, cleaned_at, now = conf.AUDIT_RETENTION_DAYS, context.base.cleaned_at, timezone.now()
    if days is None or not are_days(days) or cleaned_at > now - _GRACE:
        return
    due = now - timedelta(days=days) - _GRACE
    if OrderBatch.objects.filter(base=context.base, created_at__lt=due).exists():
        yield Finding(
            level=Level.WARNING,
            code="cleanup-overdue",
            message=_("Since %(since)s nobody has removed audit copies that are older than AUDIT_RETENTION_DAYS.")
            % {"since": shown(cleaned_at)},
            remedy=_(
                "Run “manage.py onec_cleanup” once a day. If it runs, it cannot remove some files: the site's log "
                "says why."
            ),
        )


def _why_not_copied(context: ExchangeContext) -> str:
    newest = OrderBatch.objects.filter(base=context.base).exclude(state=OrderBatch.State.PREPARING)
    carried = [batch for batch in newest.order_by("-pk")[:_RECENT] if batch.order_count]
    return carried[0].audit_error if carried else ""
