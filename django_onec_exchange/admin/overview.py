"""How the exchange stands, at one glance: the page of the 1C infobases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..health import Level
from ..models import ImportSession, InfoBase, SkippedOrder
from ..mounting import get_bases
from ..overview import Day, Overview, overview
from .history import HistoryAdmin
from .orders_of_shop import order_url
from .pages import render
from .permissions import SKIPPED, may

#: What people call the levels here.
_STATES = {
    Level.OK: ("fine", _("All is well")),
    Level.WARNING: ("attention", _("Somebody should look")),
    Level.ERROR: ("stopped", _("Orders or files do not get through")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day of the chart, in its own units."""

    day: Day
    x: int
    offered_y: float
    offered_height: float
    confirmed_y: float
    confirmed_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Thirty days as bars.  Drawn on the server: the page needs no script."""

    bars: list[Bar]
    most: int  # orders on the busiest day
    offered: int
    confirmed: int

    HEIGHT = 80
    STEP = 20  # from one day to the next; a bar of each kind takes eight


def chart(days: list[Day]) -> Chart:
    most = max((max(day.offered, day.confirmed) for day in days), default=0)
    scale = Chart.HEIGHT / most if most else 0
    bars = [
        Bar(
            day=day,
            x=place * Chart.STEP,
            offered_y=round(Chart.HEIGHT - day.offered * scale, 1),
            offered_height=round(day.offered * scale, 1),
            confirmed_y=round(Chart.HEIGHT - day.confirmed * scale, 1),
            confirmed_height=round(day.confirmed * scale, 1),
        )
        for place, day in enumerate(days)
    ]
    return Chart(
        bars=bars,
        most=most,
        offered=sum(day.offered for day in days),
        confirmed=sum(day.confirmed for day in days),
    )


@admin.register(InfoBase)
class InfoBaseAdmin(HistoryAdmin):
    """Its list is the overview of all bases that the site serves, its detail that of one."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self._page(request, get_bases(), extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        base = self.get_object(request, object_id)
        if base is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return self._page(request, [base.name], extra_context)

    def _page(self, request: HttpRequest, bases: list[str], extra_context: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        cards = [self._card(request, overview(name)) for name in bases]
        title = _("How the exchange stands")
        return render(self, request, "overview", title, cards=cards, **(extra_context or {}))

    def _card(self, request: HttpRequest, found: Overview) -> dict[str, Any]:
        code, state = _STATES[found.level]
        may_see_orders = may(request, SKIPPED)
        return {
            "overview": found,
            "code": code,
            "state": state,
            "chart": chart(found.days),
            "skipped": [(row, order_url(self.admin_site, request, row)) for row in found.skipped]
            if may_see_orders
            else [],
            "skipped_url": may_see_orders and self._list(SkippedOrder, found, "open=1"),
            "imports_url": self.admin_site.get_model_admin(ImportSession).has_view_permission(request)
            and self._list(ImportSession, found),
        }

    def _list(self, model: Any, found: Overview, query: str = "") -> str:
        opts, site = model._meta, self.admin_site.name
        url = reverse(f"{site}:{opts.app_label}_{opts.model_name}_changelist", current_app=site)
        return f"{url}?base__id__exact={found.base.pk}&{query}".rstrip("&")
