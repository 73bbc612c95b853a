"""``manage.py onec_cleanup``: what goes when, and what never."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from django_onec_exchange import audit
from django_onec_exchange.models import (
    AuthFailure,
    CatalogEntry,
    ExchangeEvent,
    ExchangeSession,
    ImportSession,
    IncomingFile,
    OrderBatch,
    OrderDelivery,
    SkippedOrder,
    SuspectOrder,
)
from django_onec_exchange.simulator import BitrixModule
from tests.conftest import body
from tests.incoming import files
from tests.shop.models import Order

pytestmark = pytest.mark.django_db

State = OrderBatch.State
LEDGER = "/1c/second/exchange/"


@pytest.fixture(autouse=True)
def upload_root(settings, tmp_path):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "tests.incoming.handlers.ShopCatalog"
    return tmp_path / "uploads"


@pytest.fixture
def after(time_machine):
    """Let days pass."""

    def move(days: float):
        time_machine.move_to(timezone.now() + timedelta(days=days), tick=False)

    return move


@pytest.fixture
def clean(capsys):
    """Run the command and return how much of each kind went, without what did not."""

    def run(*arguments) -> dict[str, int]:
        capsys.readouterr()
        call_command("onec_cleanup", "--json", *arguments)
        told = json.loads(capsys.readouterr().out)
        return {key: count for key, count in told.items() if count and key != "dry_run"}

    return run


@pytest.fixture
def upload(site, sign_in):
    """Have a session upload a catalogue, and import it unless told otherwise; returns its token."""

    def run(*goods, imported: bool = True) -> str:
        token = sign_in()
        headers = {"Cookie": f"onec_exchange={token}"}
        query = "/1c/exchange/?type=catalog&mode={}&filename=import0_1.xml"
        content = files.catalog(goods)
        site.post(query.format("file"), content, content_type="application/octet-stream", headers=headers)
        if imported:
            assert body(site.get(query.format("import"), headers=headers)) == "success"
        return token

    return run


def copies(audit_root) -> list[str]:
    return sorted(path.name for path in audit_root.rglob("*") if path.is_file())


def batch_states() -> list[str]:
    return list(OrderBatch.objects.order_by("pk").values_list("state", flat=True))


# -- audit copies


def test_audit_copies_go_after_their_days_and_the_rest_stays(clean, after, onec, make_order, upload, audit_root):
    make_order()
    onec.fetch_orders()
    upload("a")
    after(89)
    clean()
    assert len(copies(audit_root)) == 2

    after(2)

    assert clean()["audit_copies"] == 2
    assert copies(audit_root) == []
    batch = OrderBatch.objects.get()
    assert (batch.audit_file, batch.state, batch.order_count, bool(batch.digest)) == ("", "confirmed", 1, True)
    assert IncomingFile.objects.get().audit_file == ""
    assert OrderDelivery.objects.get().state == "marked"
    assert not list(audit_root.rglob("[0-9][0-9]/[0-9][0-9]"))  # the folders of days


def test_copies_are_kept_for_ever_if_that_is_set(settings, clean, after, onec, make_order, audit_root):
    settings.ONEC_EXCHANGE_AUDIT_RETENTION_DAYS = None
    make_order()
    onec.fetch_orders()
    after(5000)

    clean()

    assert copies(audit_root) == ["orders-" + f"{OrderBatch.objects.get().pk:08d}.xml"]
    assert OrderBatch.objects.get().audit_file


def test_a_copy_that_no_row_tells_of_goes_as_well(clean, after, onec, make_order, audit_root):
    """A process that was killed left it, or a version that forgot imports."""
    make_order()
    onec.fetch_orders()
    first = audit_root / OrderBatch.objects.get().audit_file
    shutil.copy(first, first.with_name("orders-00000099.xml"))
    shutil.copy(first, first.with_name(f"{first.stem}_aB3dE5g.xml"))
    shutil.copy(first, first.with_name("incoming-00000001-import.xml"))
    first.with_name("notes.txt").write_text("not ours")
    assert clean() == {}
    assert len(copies(audit_root)) == 5

    after(91)

    assert clean()["audit_copies"] == 4
    assert copies(audit_root) == ["notes.txt"]


def test_copies_in_a_storage_without_paths_go_as_well(settings, clean, after, onec, make_order):
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "onec_exchange": memory}
    make_order()
    onec.fetch_orders()
    name = OrderBatch.objects.get().audit_file
    storage = audit.get_storage()
    assert storage.exists(name)
    after(91)

    assert clean()["audit_copies"] == 1
    assert not storage.exists(name)


@pytest.mark.parametrize("storage", ["Undeletable", "Unlisted"])
def test_a_storage_that_refuses_stops_nothing_else(settings, capsys, after, onec, make_order, storage):
    backend = {"BACKEND": f"tests.commands.adapters.{storage}"}
    settings.STORAGES = {**settings.STORAGES, "onec_exchange": backend}
    make_order()
    onec.fetch_orders()
    AuthFailure.objects.create(key="x")
    after(400)

    if storage == "Undeletable":
        with pytest.raises(CommandError, match="could not be removed: 1"):
            call_command("onec_cleanup")
    else:
        call_command("onec_cleanup")

    assert bool(OrderBatch.objects.get().audit_file) is (storage == "Undeletable")
    assert not AuthFailure.objects.exists()


def test_a_run_that_was_killed_is_finished_by_the_next(clean, after, onec, make_order, audit_root):
    make_order()
    onec.fetch_orders()
    after(91)
    (audit_root / OrderBatch.objects.get().audit_file).unlink()  # the file was gone, its name not yet

    assert clean()["audit_copies"] == 1
    assert OrderBatch.objects.get().audit_file == ""


# -- batches and the ledger


@pytest.mark.parametrize("path", ["/1c/exchange/", LEDGER], ids=["fields", "ledger"])
def test_what_was_sent_is_never_forgotten(clean, after, make_onec, make_order, path):
    make_order()
    onec = make_onec(path=path)
    onec.fetch_orders()
    after(5000)

    clean()

    assert OrderDelivery.objects.get().state == "marked"
    assert batch_states() == ["confirmed"]
    again = make_onec(path=path)
    assert again.fetch_orders().orders == ()
    assert not ExchangeEvent.objects.filter(session=OrderBatch.objects.earliest("pk").session).exists()


def test_an_order_that_is_to_be_sent_again_keeps_its_delivery(clean, after, onec, make_order):
    make_order()
    onec.fetch_orders()
    OrderDelivery.objects.update(state="withdrawn")
    after(5000)

    clean()

    assert OrderDelivery.objects.exists()


def test_a_superseded_batch_keeps_its_counts_and_loses_its_rows(clean, after, ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask("mode=query", cookie=token))
    ask("mode=success", cookie=token)
    assert batch_states() == [State.SUPERSEDED, State.CONFIRMED]
    after(80)
    clean()
    assert OrderDelivery.objects.count() == 2

    after(11)

    assert clean()["deliveries"] == 1
    assert list(OrderBatch.objects.order_by("pk").values_list("order_count", flat=True)) == [1, 1]
    assert [one.state for one in OrderDelivery.objects.all()] == ["marked"]


def test_rows_stay_as_long_as_the_copy_they_lead_to(settings, clean, after, ask, sign_in, make_order):
    backend = {"BACKEND": "tests.commands.adapters.Undeletable"}
    settings.STORAGES = {**settings.STORAGES, "onec_exchange": backend}
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask("mode=query", cookie=token))
    after(400)

    with pytest.raises(CommandError):
        clean()

    assert OrderDelivery.objects.count() == 2


def test_a_dry_run_counts_nothing_that_a_kept_copy_leads_to(
    settings, clean, after, ask, sign_in, make_order, upload
):
    settings.ONEC_EXCHANGE_AUDIT_RETENTION_DAYS = None
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask("mode=query", cookie=token))
    upload()
    after(400)
    clean()

    assert clean("--dry-run") == {}


def test_what_1c_may_still_confirm_stays(settings, clean, after, ask, sign_in, make_order):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 6 * 86400
    settings.ONEC_EXCHANGE_AUDIT_RETENTION_DAYS = 1
    settings.ONEC_EXCHANGE_HISTORY_RETENTION_DAYS = 1
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    after(5)

    clean()

    assert body(ask("mode=success", cookie=token)) == "success"
    assert Order.objects.get().sent_to_1c


def test_a_batch_that_nobody_confirmed_goes_with_its_session(settings, clean, after, ask, sign_in, make_order):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    body(ask("mode=query", cookie=sign_in()))
    after(366)

    gone = clean()

    assert (gone["sessions"], gone["deliveries"], gone["audit_copies"]) == (1, 1, 1)
    assert not OrderBatch.objects.exists()
    assert not Order.objects.get().sent_to_1c


def test_an_exchange_that_the_window_awaits_stays_and_still_counts(clean, after, onec, make_onec, make_order):
    make_order()
    onec.checkauth()
    onec.query()
    after(400)

    clean()

    assert OrderBatch.objects.get().awaited
    assert ExchangeEvent.objects.filter(mode="query").exists()
    for _ in range(2):  # the first is tolerated
        next_one = make_onec()
        next_one.checkauth()
        next_one.query()
    assert SuspectOrder.objects.exists()


def test_batches_that_a_dead_process_left_go(clean, after, onec, make_order):
    make_order()
    onec.fetch_orders()
    OrderBatch.objects.update(state=State.PREPARING)
    OrderDelivery.objects.update(state="offered")
    assert clean() == {}

    after(0.3)

    assert clean()["abandoned"] == 1
    assert not OrderDelivery.objects.exists()


def test_orders_that_changed_meanwhile_are_forgotten_with_the_history(clean, after, ask, sign_in, make_order):
    order = make_order()
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    order.comment = "changed"
    order.save()
    ask("mode=success", cookie=token)
    after(91)
    clean()
    assert OrderDelivery.objects.count() == 2

    after(280)

    assert clean()["deliveries"] == 1
    assert OrderDelivery.objects.get().state == "marked"


# -- what came in


def test_uploads_of_ended_sessions_go_and_their_imports_stay(clean, after, upload, upload_root):
    upload("a")
    assert clean() == {}
    after(3)

    assert clean() == {"uploads": 1}
    assert list(upload_root.iterdir()) == []
    assert ImportSession.objects.get().state == "done"
    assert CatalogEntry.objects.exists()


def test_imports_go_with_the_history(clean, after, upload, audit_root):
    upload("a")
    after(366)

    gone = clean()

    assert (gone["imports"], gone["sessions"]) == (1, 1)
    assert not ImportSession.objects.exists()
    assert copies(audit_root) == []
    assert CatalogEntry.objects.exists()


def test_the_upload_of_a_running_import_is_not_touched(clean, after, upload, upload_root):
    upload("a")
    after(400)
    ImportSession.objects.update(state="running", lease_until=timezone.now() + timedelta(minutes=1))

    clean()

    assert list(upload_root.rglob("*.xml"))
    assert ExchangeSession.objects.exists()


def test_folders_of_uploads_that_no_row_tells_of_go(settings, clean, upload_root):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 1e-9
    for name in ("17-0123abcd", ".17-0123abcd-xyz", "something"):
        (upload_root / name).mkdir(parents=True)
        (upload_root / name / "a.jpg").touch()

    assert clean()["uploads"] == 2
    assert [path.name for path in upload_root.iterdir()] == ["something"]


def test_a_folder_that_is_in_use_stays(clean, upload_root):
    (upload_root / "17-0123abcd").mkdir(parents=True)

    assert clean() == {}
    assert list(upload_root.iterdir())


# -- the rest


def test_orders_left_out_stay_until_they_went_after_all(clean, after, onec, make_onec, make_order):
    make_order(rows=0)
    onec.fetch_orders()
    after(400)
    clean()
    assert SkippedOrder.objects.exists()

    SkippedOrder.objects.update(resolved_at=timezone.now())
    after(366)

    assert clean()["left_out"] == 1
    assert not SkippedOrder.objects.exists()


def test_polls_that_found_nothing_go(clean, after, make_onec):
    make_onec(BitrixModule).fetch_orders()
    after(366)

    assert clean()["sessions"] == 1
    assert not ExchangeSession.objects.exists()


def test_a_dry_run_tells_what_is_due_and_changes_nothing(
    capsys, clean, after, ask, sign_in, make_order, upload, audit_root
):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask("mode=query", cookie=token))
    ask("mode=success", cookie=token)
    upload("a")
    after(366)

    due = clean("--dry-run")

    assert len(copies(audit_root)) == 3
    assert OrderDelivery.objects.count() == 2
    gone = clean()
    assert {key: due[key] for key in ("audit_copies", "deliveries", "sessions")} == {
        key: gone[key] for key in ("audit_copies", "deliveries", "sessions")
    }
    call_command("onec_cleanup", "--dry-run")
    assert "Nothing was changed" in capsys.readouterr().out


def test_what_went_is_told_in_words(capsys, after, upload):
    upload("a")
    after(366)

    call_command("onec_cleanup")

    assert "Audit copies: 1" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", ["AUDIT_RETENTION_DAYS", "HISTORY_RETENTION_DAYS"])
@pytest.mark.parametrize("value", [0, -1, "90", True, 10**9])
def test_a_time_that_means_nothing_removes_nothing(settings, onec, make_order, audit_root, name, value):
    make_order()
    onec.fetch_orders()
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    with pytest.raises(CommandError, match=name):
        call_command("onec_cleanup")

    assert copies(audit_root)


def test_chunks_of_one_do_the_same(settings, clean, after, ask, sign_in, make_order, upload):
    settings.ONEC_EXCHANGE_CHUNK_SIZE = 1
    for _ in range(3):
        make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    body(ask("mode=query", cookie=token))
    upload("a")
    upload("b")
    OrderBatch.objects.update(awaited=False)
    after(400)

    gone = clean()

    assert gone["deliveries"] == 6
    assert gone["uploads"] == gone["imports"] == 2
    assert gone["sessions"] == 3
    assert not ExchangeSession.objects.exists()
