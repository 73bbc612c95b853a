"""The names under which shops keep what an order is made of, and how they are read.

The default serializer tries them in this order; ``docs/adapters.md`` lists them for integrators.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

CUSTOMER = ("customer", "user", "client", "buyer")
ITEMS = ("items", "lines", "order_items", "positions")
PRODUCT = ("product",)
VARIANT = ("variant", "product_variant")

# on an order
NUMBER = ("number", "order_number")
EXTERNAL_ID = ("onec_id", "external_id", "guid")
CREATED_AT = ("created_at", "date_placed", "created")
CURRENCY = ("currency",)
TOTAL = ("total", "total_amount", "grand_total", "total_price")
COMMENT = ("comment", "customer_comment", "customer_notes", "note")
DISCOUNT = ("discount", "discount_amount", "discount_total")
DELIVERY_COST = ("delivery_cost", "shipping_cost", "delivery_price")
DELIVERY_VAT_RATE = ("delivery_vat_rate",)
VAT_INCLUDED = ("vat_included", "prices_include_vat")
STATUS = ("status",)
CANCELLED = ("is_cancelled", "is_canceled", "cancelled", "canceled")
PAID = ("is_paid", "paid")
PAID_AT = ("paid_at", "payment_date")
PAYMENT_NUMBER = ("payment_number", "transaction_id")
PAYMENT_METHOD = ("payment_method", "payment_type")
DELIVERY_METHOD = ("delivery_method", "shipping_method", "delivery_type")
DELIVERY_DATE = ("delivery_date", "ship_at")
DELIVERY_ADDRESS = ("delivery_address", "shipping_address", "address")
WAREHOUSE = ("warehouse", "stock")
ORGANIZATION = ("organization", "organisation")
AGREEMENT = ("agreement", "contract")

# on an order (a guest's own fields) or on its customer
CONTACT_NAME = ("customer_name", "guest_name", "contact_name")
CONTACT_EMAIL = ("customer_email", "guest_email", "email")
CONTACT_PHONE = ("customer_phone", "guest_phone", "phone", "phone_number")
FULL_NAME = ("get_full_name", "full_name", "name")
LAST_NAME = ("last_name", "surname")
FIRST_NAME = ("first_name",)
MIDDLE_NAME = ("middle_name", "patronymic")
COMPANY_NAME = ("company_name", "official_name", "legal_name")
INN = ("inn", "tax_id")
KPP = ("kpp",)
LEGAL_ADDRESS = ("legal_address",)

# on a row, its variant or its product
ITEM_NAME = ("name", "product_name", "title")
ARTICLE = ("article", "sku", "vendor_code")
PRICE = ("price", "unit_price")
QUANTITY = ("quantity", "qty")
ITEM_TOTAL = ("total", "total_price", "subtotal", "amount")
VAT_RATE = ("vat_rate", "vat", "tax_rate")
UNIT = ("unit", "unit_of_measure")
UNIT_CODE = ("code", "okei", "okei_code")
UNIT_SHORT_NAME = ("short_name", "symbol", "name")
UNIT_FULL_NAME = ("full_name", "name")
UNIT_INTERNATIONAL = ("international", "international_code")

# on an address
POSTAL_CODE = ("postal_code", "postcode", "zip_code", "zip", "index")
COUNTRY = ("country",)
REGION = ("region", "state")
DISTRICT = ("district",)
SETTLEMENT = ("settlement",)
CITY = ("city",)
STREET = ("street",)
HOUSE = ("house",)
BUILDING = ("building", "block")
FLAT = ("flat", "apartment")


_found: dict[tuple[type, tuple[str, ...]], str | None] = {}


def attribute(cls: type, names: tuple[str, ...]) -> str | None:
    """Return the first of ``names`` that the class has; None without any."""
    try:
        return _found[cls, names]
    except KeyError:
        return _found.setdefault((cls, names), next((name for name in names if hasattr(cls, name)), None))


def read(subject: Any, names: tuple[str, ...]) -> Any:
    """Return what ``subject`` has under the first of ``names`` that its class knows, else None.

    A method is called.  Fields, properties and methods of the class are found, not attributes set on one
    instance.
    """
    name = attribute(type(subject), names)
    if name is None:
        return None
    value = getattr(subject, name)
    return value() if callable(value) and not hasattr(value, "all") else value


def read_text(subject: Any, names: tuple[str, ...]) -> str:
    """Return the same as a trimmed text, "" for None."""
    value = read(subject, names)
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def read_decimal(subject: Any, names: tuple[str, ...]) -> Decimal | None:
    """Return the same as a Decimal; None where there is none."""
    return to_decimal(read(subject, names))


def to_decimal(value: Any) -> Decimal | None:
    """Return a number or its text as a Decimal, None for None and "".  What is no number becomes NaN.

    NaN is no legal amount, so validation names the row instead of the request failing.
    """
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")
