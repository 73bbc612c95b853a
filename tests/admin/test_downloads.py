"""Audit copies are handed out by the site, to whoever may have them, and it is logged."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from django_onec_exchange.models import ImportSession, OrderBatch

from .pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(onec, make_order) -> OrderBatch:
    make_order()
    onec.fetch_orders()
    return OrderBatch.objects.get()


def test_the_copy_of_a_batch_is_what_1c_was_given(browser, superuser, batch, audit_root):
    response = browser.post(page(OrderBatch, "audit", batch.pk))

    assert response.streaming
    assert response.getvalue() == (audit_root / batch.audit_file).read_bytes()
    name = f"orders-{batch.pk:08d}.xml"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in response["Cache-Control"]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (superuser, batch)


def test_a_link_alone_downloads_nothing(browser, superuser, batch):
    assert browser.get(page(OrderBatch, "audit", batch.pk)).status_code == 405
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("permissions", [["view_orderbatch"], ["download_audit"]], ids=lambda names: names[0])
def test_it_takes_both_permissions(browser, staff, batch, permissions):
    staff(*permissions)
    assert browser.post(page(OrderBatch, "audit", batch.pk)).status_code == 403

    staff("view_orderbatch", "download_audit")
    assert browser.post(page(OrderBatch, "audit", batch.pk)).getvalue()


def test_the_button_stands_where_it_works(browser, staff, batch):
    staff("view_orderbatch")
    address = page(OrderBatch, "audit", batch.pk)
    assert address not in browser.get(page(OrderBatch, "change", batch.pk)).content.decode()

    staff("download_audit")
    assert address in browser.get(page(OrderBatch, "change", batch.pk)).content.decode()


@pytest.mark.parametrize("trouble", ["removed", "never there", "a name that leads out"])
def test_a_copy_that_is_gone_is_said_so(browser, superuser, batch, audit_root, trouble):
    if trouble == "removed":
        (audit_root / batch.audit_file).unlink()
    else:
        OrderBatch.objects.update(audit_file="" if trouble == "never there" else "../../../etc/passwd")

    response = browser.post(page(OrderBatch, "audit", batch.pk))

    assert (response.status_code, response["Location"]) == (302, page(OrderBatch, "change", batch.pk))
    assert "no longer there" in str(next(iter(get_messages(response.wsgi_request))))
    assert not LogEntry.objects.exists()


def test_no_batch_no_copy(browser, superuser):
    assert browser.post(page(OrderBatch, "audit", 999)).status_code == 404


def test_what_1c_sent_is_handed_out_too(settings, browser, superuser, onec):
    settings.ONEC_EXCHANGE_ORDER_STATUSES = {"posted": "paid"}
    xml = '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.10"/>'.encode()
    onec.send_orders({"orders.xml": xml})
    record = ImportSession.objects.get()

    response = browser.post(page(ImportSession, "audit", record.pk))

    assert response.getvalue() == xml
