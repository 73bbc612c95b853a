"""Persons, companies and guests: who bought, where they live, how to reach them."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db.models import Model

from django_onec_exchange.adapters import OrderSerializer, wellknown
from django_onec_exchange.commerceml.documents import AddressPartType, ContactType
from tests.adapters.things import a_thing, an_order_thing
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db

COMPANY = {
    "company_name": "ООО «Колёса»",
    "inn": "7701234567",
    "kpp": "770101001",
    "legal_address": "101000, Москва, Мясницкая, 1",
}


@pytest.fixture
def buyer_of(serialize, make_order):
    """Return the counterparty of an order; by default of one that tells nothing of its buyer."""

    def run(customer: Customer | None = None, **fields):
        nobody = {"customer_name": "", "customer_email": "", "customer_phone": ""}
        order = make_order(customer=customer, **nobody | fields)
        return serialize(Order.objects.get(pk=order.pk)).counterparty

    return run


def a_customer(**fields) -> Customer:
    names = {"last_name": "Петров", "first_name": "Пётр", "middle_name": "Ильич"}
    return Customer.objects.create(**names | fields)


def contacts(buyer) -> list[tuple[ContactType, str]]:
    return [(contact.type, contact.value) for contact in buyer.contacts]


def test_a_person_has_a_name_and_its_parts(buyer_of):
    customer = a_customer(email="p@example.org", phone="+7 495 000-00-00", legal_address="Тверь")

    buyer = buyer_of(customer)

    assert buyer.id == f"user-{customer.pk}"
    assert buyer.name == "Петров Пётр Ильич"
    assert (buyer.last_name, buyer.first_name, buyer.middle_name) == ("Петров", "Пётр", "Ильич")
    assert (buyer.official_name, buyer.inn, buyer.kpp) == ("", "", "")
    assert not buyer.is_company
    assert buyer.legal_address.presentation == "Тверь"
    assert contacts(buyer) == [(ContactType.PHONE, "+7 495 000-00-00"), (ContactType.EMAIL, "p@example.org")]


def test_a_company_has_its_official_name_codes_and_legal_address(buyer_of):
    buyer = buyer_of(a_customer(**COMPANY))

    assert (buyer.name, buyer.official_name) == ("ООО «Колёса»", "ООО «Колёса»")
    assert (buyer.inn, buyer.kpp) == ("7701234567", "770101001")
    assert buyer.legal_address.presentation == "101000, Москва, Мясницкая, 1"
    assert (buyer.last_name, buyer.first_name, buyer.middle_name) == ("", "", "")


def test_a_sole_trader_is_a_person_with_an_inn(buyer_of):
    buyer = buyer_of(a_customer(**COMPANY | {"company_name": "ИП Петров П. И.", "inn": "770123456789"}))

    assert not buyer.is_company
    assert (buyer.name, buyer.inn, buyer.kpp) == ("ИП Петров П. И.", "770123456789", "")


def test_what_is_not_known_of_a_company_stays_out(buyer_of):
    buyer = buyer_of(a_customer(company_name="ООО «Колёса»"))

    assert (buyer.inn, buyer.kpp, buyer.legal_address, buyer.address) == ("", "", None, None)
    assert contacts(buyer) == []


@pytest.mark.parametrize(
    ("fields", "customer", "name"),
    [
        pytest.param({"customer_name": " Анна "}, {}, "Анна", id="what the order says goes first"),
        pytest.param({}, {}, "Петров Пётр Ильич", id="then the customer's names"),
        pytest.param({}, {"last_name": "", "middle_name": ""}, "Пётр", id="those there are"),
        pytest.param(
            {"customer_email": "a@example.org"},
            {"last_name": "", "first_name": "", "middle_name": ""},
            "a@example.org",
            id="then the e-mail",
        ),
        pytest.param(
            {"customer_phone": "495"},
            {"last_name": "", "first_name": "", "middle_name": ""},
            "495",
            id="then the phone",
        ),
    ],
)
def test_a_buyer_has_some_name(buyer_of, fields, customer, name):
    assert buyer_of(a_customer(**customer), **fields).name == name


@pytest.mark.parametrize(
    ("contact", "parts"),
    [
        pytest.param("Анна Смирнова", ("", "", ""), id="somebody else"),
        pytest.param("Петров Пётр", ("", "", ""), id="not in full"),
        pytest.param("пётр ильич петров", ("Петров", "Пётр", "Ильич"), id="the same"),
        pytest.param("", ("Петров", "Пётр", "Ильич"), id="nobody"),
    ],
)
def test_the_parts_of_a_name_are_those_of_the_name_that_is_sent(buyer_of, contact, parts):
    buyer = buyer_of(a_customer(), customer_name=contact)

    assert buyer.name == (contact or "Петров Пётр Ильич")
    assert (buyer.last_name, buyer.first_name, buyer.middle_name) == parts


def test_the_contacts_of_the_order_go_before_those_of_the_customer(buyer_of):
    customer = a_customer(email="p@example.org", phone="1")

    buyer = buyer_of(customer, customer_email="order@example.org")

    assert contacts(buyer) == [(ContactType.PHONE, "1"), (ContactType.EMAIL, "order@example.org")]


def test_a_guest_is_known_by_the_orders_own_fields(buyer_of):
    buyer = buyer_of(customer_name="Анна", customer_email="a@example.org", customer_phone="495")

    assert buyer.name == "Анна"
    assert contacts(buyer) == [(ContactType.PHONE, "495"), (ContactType.EMAIL, "a@example.org")]
    assert not buyer.is_company


def test_a_guest_of_whom_nothing_is_known_is_left_out(serialize, problems, make_order):
    order = make_order(customer_name="", customer_email="", customer_phone="")

    assert problems(serialize(order)) == ["no-counterparty"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"customer_email": "Anna@Example.org"}, {"customer_email": "anna@example.org"}, id="e-mail in any case"
        ),
        pytest.param({"customer_phone": "+7 (495) 1"}, {"customer_phone": "74951"}, id="phone in any form"),
        pytest.param(
            {"customer_email": "a@example.org", "customer_phone": "1"},
            {"customer_email": "a@example.org", "customer_name": "Анна"},
            id="the e-mail alone counts",
        ),
    ],
)
def test_a_guest_keeps_its_id(buyer_of, one, other):
    assert buyer_of(**one).id == buyer_of(**other).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"customer_email": "a@example.org"}, {"customer_email": "b@example.org"}),
        ({"customer_phone": "1"}, {"customer_phone": "2"}),
        ({"customer_name": "Анна"}, {"customer_name": "Анна"}),  # two orders, and no way to tell
    ],
)
def test_two_guests_have_two_ids(buyer_of, one, other):
    assert buyer_of(**one).id != buyer_of(**other).id


def test_the_id_of_a_guest_gives_nothing_away(buyer_of):
    guest = buyer_of(customer_name="Anna", customer_email="anna@example.org", customer_phone="74951234567").id

    assert len(guest) <= 40
    assert guest.startswith("guest-")
    assert not any(secret in guest for secret in ("anna", "example", "@", "74951234567", "4951234567"))


def test_the_id_of_a_guest_is_keyed(buyer_of, settings):
    ids = {}
    for name, secrets in {
        "the site's": {"SECRET_KEY": "a", "ONEC_EXCHANGE_GUEST_ID_SECRET": ""},
        "another site's": {"SECRET_KEY": "b", "ONEC_EXCHANGE_GUEST_ID_SECRET": ""},
        "its own": {"SECRET_KEY": "a", "ONEC_EXCHANGE_GUEST_ID_SECRET": "c"},
        "its own, other site": {"SECRET_KEY": "b", "ONEC_EXCHANGE_GUEST_ID_SECRET": "c"},
    }.items():
        for setting, value in secrets.items():
            setattr(settings, setting, value)
        ids[name] = buyer_of(customer_email="a@example.org").id

    assert len({ids["the site's"], ids["another site's"], ids["its own"]}) == 3
    assert ids["its own"] == ids["its own, other site"]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        pytest.param({"pk": 7}, "user-7", id="primary key"),
        pytest.param({"pk": 7, "onec_id": "a-guid"}, "a-guid", id="the id that 1C gave"),
        pytest.param(
            {"pk": UUID("12345678-1234-5678-1234-567812345678")}, "12345678-1234-5678-1234-567812345678", id="UUID"
        ),
    ],
)
def test_a_registered_buyer_is_known_by_its_account(serialize, customer, expected):
    order = an_order_thing(customer=a_thing(**customer))

    assert serialize(order).counterparty.id == expected


def test_a_django_user_is_a_customer(serialize, django_user_model):
    user = django_user_model.objects.create_user("p", "p@example.org", first_name="Пётр", last_name="Петров")
    order = an_order_thing(user=user, customer_name="")

    buyer = serialize(order).counterparty

    assert (buyer.name, buyer.last_name, buyer.id) == ("Пётр Петров", "Петров", f"user-{user.pk}")


def test_an_address_has_its_text_and_its_parts(buyer_of):
    address = Address.objects.create(postal_code="125009", city="Москва", street="Тверская", house="7", flat="12")

    sent = buyer_of(customer_name="Анна", delivery_address=address).address

    assert sent.presentation == "125009, Москва, Тверская, 7, 12"
    assert [(part.type, part.value) for part in sent.parts] == [
        (AddressPartType.POSTAL_CODE, "125009"),
        (AddressPartType.CITY, "Москва"),
        (AddressPartType.STREET, "Тверская"),
        (AddressPartType.HOUSE, "7"),
        (AddressPartType.FLAT, "12"),
    ]


def test_every_part_of_an_address_has_its_place(serialize):
    parts = {
        "zip_code": AddressPartType.POSTAL_CODE,
        "country": AddressPartType.COUNTRY,
        "state": AddressPartType.REGION,
        "district": AddressPartType.DISTRICT,
        "settlement": AddressPartType.SETTLEMENT,
        "city": AddressPartType.CITY,
        "street": AddressPartType.STREET,
        "house": AddressPartType.HOUSE,
        "block": AddressPartType.BUILDING,
        "apartment": AddressPartType.FLAT,
    }
    address = a_thing(**{name: name for name in parts}, __str__=lambda self: "Тверь")

    sent = serialize(an_order_thing(shipping_address=address)).counterparty.address

    assert {part.value: part.type for part in sent.parts} == parts


WHOLE = {"city": "Тверь", "street": "Советская", "house": "1"}


@pytest.mark.parametrize(
    ("fields", "whole"),
    [
        pytest.param(WHOLE, True, id="city, street, house"),
        pytest.param(WHOLE | {"city": "", "settlement": "Медное"}, True, id="settlement, street, house"),
        pytest.param(WHOLE | {"house": ""}, False, id="no house"),
        pytest.param(WHOLE | {"street": ""}, False, id="no street"),
        pytest.param(WHOLE | {"city": ""}, False, id="no city"),
        pytest.param(
            {"postcode": "170000", "country": "Россия", "state": "Тверская обл."}, False, id="django-oscar"
        ),
    ],
)
def test_parts_that_are_not_the_whole_address_stay_out(serialize, fields, whole):
    """UT builds its text from two parts or more, and drops the address's own."""
    address = a_thing(**fields, __str__=lambda self: "170000, Тверь, Советская, 1, вход со двора")

    sent = serialize(an_order_thing(shipping_address=address)).counterparty.address

    assert bool(sent.parts) is whole
    assert sent.presentation == "170000, Тверь, Советская, 1, вход со двора"


