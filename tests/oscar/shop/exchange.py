"""django-oscar's orders for 1C.  Oscar's models stay as they are, so the ledger remembers what was sent."""

from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from oscar.core.loading import get_class, get_model

from django_onec_exchange.adapters import ExchangeLists, OrderSelector, OrderSerializer, OrderUpdateHandler
from django_onec_exchange.commerceml.documents import Address, OrderItem

Order = get_model("order", "Order")
SourceType = get_model("payment", "SourceType")
Transaction = get_model("payment", "Transaction")
Repository = get_class("shipping.repository", "Repository")

KOPECK = Decimal("0.01")
VAT_RATES = [Decimal(rate) for rate in (5, 7, 10, 20, 22)]
ADDRESS = ["postcode", "country", "state", "line4", "line1", "line2", "line3"]


class PlacedOrders(OrderSelector):
    """All but those that wait for the bank; the oldest first."""

    created_at_field = "date_placed"

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("shipping_address__country", "billing_address__country")
            .prefetch_related("surcharges", "discounts", "notes", "sources__source_type", "sources__transactions")
        )

    def select(self, context):
        return super().select(context).exclude(status="Awaiting payment")


class OscarOrders(OrderSerializer):
    """Number, date, currency, lines and prices are found under Oscar's own names; here is the rest."""

    # -- the buyer

    def get_person_name(self, order, customer, context):
        """Guests have no name of their own, and users of Oscar seldom: who pays is in the addresses."""
        payer = get_payer(order)
        return super().get_person_name(order, customer, context) or (payer.name if payer else "")

    def get_counterparty(self, order, address, context):
        buyer = super().get_counterparty(order, address, context)
        payer = get_payer(order)
        if payer is None or buyer.name != payer.name:
            return buyer
        return replace(buyer, last_name=payer.last_name, first_name=payer.first_name)

    def get_contacts(self, order, email, phone, context):
        if order.shipping_address:
            phone = str(order.shipping_address.phone_number or "")
        return super().get_contacts(order, email, phone, context)

    def get_legal_address(self, order, customer, context):
        return self.get_address(order.billing_address, context)

    def get_address(self, value, context):
        """Without the name, with which ``str()`` of Oscar's addresses begins."""
        text = ", ".join(value.get_address_field_values(ADDRESS)) if value else ""
        return Address(presentation=text) if text else None

    # -- rows and money

    def get_items(self, order, context):
        """Oscar adds up unrounded prices, so its total may be a few kopecks beside the sum of the lines."""
        items = list(super().get_items(order, context))
        rest = order.basket_total_incl_tax - sum(item.total for item in items)
        if rest and abs(rest) <= KOPECK * len(items):
            largest = max(items, key=lambda item: item.total)
            items[items.index(largest)] = replace(largest, total=largest.total + rest)
        return items

    def get_item_id(self, item, product, variant, context):
        """Product.code is where the catalogue handler keeps 1C's Ид, of a variant ``product#variant``."""
        return (product.code if product else "") or super().get_item_id(item, product, variant, context)

    def get_vat_rate(self, sources, context):
        """Before discounts: a gift has a rate, too."""
        line = sources[0]
        return vat_rate(line.line_price_before_discounts_incl_tax, line.line_price_before_discounts_excl_tax)

    def get_delivery(self, order, context):
        row = super().get_delivery(order, context)  # a discount on the delivery is taken off already
        if row is None:
            return None
        return replace(row, vat_rate=vat_rate(order.shipping_incl_tax, order.shipping_excl_tax))

    def get_rows(self, order, context):
        rows = list(super().get_rows(order, context))
        yield from rows
        for charge in order.surcharges.all() if rows else ():
            if charge.incl_tax > 0:  # one below zero makes the total less, and that is a discount
                yield OrderItem(
                    id=f"surcharge-{charge.code}"[:80],
                    name=charge.name,
                    price=charge.incl_tax,
                    quantity=Decimal(1),
                    total=charge.incl_tax,
                    unit=self.default_unit,
                    vat_rate=vat_rate(charge.incl_tax, charge.excl_tax),
                    is_service=True,
                    kind="Услуга",
                )

    # -- the rest

    def get_comment(self, order, context):
        """Vouchers, and the managers' notes, oldest first.  The discounts themselves are in the lines."""
        vouchers = [one.voucher_code for one in order.discounts.all() if one.voucher_code]
        notes = [note.message for note in reversed(order.notes.all()) if note.note_type != note.SYSTEM]
        return "\n".join([f"Промокод: {code}" for code in dict.fromkeys(vouchers)] + notes)

    def get_payment_requisites(self, order, context):
        sources = list(order.sources.all())
        if not sources:
            return
        paid = sum(source.amount_debited - source.amount_refunded for source in sources)
        debits = [
            one.date_created
            for source in sources
            for one in source.transactions.all()
            if one.txn_type == Transaction.DEBIT
        ]
        yield "Метод оплаты", ", ".join(source.source_type.name for source in sources)
        yield "Метод оплаты ИД", sources[0].source_type.code
        yield "Заказ оплачен", "true" if paid >= order.total_incl_tax else "false"
        yield "Дата оплаты", f"{max(debits).astimezone(self.zone):%Y-%m-%d}" if debits else ""
        yield "Номер платежного документа", sources[0].reference

    def get_delivery_requisites(self, order, address, context):
        requisites = dict(super().get_delivery_requisites(order, address, context))
        yield from (requisites | {"Метод доставки ИД": order.shipping_code}).items()


def get_payer(order):
    return order.billing_address or order.shipping_address


def vat_rate(incl_tax, excl_tax):
    """Return the rate whose tax comes nearest: Oscar keeps amounts.  None is «Без НДС»."""
    tax = incl_tax - excl_tax
    return min(VAT_RATES, key=lambda rate: abs(excl_tax * rate / 100 - tax)) if tax else None


class OscarOrderUpdates(OrderUpdateHandler):
    """Oscar allows the steps of its pipeline alone, so an order takes each one that 1C tells of, in turn.

    ``set_status`` moves the lines along, writes Oscar's history and sends its signals, as the dashboard does.
    """

    def apply(self, order, update, context):
        before = order.status
        for fact, status in settings.ONEC_EXCHANGE_ORDER_STATUSES.items():
            if self.holds(fact, update) and status in order.available_statuses():
                order.set_status(status)
        return order.status != before


class OscarLists(ExchangeLists):
    def get_statuses(self, context):
        return [(status, status) for status in Order.all_statuses()]

    def get_payment_methods(self, context):
        return [(kind.code, kind.name) for kind in SourceType.objects.order_by("pk")]

    def get_delivery_methods(self, context):
        return [(method.code, str(method.name)) for method in Repository().methods]
