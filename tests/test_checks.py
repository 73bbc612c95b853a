"""``manage.py check``: mistakes are found before 1C meets them, each under an id of its own with a hint."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.checks import Warning as CheckWarning
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils.module_loading import import_string

import django_onec_exchange
from django_onec_exchange import checks
from django_onec_exchange.adapters import LedgerOrderMarker, OrderMarker, OrderSelector, OrderUpdateHandler
from django_onec_exchange.incoming import tasks
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

FILE_STORAGE = "django.core.files.storage.FileSystemStorage"


def test_a_project_that_is_set_up_has_nothing_to_mend(found):
    assert found() == []


def test_the_checks_are_part_of_manage_check(settings):
    call_command("check")
    settings.ONEC_EXCHANGE_ORDER_MODEL = ""

    with pytest.raises(SystemCheckError, match=r"onec_exchange\.E001"):
        call_command("check")


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
        ("tests.test_checks.Unmakable", "no shop today"),
        ("tests.test_checks.Demanding", "shop"),
        ("tests.test_checks.a_function", "is not a class"),
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


class LedgerByLackingDate(LedgerOrderMarker):
    updated_at_field = "changed_at"


class SelectorByPk(OrderSelector):
    created_at_field = "id"


def test_an_attribute_of_ones_own_is_looked_at(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.test_checks.LedgerByLackingDate"
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.test_checks.SelectorByPk"

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
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "tests.test_checks.HandlerByComment"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": "anything"}

    (message,) = found()

    assert message.id == "onec_exchange.E008"
    assert "shop.Order.comment has no choices" in message.msg
    settings.ONEC_EXCHANGE_ORDER_STATUS_SEQUENCE = ["", "anything"]
    assert found() == []


def test_a_field_for_the_status_that_the_model_lacks(settings, found):
    settings.ONEC_EXCHANGE_ORDER_UPDATE_HANDLER = "tests.test_checks.HandlerByNothing"

    assert ids(found()) == {"E004"}


def test_statuses_for_a_model_without_a_status(settings, found):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Customer"
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"paid": "paid"}

    assert "E008" in ids(found())


# -- E005, E006: where the audit copies lie


@pytest.mark.parametrize("served", ["MEDIA_ROOT", "STATIC_ROOT"])
@pytest.mark.parametrize("below", ["", "logs", "a/b/../c"])
@pytest.mark.parametrize("by", ["setting", "storage"])
def test_audit_copies_where_the_web_server_serves_them(settings, found, tmp_path, served, below, by):
    setattr(settings, served, tmp_path / "served")
    folder = str(tmp_path / "served" / below)
    if by == "setting":
        settings.ONEC_EXCHANGE_AUDIT_ROOT = folder
    else:
        settings.STORAGES = settings.STORAGES | {
            "onec_exchange": {"BACKEND": FILE_STORAGE, "OPTIONS": {"location": folder}}
        }

    messages = found()

    assert ids(messages) == {"E005"}
    assert served in messages[0].msg
    assert messages[0].hint


@pytest.mark.parametrize(
    "entry", [str, Path, lambda folder: ("shop", str(folder))], ids=["text", "path", "prefix"]
)
def test_a_folder_whose_files_are_collected_for_the_web(settings, found, tmp_path, entry):
    settings.STATICFILES_DIRS = [tmp_path / "other", entry(tmp_path / "assets")]
    settings.ONEC_EXCHANGE_AUDIT_ROOT = tmp_path / "assets" / "logs"
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = tmp_path / "assets"

    messages = found()

    assert [message.id for message in messages] == ["onec_exchange.E005"] * 2
    assert all("STATICFILES_DIRS" in message.msg for message in messages)


@pytest.mark.parametrize("served", ["MEDIA_ROOT", "STATIC_ROOT"])
def test_uploads_where_the_web_server_serves_them(settings, found, tmp_path, served):
    setattr(settings, served, tmp_path / "served")
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "served" / "uploads")

    (message,) = found()

    assert ids([message]) == {"E005"}
    assert "uploads" in message.msg and "UPLOAD_ROOT" in message.hint


def test_a_symbolic_link_into_a_served_folder_is_found(settings, found, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "logs").mkdir(parents=True)
    (tmp_path / "private").symlink_to(tmp_path / "media" / "logs")
    settings.ONEC_EXCHANGE_AUDIT_ROOT = tmp_path / "private"

    assert ids(found()) == {"E005"}


def test_a_folder_beside_a_served_one_is_private(settings, found, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ONEC_EXCHANGE_AUDIT_ROOT = tmp_path / "media-private"

    assert found() == []


def test_a_storage_elsewhere_is_none_of_our_business(settings, found):
    settings.STORAGES = settings.STORAGES | {"onec_exchange": {"BACKEND": "django.core.files.storage.Storage"}}

    assert found() == []


def test_a_storage_in_memory_is_not_served(settings, found):
    settings.STORAGES = settings.STORAGES | {
        "onec_exchange": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }

    assert found() == []


@pytest.mark.parametrize(
    ("storage", "why"),
    [
        ({"BACKEND": "shop.nowhere.Storage"}, "shop.nowhere.Storage"),
        ({"BACKEND": FILE_STORAGE, "OPTIONS": {"bucket": "logs"}}, "bucket"),
        ({}, "BACKEND"),
    ],
)
def test_a_storage_for_audit_copies_that_cannot_be_made(settings, found, storage, why):
    settings.STORAGES = settings.STORAGES | {"onec_exchange": storage}

    (message,) = found()

    assert message.id == "onec_exchange.E006"
    assert why in message.msg
    assert "STORAGES['onec_exchange']" in message.hint


def test_no_folder_for_audit_copies(settings, found):
    settings.ONEC_EXCHANGE_AUDIT_ROOT = ""
    del settings.BASE_DIR

    messages = found()

    assert ids(messages) == {"E006"}
    assert "ONEC_EXCHANGE_AUDIT_ROOT" in messages[0].hint


# -- E009: imports for a worker that does not exist


@pytest.fixture
def tasks_framework():
    """The package whose backends there are: Django's own, or its backport."""
    try:
        import django.tasks
    except ImportError:
        return pytest.importorskip("django_tasks").__name__
    return django.tasks.__name__


