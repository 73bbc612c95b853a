"""The lists 1C's user maps to those of 1C: what ``mode=info`` answers."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.checks import CheckMessage
from django.db.models import Model

from ..commerceml.info import InfoElement, render_info
from . import wellknown
from .context import ExchangeContext
from .loading import get_order_model
from .wellknown import WellKnown, model_field


class ExchangeLists:
    """Names the shop's statuses, payment and delivery methods.  Name yours in ``ONEC_EXCHANGE_INFO_LISTS``.

    The defaults are the choices of the Order model's fields, or all objects those refer to: the identifiers and
    names under which ``OrderSerializer`` sends them with an order.
    """

    def get_statuses(self, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        """Return identifier and name of each status."""
        return self.read(wellknown.STATUS)

    def get_payment_methods(self, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        """Return identifier and name of each way to pay."""
        return self.read(wellknown.PAYMENT_METHOD)

    def get_payment_type(self, method_id: str, context: ExchangeContext) -> str:
        """Return ТипОплаты of a way to pay, in 1C's words; "" lets 1C's user choose."""
        return ""

    def get_delivery_methods(self, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        """Return identifier and name of each way to deliver."""
        return self.read(wellknown.DELIVERY_METHOD)

    def read(self, names: WellKnown) -> list[tuple[str, str]]:
        """Return the choices of the Order model's field, or the objects it may refer to."""
        field = model_field(get_order_model(), names)
        if field is None:
            return []
        related = field.related_model
        if isinstance(related, type) and issubclass(related, Model):
            return [(str(getattr(one, "code", "") or one.pk), str(one)) for one in related._default_manager.all()]
        return [(str(value), str(name)) for value, name in field.flatchoices if value not in (None, "")]

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        return []


def render_lists(lists: ExchangeLists, context: ExchangeContext, encoding: str) -> bytes:
    """Return the reply to ``mode=info``."""
    return render_info(
        statuses=[InfoElement(id=id_, name=name) for id_, name in lists.get_statuses(context)],
        payment_methods=[
            InfoElement(id=id_, name=name, payment_type=lists.get_payment_type(id_, context))
            for id_, name in lists.get_payment_methods(context)
        ],
        delivery_methods=[InfoElement(id=id_, name=name) for id_, name in lists.get_delivery_methods(context)],
        encoding=encoding,
    )
