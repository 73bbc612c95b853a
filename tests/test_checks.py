"""``manage.py check``: mistakes are found before 1C meets them, each under an id of its own with a hint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils.module_loading import import_string

import django_onec_exchange
from django_onec_exchange import checks
from django_onec_exchange.incoming import tasks
from tests.conftest import ids

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


# -- E020: time zones


def test_a_site_without_time_zones(settings, found):
    settings.USE_TZ = False

    (message,) = found()

    assert message.id == "onec_exchange.E020"
    assert message.msg == "The exchange needs USE_TZ = True."
    assert message.hint


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