@pytest.mark.parametrize("backend", ["immediate.ImmediateBackend", "dummy.DummyBackend"])
def test_imports_for_a_worker_that_the_backend_does_not_have(settings, found, tasks_framework, backend):
    settings.TASKS = {"default": {"BACKEND": f"{tasks_framework}.backends.{backend}"}}
    assert found() == []
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True

    (message,) = found()

    assert message.id == "onec_exchange.E009"
    assert "IMPORT_TASKS" in message.msg
    assert "TASKS" in message.hint


def test_imports_for_a_worker_without_a_tasks_framework(settings, found, monkeypatch):
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True
    monkeypatch.setattr(tasks, "task", None)

    assert ids(found()) == {"E009"}


class BackendWithWorker:
    """What Django asks of a backend; what it does with a task is its own business."""

    def __new__(cls, alias, params):
        base = import_string(f"{params['OPTIONS']['framework']}.backends.base.BaseTaskBackend")
        return type("Backend", (base,), {"enqueue": lambda *_: None})(alias, params)


def test_imports_for_a_worker(settings, found, tasks_framework):
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True
    backend = "tests.test_checks.BackendWithWorker"
    settings.TASKS = {"default": {"BACKEND": backend, "OPTIONS": {"framework": tasks_framework}}}

    assert found() == []


# -- W011, W012: the address


def test_an_exchange_that_has_no_address(settings, found):
    settings.ROOT_URLCONF = "tests.access.no_exchange_urls"

    (message,) = found()

    assert message.id == "onec_exchange.W011"
    assert "django_onec_exchange.urls" in message.hint


def test_a_site_without_addresses(settings, found):
    del settings.ROOT_URLCONF

    assert ids(found()) == {"W011"}


@pytest.mark.parametrize("urlconf", ["tests.access.localized_urls", "tests.access.localized_include_urls"])
def test_an_exchange_whose_address_begins_with_a_language(settings, found, urlconf):
    settings.ROOT_URLCONF = urlconf

    (message,) = found()

    assert message.id == "onec_exchange.W012"
    assert "i18n_patterns" in message.msg
    assert message.hint


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
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.test_checks.OutspokenSelector"
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.test_checks.OutspokenMarker"

    assert {"shop.W001", "shop.W002"} <= {message.id for message in run_checks()}


def test_an_adapter_may_do_without_a_check(settings, found):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.test_checks.QuietSerializer"

    assert found() == []


# -- the ids


def test_each_id_stands_once_in_the_table_of_the_module():
    documented = re.findall(r"^([EW]\d{3})  ", checks.__doc__, re.MULTILINE)

    assert documented == sorted(set(documented))
    assert documented[0] == "E001"


def test_the_table_names_exactly_the_ids_that_are_used_and_each_is_used_once():
    documented = re.findall(r"^([EW]\d{3})  ", checks.__doc__, re.MULTILINE)
    folder = Path(django_onec_exchange.__file__).parent
    used = [
        name
        for path in folder.rglob("*.py")
        for name in re.findall(r'id="onec_exchange\.(\w+)"', path.read_text())
    ]

    assert sorted(used) == documented
