"""Is the exchange alive, and if not, what now?"""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import override

from django_onec_exchange.adapters import OrderSelector
from django_onec_exchange.health import Level, examine, worst
from django_onec_exchange.incoming import tasks
from django_onec_exchange.models import ImportSession, IncomingFile
from tests.conftest import ENDPOINT, body
from tests.incoming import files
from tests.shop.models import Deal, Stage

pytestmark = pytest.mark.django_db

SECOND = "/1c/second/exchange/"


@pytest.fixture(autouse=True)
def shop(settings, tmp_path):
    settings.ONEC_EXCHANGE_UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.ONEC_EXCHANGE_IMPORT_POLL_HOLD = 0
    settings.ONEC_EXCHANGE_CATALOG_HANDLER = "tests.incoming.handlers.ShopCatalog"


def test_nothing_is_found_where_all_is_well(onec, make_order, codes):
    make_order()
    onec.fetch_orders()
    onec.send_catalog({"import0_1.xml": files.catalog(["Чайник"])})

    assert codes() == []
    assert worst(examine()) == Level.OK


def test_the_worst_comes_first_and_is_what_counts(onec, make_order, later):
    make_order(rows=0)
    onec.fetch_orders()
    later(hours=27)

    found = examine()

    assert [finding.level for finding in found] == [Level.ERROR, Level.WARNING]
    assert worst(found) == Level.ERROR


def test_every_finding_says_what_to_do_in_the_language_of_who_asks(finding):
    plain = finding("never-came")
    with override("ru"):
        russian = finding("never-came")

    assert plain.remedy and russian.remedy
    assert plain.message == "1C has never exchanged with the site."
    assert russian.message != plain.message
    assert russian.remedy != plain.remedy


# -- contact


def test_a_1c_that_never_came(finding):
    assert finding("never-came").level == Level.WARNING
    assert "onec_doctor" in finding("never-came").remedy


def test_a_1c_that_fell_silent(onec, finding, codes, later):
    onec.fetch_orders()
    later(hours=25)
    assert codes() == []

    later(hours=2)

    assert finding("silent").level == Level.ERROR
    assert "onec_doctor" in finding("silent").remedy


def test_how_long_1c_may_be_silent_is_a_setting(settings, onec, codes, later):
    onec.fetch_orders()
    later(hours=2)
    assert codes() == []

    settings.ONEC_EXCHANGE_ALERT_SILENCE = 3600
    assert codes() == ["silent"]

    settings.ONEC_EXCHANGE_ALERT_SILENCE = 0
    later(days=365)
    assert "silent" not in codes()


def test_files_that_somebody_took_in_by_hand_are_no_contact(tmp_path, codes):
    path = tmp_path / "import0_1.xml"
    path.write_bytes(files.catalog(["Чайник"]))
    call_command("onec_import", str(path), verbosity=0)

    assert codes() == ["never-came"]


@pytest.mark.parametrize(
    "keep_out",
    [
        lambda user: user.user_permissions.clear(),
        lambda user: type(user).objects.update(is_active=False),
        lambda user: user.delete(),
    ],
    ids=["permission", "deactivated", "deleted"],
)
def test_a_user_that_is_not_let_in_any_more(account, onec, finding, keep_out):
    onec.fetch_orders()

    keep_out(account)

    assert finding("not-permitted").level == Level.ERROR


def test_a_password_that_was_changed_on_the_site_alone(account, onec, finding, codes, make_onec):
    onec.fetch_orders()
    account.set_password("another")
    account.save()

    assert finding("password-changed").level == Level.WARNING

    make_onec(password="another").fetch_orders()
    assert codes() == []


def test_a_few_wrong_passwords_mean_something_while_1c_does_not_come(ask, onec, finding, codes, later):
    ask("mode=checkauth", auth="1c:wrong")
    assert codes() == ["never-came", "wrong-passwords"]
    onec.fetch_orders()
    assert codes() == []
    ask("mode=checkauth", auth="stranger:wrong")
    assert codes() == []
    later(hours=27)

    ask("mode=checkauth", auth="1c:wrong")

    assert codes() == ["silent", "wrong-passwords"]


