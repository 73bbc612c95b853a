"""Who buys: persons, companies and guests."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.conf import settings

from ..commerceml.documents import Address, AddressPart, AddressPartType, Contact, ContactType, Counterparty
from ..conf import conf
from . import wellknown
from .context import ExchangeContext
from .wellknown import WellKnown

_PARTS = (
    (AddressPartType.POSTAL_CODE, wellknown.POSTAL_CODE),
    (AddressPartType.COUNTRY, wellknown.COUNTRY),
    (AddressPartType.REGION, wellknown.REGION),
    (AddressPartType.DISTRICT, wellknown.DISTRICT),
    (AddressPartType.SETTLEMENT, wellknown.SETTLEMENT),
    (AddressPartType.CITY, wellknown.CITY),
    (AddressPartType.STREET, wellknown.STREET),
    (AddressPartType.HOUSE, wellknown.HOUSE),
    (AddressPartType.BUILDING, wellknown.BUILDING),
    (AddressPartType.FLAT, wellknown.FLAT),
)

#: Digits of a sole trader's ИНН: 1C takes one for a person with an ИНН, not for a company.
SOLE_TRADER_INN = 12


class CounterpartySerializer:
    """The buyer's part of ``OrderSerializer``."""

    def get_customer(self, order: Any, context: ExchangeContext) -> Any:
        """Return the registered customer, or None for a guest."""
        return wellknown.CUSTOMER.read(order)

    def get_counterparty(self, order: Any, address: Address | None, context: ExchangeContext) -> Counterparty:
        """Return the buyer.  What the order itself says goes before what its customer says."""
        customer = self.get_customer(order, context)
        sources = (order, customer) if customer is not None else (order,)
        email, phone = _first(sources, wellknown.CONTACT_EMAIL), _first(sources, wellknown.CONTACT_PHONE)
        inn = _first(sources, wellknown.INN)
        company = self.get_company_name(order, customer, context)
        is_company = bool(company) and len(inn) != SOLE_TRADER_INN
        person = sources[-1]
        return Counterparty(
            id=self.get_counterparty_id(order, customer, email, phone, context),
            name=company or self.get_person_name(order, customer, context) or email or phone,
            official_name=self.get_official_name(order, customer, context) if is_company else "",
            last_name="" if company else wellknown.LAST_NAME.text(person),
            first_name="" if company else wellknown.FIRST_NAME.text(person),
            middle_name="" if company else wellknown.MIDDLE_NAME.text(person),
            inn=inn,
            kpp=_first(sources, wellknown.KPP) if is_company else "",
            legal_address=self.get_legal_address(order, customer, context),
            address=address,
            contacts=tuple(self.get_contacts(order, email, phone, context)),
        )

    def get_company_name(self, order: Any, customer: Any, context: ExchangeContext) -> str:
        """Наименование of a company or sole trader, by which UT finds one without an ИНН; "" for a person."""
        return self.get_official_name(order, customer, context)

    def get_official_name(self, order: Any, customer: Any, context: ExchangeContext) -> str:
        """ОфициальноеНаименование of a company."""
        return _first((order,) if customer is None else (order, customer), wellknown.COMPANY_NAME)

    def get_person_name(self, order: Any, customer: Any, context: ExchangeContext) -> str:
        """Наименование of a person, by which UT finds it: the name given in the order, else the customer's."""
        name = wellknown.CONTACT_NAME.text(order)
        if not name and customer is not None:
            name = wellknown.FULL_NAME.text(customer)
        if not name:
            source = order if customer is None else customer
            parts = (wellknown.LAST_NAME, wellknown.FIRST_NAME, wellknown.MIDDLE_NAME)
            name = " ".join(filter(None, (part.text(source) for part in parts)))
        return name

    def get_counterparty_id(
        self, order: Any, customer: Any, email: str, phone: str, context: ExchangeContext
    ) -> str:
        """Ид of the buyer, at most 40 characters: UNF can find buyers by it.

        A guest's is made of the e-mail or phone, keyed, so that it stays the same and gives neither away.
        """
        if customer is not None:
            return wellknown.EXTERNAL_ID.text(customer) or prefixed("user", customer.pk)
        known_by = email.lower() or re.sub(r"\D", "", phone) or f"order {order.pk}"
        return f"guest-{hmac.digest(self.guest_key, known_by.encode('utf-8', 'replace'), 'sha256').hex()[:32]}"

    def get_contacts(self, order: Any, email: str, phone: str, context: ExchangeContext) -> Iterator[Contact]:
        if phone:
            yield Contact(type=ContactType.PHONE, value=phone)
        if email:
            yield Contact(type=ContactType.EMAIL, value=email)

    def get_delivery_address(self, order: Any, context: ExchangeContext) -> Address | None:
        """Return where the order goes: UT takes the buyer's Адрес for it."""
        return self.get_address(wellknown.DELIVERY_ADDRESS.read(order), context)

    def get_legal_address(self, order: Any, customer: Any, context: ExchangeContext) -> Address | None:
        sources = (order,) if customer is None else (order, customer)
        given = next(filter(None, (wellknown.LEGAL_ADDRESS.read(source) for source in sources)), None)
        return self.get_address(given, context)

    def get_address(self, value: Any, context: ExchangeContext) -> Address | None:
        """Return an address from a text, or from an object with well-known fields and a ``str()``.

        A text is sent as it is.  UT builds its own text from the parts of an object, which therefore hold bare
        names: "Москва", not "г. Москва".
        """
        if not value:
            return None
        if isinstance(value, str):
            return Address(presentation=value)
        parts = ((type_, names.text(value)) for type_, names in _PARTS)
        return Address(
            presentation=str(value),
            parts=tuple(AddressPart(type=type_, value=text) for type_, text in parts if text),
        )

    @cached_property
    def guest_key(self) -> bytes:
        secret = conf.GUEST_ID_SECRET or settings.SECRET_KEY
        return hashlib.sha256(f"django_onec_exchange.guest {secret}".encode()).digest()


def prefixed(prefix: str, pk: Any) -> str:
    """Return ``order-17``; a UUID stands alone, since an Ид has 40 characters."""
    return f"{prefix}-{pk}" if len(str(pk)) < 30 else str(pk)


def _first(sources: tuple[Any, ...], names: WellKnown) -> str:
    for source in sources:
        text = names.text(source)
        if text:
            return text
    return ""
