"""Are there audit copies, and do they go when their time is over?"""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from django_onec_exchange.health import Level

pytestmark = pytest.mark.django_db


def test_a_public_folder_of_audit_copies_is_found_before_the_first_file(settings, onec, tmp_path, finding, codes):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ONEC_EXCHANGE_AUDIT_ROOT = str(tmp_path / "media" / "logs")
    onec.checkauth()

    assert codes() == ["audit-missing"]
    assert finding("audit-missing").level == Level.WARNING

    settings.ONEC_EXCHANGE_AUDIT_REQUIRED = True
    assert finding("audit-missing").level == Level.ERROR


def test_an_audit_copy_that_could_not_be_made(settings, onec, make_order, audit_root, finding, codes):
    audit_root.write_text("a file where a folder should be")
    make_order()
    onec.fetch_orders()
    assert finding("audit-missing").level == Level.WARNING

    audit_root.unlink()
    make_order()
    onec.fetch_orders()
    assert codes() == []


@pytest.mark.parametrize("days", [100, 200])
def test_copies_that_nobody_removes(onec, make_order, finding, codes, later, days):
    make_order()
    onec.fetch_orders()
    later(days=days)
    onec.fetch_orders()

    found = finding("cleanup-overdue")

    assert found.level == Level.WARNING
    assert "onec_cleanup" in found.remedy
    call_command("onec_cleanup", dry_run=True)
    assert codes() == ["cleanup-overdue"]
    call_command("onec_cleanup")
    assert codes() == []
    later(days=8)
    onec.fetch_orders()
    assert codes() == ["cleanup-overdue"]


def test_copies_that_cannot_be_removed(onec, make_order, codes, later, audit_root):
    make_order()
    onec.fetch_orders()
    (copy,) = audit_root.rglob("*.xml")
    copy.unlink()
    copy.mkdir()
    (copy / "in-the-way").touch()
    later(days=100)
    onec.fetch_orders()

    with pytest.raises(CommandError):
        call_command("onec_cleanup")

    assert codes() == ["cleanup-overdue"]


@pytest.mark.parametrize(("days", "kept"), [(96, 90), (100, None), (100, 365)])
def test_copies_whose_time_is_not_over_for_a_week(settings, onec, make_order, codes, later, days, kept):
    settings.ONEC_EXCHANGE_AUDIT_RETENTION_DAYS = kept
    make_order()
    onec.fetch_orders()
    later(days=days)
    onec.fetch_orders()

    assert codes() == []
