"""What was not sent: orders left out, and those that the window has under suspicion."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..models import DeliveryWindow, SkippedOrder, SuspectOrder
from .history import HistoryMixin


@admin.register(SkippedOrder)
class SkippedOrderAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("number", "reason", "first_skipped_at", "last_skipped_at", "attempts", "resolved_at")
    list_filter = (("resolved_at", admin.EmptyFieldListFilter), "code", "base")
    search_fields = ("=number", "=order_id")
    ordering = ("-last_skipped_at",)
    actions = ("retry",)

    @admin.action(description=_("Try again at the next exchange"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[SkippedOrder]) -> None:
        for skipped in queryset:
            self.log_change(request, skipped, _("To be tried again at the next exchange."))
        queryset.update(retry_requested=True)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("django_onec_exchange.change_skippedorder"))


@admin.register(DeliveryWindow)
class DeliveryWindowAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("base", "limit", "unconfirmed", "since", "blamed", "passed")
    list_select_related = ("base",)


@admin.register(SuspectOrder)
class SuspectOrderAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("number", "base", "failures", "first_failed_at")
    list_filter = ("base",)
    list_select_related = ("base",)
    search_fields = ("=number", "=order_id")
    ordering = ("-pk",)
