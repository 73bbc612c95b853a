"""A private copy of each delivered file."""

from __future__ import annotations

import errno
import hashlib
import stat

import pytest
from django.core.files.storage import FileSystemStorage

from django_onec_exchange.models import OrderBatch
from tests.conftest import body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("query", "extension"), [("mode=query", "xml"), ("mode=query&zip=yes", "zip")])
def test_the_copy_is_what_was_delivered(ask, sign_in, make_order, audit_root, query, extension):
    make_order()

    delivered = ask(query, cookie=sign_in()).getvalue()

    batch = OrderBatch.objects.get()
    copy = audit_root / batch.audit_file
    assert copy.read_bytes() == delivered
    assert batch.size == len(delivered)
    assert batch.digest == hashlib.sha256(delivered).hexdigest()
    assert f"{batch.pk:08d}.{extension}" in copy.name


def test_only_the_sites_own_user_can_read_it(ask, sign_in, make_order, audit_root):
    make_order()
    body(ask("mode=query", cookie=sign_in()))

    copy = audit_root / OrderBatch.objects.get().audit_file

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_the_default_folder_is_under_base_dir_and_not_under_media_root(
    settings, ask, sign_in, make_order, tmp_path
):
    settings.ONEC_EXCHANGE_AUDIT_ROOT = ""
    settings.BASE_DIR = tmp_path
    make_order()

    body(ask("mode=query", cookie=sign_in()))

    folder = tmp_path / "var" / "1c_exchange" / "logs"
    assert (folder / OrderBatch.objects.get().audit_file).is_file()


def test_a_storage_of_that_name_is_used(settings, ask, sign_in, make_order):
    settings.STORAGES = {
        **settings.STORAGES,
        "onec_exchange": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    from django.core.files.storage import storages

    make_order()
    delivered = ask("mode=query", cookie=sign_in()).getvalue()

    with storages["onec_exchange"].open(OrderBatch.objects.get().audit_file) as copy:
        assert copy.read() == delivered


def test_a_copy_that_cannot_be_written_is_noted_and_stops_nothing(settings, onec, make_order, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "file" / "folder")
    make_order()

    report = onec.fetch_orders()

    assert report.confirmed
    batch = OrderBatch.objects.get()
    assert batch.audit_file == ""
    assert batch.audit_error == "There is a file where the folder of the audit copies should be."
    assert "audit copy" in caplog.text


def test_a_copy_that_is_required_stops_the_delivery(settings, ask, sign_in, make_order, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "file" / "folder")
    settings.ONEC_EXCHANGE_AUDIT_REQUIRED = True
    make_order()
    token = sign_in()

    answer = body(ask("mode=query", cookie=token))

    assert answer == "failure\nThe audit copy of the orders could not be saved, so they are not handed over."
    assert OrderBatch.objects.count() == 0
    assert body(ask("mode=success", cookie=token)).startswith("failure\n")


@pytest.mark.parametrize("by", ["setting", "storage"])
@pytest.mark.parametrize("served", ["MEDIA_ROOT", "STATIC_ROOT", "STATICFILES_DIRS"])
def test_no_copy_is_written_where_the_web_server_serves_it(
    settings, onec, make_order, tmp_path, caplog, served, by
):
    folder = tmp_path / "served"
    setattr(settings, served, [("shop", folder)] if served == "STATICFILES_DIRS" else folder)
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(folder / "logs")
    if by == "storage":
        storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
        settings.STORAGES = {**settings.STORAGES, "onec_exchange": storage}
    make_order()

    report = onec.fetch_orders()

    assert report.confirmed
    assert not folder.exists()
    assert OrderBatch.objects.get().audit_error == (
        f"The folder of the audit copies lies where the web server serves files ({served})."
    )
    assert "ONEC_EXCHANGE_AUDIT_ROOT" in caplog.text and served in caplog.text


def test_a_copy_that_is_required_and_would_be_served_stops_the_delivery(settings, onec, make_order, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "served"
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "served" / "logs")
    settings.ONEC_EXCHANGE_AUDIT_REQUIRED = True
    make_order()

    report = onec.fetch_orders()

    assert not report.confirmed
    assert not (tmp_path / "served").exists()


def test_no_folder_at_all_stops_nothing(settings, onec, make_order):
    settings.ONEC_EXCHANGE_AUDIT_ROOT = ""
    settings.BASE_DIR = None
    make_order()

    assert onec.fetch_orders().confirmed
    assert OrderBatch.objects.get().audit_error == "There is no folder for the audit copies."


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "no space"), "There is no room left on the disk of the audit copies."),
        (OSError(errno.EROFS, "read-only"), "The site may not write to the folder of the audit copies."),
        (PermissionError(errno.EACCES, "denied"), "The site may not write to the folder of the audit copies."),
        (RuntimeError("/srv/secret"), "The copy could not be saved (RuntimeError); the site's log says why."),
    ],
)
def test_why_there_is_no_copy_is_one_sentence(monkeypatch, onec, make_order, error, reason):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(FileSystemStorage, "_save", fail)
    make_order()

    onec.fetch_orders()

    assert OrderBatch.objects.get().audit_error == reason


def test_an_empty_document_needs_no_copy(onec, audit_root):
    onec.fetch_orders()

    assert not audit_root.exists()
