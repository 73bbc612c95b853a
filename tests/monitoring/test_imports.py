"""Are files from 1C taken?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.health import Level
from django_onec_exchange.incoming import tasks
from django_onec_exchange.models import ImportSession, IncomingFile
from tests.conftest import ENDPOINT, SECOND, body
from tests.incoming import files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("takes_files")]


def test_an_import_that_failed(onec, finding, codes):
    onec.send_catalog({"import0_1.xml": b"<no XML"})

    found = finding("import-failed")
    assert found.level == Level.ERROR
    assert "import0_1.xml" in found.message

    onec.send_catalog({"import0_1.xml": files.catalog(["Чайник"])})
    assert codes() == []


def test_a_failure_of_long_ago_does_not_come_back_when_uploads_are_retired(onec, codes):
    onec.send_catalog({"import0_1.xml": b"<no XML"})
    onec.send_catalog({"import0_1.xml": files.catalog(["Чайник"])})
    assert codes() == []

    IncomingFile.objects.update(upload=None)  # what becomes of it when it is retired

    assert codes() == []


def test_an_upload_of_orders_does_not_hide_a_catalogue_that_failed(onec, make_order, codes):
    onec.send_catalog({"import0_1.xml": b"<no XML"})

    onec.send_orders({"orders.xml": files.orders()})

    assert codes() == ["import-failed"]


def test_objects_that_were_not_taken(onec, finding):
    onec.send_catalog({"import0_1.xml": files.catalog(["a", "stumble"])})

    assert finding("import-incomplete").level == Level.WARNING
    assert "1 object" in finding("import-incomplete").message


@pytest.fixture
def queue(settings, monkeypatch):
    """A queue of which no worker takes anything, unless the test does."""
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True
    queued: list[int] = []
    monkeypatch.setattr(tasks, "enqueue", lambda record: queued.append(record.pk))
    return queued


def test_an_import_that_does_not_get_on(settings, ask, sign_in, post, finding, codes, later):
    settings.ONEC_EXCHANGE_IMPORT_TIME_SLICE = 1e-9
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 1
    assert begin_an_import(ask, sign_in(), post).startswith("progress")
    assert codes() == []
    later(minutes=61)

    assert finding("import-stalled").level == Level.WARNING


def test_a_worker_that_sleeps(ask, sign_in, post, queue, finding, codes, later):
    assert begin_an_import(ask, sign_in(), post).startswith("progress")
    assert queue
    later(minutes=2)
    assert codes() == []

    later(minutes=2)
    assert finding("worker-asleep").level == Level.ERROR

    tasks.work(queue[0])
    assert codes() == []


def test_a_worker_that_is_busy_with_another_import_does_not_sleep(ask, sign_in, post, queue, codes, later):
    begin_an_import(ask, sign_in(), post)
    busy = ImportSession.objects.get()
    later(minutes=4)
    begin_an_import(ask, sign_in(path=SECOND), post, SECOND)
    ImportSession.objects.filter(pk=busy.pk).update(
        state=ImportSession.State.RUNNING, worker="it", lease_until=timezone.now() + timedelta(minutes=10)
    )
    later(minutes=4)

    assert codes("second") == []


def begin_an_import(ask, token: str, post, path: str = ENDPOINT) -> str:
    post("type=catalog&mode=file&filename=import0_1.xml", files.catalog(["a", "b"]), cookie=token, path=path)
    return body(ask("type=catalog&mode=import&filename=import0_1.xml", cookie=token, path=path))
