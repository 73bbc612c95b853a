"""``file``: bodies appended chunk by chunk, whole or not at all."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from django_onec_exchange.incoming import uploads
from django_onec_exchange.models import ExchangeSession, ImportSession, IncomingFile
from django_onec_exchange.protocol.errors import TornUpload, UploadBusy, UploadFailed
from tests.conftest import body

from . import files

pytestmark = pytest.mark.django_db


def stored(upload_root, name: str = "import0_1.xml") -> bytes:
    (path,) = upload_root.rglob(name)
    return path.read_bytes()


def start(ask, sign_in) -> str:
    token = sign_in()
    assert body(ask("type=catalog&mode=init", cookie=token)).startswith("zip=")
    return token


@pytest.mark.parametrize("size", [1, 2, 7, 10**6])  # small sizes cut Cyrillic letters in half
def test_chunks_of_any_size_make_the_file(ask, sign_in, post, upload_root, size):
    token = start(ask, sign_in)
    content = "Чайник".encode() * 3

    for begin in range(0, len(content), size):
        chunk = content[begin : begin + size]
        assert body(post("type=catalog&mode=file&filename=import0_1.xml", chunk, cookie=token)) == "success"

    assert stored(upload_root) == content


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("import_files/ab/x.jpg", "import_files/ab/x.jpg"),
        ("import_files\\ab\\x.jpg", "import_files/ab/x.jpg"),
        ("C:\\v8_8789_c.zip", "v8_8789_c.zip"),
        ("/tmp/v8_1.xml", "v8_1.xml"),
        ("%D0%A2%D0%BE%D0%B2%D0%B0%D1%80.jpg", "Товар.jpg"),
        ("%D2%EE%E2%E0%F0.jpg", "Товар.jpg"),
    ],
)
def test_names_as_real_clients_send_them_become_relative_ones(ask, sign_in, post, filename, name):
    token = start(ask, sign_in)

    assert body(post(f"type=catalog&mode=file&filename={filename}", b"<a/>", cookie=token)) == "success"

    assert IncomingFile.objects.get().name == name


@pytest.mark.parametrize("filename", ["", "../settings.py", "a/../../b.xml", "CON", "a%00.xml", "x" * 300])
def test_a_name_that_leads_elsewhere_is_refused(ask, sign_in, post, upload_root, filename):
    token = start(ask, sign_in)

    answer = body(post(f"type=catalog&mode=file&filename={filename}", b"<a/>", cookie=token))

    assert answer.startswith("failure\n")
    assert list(upload_root.rglob("*")) == []


@pytest.mark.parametrize("type_", ["catalog", "sale"])
def test_an_empty_body_is_refused(ask, sign_in, post, type_):
    token = start(ask, sign_in)

    assert body(post(f"type={type_}&mode=file&filename=a.xml", b"", cookie=token)).startswith("failure\n")
    assert not IncomingFile.objects.exists()


def test_more_than_init_allowed_is_refused(settings, ask, sign_in, post, upload_root):
    settings.ONEC_EXCHANGE_FILE_LIMIT = 10
    token = start(ask, sign_in)
    query = "type=catalog&mode=file&filename=import0_1.xml"

    assert body(post(query, b"x" * 10, cookie=token)) == "success"
    assert body(post(query, b"x" * 11, cookie=token)).startswith("failure\n")

    assert stored(upload_root) == b"x" * 10


def test_all_files_of_an_upload_together_are_limited(settings, ask, sign_in, post, upload_root):
    settings.ONEC_EXCHANGE_UPLOAD_LIMIT = 15
    token = start(ask, sign_in)

    assert body(post("type=catalog&mode=file&filename=a.jpg", b"x" * 10, cookie=token)) == "success"
    assert body(post("type=catalog&mode=file&filename=b.jpg", b"x" * 6, cookie=token)).startswith("failure\n")

    assert not list(upload_root.rglob("b.jpg"))


@pytest.mark.parametrize("limit", [1, None])
def test_djangos_own_limit_of_bodies_does_not_matter(settings, ask, sign_in, post, upload_root, limit):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = limit
    token = start(ask, sign_in)

    answer = body(post("type=catalog&mode=file&filename=import0_1.xml", b"x" * 10_000, cookie=token))

    assert answer == "success"
    assert len(stored(upload_root)) == 10_000


def test_a_body_declared_as_a_form_is_taken_as_it_is(ask, sign_in, site, upload_root):
    """The platform may add a Content-Type of its own."""
    token = start(ask, sign_in)

    answer = site.post(
        "/1c/exchange/?type=catalog&mode=file&filename=import0_1.xml",
        data="a=b&c=%D0",
        content_type="application/x-www-form-urlencoded",
        headers={"Cookie": f"onec_exchange={token}"},
    )

    assert body(answer) == "success"
    assert stored(upload_root) == b"a=b&c=%D0"


def test_a_new_init_begins_a_new_file(ask, sign_in, post, upload_root):
    token = start(ask, sign_in)
    query = "type=catalog&mode=file&filename=import0_1.xml"
    post(query, b"half of", cookie=token)

    ask("type=catalog&mode=init", cookie=token)
    post(query, b"whole", cookie=token)

    assert stored(upload_root) == b"whole"
    assert IncomingFile.objects.count() == 1


def test_a_client_that_leaves_init_out_may_upload(sign_in, post, upload_root):
    token = sign_in()

    assert body(post("type=catalog&mode=file&filename=import0_1.xml", b"<a/>", cookie=token)) == "success"
    assert stored(upload_root) == b"<a/>"


def test_two_sessions_do_not_write_one_file(sign_in, post, upload_root):
    query = "type=catalog&mode=file&filename=import0_1.xml"

    for content in (b"one", b"two"):
        post(query, content, cookie=sign_in())

    assert sorted(path.read_bytes() for path in upload_root.rglob("*.xml")) == [b"one", b"two"]


class Dying(BytesIO):
    """A body of which the second half never comes."""

    def read(self, size=-1):
        return super().read(min(size, 3))


@pytest.fixture
def session(sign_in) -> ExchangeSession:
    sign_in()
    return ExchangeSession.objects.get()


def test_a_body_that_breaks_off_leaves_the_file_as_it_was(session, upload_root):
    uploads.receive(session, "catalog", "import0_1.xml", BytesIO(b"first,"), 6)

    with pytest.raises(TornUpload):
        uploads.receive(session, "catalog", "import0_1.xml", Dying(b"sec"), 7)
    uploads.receive(session, "catalog", "import0_1.xml", BytesIO(b"second"), 6)

    assert stored(upload_root) == b"first,second"


def test_what_a_dead_process_had_written_of_a_chunk_is_not_in_the_file(session, upload_root):
    file = uploads.receive(session, "catalog", "import0_1.xml", BytesIO(b"first,"), 6)
    with uploads.path_of(file).open("ab") as torn:
        torn.write(b"sec")  # and then it was killed

    uploads.receive(session, "catalog", "import0_1.xml", BytesIO(b"second"), 6)

    assert stored(upload_root) == b"first,second"


def test_two_requests_for_one_file_do_not_interleave(session, upload_root):
    class Slow(BytesIO):
        def read(self, size=-1):
            with pytest.raises(UploadBusy):
                uploads.receive(session, "catalog", "import0_1.xml", BytesIO(b"second"), 6)
            return super().read(size)

    uploads.receive(session, "catalog", "import0_1.xml", Slow(b"first"), 5)

    assert stored(upload_root) == b"first"


def test_memory_does_not_grow_with_the_body(session):
    class Zeros:
        def read(self, size=-1):
            return bytes(size)

    def peak(size):
        tracemalloc.start()
        uploads.receive(session, "catalog", f"{size}.jpg", Zeros(), size)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1000)
    assert peak(8 * 1024**2) < peak(1000) + 1024**2


@pytest.mark.parametrize("served", ["MEDIA_ROOT", "STATIC_ROOT", "STATICFILES_DIRS"])
def test_nothing_is_stored_where_the_web_server_serves_it(
    settings, ask, sign_in, post, upload_root, caplog, served
):
    setattr(settings, served, [upload_root.parent] if served == "STATICFILES_DIRS" else upload_root.parent)
    token = sign_in()

    answer = body(post("type=catalog&mode=file&filename=import0_1.xml", b"<a/>", cookie=token))

    assert answer == f"failure\n{UploadFailed()}"
    assert not upload_root.exists()
    assert "ONEC_EXCHANGE_UPLOAD_ROOT" in caplog.text and served in caplog.text
    assert body(ask("mode=init", cookie=token)).startswith("zip=")  # what lies there already can be removed


def test_files_are_for_the_sites_own_user_alone(session, upload_root):
    uploads.receive(session, "catalog", "a/import0_1.xml", BytesIO(b"<a/>"), 4)

    (path,) = upload_root.rglob("*.xml")
    assert path.stat().st_mode & 0o077 == 0
    assert [one for one in path.parents if upload_root in one.parents and one.stat().st_mode & 0o077] == []
    assert upload_root.stat().st_mode & 0o077 == 0


def test_what_an_ended_session_left_goes_with_the_next_init(
    settings, ask, sign_in, post, upload_root, time_machine
):
    post("type=catalog&mode=file&filename=old.jpg", b"x", cookie=sign_in())
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.ONEC_EXCHANGE_SESSION_LIFETIME + 60))

    start(ask, sign_in)

    assert list(upload_root.rglob("*.jpg")) == []
    assert not IncomingFile.objects.exists()


def test_the_files_of_a_running_import_are_not_touched(ask, sign_in, post, upload_root, shop):
    token = start(ask, sign_in)
    query = "type=catalog&mode=file&filename=import0_1.xml"
    content = files.catalog(["a"])
    post(query, content, cookie=token)
    record = ImportSession.objects.create(
        base=ExchangeSession.objects.get().base, file=IncomingFile.objects.get(), state="running"
    )
    ImportSession.objects.update(lease_until=record.created_at.replace(year=2099))

    assert body(post(query, b"more", cookie=token)).startswith("failure\n")
    assert stored(upload_root) == content
    ask("type=catalog&mode=init", cookie=token)
    assert stored(upload_root) == content  # the new upload lies elsewhere
    post(query, b"new", cookie=token)
    assert sorted(path.read_bytes() for path in upload_root.rglob("*.xml")) == sorted([content, b"new"])
