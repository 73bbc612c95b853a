"""What 1C's news about an order change in the shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.utils.translation import gettext

from ..commerceml.updates import OrderUpdate
from ..conf import conf
from . import wellknown
from .incoming_context import ImportContext
from .loading import get_order_model
from .order_finding import OrderFinder
from .selector import check_fields
from .wellknown import model_field

#: What 1C may say of an order, as ``ONEC_EXCHANGE_ORDER_STATUSES`` names it.
FACTS = ("posted", "paid", "shipped", "cancelled", "deleted")
#: Before the name or identifier of one of 1C's own statuses, which UNF and the Bitrix module send.
STATUS_PREFIX = "status:"


class OrderUpdateHandler(OrderFinder):
    """Finds the orders 1C speaks of and applies what it says.

    Name yours in ``ONEC_EXCHANGE_ORDER_UPDATE_HANDLER``.  The default knows the status alone, by a setting.  Write
    down what 1C says in the order in which an order lives: the last line that holds is where the order stands::

        ONEC_EXCHANGE_ORDER_STATUSES = {
            "posted": "accepted",
            "paid": "paid",
            "status:Готов к выдаче": "ready",  # one of 1C's own statuses, by name or identifier
            "shipped": "shipped",
            "cancelled": "cancelled",
            "deleted": "cancelled",
        }

    Three promises hold for whatever you override: what 1C does not say is not "no" and undoes nothing; the same
    document may come any number of times; and an order that 1C changed is not sent to 1C for that.  Hence write
    with ``QuerySet.update()``, and leave ``updated_at`` alone.
    """

    #: The Order model's field for the status.  None: the well-known one, if it has that.
    status_field: str | None = None
    #: What ``apply`` may write, for the signal ``orders_bulk_updated``.  None: the status.
    updated_fields: Sequence[str] | None = None

    def apply(self, order: Any, update: OrderUpdate, context: ImportContext) -> bool:
        """Apply the update to the order and return whether that changed anything.

        Called in a transaction with a locked order that was just read, once for each document of a file.  What is
        raised is noted for this order, and the others go on.
        """
        status = self.get_status(order, update, context)
        return status is not None and self.set_status(order, status, context)

    def get_status(self, order: Any, update: OrderUpdate, context: ImportContext) -> str | None:
        """Return the shop's status for what 1C says; None if 1C says nothing about it."""
        status = None
        for fact, means in (conf.ORDER_STATUSES or {}).items():
            if self.holds(fact, update):
                status = str(means)
        return status

    def holds(self, fact: str, update: OrderUpdate) -> bool:
        """Return whether 1C says that a key of ``ORDER_STATUSES`` is so."""
        if fact.startswith(STATUS_PREFIX):
            wanted = fact.removeprefix(STATUS_PREFIX).strip().casefold()
            return wanted != "" and wanted in (
                update.status.strip().casefold(),
                update.status_id.strip().casefold(),
            )
        return fact in FACTS and getattr(update, fact) is True

    def set_status(self, order: Any, status: str, context: ImportContext) -> bool:
        """Write the status, if that moves the order forward, and return whether it did."""
        field = self.get_status_field()
        if field is None or not self.may_move(str(field.value_from_object(order)), status):
            return False
        value = field.to_python(status)
        updated = type(order)._base_manager.filter(pk=order.pk).update(**{field.attname: value})
        setattr(order, field.attname, value)
        return bool(updated)

    def may_move(self, current: str, status: str) -> bool:
        """Return whether an order may go from one status to another.

        A status that stands outside of the sequence may be entered, and is never left: it is the shop's own.
        """
        if current == status:
            return False
        if conf.ALLOW_STATUS_BACKWARDS:
            return True
        sequence = self.get_status_sequence()
        if current not in sequence:
            return False
        return status not in sequence or sequence.index(status) > sequence.index(current)

    def get_status_sequence(self) -> list[str]:
        """Return the statuses from first to last: the setting's, else the field's choices."""
        field = self.get_status_field()
        choices = field.flatchoices if field is not None else ()
        return [str(status) for status in conf.ORDER_STATUS_SEQUENCE or (value for value, _ in choices)]

    def get_status_field(self) -> Any:
        """Return the Order model's field for the status; None without one.  A relation goes by primary keys."""
        model = get_order_model()
        if self.status_field is not None:
            return model._meta.get_field(self.status_field)
        return model_field(model, wellknown.STATUS)

    def get_updated_fields(self) -> tuple[str, ...]:
        """Return the names for the signal ``orders_bulk_updated``."""
        field = self.get_status_field()
        return tuple((field.name,) if self.updated_fields is None and field else self.updated_fields or ())

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        fields = {"status_field": self.status_field} if self.status_field else {}
        missing = check_fields(self, fields, "ORDER_UPDATE_HANDLER")
        return missing or [
            Error(message, hint=hint, obj=type(self), id="onec_exchange.E008")
            for message, hint in self._complaints()
        ]

    def _complaints(self) -> Iterator[tuple[str, str]]:
        statuses, sequence, field = conf.ORDER_STATUSES, conf.ORDER_STATUS_SEQUENCE, self.get_status_field()
        if list(bad_statuses()):
            return  # E003 says so
        if field is None:
            if statuses:
                yield (
                    gettext("ONEC_EXCHANGE_ORDER_STATUSES is set, but the Order model has no field for a status."),
                    gettext("Set status_field in a subclass of OrderUpdateHandler, or override its apply()."),
                )
            return
        choices = [str(value) for value, _ in field.flatchoices]
        named = (("ORDER_STATUSES", statuses.values()), ("ORDER_STATUS_SEQUENCE", sequence))
        for setting, values in named:
            unknown = [str(value) for value in dict.fromkeys(values) if choices and str(value) not in choices]
            if unknown:
                message = gettext("ONEC_EXCHANGE_%(setting)s names statuses the shop does not have: %(statuses)s.")
                hint = gettext("Use the choices of %(field)s: %(choices)s.")
                yield (
                    message % {"setting": setting, "statuses": ", ".join(unknown)},
                    hint % {"field": field, "choices": ", ".join(choices)},
                )
        if statuses and not self.get_status_sequence() and not conf.ALLOW_STATUS_BACKWARDS:
            message = gettext("Nothing tells which status comes after which: %(field)s has no choices.")
            hint = gettext("List the statuses, first to last, in ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE.")
            yield message % {"field": field}, hint


def bad_statuses() -> Iterator[tuple[str, str]]:
    """Yield the settings about statuses that mean nothing, and what to write instead."""
    statuses, sequence = conf.ORDER_STATUSES, conf.ORDER_STATUS_SEQUENCE
    facts = ", ".join(f'"{fact}"' for fact in FACTS)
    if not isinstance(statuses, Mapping) or not all(
        isinstance(fact, str) and (fact in FACTS or fact.startswith(STATUS_PREFIX)) for fact in statuses
    ):
        hint = gettext('Map %(facts)s, or "%(prefix)s" and a status of 1C, to statuses of the shop.')
        yield "ORDER_STATUSES", hint % {"facts": facts, "prefix": STATUS_PREFIX}
    if not isinstance(sequence, (list, tuple)) or not all(isinstance(status, str) for status in sequence):
        yield "ORDER_STATUS_SEQUENCE", gettext("Use a list of statuses of the shop, first to last.")
