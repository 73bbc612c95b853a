"""What was sent: batches, their orders, and what 1C calls these."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..models import InfoBase, OrderBatch, OrderDelivery, OrderLink
from .by_hand import SENDING_AGAIN, ask_and_do_with_rows
from .downloads import AuditedAdmin
from .history import HistoryAdmin, VersionFilter
from .orders_of_shop import order_column
from .permissions import SEND_AGAIN, may


@admin.register(OrderBatch)
class OrderBatchAdmin(AuditedAdmin):
    list_display = (
        "id",
        "created_at",
        "base",
        "state",
        "order_count",
        "skipped_count",
        "marked_count",
        "confirmed_at",
        "audit",
    )
    list_filter = ("state", "base", VersionFilter, "created_at")
    list_select_related = ("base",)
    ordering = ("-pk",)
    readonly_fields = ("orders",)

    @admin.display(description=_("audit copy"))
    def audit(self, batch: OrderBatch) -> str:
        return batch.audit_file or batch.audit_error

    @admin.display(description=_("orders of the file"))
    def orders(self, batch: OrderBatch) -> str:
        """A batch has a thousand orders or more: they are a list of their own."""
        site = self.admin_site.name
        url = reverse(f"{site}:django_onec_exchange_orderdelivery_changelist", current_app=site)
        return format_html('<a href="{}?batch__id__exact={}">{}</a>', url, batch.pk, _("Show the orders"))


@admin.register(OrderDelivery)
class OrderDeliveryAdmin(HistoryAdmin):
    list_display_links = ("state",)
    list_filter = ("state", "base")
    list_select_related = ("batch", "base")
    search_fields = ("=number", "=order_id")
    ordering = ("-pk",)
    actions = ("send_again",)

    def get_list_display(self, request: HttpRequest) -> Any:
        return (order_column(self.admin_site, request), "batch", "base", "state", "warning")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OrderDelivery], search_term: str
    ) -> tuple[QuerySet[OrderDelivery], bool]:
        """Find an order by its whole number or key, letter for letter: the indexes begin with the base."""
        term = search_term.strip()
        if term:
            bases = list(InfoBase.objects.values_list("pk", flat=True))
            queryset = queryset.filter(Q(base__in=bases, number=term) | Q(base__in=bases, order_id=term))
        return queryset, False

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return may(request, SEND_AGAIN)

    @admin.action(description=_("Send to 1C again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OrderDelivery]) -> HttpResponseBase | None:
        return ask_and_do_with_rows(self, request, SENDING_AGAIN, queryset)


@admin.register(OrderLink)
class OrderLinkAdmin(HistoryAdmin):
    list_display = ("order_id", "base", "onec_number", "onec_date", "onec_id", "updated_at")
    list_filter = ("base",)
    list_select_related = ("base",)
    search_fields = ("=order_id", "=onec_number", "=onec_id")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OrderLink], search_term: str
    ) -> tuple[QuerySet[OrderLink], bool]:
        """Find an order by its whole key, or number or identifier in 1C, letter for letter, by the indexes."""
        term = search_term.strip()
        if term:
            bases = list(InfoBase.objects.values_list("pk", flat=True))
            found = Q(base__in=bases, order_id=term) | Q(onec_number=term) | Q(onec_id=term)
            queryset = queryset.filter(found)
        return queryset, False
