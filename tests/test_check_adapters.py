"""``manage.py check`` looks at the Order model and at every adapter (E001, E002, E004, E008)."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.core.checks import Warning as CheckWarning
from django.core.checks import run_checks

from django_onec_exchange.adapters import LedgerOrderMarker, OrderMarker, OrderSelector, OrderUpdateHandler
from tests.conftest import ids

ADAPTERS = [
    "ORDER_SELECTOR",
    "ORDER_SERIALIZER",
    "ORDER_MARKER",
    "ORDER_UPDATE_HANDLER",
    "CATALOG_HANDLER",
    "INFO_LISTS",
]
# Django itself asks the database, whether it knows JSON
pytestmark = pytest.mark.django_db


# -- E001, E002: what is named does not exist


@pytest.mark.parametrize("value", ["", "Order", "shop.Nothing", "nowhere.Order", "a.b.c", None, 5])
def test_a_model_that_does_not_exist(settings, found, value):
    settings.ONEC_EXCHANGE_ORDER_MODEL = value

    messages = found()

    assert ids(messages) == {"E001"}
    assert "ONEC_EXCHANGE_ORDER_MODEL" in messages[0].msg
    assert messages[0].hint


NOT_IMPORTED = [
    "nowhere.Adapter",
    "tests.nowhere.Adapter",
    "django_onec_exchange.adapters.Nothing",
    "without_dots",
    "",
    "django_onec_exchange.adapters",  # the module, its class forgotten
    None,
]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (setting, value)
        for setting in ADAPTERS
        for value in NOT_IMPORTED
        if (setting, value) != ("CATALOG_HANDLER", "")  # a site may take no catalogue
    ],
)
def test_an_adapter_that_cannot_be_imported(settings, found, setting, value):
    setattr(settings, f"ONEC_EXCHANGE_{setting}", value)

    messages = found()

    assert ids(messages) == {"E002"}
    assert f"ONEC_EXCHANGE_{setting}" in messages[0].msg
    assert messages[0].hint


class Unmakable:
    def __init__(self):
        raise RuntimeError("no shop today")


class Demanding:
    def __init__(self, shop):
        self.shop = shop


def a_function():
    return None


@pytest.mark.parametrize("setting", ADAPTERS)
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("tests.test_check_adapters.Unmakable", "no shop today"),
        ("tests.test_check_adapters.Demanding", "shop"),
        ("tests.test_check_adapters.a_function", "is not a class"),
        ("os.path.join", "is not a class"),
        (["shop.Adapter"], "is not a class"),
    ],
)
def test_an_adapter_that_cannot_be_made(settings, found, setting, value, why):
    setattr(settings, f"ONEC_EXCHANGE_{setting}", value)

    messages = found()

    assert ids(messages) == {"E002"}
    assert f"ONEC_EXCHANGE_{setting}" in messages[0].msg
    assert why in messages[0].hint


@pytest.mark.parametrize(
    ("setting", "value", "lacks"),
    [
        ("ORDER_SELECTOR", "OrderMarker", "select, fetch, get_queryset"),
        ("ORDER_SERIALIZER", "OrderSelector", "serialize"),
        ("ORDER_MARKER", "OrderSerializer", "filter_waiting, filter_sent, get_revision"),
        ("ORDER_UPDATE_HANDLER", "CatalogHandler", "find, apply, get_updated_fields"),
        ("CATALOG_HANDLER", "OrderUpdateHandler", "save_groups, save_properties"),
        ("INFO_LISTS", "OrderSerializer", "get_statuses, get_payment_methods"),
    ],
)
def test_an_adapter_of_another_kind(settings, found, setting, value, lacks):
    setattr(settings, f"ONEC_EXCHANGE_{setting}", f"django_onec_exchange.adapters.{value}")

    messages = found()

    assert ids(messages) == {"E002"}
    assert f"ONEC_EXCHANGE_{setting}" in messages[0].msg
    assert f"{value} lacks {lacks}" in messages[0].hint


def test_the_adapter_of_a_view_that_cannot_be_imported(settings, found):
    settings.ROOT_URLCONF = "tests.access.second_base_urls"

    assert ids(found()) == {"E002"}


# -- E004: fields the Order model lacks


def test_a_model_without_what_the_default_adapters_need(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"

    messages = found()

    assert ids(messages) == {"E004"}
    lacking = {"created_at", "sent_to_1c", "sent_to_1c_at", "export_skipped", "updated_at"}
    assert {name for name in lacking if any(repr(name) in message.msg for message in messages)} == lacking
    assert all("shop.Customer" in message.msg and message.hint for message in messages)


def test_the_ledger_needs_nothing_of_the_model(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"

    messages = found()

    assert ids(messages) == {"E004"}
    assert ["OrderSelector.created_at_field" in message.msg for message in messages] == [True]


def test_each_lacking_field_has_its_own_remedy(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"

    hints = {message.msg.split()[0].partition(".")[2]: message.hint for message in found()}

    assert {name for name, hint in hints.items() if "OneCOrderMixin" in hint and "LedgerOrderMarker" in hint} == {
        *("sent_field", "sent_at_field", "skipped_field")
    }
    assert "Name the field in a subclass: created_at_field = " in hints["created_at_field"]
    assert "Name the field in a subclass: updated_at_field = " in hints["updated_at_field"]
    assert "None" in hints["updated_at_field"]
    for name, hint in hints.items():
        setting = "ORDER_SELECTOR" if name == "created_at_field" else "ORDER_MARKER"
        assert re.findall("ONEC_EXCHANGE_([A-Z_]+)", hint) == [setting]


class LedgerByLackingDate(LedgerOrderMarker):
    updated_at_field = "changed_at"


class SelectorByPk(OrderSelector):
    created_at_field = "id"


def test_an_attribute_of_ones_own_is_looked_at(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.test_check_adapters.LedgerByLackingDate"
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.test_check_adapters.SelectorByPk"

    messages = found()

    assert ids(messages) == {"E004"}
    assert ["LedgerByLackingDate.updated_at_field is 'changed_at'" in one.msg for one in messages] == [True]


# -- E008: statuses the shop does not have


@pytest.mark.parametrize(
    ("name", "value"),
    [("ORDER_STATUSES", {"posted": "accepted", "paid": "paid"}), ("ORDER_STATUS_SEQUENCE", ["new", "accepted"])],
)
def test_a_status_the_shop_does_not_have(settings, found, name, value):
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    (message,) = found()

    assert message.id == "onec_exchange.E008"
    assert f"ONEC_EXCHANGE_{name} names statuses the shop does not have: accepted." in message.msg
    assert "new, paid, cancelled" in message.hint


def test_statuses_that_the_shop_has(settings, found):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": "paid", "status:Отменён": "cancelled"}
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = ("new", "paid")

    assert found() == []


class HandlerByComment(OrderUpdateHandler):
    status_field = "comment"


class HandlerByNothing(OrderUpdateHandler):
    status_field = "nothing"


def test_statuses_whose_order_nothing_tells(settings, found):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "tests.test_check_adapters.HandlerByComment"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": "anything"}

    (message,) = found()

    assert message.id == "onec_exchange.E008"
    assert "shop.Order.comment has no choices" in message.msg
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = ["", "anything"]
    assert found() == []


class HandlerWithASequence(HandlerByComment):
    def get_status_sequence(self):
        return ["", "anything"]


def test_the_shops_own_class_may_tell_the_order_of_its_statuses(settings, found):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "tests.test_check_adapters.HandlerWithASequence"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": "anything"}

    assert found() == []


def test_a_field_for_the_status_that_the_model_lacks(settings, found):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "tests.test_check_adapters.HandlerByNothing"

    assert ids(found()) == {"E004"}


def test_statuses_for_a_model_without_a_status(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": "paid"}

    assert "E008" in ids(found())


# -- adapters that have something to say


class OutspokenSelector(OrderSelector):
    def check(self):
        return [*super().check(), CheckWarning("Nobody is paid.", hint="Pay.", id="shop.W001")]


class OutspokenMarker(OrderMarker):
    def check(self):
        return [CheckWarning("Nothing is marked.", hint="Mark.", id="shop.W002")]


class QuietSerializer:
    """Has what an exchange calls, and no ``check``."""

    def serialize(self, order, context):
        return SimpleNamespace()


def test_adapters_are_asked_for_their_own_checks(settings):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.test_check_adapters.OutspokenSelector"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.test_check_adapters.OutspokenMarker"

    assert {"shop.W001", "shop.W002"} <= {message.id for message in run_checks()}


def test_an_adapter_may_do_without_a_check(settings, found):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.test_check_adapters.QuietSerializer"

    assert found() == []
