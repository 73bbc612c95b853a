"""A page that asks before orders are sent again or marked as sent; the work is outgoing/by_hand.py's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from ..adapters import ExchangeContext, get_order_model, order_pks
from ..conf import conf
from ..models import OrderDelivery, SkippedOrder
from ..mounting import get_bases
from ..outgoing.by_hand import mark_as_sent, send_again
from ..protocol.errors import ExchangeError
from ..status import context_of
from .orders_of_shop import may_see_orders
from .pages import list_crumb, render
from .permissions import MARK_AS_SENT, SEND_AGAIN

MOST = 1000  # orders at once, within one request
_SHOWN = 20

Work = Callable[[Sequence[Any], str, Any, ExchangeContext], set[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is done to orders by hand, and how people are asked about it."""

    permission: str
    title: str | Promise
    question: str | Promise
    logged: str | Promise
    unchanged: str | Promise  # how many orders stay as they are, and why
    needs_note: bool
    work: Work


SENDING_AGAIN = Operation(
    permission=SEND_AGAIN,
    title=gettext_lazy("Send to 1C again"),
    question=gettext_lazy(
        "These orders go to 1C once more with the next exchange. 1C overwrites what was changed in them there."
    ),
    logged=gettext_lazy("To be sent to 1C again (base %(base)s). %(note)s"),
    unchanged=ngettext_lazy(
        "%(count)s order stays as it is: it is so already, or is gone.",
        "%(count)s orders stay as they are: they are so already, or are gone.",
        "count",
    ),
    needs_note=False,
    work=lambda order_ids, note, user, context: send_again(order_ids, context),
)
MARKING = Operation(
    permission=MARK_AS_SENT,
    title=gettext_lazy("Mark as sent by hand"),
    question=gettext_lazy("These orders count as sent from now on, and 1C does not get them. Say why."),
    logged=gettext_lazy("Marked as sent to 1C by hand (base %(base)s). %(note)s"),
    unchanged=ngettext_lazy(
        "%(count)s order stays as it is: it is so already, is gone, or 1C has another order with this number.",
        "%(count)s orders stay as they are: they are so already, are gone, or 1C has others with these numbers.",
        "count",
    ),
    needs_note=True,
    work=mark_as_sent,
)


class ByHandForm(forms.Form):
    base = forms.ChoiceField(label=gettext_lazy("1C infobase"))
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "cols": 60})
    )

    def __init__(self, data: Any, operation: Operation, bases: Sequence[str]) -> None:
        super().__init__(data)
        self.fields["note"].required = operation.needs_note
        if len(bases) > 1:
            self.fields["base"].choices = [(name, name) for name in bases]  # type: ignore[attr-defined]
        else:
            del self.fields["base"]


def of_orders(orders: QuerySet[Any]) -> dict[str | None, list[Any]]:
    """Return what an operation is about, where people choose the base: at most one order too many."""
    return {None: list(orders.values_list("pk", flat=True)[: MOST + 1])}


def few(request: HttpRequest, rows: QuerySet[Any]) -> list[Any] | None:
    """Return the rows; None if they are too many for one request, which the person is told."""
    found = list(rows[: MOST + 1])
    return None if _too_many(request, len(found)) else found


def ask_and_do_with_rows(
    model_admin: ModelAdmin,
    request: HttpRequest,
    operation: Operation,
    rows: QuerySet[OrderDelivery] | QuerySet[SkippedOrder],
) -> HttpResponseBase | None:
    """Do what ``ask_and_do`` does with the orders of these rows, each in the base of its row."""
    found = few(request, rows.select_related("base"))
    if found is None:
        return None
    by_base: dict[str | None, list[Any]] = {}
    for row in found:
        by_base.setdefault(row.base.name, []).extend(order_pks([row]))
    orders = {base: list(dict.fromkeys(by_base[base])) for base in sorted(by_base, key=str)}
    return ask_and_do(model_admin, request, operation, orders)


def ask_and_do(
    model_admin: ModelAdmin, request: HttpRequest, operation: Operation, orders: Mapping[str | None, list[Any]]
) -> HttpResponseBase | None:
    """Show the page that asks; once it is answered do the work, and return None.

    ``orders`` are primary keys by base; under None are those for which people choose the base.
    """
    if _too_many(request, sum(map(len, orders.values()))):
        return None
    bases = get_bases() if None in orders else []
    form = ByHandForm(request.POST if "apply" in request.POST else None, operation, bases)
    if not form.is_valid():
        return _question(model_admin, request, operation, orders, form)
    for base, order_ids in orders.items():
        name = base or form.cleaned_data.get("base") or next(iter(bases), "default")
        _do(request, operation, name, order_ids, form.cleaned_data["note"])
    return None


def _too_many(request: HttpRequest, number: int) -> bool:
    if number > MOST:
        messages.error(request, _("Choose at most %(most)s orders at once.") % {"most": MOST})
    return number > MOST


def _question(
    model_admin: ModelAdmin,
    request: HttpRequest,
    operation: Operation,
    orders: Mapping[str | None, list[Any]],
    form: ByHandForm,
) -> HttpResponseBase:
    order_ids = [pk for keys in orders.values() for pk in keys]
    named = order_ids[:_SHOWN] if may_see_orders(model_admin.admin_site, request) else []
    return render(
        model_admin,
        request,
        "by_hand",
        operation.title,
        list_crumb(model_admin),
        operation=operation,
        form=form,
        count=len(order_ids),
        orders=_orders(named),
        more=len(order_ids) - len(named),
        action=request.POST.get("action", ""),
        across=request.POST.get("select_across", "0"),
        selected=request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        checkbox_name=helpers.ACTION_CHECKBOX_NAME,
    )


def _do(request: HttpRequest, operation: Operation, base: str, order_ids: list[Any], note: str) -> None:
    user: Any = request.user
    done: set[Any] = set()
    try:
        context = context_of(base)
        for chunk in _chunks(order_ids):
            done |= operation.work(chunk, note, user, context)
    except ExchangeError as error:
        messages.error(request, _(error.message) % error.params)
    sentence = operation.logged % {"base": base, "note": note}
    if done:
        changed = _orders(list(done))
        LogEntry.objects.log_actions(user.pk, changed, CHANGE, sentence.strip())
    _tell(request, operation, len(done), len(order_ids))


def _tell(request: HttpRequest, operation: Operation, done: int, number: int) -> None:
    if done:
        sentence = ngettext("%(title)s: %(count)s order.", "%(title)s: %(count)s orders.", done)
        messages.success(request, sentence % {"title": operation.title, "count": done})
    if done < number:
        messages.warning(request, operation.unchanged % {"count": number - done})


def _orders(order_ids: Sequence[Any]) -> QuerySet[Any]:
    return get_order_model()._base_manager.filter(pk__in=order_ids).order_by("pk")


def _chunks(order_ids: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(order_ids)
    while chunk := list(islice(left, max(1, conf.CHUNK_SIZE))):
        yield chunk
