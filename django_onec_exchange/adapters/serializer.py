"""What an order is in CommerceML terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.checks import CheckMessage
from django.utils import timezone

from ..commerceml.documents import Address, Discount, OrderDocument, OrderItem, Requisite
from ..commerceml.money import ZERO
from ..commerceml.values import boolean, local_datetime
from ..conf import conf
from . import wellknown
from .context import ExchangeContext
from .counterparties import CounterpartySerializer, prefixed
from .items import ItemSerializer
from .wellknown import read, read_decimal, read_text, to_decimal
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
        items = tuple(self.get_rows(order, context))
        discounts = tuple(self.get_discounts(order, context))
        total = self.get_total(order, context)
        if total is None:
            total = sum((item.total for item in items), ZERO) - sum((one.amount for one in discounts), ZERO)
        address = self.get_delivery_address(order, context)
        return OrderDocument(
            id=self.get_id(order, context),
            number=self.get_number(order, context),
            created_at=self.get_created_at(order, context),
            currency=self.get_currency(order, context),
            total=total,
            counterparty=self.get_counterparty(order, address, context),
            items=items,
            comment=self.get_comment(order, context),
            vat_included=self.get_vat_included(order, context),
            discounts=discounts,
            requisites=tuple(
                Requisite(name=name, value=value)
                for name, value in self.get_requisites(order, address, context)
                if value
            ),
        )

    # -- the order itself

    def get_id(self, order: Any, context: ExchangeContext) -> str:
        """Ид: at most 40 characters, the same in every batch."""
        return read_text(order, wellknown.EXTERNAL_ID) or prefixed("order", order.pk)

    def get_number(self, order: Any, context: ExchangeContext) -> str:
        """Номер: the only key by which 1C knows an order again.  Never renumber, never reuse."""
        return read_text(order, wellknown.NUMBER) or str(order.pk)

    def get_created_at(self, order: Any, context: ExchangeContext) -> datetime:
        created_at: datetime = read(order, wellknown.CREATED_AT)
        return created_at if timezone.is_aware(created_at) else timezone.make_aware(created_at, self.zone)

    def get_currency(self, order: Any, context: ExchangeContext) -> str:
        """Валюта: three characters, as the currency is named in the 1C base (``CURRENCY_NAMES``)."""
        currency = read_text(order, wellknown.CURRENCY) or conf.CURRENCY
        return conf.CURRENCY_NAMES.get(currency, currency)

    def get_total(self, order: Any, context: ExchangeContext) -> Decimal | None:
        """What the customer pays, delivery included.  None: what the rows make, less the discounts.

        A total below the rows is taken for a discount and spread over them.
        """
        return read_decimal(order, wellknown.TOTAL)

    def get_vat_included(self, order: Any, context: ExchangeContext) -> bool:
        included = read(order, wellknown.VAT_INCLUDED)
        return self.vat_included if included is None else bool(included)

    def get_discounts(self, order: Any, context: ExchangeContext) -> Iterable[Discount]:
        """Discounts on the whole order, which the total must reflect."""
        amount = read_decimal(order, wellknown.DISCOUNT)
        if amount:
            yield Discount(name="Скидка", amount=amount)

    def get_comment(self, order: Any, context: ExchangeContext) -> str:
        return read_text(order, wellknown.COMMENT)

    # -- rows

    def get_rows(self, order: Any, context: ExchangeContext) -> Iterator[OrderItem]:
        """All rows of the document: the items, then the delivery."""
        yield from self.get_items(order, context)
        delivery = self.get_delivery(order, context)
        if delivery is not None:
            yield delivery

    def get_delivery(self, order: Any, context: ExchangeContext) -> OrderItem | None:
        """The delivery as a service row; None when it costs nothing."""
        cost = read_decimal(order, wellknown.DELIVERY_COST)
        if not cost:
            return None
        rate = read_decimal(order, wellknown.DELIVERY_VAT_RATE)
        return OrderItem(
            id=conf.DELIVERY_ID,
            name=conf.DELIVERY_NAME,
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
        yield "Сайт", self.site_name
        yield "Организация", self.get_organization(order, context)
        yield "Склад", self.get_warehouse(order, context)
        yield "Договор контрагента", self.get_agreement(order, context)

    def get_status_requisites(self, order: Any, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        code, name = choice(order, wellknown.STATUS)
        yield "Статус заказа", name
        yield "Статуса заказа ИД", code  # sic: so UNF and Bitrix spell it
        yield "Отменен", boolean(self.is_cancelled(order, context))

    def is_cancelled(self, order: Any, context: ExchangeContext) -> bool:
        cancelled = read(order, wellknown.CANCELLED)
        if cancelled is None:
            return read_text(order, wellknown.STATUS).lower() in {"cancelled", "canceled"}
        return bool(cancelled)

    def get_payment_requisites(self, order: Any, context: ExchangeContext) -> Iterable[tuple[str, str]]:
        code, name = choice(order, wellknown.PAYMENT_METHOD)
        yield "Метод оплаты", name
        yield "Метод оплаты ИД", code
        paid = read(order, wellknown.PAID)
        if paid is not None:
            yield "Заказ оплачен", boolean(bool(paid))
        yield "Дата оплаты", self._day(read(order, wellknown.PAID_AT))
        yield "Номер платежного документа", read_text(order, wellknown.PAYMENT_NUMBER)

    def get_delivery_requisites(
        self, order: Any, address: Address | None, context: ExchangeContext
    ) -> Iterable[tuple[str, str]]:
        code, name = choice(order, wellknown.DELIVERY_METHOD)
        yield "Способ доставки", name
        yield "Метод доставки ИД", code
        yield "Адрес доставки", address.presentation if address else ""
        yield "Дата отгрузки", self._moment(read(order, wellknown.DELIVERY_DATE))

    def get_organization(self, order: Any, context: ExchangeContext) -> str:
        """The seller, where 1C keeps the books of several: UNF reads its name or ИНН."""
        return read_text(order, wellknown.ORGANIZATION) or conf.ORGANIZATION

    def get_warehouse(self, order: Any, context: ExchangeContext) -> str:
        """The warehouse's name.  As a requisite: UT fails on Склады of any other shape than its own."""
        return read_text(order, wellknown.WAREHOUSE) or conf.WAREHOUSE

    def get_agreement(self, order: Any, context: ExchangeContext) -> str:
        """The contract's name; UNF creates one it does not know.  UT takes it from its own settings."""
        return read_text(order, wellknown.AGREEMENT) or conf.AGREEMENT

    # -- what the settings say, read once for each exchange

    @cached_property
    def zone(self) -> ZoneInfo:
        return exchange_zone()

    @cached_property
    def vat_included(self) -> bool:
        return conf.VAT_INCLUDED

    @cached_property
    def delivery_vat_rate(self) -> Decimal | None:
        return self.default_vat_rate if conf.DELIVERY_VAT_RATE is None else to_decimal(conf.DELIVERY_VAT_RATE)

    @cached_property
    def site_name(self) -> str:
        return conf.SITE_NAME

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about this adapter."""
        return []

    def _day(self, value: Any) -> str:
        return self._moment(value)[:10]

    def _moment(self, value: Any) -> str:
        """``YYYY-MM-DDTHH:MM:SS`` in the 1C base's time."""
        if isinstance(value, datetime):
            if timezone.is_aware(value):
                value = value.astimezone(self.zone)
            return local_datetime(value)
        return f"{value.isoformat()}T00:00:00" if isinstance(value, date) else ""


def choice(subject: Any, names: tuple[str, ...]) -> tuple[str, str]:
    """Return the code and the words of a field with choices or of a related object; ("", "") without."""
    name = wellknown.attribute(type(subject), names)
    value = getattr(subject, name) if name else None
    if value is None or value == "":
        return "", ""
    display = getattr(subject, f"get_{name}_display", None)
    if display is not None:
        return str(value), str(display())
    code = getattr(value, "code", None) or getattr(value, "pk", None) or value
    return str(code), str(value)
