"""From our rows to the order itself, in the shop's own admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..adapters import get_order_model, order_pks
from ..protocol.errors import NotConfigured


def may_see_orders(site: AdminSite, request: HttpRequest) -> bool:
    """Tell whether this admin shows the shop's orders, and the user may see them.  Raises NotConfigured."""
    model = get_order_model()
    return site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)


def order_url(site: AdminSite, request: HttpRequest, row: Any) -> str | None:
    """Return where the order of a row is shown; None if the user may not see it, or it is shown nowhere."""
    try:
        if not may_see_orders(site, request):
            return None
        (pk,) = order_pks([row])
    except (NotConfigured, ValidationError):  # another Order model than these rows were written for
        return None
    meta = get_order_model()._meta
    name = f"{site.name}:{meta.app_label}_{meta.model_name}_change"
    return reverse(name, args=[quote(pk)], current_app=site.name)


def order_column(site: AdminSite, request: HttpRequest) -> Callable[[Any], str]:
    """Return a column for ``list_display`` that shows an order's number as a link, for this user."""

    def order(row: Any) -> str:
        text = row.number or row.order_id
        url = order_url(site, request, row)
        return text if url is None else format_html('<a href="{}">{}</a>', url, text)

    order.short_description = _("order in the shop")  # type: ignore[attr-defined]
    return order
