"""Who called, and how each call was answered."""

from __future__ import annotations

from django.contrib import admin

from ..models import ExchangeEvent, ExchangeSession
from .history import HistoryMixin


class EventInline(HistoryMixin, admin.TabularInline):
    model = ExchangeEvent
    fields = ("at", "type", "mode", "code", "message", "duration")


@admin.register(ExchangeSession)
class ExchangeSessionAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("started_at", "account_name", "base", "profile", "version", "address", "last_seen_at")
    list_filter = ("base", "profile", "version")
    list_select_related = ("base",)
    search_fields = ("account_name",)
    date_hierarchy = "started_at"
    ordering = ("-pk",)
    inlines = (EventInline,)
