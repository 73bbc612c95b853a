"""What happened, for people: everything is read-only, since it is history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .models import (
    DeliveryWindow,
    ExchangeEvent,
    ExchangeSession,
    ImportSession,
    OrderBatch,
    OrderDelivery,
    OrderLink,
    SkippedOrder,
    SuspectOrder,
)


class HistoryMixin:
    """Look, do not touch."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


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


@admin.register(OrderBatch)
class OrderBatchAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = (
        "id",
        "created_at",
        "state",
        "order_count",
        "skipped_count",
        "marked_count",
        "confirmed_at",
        "audit",
    )
    list_filter = ("state", "base", "version")
    date_hierarchy = "created_at"
    ordering = ("-pk",)

    @admin.display(description=_("audit copy"))
    def audit(self, batch: OrderBatch) -> str:
        return batch.audit_file or batch.audit_error


@admin.register(OrderDelivery)
class OrderDeliveryAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("number", "batch", "base", "state", "warning")
    list_filter = ("state", "base")
    list_select_related = ("batch", "base")
    search_fields = ("=number", "=order_id")
    ordering = ("-pk",)
    show_full_result_count = False


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


@admin.register(OrderLink)
class OrderLinkAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("order_id", "base", "onec_number", "onec_date", "onec_id", "updated_at")
    list_filter = ("base",)
    list_select_related = ("base",)
    search_fields = ("=order_id", "=onec_number", "=onec_id")
    ordering = ("-updated_at",)
    show_full_result_count = False


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