@pytest.mark.parametrize(
    ("address", "text", "parts"),
    [
        pytest.param(WHOLE | {"zip": 170000}, "170000, Тверь, Советская, 1", 4, id="known keys"),
        pytest.param({"city": "Тверь", "street": "Советская"}, "Тверь, Советская", 0, id="not the whole"),
        pytest.param({"line1": "Советская, 1", "line2": "Тверь"}, "Советская, 1, Тверь", 0, id="texts"),
        pytest.param({"city": "Тверь", "line1": "Советская, 1"}, "Тверь, Советская, 1", 0, id="some of each"),
        pytest.param(WHOLE | {"id": "a-guid"}, "Тверь, Советская, 1", 3, id="the whole and something else"),
    ],
)
def test_an_address_may_be_a_mapping(serialize, address, text, parts):
    sent = serialize(an_order_thing(shipping_address=address)).counterparty.address

    assert (sent.presentation, len(sent.parts)) == (text, parts)


@pytest.mark.parametrize("nothing", [{}, {"lat": 56.8, "city": ""}, a_thing(pk=5), a_thing(pk=5, city="")])
def test_an_address_of_which_nothing_is_known_is_none(serialize, nothing):
    assert serialize(an_order_thing(shipping_address=nothing)).counterparty.address is None


