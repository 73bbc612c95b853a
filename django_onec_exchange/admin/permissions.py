"""Who may do more than look.  docs/admin.md lists the permissions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

OVERVIEW = "view_infobase"
TIMELINE = "view_orderdelivery"
SKIPPED = "view_skippedorder"
RETRY = "retry_skippedorder"
SEND_AGAIN = "send_again"
MARK_AS_SENT = "mark_as_sent"
DOWNLOAD = "download_audit"


def may(request: HttpRequest, codename: str) -> bool:
    """Tell whether the user has one of our permissions."""
    user: Any = request.user
    return bool(user.has_perm(f"django_onec_exchange.{codename}"))
