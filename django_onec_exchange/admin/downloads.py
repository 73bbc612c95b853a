"""Audit copies, handed to whoever may have them: by the site itself, since their storage is private."""

from __future__ import annotations

import logging
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import path, reverse
from django.utils.translation import gettext as _

from ..audit import get_storage
from .history import HistoryAdmin
from .permissions import DOWNLOAD, may

logger = logging.getLogger(__name__)


class AuditedAdmin(HistoryAdmin):
    """Of a model whose rows have an audit copy: a page hands it out."""

    change_form_template = "admin/django_onec_exchange/with_audit_copy.html"

    def audit_file(self, row: Any) -> str:
        """Return the name of the copy; "" without any."""
        return str(row.audit_file)

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_audit"
        view = self.admin_site.admin_view(self.download)
        return [path("<path:object_id>/audit/", view, name=name), *super().get_urls()]

    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        if not (self.has_view_permission(request) and may(request, DOWNLOAD)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return hand_out(self, request, row, self.audit_file(row))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None and self.audit_file(row) and may(request, DOWNLOAD):
            extra_context = {**(extra_context or {}), "audit_url": _url(self, row, "audit")}
        return super().change_view(request, object_id, form_url, extra_context)


def hand_out(model_admin: ModelAdmin, request: HttpRequest, row: Model, name: str) -> HttpResponseBase:
    """Stream a copy, and log who got it; go back with a message where it is gone."""
    try:
        file = get_storage().open(name) if name else None
    except Exception:  # each storage has errors of its own
        logger.warning("audit copy %s cannot be read", name, extra={"event": "audit_copy_gone", "file": name})
        file = None
    if file is None:
        messages.error(
            request, _("The audit copy is no longer there: it was removed, or its storage is not reached.")
        )
        return HttpResponseRedirect(_url(model_admin, row, "change"))
    model_admin.log_change(request, row, _("Downloaded the audit copy."))
    return FileResponse(file, as_attachment=True, filename=PurePosixPath(name).name)


def _url(model_admin: ModelAdmin, row: Model, view: str) -> str:
    opts = model_admin.opts
    site = model_admin.admin_site.name
    return reverse(f"{site}:{opts.app_label}_{opts.model_name}_{view}", args=[row.pk], current_app=site)
