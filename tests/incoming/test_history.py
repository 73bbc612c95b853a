"""What became of the files of 1C stays known when the files themselves are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from django_onec_exchange.models import ImportSession, IncomingFile
from tests.conftest import body

from . import files

pytestmark = pytest.mark.django_db

NAME = "import0_1.xml"
State = ImportSession.State


@pytest.fixture
def send(post):
    def run(token, content, name=NAME):
        assert body(post(f"type=catalog&mode=file&filename={name}", content, cookie=token)) == "success"

    return run


@pytest.fixture
def import_(ask):
    return lambda token: body(ask(f"type=catalog&mode=import&filename={NAME}", cookie=token))


def states() -> list[str]:
    return list(ImportSession.objects.order_by("pk").values_list("state", flat=True))


def test_an_import_stays_in_the_list_when_1c_begins_anew(
    ask, sign_in, send, import_, shop, upload_root, admin_client
):
    token = sign_in()
    send(token, files.catalog(["a"]))
    assert import_(token) == "success"

    ask("type=catalog&mode=init", cookie=token)

    assert list(upload_root.rglob("*.xml")) == []
    record = ImportSession.objects.get()
    assert (record.state, record.applied_count, record.file.name) == (State.DONE, 1, NAME)
    assert record.file.audit_file
    page = admin_client.get(reverse("admin:django_onec_exchange_importsession_change", args=[record.pk]))
    assert NAME in page.content.decode()
    assert "was not uploaded" in import_(token)


def test_a_failed_import_stays_too_and_says_why(ask, sign_in, send, import_, shop):
    token = sign_in()
    send(token, files.catalog(["a"])[:-10])
    import_(token)

    ask("type=catalog&mode=init", cookie=token)

    record = ImportSession.objects.get()
    assert record.state == State.FAILED
    assert record.message
    assert record.code == "truncated"


def test_a_file_of_the_same_name_is_an_import_of_its_own(sign_in, send, import_, shop):
    token = sign_in()
    for goods in (["a"], ["a", "b"]):
        send(token, files.catalog(goods))
        assert import_(token) == "success"

    assert list(ImportSession.objects.order_by("pk").values_list("applied_count", flat=True)) == [1, 2]
    assert files_here() == [NAME]


def test_what_was_never_imported_leaves_no_trace(ask, sign_in, send, shop):
    token = sign_in()
    send(token, b"x", "import_files/a.jpg")
    send(token, files.catalog(["a"]))

    ask("type=catalog&mode=init", cookie=token)

    assert not IncomingFile.objects.exists()


def test_an_import_that_was_not_at_its_end_is_told_as_given_up(settings, ask, sign_in, send, import_, shop):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 1
    settings.ONEC_EXCHANGE_IMPORT_TIME_SLICE = 1e-9
    token = sign_in()
    send(token, files.catalog(["a", "b", "c"]))
    assert import_(token).startswith("progress")

    ask("type=catalog&mode=init", cookie=token)

    record = ImportSession.objects.get()
    assert (record.state, record.code) == (State.FAILED, "given-up")
    assert "began anew" in record.message
    assert record.finished_at is not None


def test_the_imports_of_ended_sessions_stay_when_their_files_go(
    settings, ask, sign_in, send, import_, shop, upload_root, time_machine
):
    token = sign_in()
    send(token, files.catalog(["a"]))
    import_(token)
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.ONEC_EXCHANGE_SESSION_LIFETIME + 60))

    ask("type=catalog&mode=init", cookie=sign_in())

    assert states() == [State.DONE]
    assert list(upload_root.rglob("*.xml")) == []


def files_here() -> list[str]:
    return list(IncomingFile.objects.filter(upload__isnull=False).values_list("name", flat=True))