def test_a_call_that_was_refused_last(ask, sign_in, onec, finding, codes, later):
    token = sign_in()
    assert body(ask("mode=success", cookie=token)).startswith("failure")

    found = finding("refused")
    assert found.level == Level.WARNING
    assert "There is nothing to confirm" in found.message
    assert "“nothing-to-confirm”" in found.remedy

    later(minutes=5)
    onec.fetch_orders()
    assert codes() == []


def test_a_confirmation_that_came_too_late(settings, ask, sign_in, make_order, finding, later):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 60
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))
    later(minutes=5)
    ask("mode=success", cookie=token)

    assert "has ended" in finding("refused").message
    assert "“unknown-session”" in finding("refused").remedy


def test_a_fault_of_the_site_is_an_error(settings, ask, sign_in, finding, monkeypatch):
    token = sign_in()
    monkeypatch.setattr("django_onec_exchange.views.confirm", None)
    assert "failure" in body(ask("mode=success", cookie=token))

    found = finding("refused")
    assert found.level == Level.ERROR
    assert "The number is in the site's log (django_onec_exchange)" in found.remedy


def test_many_wrong_passwords(ask, onec, finding, codes, later):
    onec.fetch_orders()
    for _ in range(10):
        ask("mode=checkauth", auth="1c:guess", REMOTE_ADDR="198.51.100.9")

    assert finding("wrong-passwords").level == Level.WARNING

    later(minutes=16)
    assert codes() == []


# -- orders


def test_orders_that_are_fetched_again_and_again_without_confirmation(
    settings, onec, make_order, finding, codes, later
):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    for _ in range(6):
        assert codes() in ([], ["never-came"])
        onec.fetch_orders(confirm=False)
        later(hours=1)

    assert codes() == ["unconfirmed"]
    assert finding("unconfirmed").level == Level.ERROR

    onec.fetch_orders()
    assert codes() == []


def test_an_order_that_was_just_offered_is_not_unconfirmed_because_of_an_older_one(
    settings, onec, make_order, codes, later
):
    """The older one was marked by hand meanwhile."""
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    old = make_order()
    onec.fetch_orders(confirm=False)
    later(hours=7)
    type(old).objects.update(sent_to_1c=True)
    make_order()

    onec.fetch_orders(confirm=False)

    assert codes() == []


def test_a_file_that_was_not_confirmed_is_forgotten_when_a_later_one_was(
    settings, onec, make_onec, make_order, codes, later
):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    make_order()
    onec.fetch_orders(confirm=False)
    later(hours=7)

    make_onec().fetch_orders()

    assert codes() == []


def test_an_order_that_waits_for_long(settings, onec, make_order, finding, codes, later):
    order = make_order()
    type(order).objects.update(updated_at=order.created_at)
    onec.checkauth()
    later(hours=25)
    onec.checkauth()

    assert codes() == ["waits-long"]
    assert finding("waits-long").level == Level.ERROR

    settings.ONEC_EXCHANGE_ALERT_WAITING = 0
    assert codes() == []


def test_an_old_order_that_was_paid_just_now_has_not_waited_for_long(onec, make_order, codes):
    onec.checkauth()
    make_order(created_at=timezone.now() - timedelta(days=5))

    assert codes() == []


def test_in_a_shop_with_a_ledger_the_age_of_an_order_counts(ask, sign_in, make_order, codes):
    sign_in(path=SECOND)
    make_order(created_at=timezone.now() - timedelta(days=5))

    assert codes("second") == ["waits-long"]


def test_orders_whose_keys_do_not_grow_are_looked_at_by_their_date(settings, onec, codes, monkeypatch):
    settings.ONEC_EXCHANGE_ORDER_MODEL = "shop.Deal"
    monkeypatch.setattr("django_onec_exchange.health.orders._LOOKED_AT", 1)
    onec.checkauth()
    stage = Stage.objects.create(name="new")
    days_ago = [timezone.now() - timedelta(days=days) for days in (9, 5, 7)]
    deals = [Deal.objects.create(created_at=moment, status=stage, sent_to_1c=True) for moment in days_ago]
    Deal.objects.update(updated_at=days_ago[0])
    assert codes() == []

    Deal.objects.filter(pk=deals[1].pk).update(sent_to_1c=False)

    assert codes() == ["waits-long"]


