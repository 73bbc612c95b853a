"""Who buys: persons, companies and guests."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django.conf import settings

from ..commerceml.documents import Address, AddressPart, AddressPartType, Contact, ContactType, Counterparty
from ..conf import conf
from . import wellknown
from .context import ExchangeContext
from .values import own_words

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
_STREET_AND_HOUSE = {AddressPartType.STREET, AddressPartType.HOUSE}
_TOWN = frozenset({AddressPartType.CITY, AddressPartType.SETTLEMENT})

_NAME = (wellknown.LAST_NAME, wellknown.FIRST_NAME, wellknown.MIDDLE_NAME)

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
        email, phone = wellknown.CONTACT_EMAIL.first_text(sources), wellknown.CONTACT_PHONE.first_text(sources)
        inn = wellknown.INN.first_text(sources)
        company = self.get_company_name(order, customer, context)
        is_company = bool(company) and len(inn) != SOLE_TRADER_INN
        name = company or self.get_person_name(order, customer, context) or email or phone
        last_name, first_name, middle_name = ("", "", "") if company else _name_parts(order, customer, name)
        return Counterparty(
            id=self.get_counterparty_id(order, customer, email, phone, context),
            name=name,
            official_name=self.get_official_name(order, customer, context) if is_company else "",
            last_name=last_name,
            first_name=first_name,
            middle_name=middle_name,
            inn=inn,
            kpp=wellknown.KPP.first_text(sources) if is_company else "",
            legal_address=self.get_legal_address(order, customer, context),
            address=address,
            contacts=tuple(self.get_contacts(order, email, phone, context)),
        )

    def get_company_name(self, order: Any, customer: Any, context: ExchangeContext) -> str:
        """Наименование of a company or sole trader, by which UT finds one without an ИНН; "" for a person."""
        return self.get_official_name(order, customer, context)

    def get_official_name(self, order: Any, customer: Any, context: ExchangeContext) -> str:
        """ОфициальноеНаименование of a company."""
        return wellknown.COMPANY_NAME.first_text((order,) if customer is None else (order, customer))

    def get_person_name(self, order: Any, customer: Any, context: ExchangeContext) -> str:
        """Наименование of a person, by which UT finds it: the name given in the order, else the customer's."""
        name = wellknown.CONTACT_NAME.text(order)
        if not name and customer is not None:
            name = wellknown.FULL_NAME.text(customer)
        if not name:
            source = order if customer is None else customer
            name = " ".join(filter(None, (names.text(source) for names in _NAME)))
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
        """Return an address from a text, or from an object or mapping with well-known names.

        A text is sent as it is.  UT builds a text of its own from the parts and drops ours: they go along only if
        they are the whole address, and hold bare names: "Москва", not "г. Москва".
        """
        if not value:
            return None
        if isinstance(value, str):
            return Address(presentation=value)
        parts = {type_: text for type_, names in _PARTS if (text := names.text(value))}
        whole = parts.keys() >= _STREET_AND_HOUSE and not _TOWN.isdisjoint(parts)
        presentation = own_words(value) or ", ".join([*parts.values(), *(() if whole else _other_texts(value))])
        if not presentation:
            return None
        return Address(
            presentation=presentation,
            parts=tuple(AddressPart(type=type_, value=text) for type_, text in parts.items()) if whole else (),
        )

    @cached_property
    def guest_key(self) -> bytes:
        secret = conf.GUEST_ID_SECRET or settings.SECRET_KEY
        return hashlib.sha256(f"django_onec_exchange.guest {secret}".encode()).digest()


def prefixed(prefix: str, pk: Any) -> str:
    """Return ``order-17``; a UUID stands alone, since an Ид has 40 characters."""
    return f"{prefix}-{pk}" if len(str(pk)) < 30 else str(pk)


def _name_parts(order: Any, customer: Any, name: str) -> tuple[str, str, str]:
    """Return Фамилия, Имя, Отчество; none where the order was given for somebody else than its customer."""
    person = order if customer is None else customer
    last_name, first_name, middle_name = (names.text(person) for names in _NAME)
    if customer is not None and name == wellknown.CONTACT_NAME.text(order):
        own_name = f"{last_name} {first_name} {middle_name}"
        if not set(name.casefold().split()).issuperset(own_name.casefold().split()):
            return "", "", ""
    return last_name, first_name, middle_name


def _other_texts(address: Any) -> list[str]:
    """Return the texts of a mapping that stand under other names than the well-known."""
    if not isinstance(address, Mapping):
        return []
    known = {name for _, names in _PARTS for name in names}
    others = (value for key, value in address.items() if key not in known)
    return [value.strip() for value in others if isinstance(value, str) and value.strip()]
