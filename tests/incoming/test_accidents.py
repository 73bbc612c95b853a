"""Two requests or workers at once, and those that die, seen from inside; tests/servers plays them for real."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import OperationalError
from django.utils import timezone

from django_onec_exchange.incoming import applying, imports, leases, tasks, unpacking, uploads
from django_onec_exchange.log import of_import
from django_onec_exchange.models import ExchangeSession, ImportSession, IncomingFile
from django_onec_exchange.protocol.errors import ExchangeError, TornUpload, UploadBusy
from tests.conftest import body
from tests.shop.models import Product

from . import files
from .zips import ordinary

pytestmark = pytest.mark.django_db

State = ImportSession.State
NAME = "import0_1.xml"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(applying, "_PAUSES", (0, 0))
    monkeypatch.setattr(uploads, "PATIENCE", 0)


@pytest.fixture
def send(post):
    """Upload one file in a session."""

    def play(token: str, content: bytes, name: str = NAME) -> str:
        return body(post(f"type=catalog&mode=file&filename={name}", content, cookie=token))

    return play


@pytest.fixture
def import_(ask):
    return lambda token, name=NAME: body(ask(f"type=catalog&mode=import&filename={name}", cookie=token))


@pytest.fixture
def queue(settings, monkeypatch):
    settings.ONEC_EXCHANGE_IMPORT_TASKS = True
    queued: list[int] = []
    monkeypatch.setattr(tasks, "enqueue", lambda record: queued.append(record.pk))
    return queued


def names() -> list[str]:
    return sorted(Product.objects.values_list("name", flat=True))


def seconds_ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


# -- who works on it


def test_reloading_keeps_who_we_are(sign_in, send, import_, shop, django_assert_num_queries):
    token = sign_in()
    send(token, files.catalog(["a"]))
    import_(token)
    record = ImportSession.objects.select_related("base", "file").get()
    record.worker = "we"
    ImportSession.objects.update(worker="other", state=State.RUNNING, position=7)

    with django_assert_num_queries(1):  # and what log records tell of it stays at hand, when the database is ill
        leases.reload(record)
        of_import(record)

    assert (record.worker, record.position) == ("we", 7)
    with pytest.raises(leases.LeaseLost):
        leases.note(record, percent=1)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_what_has_ended_meanwhile_is_not_taken_up_once_more(sign_in, send, import_, shop, monkeypatch, state):
    """Another request was faster, between our look and our claim."""
    token = sign_in()
    send(token, files.catalog(["a"]))
    claim = leases.claim

    def late(record):
        ImportSession.objects.update(state=state, message="why")
        return claim(record)

    monkeypatch.setattr(imports, "claim", late)

    answer = import_(token)

    assert answer == "success" if state == State.DONE else "why" in answer
    assert shop.told == []


def test_an_order_file_that_another_request_has_applied_is_success(settings, sign_in, post, monkeypatch):
    def late(record):
        ImportSession.objects.update(state=State.DONE)
        record.refresh_from_db()
        return False

    monkeypatch.setattr(imports, "claim", late)

    assert body(post("type=sale&mode=file&filename=o.xml", files.orders(), cookie=sign_in())) == "success"


def test_an_import_that_init_forgot_meanwhile_is_a_failure_in_words(sign_in, send, import_, shop, monkeypatch):
    token = sign_in()
    send(token, files.catalog(["a"]))
    claim = leases.claim

    def late(record):
        IncomingFile.objects.all().delete()
        return claim(record)

    monkeypatch.setattr(imports, "claim", late)

    answer = import_(token)

    assert answer.startswith("failure\n")
    assert f"{NAME} was not uploaded" in answer


# -- a queue that loses something


@pytest.mark.parametrize("enqueued_at", [None, "long ago"])
def test_a_dead_workers_import_does_not_depend_on_one_entry_in_the_queue(
    settings, sign_in, send, import_, shop, queue, enqueued_at
):
    """Whoever put it there, or took it, may have died right after."""
    token = sign_in()
    send(token, files.catalog(["a"]))
    import_(token)
    queue.clear()
    long_ago = seconds_ago(6 * settings.ONEC_EXCHANGE_IMPORT_LEASE)
    ImportSession.objects.update(
        state=State.RUNNING,
        worker="dead",
        lease_until=long_ago - timedelta(seconds=1),
        enqueued_at=enqueued_at and long_ago,
    )

    import_(token)

    assert len(queue) == 1


def test_a_second_entry_in_the_queue_leaves_a_running_import_alone(sign_in, send, import_, shop, queue):
    token = sign_in()
    send(token, files.catalog(["a"]))
    import_(token)
    running = {"state": State.RUNNING, "worker": "other", "lease_until": timezone.now() + timedelta(hours=1)}
    ImportSession.objects.update(**running)

    tasks.work(queue.pop())

    assert ImportSession.objects.get().enqueued_at is not None


def test_an_entry_in_the_queue_for_a_forgotten_upload_is_nothing(sign_in, send, import_, shop, queue):
    token = sign_in()
    send(token, files.catalog(["a"]))
    import_(token)
    IncomingFile.objects.all().delete()

    tasks.work(queue.pop())

    assert names() == []


# -- a database that is ill for a moment


@pytest.fixture
def ill(shop, monkeypatch):
    """Let the database fail at these calls of ``save_products``, counted from 1."""

    def at(*calls: int) -> None:
        save, count = shop.save_products, iter(range(1, 1000))

        def fails(self, products, context):
            save(self, products, context)
            if next(count) in calls:
                raise OperationalError("deadlock detected")

        monkeypatch.setattr(shop, "save_products", fails)

    return at


@pytest.mark.parametrize("calls", [(1,), (1, 2), (2,)])
def test_a_chunk_that_met_a_deadlock_is_tried_again(settings, sign_in, send, import_, shop, ill, calls):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 2
    token = sign_in()
    send(token, files.catalog(["a", "b", "c"]))
    ill(*calls)

    assert import_(token) == "success"

    assert names() == ["a", "b", "c"]
    record = ImportSession.objects.get()
    assert (record.position, record.applied_count, record.failed_count) == (4, 3, 0)


def test_objects_applied_one_by_one_before_a_deadlock_are_not_applied_again(sign_in, send, import_, shop, ill):
    token = sign_in()
    send(token, files.catalog(["a", "stumble", "b", "c"]))
    ill(3)  # the chunk stumbles and is not counted; a, stumble, b, c one by one

    assert import_(token).startswith("success\n")

    record = ImportSession.objects.get()
    assert (record.position, record.applied_count, record.failed_count) == (5, 3, 1)
    assert record.problems == [["p-stumble", "ValueError"]]
    assert names() == ["a", "b", "c"]


# -- uploads


def test_an_upload_that_init_forgot_meanwhile_is_not_success(ask, sign_in, upload_root):
    token = sign_in()

    class Slow(BytesIO):
        def read(self, size=-1):
            ask("type=catalog&mode=init", cookie=token)
            return super().read(size)

    with pytest.raises(TornUpload):
        uploads.receive(ExchangeSession.objects.get(), "catalog", NAME, Slow(b"first"), 5)

    assert not IncomingFile.objects.exists()


def test_a_file_whose_import_begins_while_new_content_comes_is_not_cut(sign_in, send, import_, shop, monkeypatch):
    token = sign_in()
    content = files.catalog(["a"])
    send(token, content)
    import_(token)
    ImportSession.objects.update(state=State.WAITING)
    lock = uploads.locks.lock

    def late(file, flags):
        ImportSession.objects.update(state=State.RUNNING, lease_until=timezone.now() + timedelta(hours=1))
        return lock(file, flags)

    monkeypatch.setattr(uploads.locks, "lock", late)

    assert send(token, b"new").startswith("failure\n")
    (file,) = IncomingFile.objects.all()
    assert uploads.path_of(file).read_bytes() == content


def test_what_a_process_had_unpacked_when_it_died_goes_with_its_upload(ask, sign_in, send, upload_root):
    token = sign_in()
    send(token, b"<a/>")
    (folder,) = upload_root.iterdir()
    (upload_root / f".{folder.name}-abcd").mkdir()

    ask("type=catalog&mode=init", cookie=token)

    assert list(upload_root.iterdir()) == []


def test_an_upload_forgotten_by_a_process_that_died_is_forgotten_by_the_next(ask, sign_in, send, monkeypatch):
    token = sign_in()
    send(token, b"<a/>")
    with monkeypatch.context() as dying:
        dying.setattr("shutil.rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ask("type=catalog&mode=init", cookie=token)
    assert IncomingFile.objects.count() == 1

    ask("type=catalog&mode=init", cookie=token)

    assert not IncomingFile.objects.exists()


# -- archives


def test_an_archive_that_another_request_is_unpacking_is_not_unpacked_twice(sign_in, send, shop, monkeypatch):
    """The other one is done, or not yet: its lock tells."""
    token = sign_in()
    send(token, ordinary([(NAME, files.catalog(["a"]))]), "v8.zip")
    archive, upload = IncomingFile.objects.get(), ExchangeSession.objects.get().upload

    with uploads.locked(uploads.path_of(archive), "r+b", "v8.zip"), pytest.raises(UploadBusy):
        unpacking.find(upload, NAME)

    complete = unpacking.is_complete

    def while_we_wait(path):
        monkeypatch.setattr(unpacking, "is_complete", complete)
        IncomingFile.objects.filter(pk=archive.pk).update(unpacked=True)
        path.unlink()
        return True

    monkeypatch.setattr(unpacking, "is_complete", while_we_wait)
    with pytest.raises(ExchangeError):
        unpacking.find(upload, NAME)  # in words, not as a file that is missing


def test_an_archive_sent_again_brings_its_files_anew(sign_in, send, import_, shop):
    """A client that leaves ``init`` out."""
    token = sign_in()
    for goods in (["a"], ["a", "b", "c"]):
        send(token, ordinary([(NAME, files.catalog(goods))]), "v8.zip")
        assert import_(token, "absent.xml").startswith("failure\n")  # unpacks, as the first import would

        assert import_(token) == "success"

        assert names() == goods
        assert IncomingFile.objects.get(upload__isnull=False, name=NAME).size == len(files.catalog(goods))


# -- two full catalogues at once


def test_of_two_full_catalogues_at_once_neither_forgets_what_the_other_names(ask, sign_in, send, import_, shop):
    tokens = [sign_in(), sign_in()]
    for token in tokens:
        send(token, files.catalog(["a"]))
        send(token, files.catalog(["b", "c"] if token == tokens[1] else ["b"]), "import0_2.xml")
    for token in tokens:
        import_(token)
    import_(tokens[0], "import0_2.xml")

    ask("type=catalog&mode=complete", cookie=tokens[0])
    import_(tokens[1], "import0_2.xml")
    ask("type=catalog&mode=complete", cookie=tokens[1])

    assert names() == ["a", "b", "c"]