def test_the_search_for_an_order_that_stops_1c(make_order, refusing, finding, codes):
    for _ in range(4):
        make_order()
    refusing(6, "1001")

    assert finding("window-narrowed").level == Level.WARNING
    assert "not confirmed though alone: 1001" in finding("window-narrowed").message

    refusing(12, "1001")
    assert codes() == ["orders-refused"]
    assert "1C does not take 1 order" in finding("orders-refused").message


def test_exchanges_that_are_still_small_after_the_trouble(make_order, refusing, finding):
    numbers = [make_order().number for _ in range(16)]
    refusing(5, *numbers)
    refusing(2)

    found = finding("window-narrowed")

    assert "grow with each confirmed one" in found.message
    assert "suspicion" not in found.message
    assert found.remedy == "Nothing needs to be done."


def test_a_confirmation_that_got_lost_once_is_no_finding(make_order, refusing, codes):
    make_order()

    refusing(2, "1001")

    assert codes() == []


def test_a_1c_that_is_ill(make_order, refusing, finding):
    for _ in range(4):
        make_order()

    refusing(7, "1001", "1002", "1003", "1004")

    assert finding("onec-ill").level == Level.ERROR


def test_what_follows_from_a_1c_that_is_ill_is_not_told_too(settings, make_order, refusing, codes, later):
    settings.ONEC_EXCHANGE_ALERT_WAITING = 3600
    for _ in range(4):
        make_order()
    refusing(7, "1001", "1002", "1003", "1004")

    later(hours=7)

    assert codes() == ["onec-ill"]


def test_orders_that_are_left_out(settings, onec, make_order, finding, codes):
    make_order(rows=0)
    make_order(rows=0)
    make_order(currency="")
    settings.ONEC_EXCHANGE_CURRENCY = "?"
    onec.fetch_orders()

    found = finding("orders-skipped")
    assert found.level == Level.WARNING
    assert "3 orders are left out" in found.message

    settings.ONEC_EXCHANGE_ALERT_SKIPPED = 4
    assert codes() == []


def test_an_order_that_is_left_out_does_not_wait_for_long(onec, make_order, codes, later):
    make_order(rows=0)
    onec.fetch_orders()
    later(hours=27)
    onec.checkauth()

    assert codes() == ["orders-skipped"]


def test_an_order_that_was_left_out_and_then_deleted_is_no_finding(onec, make_order, codes):
    order = make_order(rows=0)
    onec.fetch_orders()
    assert codes() == ["orders-skipped"]

    order.delete()

    assert codes() == []


# -- files from 1C


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


# -- set up


def test_a_site_that_is_not_set_up(settings):
    settings.ONEC_EXCHANGE_ORDER_MODEL = ""

    (found,) = examine()

    assert (found.code, found.level) == ("not-configured", Level.ERROR)
    assert "ONEC_EXCHANGE_ORDER_MODEL" in found.message


def test_a_base_that_no_address_serves():
    (found,) = examine("nowhere")

    assert found.code == "not-configured"


class Broken(OrderSelector):
    def select(self, context):
        raise AttributeError("a mistake of the shop")


def test_a_class_of_the_shop_that_fails_is_a_finding_and_hides_no_other(settings, onec, codes, caplog):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = f"{__name__}.Broken"

    assert codes() == ["not-examined", "never-came"]
    assert "a mistake of the shop" in caplog.text


def test_each_base_is_examined_by_itself(onec, codes):
    onec.fetch_orders()

    assert codes() == []
    assert codes("second") == ["never-came"]


def test_a_finding_cannot_be_changed(finding):
    with pytest.raises(FrozenInstanceError):
        finding("never-came").level = Level.OK
