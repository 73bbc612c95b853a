"""What was sent: batches, their orders, and what 1C calls these."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import OrderBatch, OrderDelivery, OrderLink
from .history import HistoryMixin


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


@admin.register(OrderLink)
class OrderLinkAdmin(HistoryMixin, admin.ModelAdmin):
    list_display = ("order_id", "base", "onec_number", "onec_date", "onec_id", "updated_at")
    list_filter = ("base",)
    list_select_related = ("base",)
    search_fields = ("=order_id", "=onec_number", "=onec_id")
    ordering = ("-updated_at",)
    show_full_result_count = False
