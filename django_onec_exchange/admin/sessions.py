"""Who called, and how each call was answered."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..models import ExchangeSession
from .history import CappedPaginator, HistoryAdmin, VersionFilter
from .permissions import may

_CALLS = 100  # on a page


@admin.register(ExchangeSession)
class ExchangeSessionAdmin(HistoryAdmin):
    """The dialogue of a session stands on its page; that of a client that asks for days is long."""

    list_display = ("started_at", "account_name", "base", "profile", "version", "address", "last_seen_at")
    list_filter = ("base", "profile", VersionFilter, "last_seen_at")
    list_select_related = ("base",)
    search_fields = ("account_name",)
    ordering = ("-pk",)
    change_form_template = "admin/django_onec_exchange/session.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        session = self.get_object(request, object_id)
        if session is not None and may(request, "view_exchangeevent"):
            pages = CappedPaginator(session.events.order_by("pk"), _CALLS)
            dialogue = pages.get_page(request.GET.get("calls"))
            extra_context = {**(extra_context or {}), "dialogue": dialogue, "dialogue_title": _("Dialogue")}
        return super().change_view(request, object_id, form_url, extra_context)
