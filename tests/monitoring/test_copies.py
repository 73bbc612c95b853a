"""Are there audit copies, and do they go when their time is over?"""

from __future__ import annotations

import pytest
from django.core.management import call_command

from django_onec_exchange.health import Level
from django_onec_exchange.models import OrderBatch

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


def test_copies_that_are_kept_for_too_long(onec, make_order, finding, codes, later):
    make_order()
    onec.fetch_orders()
    later(days=100)
    onec.fetch_orders()

    found = finding("cleanup-overdue")

    assert found.level == Level.WARNING
    assert "onec_cleanup" in found.remedy
    call_command("onec_cleanup")
    assert codes() == []
    assert OrderBatch.objects.filter(order_count=1).exists(), "the ledger stays"


def test_copies_may_stay_for_a_week_after_their_time(onec, make_order, codes, later):
    make_order()
    onec.fetch_orders()
    later(days=96)
    onec.fetch_orders()

    assert codes() == []


@pytest.mark.parametrize("days", [None, 365])
def test_how_long_copies_are_kept_is_a_setting(settings, onec, make_order, codes, later, days):
    settings.ONEC_EXCHANGE_AUDIT_RETENTION_DAYS = days
    make_order()
    onec.fetch_orders()
    later(days=100)
    onec.fetch_orders()

    assert codes() == []
