"""What an order is in CommerceML terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from decimal import ROUND_HALF_DOWN, Decimal
from functools import cache, cached_property, partialmethod
from inspect import getattr_static
from typing import Any
from zoneinfo import ZoneInfo

from django.core.checks import CheckMessage
from django.utils import timezone

from ..commerceml.documents import Address, Discount, OrderDocument, OrderItem, Requisite
from ..commerceml.money import ZERO, total_due
from ..commerceml.values import boolean, local_datetime
from . import wellknown
from .context import ExchangeContext
from .counterparties import CounterpartySerializer, prefixed
from .items import ItemSerializer
from .values import to_decimal
from .wellknown import WellKnown, words
from .zone import exchange_zone


class OrderSerializer(ItemSerializer, CounterpartySerializer):
    """Reads an order under the names shops commonly use (``wellknown.py``) into an ``OrderDocument``.

    Name yours in ``ONEC_EXCHANGE_ORDER_SERIALIZER`` and override the one method that differs::

        class MyOrders(OrderSerializer):
            def get_number(self, order, context):
                return f"{order.pk:06d}"

    It never writes XML.  What an order lacks is left out; what 1C would not take, such as an order without
    items, is recorded by the exchange as a reason to leave the order out.
    """

    def serialize(self, order: Any, context: ExchangeContext) -> OrderDocument:
        """Return the order as a document.  Called once for each order of a batch; must not write."""
        address = self.get_delivery_address(order, context)
        total = self.get_total(order, context)
        document = OrderDocument(
            id=self.get_id(order, context),
            number=self.get_number(order, context),
            created_at=self.get_created_at(order, context),
            currency=self.get_currency(order, context),
            total=ZERO if total is None else total,
            counterparty=self.get_counterparty(order, address, context),
            items=tuple(self.get_rows(order, context)),
            comment=self.get_comment(order, context),
            vat_included=self.get_vat_included(order, context),
            discounts=tuple(self.get_discounts(order, context)),
            requisites=tuple(
                [
                    Requisite(name=name, value=value)
                    for name, value in self.get_requisites(order, address, context)
                    if value
                ]
            ),
        )
        return document if total is not None else replace(document, total=total_due(document))

    # -- the order itself

    def get_id(self, order: Any, context: ExchangeContext) -> str:
        """Ид: at most 40 characters, the same in every batch."""
        return wellknown.EXTERNAL_ID.text(order) or prefixed("order", order.pk)

    def get_number(self, order: Any, context: ExchangeContext) -> str:
        """Номер: the only key by which 1C knows an order again.  Never renumber, never reuse."""
        number = wellknown.NUMBER.text(order)
        if number or wellknown.NUMBER.on(order.__class__):
            return number  # an empty one is left out: a primary key may be another order's number
        return str(order.pk)

    def get_created_at(self, order: Any, context: ExchangeContext) -> datetime:
        """When the order was made, aware; a naive date is in the site's own zone."""
        created_at = wellknown.CREATED_AT.read(order)
        if created_at is None:
            raise ValueError(
                f"{type(order).__name__} {order.pk} has no date under {', '.join(wellknown.CREATED_AT)}: "
                "give the model one of them, or override get_created_at in the serializer."
            )
        return _aware(created_at)

    def get_currency(self, order: Any, context: ExchangeContext) -> str:
        """Валюта: three characters, as the currency is named in the 1C base (``CURRENCY_NAMES``)."""
        currency = wellknown.CURRENCY.text(order) or self.defaults.CURRENCY
        return self.defaults.CURRENCY_NAMES.get(currency, currency)

    def get_total(self, order: Any, context: ExchangeContext) -> Decimal | None:
        """What the customer pays, delivery included.  None: what the rows make, less the discounts.

        A total below the rows is taken for a discount and spread over them.
        """
        return wellknown.TOTAL.money(order)

    def get_vat_included(self, order: Any, context: ExchangeContext) -> bool:
        included = wellknown.VAT_INCLUDED.read(order)
        return self.defaults.VAT_INCLUDED if included is None else bool(included)

    def get_discounts(self, order: Any, context: ExchangeContext) -> Iterable[Discount]:
        """Discounts on the whole order, which the total must reflect."""
        amount = wellknown.DISCOUNT.money(order, ROUND_HALF_DOWN)  # what is left goes halves up
        if amount:
            yield Discount(name="Скидка", amount=amount)

    def get_comment(self, order: Any, context: ExchangeContext) -> str:
        return wellknown.COMMENT.text(order)

    # -- rows

    def get_rows(self, order: Any, context: ExchangeContext) -> Iterator[OrderItem]:
        """All rows of the document: the items, then the delivery."""
        items = list(self.get_items(order, context))
        yield from items
        delivery = self.get_delivery(order, context)
        if items and delivery is not None:  # an order of nothing but its delivery has no items
            yield delivery

    def get_delivery(self, order: Any, context: ExchangeContext) -> OrderItem | None:
        """The delivery as a service row; None when it costs nothing."""
        cost = wellknown.DELIVERY_COST.money(order)
        if not cost:
            return None
        rate = wellknown.DELIVERY_VAT_RATE.decimal(order)
        return OrderItem(
            id=self.defaults.DELIVERY_ID,
            name=self.defaults.DELIVERY_NAME,
            price=cost,
            quantity=Decimal(1),
            total=cost,
            unit=self.default_unit,
            vat_rate=self.delivery_vat_rate if rate is None else rate,
            is_service=True,
            kind="Услуга",
        )

    # -- requisites

    def get_requisites(
        self, order: Any, address: Address | None, context: ExchangeContext
    ) -> Iterable[tuple[str, str]]:
        """ЗначенияРеквизитов: names exactly as 1C reads them, and values; the empty ones are left out.

        Keep yours few and stable: UNF makes a new property of each new name.
        """
        yield from self.get_status_requisites(order, context)
        yield from self.get_payment_requisites(order, context)
        yield from self.get_delivery_requisites(order, address, context)
        yield "Сайт", self.defaults.SITE_NAME
        yield "Организация", self.get_organization(order, context)
        yield "Склад", self.get_warehouse(order, context)
        yield "Договор контрагента", self.get_agreement(order, context)

    def get_status_requisites(self, order: Any, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        code, name = choice(order, wellknown.STATUS)
        yield "Статус заказа", name
        yield "Статуса заказа ИД", code  # sic: so UNF and Bitrix spell it
        yield "Отменен", boolean(self.is_cancelled(order, context))

    def is_cancelled(self, order: Any, context: ExchangeContext) -> bool:
        cancelled = wellknown.CANCELLED.read(order)
        if cancelled is None:
            return choice(order, wellknown.STATUS)[0].lower() in {"cancelled", "canceled"}
        return bool(cancelled)

    def get_payment_requisites(self, order: Any, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        code, name = choice(order, wellknown.PAYMENT_METHOD)
        yield "Метод оплаты", name
        yield "Метод оплаты ИД", code
        paid = wellknown.PAID.read(order)
        if isinstance(paid, bool):  # an amount tells nothing
            yield "Заказ оплачен", boolean(paid)
        yield "Дата оплаты", self._day(wellknown.PAID_AT.read(order))
        yield "Номер платежного документа", wellknown.PAYMENT_NUMBER.text(order)

    def get_delivery_requisites(
        self, order: Any, address: Address | None, context: ExchangeContext
    ) -> Iterable[tuple[str, str]]:
        code, name = choice(order, wellknown.DELIVERY_METHOD)
        yield "Способ доставки", name
        yield "Метод доставки ИД", code
        yield "Адрес доставки", address.presentation if address else ""
        yield "Дата отгрузки", self._moment(wellknown.DELIVERY_DATE.read(order))

    def get_organization(self, order: Any, context: ExchangeContext) -> str:
        """The seller, where 1C keeps the books of several: UNF reads its name or ИНН."""
        return wellknown.ORGANIZATION.text(order) or self.defaults.ORGANIZATION

    def get_warehouse(self, order: Any, context: ExchangeContext) -> str:
        """The warehouse's name.  As a requisite: UT fails on Склады of any other shape than its own."""
        return wellknown.WAREHOUSE.text(order) or self.defaults.WAREHOUSE

    def get_agreement(self, order: Any, context: ExchangeContext) -> str:
        """The contract's name; UNF creates one it does not know.  UT takes it from its own settings."""
        return wellknown.AGREEMENT.text(order) or self.defaults.AGREEMENT

    # -- what the settings say, read once for each exchange

    @cached_property
    def zone(self) -> ZoneInfo:
        return exchange_zone()

    @cached_property
    def delivery_vat_rate(self) -> Decimal | None:
        rate = self.defaults.DELIVERY_VAT_RATE
        return self.default_vat_rate if rate is None else to_decimal(rate)

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        return []

    def _day(self, value: Any) -> str:
        return self._moment(value)[:10]

    def _moment(self, value: Any) -> str:
        """``YYYY-MM-DDTHH:MM:SS`` in the 1C base's time."""
        if isinstance(value, datetime):
            return local_datetime(_aware(value).astimezone(self.zone))
        return f"{value.isoformat()}T00:00:00" if isinstance(value, date) else ""


def _aware(value: date) -> datetime:
    """Return a moment in its own zone, a naive one or the beginning of a day in the site's."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    if timezone.is_aware(moment):
        return moment
    return timezone.make_aware(moment, timezone.get_default_timezone())


def choice(subject: Any, names: WellKnown) -> tuple[str, str]:
    """Return the code and the words of a field with choices or of a related object; ("", "") without."""
    value = names.read(subject)
    if value is None or value == "":
        return "", ""
    shown, display = _display(subject.__class__, names)
    if shown is not None:
        return str(value), str(shown.get(value, value))
    if display is not None:
        return str(value), str(getattr(subject, display)())
    if isinstance(value, str):
        return (text := str(value).strip()), text
    code = getattr(value, "code", None) or getattr(value, "pk", None)
    name = words(value)
    return str(code or name), name


@cache
def _display(cls: Any, names: WellKnown) -> tuple[dict[Any, Any] | None, str | None]:
    """Return the words of a model field's choices, else the name of the method by which the shop makes them.

    Django's own ``get_status_display()`` makes this dictionary for each order.
    """
    name = str(names.on(cls))
    method = f"get_{name}_display"
    if isinstance(getattr_static(cls, method, None), partialmethod):
        return dict(cls._meta.get_field(name).flatchoices), None
    return None, method if hasattr(cls, method) else None
