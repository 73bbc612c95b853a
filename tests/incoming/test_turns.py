"""Who imports, and when: one at a time for each 1C base, by a worker or by the requests themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_onec_exchange.incoming import tasks
from django_onec_exchange.models import ImportSession
from tests.conftest import body
from tests.shop.models import Product

from . import files

pytestmark = pytest.mark.django_db

State = ImportSession.State


@pytest.fixture
def upload(sign_in, post):
    """Upload a file in a session of its own; returns a function that plays ``import``, and the record's getter."""

    def make(ask, content: bytes, name: str = "import0_1.xml"):
        token = sign_in()
        post(f"type=catalog&mode=file&filename={name}", content, cookie=token)
        return lambda: body(ask(f"type=catalog&mode=import&filename={name}", cookie=token))

    return make


@pytest.fixture
def queue(settings, monkeypatch):
    """A worker's queue, of which the test takes what it wants."""
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True
    queued: list[int] = []
    monkeypatch.setattr(tasks, "enqueue", lambda record: queued.append(record.pk))
    return queued


def names() -> list[str]:
    return sorted(Product.objects.values_list("name", flat=True))


def running_elsewhere(**fields) -> None:
    ImportSession.objects.update(
        **{"state": State.RUNNING, "worker": "other", "lease_until": timezone.now() + timedelta(hours=1), **fields}
    )


def test_a_second_import_of_a_finished_file_is_success_at_once(ask, upload, shop):
    import_ = upload(ask, files.catalog(["a"]))

    assert [import_(), import_()] == ["success", "success"]
    assert shop.told == [("products", ["p-a"])]


def test_another_import_of_the_base_has_to_wait(ask, upload, shop):
    first, second = upload(ask, files.catalog(["a"])), upload(ask, files.catalog(["b"]))
    first()
    running_elsewhere()

    assert second().startswith("progress\n")
    assert names() == ["a"]
    ImportSession.objects.filter(worker="other").update(state=State.DONE)
    assert second() == "success"
    assert names() == ["a", "b"]


def test_the_import_of_a_dead_worker_is_taken_over_where_it_stopped(settings, ask, upload, shop):
    settings.ONEC_EXCHANGE_IMPORT_TIME_SLICE = 1e-9
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    import_ = upload(ask, files.catalog(["a", "b", "c"]))
    import_()  # the catalogue
    import_()  # a and b
    running_elsewhere()
    assert import_().startswith("progress\n")
    assert names() == ["a", "b"]

    running_elsewhere(lease_until=timezone.now() - timedelta(seconds=1))
    while import_() != "success":
        pass

    assert names() == ["a", "b", "c"]
    assert shop.told == [("products", ["p-a", "p-b"]), ("products", ["p-c"])]


def test_who_lost_its_lease_applies_nothing_more(settings, ask, upload, shop, monkeypatch):
    """It was slow, not dead; what it did meanwhile is undone."""
    import_ = upload(ask, files.catalog(["a", "b"]))
    save = shop.save_products

    def slowly(self, products, context):
        save(self, products, context)
        running_elsewhere()

    monkeypatch.setattr(shop, "save_products", slowly)

    assert import_().startswith("progress\n")
    # the other one's claim was made inside this transaction in the test, and went with it
    assert names() == []


def test_an_import_that_does_not_get_on_is_a_failure_in_the_end(settings, ask, upload, shop):
    import_ = upload(ask, files.catalog(["a"]))
    import_()
    running_elsewhere(moved_at=timezone.now() - timedelta(seconds=settings.ONEC_EXCHANGE_IMPORT_STALL_LIMIT + 1))

    assert import_().startswith("failure\n")


def test_with_a_worker_requests_only_look_on(ask, upload, shop, queue):
    import_ = upload(ask, files.catalog(["a"]))

    answers = [import_(), import_(), import_()]

    assert all(answer.startswith("progress\n") for answer in answers)
    assert len(queue) == 1
    assert names() == []
    tasks.work(queue.pop())
    assert import_() == "success"
    assert names() == ["a"]


def test_a_dead_workers_import_is_queued_once_more(ask, upload, shop, queue):
    import_ = upload(ask, files.catalog(["a"]))
    import_()
    queue.clear()
    running_elsewhere(lease_until=timezone.now() + timedelta(seconds=1))
    ImportSession.objects.update(lease_until=timezone.now() + timedelta(milliseconds=1))

    while not queue:
        import_()
    import_()

    assert len(queue) == 1
    tasks.work(queue.pop())
    assert import_() == "success"


def test_a_worker_whose_turn_it_is_not_gives_the_import_back(ask, upload, shop, queue):
    first, second = upload(ask, files.catalog(["a"])), upload(ask, files.catalog(["b"]))
    first()
    running_elsewhere()
    second()

    tasks.work(queue[-1])
    assert names() == []
    ImportSession.objects.filter(worker="other").update(state=State.DONE)
    second()
    tasks.work(queue[-1])

    assert second() == "success"
    assert names() == ["b"]


def test_why_a_worker_failed_is_told_to_1c_however_often_it_asks(ask, upload, shop, queue):
    import_ = upload(ask, files.catalog(["a"])[:-20])
    import_()

    tasks.work(queue.pop())

    answer = import_()
    assert answer.startswith("failure\n")
    assert "line 3" in answer
    assert import_() == answer
    assert queue == []
