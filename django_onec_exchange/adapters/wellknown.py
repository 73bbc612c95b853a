"""The names under which shops keep what an order is made of, and how they are read.

The default serializer tries them in this order; ``docs/adapters/reading.md`` lists them for integrators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from inspect import isfunction
from operator import attrgetter, methodcaller
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Field, Model

from ..commerceml.money import KOPECK
from .values import own_words, to_decimal, to_kopecks


class WellKnown:
    """Names of one fact, the first of which that a class knows is read.

    What a class knows is looked up once: an order is read under some ninety names.
    """

    __slots__ = ("_getters", "_names")

    def __init__(self, *names: str) -> None:
        self._names = names
        self._getters = _Getters(self)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def on(self, cls: type) -> str | None:
        """Return the name under which ``cls`` has it; None without any."""
        fields = getattr(cls, "__dataclass_fields__", ())
        return next((name for name in self if name in fields or hasattr(cls, name)), None)

    def read(self, subject: Any) -> Any:
        """Return what ``subject`` has, else None, also where a relation leads nowhere.  A method is called.

        Fields, properties and methods of the class are found, not attributes set on one instance.  A mapping is
        read by its keys.
        """
        getter = self._getters[subject.__class__]
        if getter is None:
            return None
        try:
            return getter(subject)
        except ObjectDoesNotExist:
            return None

    def text(self, subject: Any) -> str:
        """Return the same as a trimmed text, "" for None."""
        getter = self._getters[subject.__class__]  # not by ``read``: one call less, forty times for each order
        if getter is None:
            return ""
        try:
            value = getter(subject)
        except ObjectDoesNotExist:
            return ""
        return value.strip() if isinstance(value, str) else "" if value is None else words(value)

    def first(self, subjects: Iterable[Any]) -> Any:
        """Return what the first of these has that has any, else None."""
        for subject in subjects:
            value = self.read(subject)
            # what is truthy needs no comparison: a Decimal is slow to compare to a text
            if value or (value is not None and value != ""):
                return value
        return None

    def first_text(self, subjects: Iterable[Any]) -> str:
        """Return the text of the first of these that has one, else ""."""
        for subject in subjects:
            text = self.text(subject)
            if text:
                return text
        return ""

    def decimal(self, subject: Any) -> Decimal | None:
        """Return the same as a Decimal, None where there is none."""
        return to_decimal(self.read(subject))

    def money(self, subject: Any, rounding: str = ROUND_HALF_UP) -> Decimal | None:
        """Return the same in whole kopecks."""
        value = self.read(subject)
        if value is None or (isinstance(value, Decimal) and value.same_quantum(KOPECK)):  # as databases give it
            return value
        number = to_decimal(value)
        return None if number is None else to_kopecks(number, rounding)


class _Getters(dict[type, Callable[[Any], Any] | None]):
    """How to read one fact from the instances of each class; None for a class that does not have it."""

    def __init__(self, names: WellKnown) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, cls: type) -> Callable[[Any], Any] | None:
        name = self._names.on(cls)
        if issubclass(cls, Mapping):
            getter: Callable[[Any], Any] | None = self._by_key
        elif name is None:
            getter = None
        elif isfunction(getattr(cls, name, None)):
            getter = methodcaller(name)
        else:
            getter = attrgetter(name)
        self[cls] = getter
        return getter

    def _by_key(self, subject: Mapping[str, Any]) -> Any:
        return next((subject[name] for name in self._names if name in subject), None)


CUSTOMER = WellKnown("customer", "user", "client", "buyer")
ITEMS = WellKnown("items", "lines", "order_items", "positions")
PRODUCT = WellKnown("product")
VARIANT = WellKnown("variant", "product_variant")

# on an order
NUMBER = WellKnown("number", "order_number")
EXTERNAL_ID = WellKnown("onec_id", "external_id", "guid")
CREATED_AT = WellKnown("created_at", "date_placed", "created")
CURRENCY = WellKnown("currency")
TOTAL = WellKnown("total", "total_amount", "grand_total", "total_price", "total_incl_tax")
COMMENT = WellKnown("comment", "customer_comment", "customer_notes", "note")
DISCOUNT = WellKnown("discount", "discount_amount", "discount_total")
DELIVERY_COST = WellKnown("delivery_cost", "shipping_cost", "delivery_price", "shipping_incl_tax")
DELIVERY_VAT_RATE = WellKnown("delivery_vat_rate")
VAT_INCLUDED = WellKnown("vat_included", "prices_include_vat")
STATUS = WellKnown("status")
CANCELLED = WellKnown("is_cancelled", "is_canceled", "cancelled", "canceled")
PAID = WellKnown("is_paid", "paid")
PAID_AT = WellKnown("paid_at", "payment_date")
PAYMENT_NUMBER = WellKnown("payment_number", "transaction_id")
PAYMENT_METHOD = WellKnown("payment_method", "payment_type")
DELIVERY_METHOD = WellKnown("delivery_method", "shipping_method", "delivery_type")
DELIVERY_DATE = WellKnown("delivery_date", "ship_at")
DELIVERY_ADDRESS = WellKnown("delivery_address", "shipping_address", "address")
WAREHOUSE = WellKnown("warehouse", "stock")
ORGANIZATION = WellKnown("organization", "organisation")
AGREEMENT = WellKnown("agreement", "contract")

# on an order (a guest's own fields) or on its customer
CONTACT_NAME = WellKnown("customer_name", "guest_name", "contact_name")
CONTACT_EMAIL = WellKnown("customer_email", "guest_email", "email")
CONTACT_PHONE = WellKnown("customer_phone", "guest_phone", "phone", "phone_number")
FULL_NAME = WellKnown("get_full_name", "full_name", "name")
LAST_NAME = WellKnown("last_name", "surname")
FIRST_NAME = WellKnown("first_name")
MIDDLE_NAME = WellKnown("middle_name", "patronymic")
COMPANY_NAME = WellKnown("company_name", "official_name", "legal_name")
INN = WellKnown("inn", "tax_id")
KPP = WellKnown("kpp")
LEGAL_ADDRESS = WellKnown("legal_address")

# on a row, its variant or its product
ITEM_NAME = WellKnown("name", "product_name", "title")
ARTICLE = WellKnown("article", "sku", "vendor_code", "partner_sku")
PRICE = WellKnown("price", "unit_price", "unit_price_incl_tax")
QUANTITY = WellKnown("quantity", "qty")
ITEM_TOTAL = WellKnown("total", "total_price", "subtotal", "amount", "line_price_incl_tax")
VAT_RATE = WellKnown("vat_rate", "vat", "tax_rate")
UNIT = WellKnown("unit", "unit_of_measure")
UNIT_CODE = WellKnown("code", "okei", "okei_code")
UNIT_SHORT_NAME = WellKnown("short_name", "symbol", "name")
UNIT_FULL_NAME = WellKnown("full_name", "name")
UNIT_INTERNATIONAL = WellKnown("international", "international_code")

# on an address
POSTAL_CODE = WellKnown("postal_code", "postcode", "zip_code", "zip", "index")
COUNTRY = WellKnown("country")
REGION = WellKnown("region", "state")
DISTRICT = WellKnown("district")
SETTLEMENT = WellKnown("settlement")
CITY = WellKnown("city")
STREET = WellKnown("street")
HOUSE = WellKnown("house")
BUILDING = WellKnown("building", "block")
FLAT = WellKnown("flat", "apartment")


def model_field(model: type[Model], names: WellKnown) -> Field[Any, Any] | None:
    """Return the field under which ``model`` stores a fact; None where it has none, or computes it."""
    try:
        field = model._meta.get_field(names.on(model) or "")
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def words(value: Any) -> str:
    """Return the text of a value; of an object without words of its own its name, "" where it has none."""
    return own_words(value) or ITEM_NAME.text(value)