def test_an_address_without_words_of_its_own_is_made_of_its_parts(serialize):
    sent = serialize(an_order_thing(shipping_address=a_thing(pk=5, **WHOLE))).counterparty.address

    assert sent.presentation == "Тверь, Советская, 1"


def test_the_words_that_django_gives_a_model_are_none_of_its_own(serialize):
    address = a_thing(pk=5, city="Тверь", __str__=Model.__str__)

    sent = serialize(an_order_thing(shipping_address=address)).counterparty.address

    assert (sent.presentation, sent.parts) == ("Тверь", ())


def test_a_relation_that_leads_nowhere_is_no_address(serialize):
    def nothing(self):
        raise Address.DoesNotExist

    order = an_order_thing(shipping_address=property(nothing), total=property(nothing))

    assert serialize(order).counterparty.address is None


def test_a_user_who_is_no_customer_leads_nowhere(django_user_model):
    """``user.customer`` is a one-to-one relation that need not be there."""
    user = django_user_model.objects.create_user("ivan")

    assert wellknown.CUSTOMER.read(user) is None
    assert wellknown.CUSTOMER.text(user) == ""


@pytest.mark.parametrize("text", ["Тверь, Советская, 1"])
def test_an_address_that_is_a_text_is_sent_as_it_is(serialize, text):
    sent = serialize(an_order_thing(address=text)).counterparty.address

    assert (sent.presentation, sent.parts) == (text, ())


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_address_is_none(serialize, nothing):
    assert serialize(an_order_thing(address=nothing)).counterparty.address is None


def test_the_companys_details_on_the_order_go_first(serialize):
    order = an_order_thing(company_name="ООО «Б»", customer=a_thing(pk=7, inn="7701234567", company_name="А"))

    buyer = serialize(order).counterparty

    assert (buyer.official_name, buyer.inn) == ("ООО «Б»", "7701234567")


def test_one_method_of_the_buyer_can_be_overridden(serialize, make_order):
    class Mine(OrderSerializer):
        def get_counterparty_id(self, order, customer, email, phone, context):
            return f"buyer {email}"

    assert serialize(make_order(customer_email="a@example.org"), Mine).counterparty.id == "buyer a@example.org"
