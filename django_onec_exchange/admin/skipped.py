"""What was not sent: orders left out, and those that the window has under suspicion."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import DeliveryWindow, SkippedOrder, SuspectOrder
from ..outgoing.by_hand import try_again
from .by_hand import MARKING, ask_and_do_with_rows, few
from .history import HistoryAdmin
from .orders_of_shop import order_column
from .permissions import MARK_AS_SENT, RETRY, may


class RefusedFilter(admin.SimpleListFilter):
    """Who did not want the order."""

    title = _("left out by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("site", _("the site")), ("1c", _("1C itself"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        refused = {"code": SkippedOrder.REFUSED}
        if self.value() == "1c":
            return queryset.filter(**refused)
        return queryset.exclude(**refused) if self.value() == "site" else queryset


class OpenFilter(admin.SimpleListFilter):
    """Whether somebody still has to look."""

    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("still left out")), ("0", _("went after all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("0", "1"):
            return queryset.filter(resolved_at__isnull=self.value() == "1")
        return queryset


@admin.register(SkippedOrder)
class SkippedOrderAdmin(HistoryAdmin):
    list_filter = (OpenFilter, RefusedFilter, "base")
    list_select_related = ("base",)
    list_display_links = ("reason",)
    search_fields = ("=number", "=order_id")
    ordering = ("-last_skipped_at",)
    actions = ("retry", "mark_as_sent")

    def get_list_display(self, request: HttpRequest) -> Any:
        return (
            order_column(self.admin_site, request),
            "reason",
            "base",
            "first_skipped_at",
            "last_skipped_at",
            "attempts",
            "retry_requested",
            "resolved_at",
        )

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return may(request, RETRY)

    def has_mark_as_sent_permission(self, request: HttpRequest) -> bool:
        return may(request, MARK_AS_SENT)

    @admin.action(description=_("Try again at the next exchange"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[SkippedOrder]) -> None:
        waiting = few(request, queryset.filter(resolved_at=None))
        if waiting is None:
            return
        done = try_again(SkippedOrder.objects.filter(pk__in=[row.pk for row in waiting]))
        sentence = _now("To be tried again at the next exchange.")
        LogEntry.objects.log_actions(request.user.pk, waiting, CHANGE, sentence)  # type: ignore[arg-type]
        told = ngettext(
            "%(count)s order is tried again at the next exchange.",
            "%(count)s orders are tried again at the next exchange.",
            done,
        )
        messages.success(request, told % {"count": done})

    @admin.action(description=_("Mark as sent to 1C by hand"), permissions=["mark_as_sent"])
    def mark_as_sent(self, request: HttpRequest, queryset: QuerySet[SkippedOrder]) -> HttpResponseBase | None:
        return ask_and_do_with_rows(self, request, MARKING, queryset)


@admin.register(DeliveryWindow)
class DeliveryWindowAdmin(HistoryAdmin):
    list_display = ("base", "limit", "unconfirmed", "since", "blamed", "passed")
    list_select_related = ("base",)


@admin.register(SuspectOrder)
class SuspectOrderAdmin(HistoryAdmin):
    list_display_links = ("failures",)
    list_filter = ("base",)
    list_select_related = ("base",)
    search_fields = ("=number", "=order_id")
    ordering = ("-pk",)

    def get_list_display(self, request: HttpRequest) -> Any:
        return (order_column(self.admin_site, request), "base", "failures", "first_failed_at")
