"""For the shop's own admin of orders: what the exchange did with each, and what people may do."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from ..models import OrderDelivery, order_key
from ..outgoing.fragments import NoFragment, read_fragment
from ..timeline import timeline_of
from .by_hand import MARKING, SENDING_AGAIN, ask_and_do, of_orders
from .pages import Crumb, list_crumb, render
from .permissions import DOWNLOAD, MARK_AS_SENT, SEND_AGAIN, TIMELINE, may

_OPERATIONS = {"onec_send_again": SENDING_AGAIN, "onec_mark_as_sent": MARKING}


class OneCOrderAdminMixin:
    """Put it before ``ModelAdmin``: an order gets a page *Exchange with 1C*, the list gets two actions.

    A class that has ``actions`` of its own names ours too: ``actions = [*OneCOrderAdminMixin.actions, ...]``; one
    with a ``change_form_template`` of its own extends ours in it.
    """

    change_form_template = "admin/django_onec_exchange/order_change_form.html"
    actions: Any = ("onec_send_again", "onec_mark_as_sent")

    def get_urls(self: Any) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_onec"
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/onec/", view(self.onec_timeline), name=name),
            path("<path:object_id>/onec/<int:delivery>/", view(self.onec_fragment), name=f"{name}_xml"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def render_change_form(self: Any, request: HttpRequest, context: dict[str, Any], **options: Any) -> Any:
        order = options.get("obj")
        if order is not None and may(request, TIMELINE):
            context["onec_timeline"] = _address(self, order, "onec")
        return super().render_change_form(request, context, **options)  # type: ignore[misc]

    # -- the two actions of the list

    def has_onec_send_again_permission(self, request: HttpRequest) -> bool:
        return may(request, SEND_AGAIN)

    def has_onec_mark_as_sent_permission(self, request: HttpRequest) -> bool:
        return may(request, MARK_AS_SENT)

    @admin.action(description=_("Send to 1C again"), permissions=["onec_send_again"])
    def onec_send_again(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return ask_and_do(self, request, SENDING_AGAIN, of_orders(queryset))

    @admin.action(description=_("Mark as sent to 1C by hand"), permissions=["onec_mark_as_sent"])
    def onec_mark_as_sent(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return ask_and_do(self, request, MARKING, of_orders(queryset))

    # -- the pages of one order

    def onec_timeline(self: Any, request: HttpRequest, object_id: str) -> HttpResponseBase:
        order = _order(self, request, object_id)
        if request.method == "POST":
            return self._onec_by_hand(request, order)  # type: ignore[no-any-return]
        return render(
            self,
            request,
            "timeline",
            _("Exchange with 1C"),
            *_crumbs(self, order),
            subtitle=str(order),
            original=order,
            timeline=timeline_of(order),
            may_see_xml=may(request, DOWNLOAD),
            operations=[(name, one) for name, one in _OPERATIONS.items() if may(request, one.permission)],
        )

    def _onec_by_hand(self: Any, request: HttpRequest, order: Any) -> HttpResponseBase:
        operation = _OPERATIONS.get(request.POST.get("action", ""))
        if operation is None or not may(request, operation.permission):
            raise PermissionDenied
        answer = ask_and_do(self, request, operation, {None: [order.pk]})
        return answer or HttpResponseRedirect(request.get_full_path())

    def onec_fragment(self: Any, request: HttpRequest, object_id: str, delivery: int) -> HttpResponseBase:
        order = _order(self, request, object_id)
        if not may(request, DOWNLOAD):
            raise PermissionDenied
        deliveries = OrderDelivery.objects.select_related("batch__base", "batch__session")
        found = deliveries.filter(pk=delivery, order_id=order_key(order)).first()
        if found is None:
            raise Http404
        try:
            xml = read_fragment(found)
        except NoFragment:
            xml = ""
        return render(
            self,
            request,
            "fragment",
            _("The order in the file for 1C"),
            *_crumbs(self, order),
            (_("Exchange with 1C"), _address(self, order, "onec")),
            subtitle=str(order),
            original=order,
            delivery=found,
            xml=xml,
        )


def _address(model_admin: Any, order: Any, page: str) -> str:
    opts, site = model_admin.opts, model_admin.admin_site.name
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[quote(order.pk)], current_app=site)


def _crumbs(model_admin: Any, order: Any) -> list[Crumb]:
    return [list_crumb(model_admin), (str(order), _address(model_admin, order, "change"))]


def _order(model_admin: Any, request: HttpRequest, object_id: str) -> Any:
    """Return the order that a page is about.  Raises PermissionDenied and Http404."""
    order = model_admin.get_object(request, unquote(object_id))
    if not (may(request, TIMELINE) and model_admin.has_view_permission(request, order)):
        raise PermissionDenied
    if order is None:
        raise Http404
    return order
