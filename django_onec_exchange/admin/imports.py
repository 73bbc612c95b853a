"""What 1C brought."""

from __future__ import annotations

from django.contrib import admin

from ..models import ImportSession
from .history import HistoryMixin


@admin.register(ImportSession)
class ImportSessionAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = (
        "file",
        "base",
        "state",
        "percent",
        "applied_count",
        "failed_count",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "base")
    list_select_related = ("file", "base")
    search_fields = ("file__name",)
    date_hierarchy = "created_at"
    ordering = ("-pk",)
