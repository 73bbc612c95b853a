"""What 1C brought."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..models import ImportSession
from .downloads import AuditedAdmin


@admin.register(ImportSession)
class ImportSessionAdmin(AuditedAdmin):
    list_display = (
        "file",
        "base",
        "state",
        "progress",
        "applied_count",
        "failed_count",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "base", "created_at")
    list_select_related = ("file", "base")
    search_fields = ("file__name",)
    ordering = ("-pk",)

    @admin.display(description=_("progress"), ordering="percent")
    def progress(self, record: ImportSession) -> str:
        return format_html('<progress max="100" value="{0}">{0} %</progress> {0} %', record.percent)

    def audit_file(self, row: ImportSession) -> str:
        return row.file.audit_file
