"""``manage.py onec_status``: how the exchange stands, for people and for scripts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command, load_command_class
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import override

from django_onec_exchange.models import OrderBatch
from django_onec_exchange.simulator import Infobase
from django_onec_exchange.status import exchange_status
from tests.conftest import SECOND, body

pytestmark = pytest.mark.django_db


def status(*arguments: str) -> dict:
    out = StringIO()
    call_command("onec_status", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def text(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("onec_status", *arguments, stdout=out)
    return out.getvalue().splitlines()


ALL_WELL = {
    "limit": None,
    "suspects": 0,
    "alone": [],
    "unconfirmed": 0,
    "since": None,
    "nothing_confirmed": False,
}


def counts(answer: dict) -> tuple[int, int, int, int]:
    return tuple(answer[name] for name in ("waiting", "sent", "skipped", "open_batches"))


def test_a_shop_without_orders(db):
    answer = status()

    (finding,) = answer.pop("findings")
    assert (finding["level"], finding["code"]) == ("warning", "never-came")
    assert answer == {
        "waiting": 0,
        "sent": 0,
        "skipped": 0,
        "open_batches": 0,
        "last_confirmed_at": None,
        "last_contact_at": None,
        "window": ALL_WELL,
        "level": "warning",
    }


def test_the_numbers_follow_the_exchange(settings, onec, make_order):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    for _ in range(3):
        make_order()
    broken = make_order(rows=0, created_at=timezone.now() - timedelta(days=2))
    assert counts(status()) == (4, 0, 0, 0)

    onec.checkauth()
    onec.query()
    assert counts(status()) == (3, 0, 1, 1)
    assert status()["last_confirmed_at"] is None

    before = timezone.now()
    onec.success()
    assert counts(status()) == (1, 2, 1, 0)
    assert before <= datetime.fromisoformat(status()["last_confirmed_at"]) <= timezone.now()

    broken.delete()
    onec.fetch_orders()
    assert counts(status())[:2] == (0, 3)


def test_a_batch_whose_orders_another_batch_brought_is_not_open(onec, make_order):
    make_order()
    for _ in range(3):
        onec.fetch_orders(confirm=False)
    assert status()["open_batches"] > 0

    assert onec.fetch_orders().confirmed

    assert status()["open_batches"] == 0


def test_a_batch_with_an_order_that_is_sent_again_is_open(onec, make_order):
    order = make_order()
    onec.fetch_orders()
    type(order).objects.update(sent_to_1c=False)

    onec.fetch_orders(confirm=False)

    assert status()["open_batches"] == 1


def test_a_batch_with_one_order_that_still_waits_is_open(settings, make_onec, make_order):
    first, second = make_onec(), make_onec()
    make_order()
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    second.checkauth()
    second.query()
    make_order()
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 5
    first.fetch_orders(confirm=False)

    second.success()

    assert status()["open_batches"] == 1


def test_the_moment_of_the_last_confirmation_is_whole_in_json(onec, make_order):
    make_order()
    onec.fetch_orders()

    told = datetime.fromisoformat(status()["last_confirmed_at"])

    assert told.utcoffset() is not None
    assert abs(told - OrderBatch.objects.get().confirmed_at) < timedelta(milliseconds=1)


def test_the_last_contact_is_the_last_call_of_a_1c_that_signed_in(ask, onec, time_machine):
    onec.fetch_orders()
    seen = timezone.now()
    time_machine.move_to(seen + timedelta(hours=1))

    ask("mode=query", cookie="stranger")

    assert abs(datetime.fromisoformat(status()["last_contact_at"]) - seen) < timedelta(seconds=5)


def test_what_is_counted_can_be_limited(onec, make_order):
    for _ in range(3):
        make_order()
    onec.fetch_orders()
    for _ in range(3):
        make_order(rows=0)

    few, all_ = exchange_status(at_most=2), exchange_status(at_most=1000)

    assert (few.waiting, few.sent) == (2, 2)
    assert (all_.waiting, all_.sent) == (3, 3)


def test_a_confirmed_file_without_orders_is_no_confirmation(onec):
    assert onec.fetch_orders().confirmed

    assert status()["last_confirmed_at"] is None


def test_the_last_of_several_confirmations_is_told(onec, make_order, time_machine):
    make_order()
    onec.fetch_orders()
    first = status()["last_confirmed_at"]
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    make_order(created_at=timezone.now())

    onec.fetch_orders()

    assert status()["last_confirmed_at"] > first


def test_a_batch_that_its_session_can_no_longer_confirm_is_not_open(ask, sign_in, make_order, time_machine):
    make_order()
    body(ask("mode=query", cookie=sign_in()))
    assert status()["open_batches"] == 1

    time_machine.move_to(timezone.now() + timedelta(hours=49))

    assert status()["open_batches"] == 0


def test_orders_of_the_future_do_not_wait_yet(make_order):
    make_order(created_at=timezone.now() + timedelta(hours=1))

    assert status()["waiting"] == 0


def test_each_base_has_a_status_of_its_own(ask, sign_in, make_order):
    make_order()
    make_order()
    token = sign_in(path=SECOND)
    body(ask("mode=query", path=SECOND, cookie=token))

    assert counts(status("--base", "second")) == (2, 0, 0, 1)
    assert counts(status()) == (2, 0, 0, 0)


def test_a_base_with_a_marker_of_its_own_is_counted_by_it(ask, sign_in, make_order):
    make_order()
    make_order(rows=0)
    token = sign_in(path=SECOND)
    body(ask("mode=query", path=SECOND, cookie=token))
    body(ask("mode=success", path=SECOND, cookie=token))

    second, default = status("--base", "second"), status()

    assert counts(second) == (0, 1, 1, 0)
    assert second["last_confirmed_at"] is not None
    assert counts(default) == (2, 0, 0, 0)
    assert default["last_confirmed_at"] is None


def test_people_get_a_line_for_each_number(onec, make_order):
    make_order()
    assert text() == [
        "Orders waiting for 1C: 1",
        "Orders sent: 0",
        "Orders left out: 0",
        "Batches not confirmed yet: 0",
        "Last confirmation: never",
        "Last call of 1C: never",
        "warning (never-came): 1C has never exchanged with the site.",
        "    Enter the site's address, the user and the password in 1C, and start the exchange there. If it gets "
        "an error, “manage.py onec_doctor” finds out what is in the way.",
    ]

    onec.fetch_orders()

    lines = text()
    assert lines[:2] == ["Orders waiting for 1C: 0", "Orders sent: 1"]
    confirmed = timezone.localtime(OrderBatch.objects.get().confirmed_at)
    assert lines[-3] == f"Last confirmation: {confirmed:%Y-%m-%d %H:%M:%S}"
    assert lines[-1] == "All is well."


@pytest.mark.parametrize("arguments", [(), ("--json",)])
@pytest.mark.parametrize(
    ("name", "value"), [("ORDER_MODEL", ""), ("ORDER_MODEL", "shop.Nothing"), ("ORDER_MARKER", "nowhere.Marker")]
)
def test_a_site_that_is_not_set_up_is_told_what_is_missing(settings, name, value, arguments):
    setattr(settings, f"ONEC_EXCHANGE_{name}", value)

    with pytest.raises(CommandError, match=f"ONEC_EXCHANGE_{name}"):
        call_command("onec_status", *arguments, stdout=StringIO())


def test_asking_changes_nothing_about_the_exchange(ask, sign_in, make_order):
    make_order()
    token = sign_in()
    body(ask("mode=query", cookie=token))

    status()

    assert body(ask("mode=success", cookie=token)) == "success"


def test_the_status_is_there_for_programs_as_well(onec, make_order):
    make_order()
    onec.fetch_orders()

    answer = exchange_status()

    assert (answer.waiting, answer.sent) == (0, 1)
    assert answer.last_confirmed_at == OrderBatch.objects.get().confirmed_at


# -- the window


@pytest.fixture
def refusing(make_onec):
    """Exchange so many times with a 1C that refuses the orders with these numbers."""

    def run(times: int, *numbers: str) -> None:
        infobase = Infobase(refuse=lambda order: order.number in numbers)
        for _ in range(times):
            make_onec(infobase=infobase).fetch_orders()

    return run


def test_the_window_is_shown_while_an_order_is_searched_for(make_order, refusing):
    for _ in range(8):
        make_order()
    refusing(2, "1001")
    begin = OrderBatch.objects.earliest("pk").created_at
    assert status()["window"]["unconfirmed"] == 1  # the second is known to be lost when 1C asks again

    refusing(1, "1001")

    window = status()["window"]
    assert (window["limit"], window["suspects"], window["unconfirmed"]) == (4, 8, 2)
    assert abs(datetime.fromisoformat(window["since"]) - begin) < timedelta(milliseconds=1)
    assert not window["nothing_confirmed"]
    assert text()[6:-2] == [
        f"Trouble since: {timezone.localtime(begin):%Y-%m-%d %H:%M:%S}",
        "Exchanges in a row without confirmation: 2",
        "Orders in the next exchange: 4",
        "Orders under suspicion: 8",
    ]


def test_orders_that_failed_alone_are_named(make_order, refusing):
    for _ in range(4):
        make_order()

    refusing(6, "1001")

    window = status()["window"]
    assert (window["alone"], window["nothing_confirmed"]) == (["1001"], False)
    assert text()[-3] == "Not confirmed though alone: 1001"


def test_a_1c_that_confirms_nothing_is_called_ill(make_order, refusing):
    for _ in range(4):
        make_order()

    refusing(7, "1001", "1002", "1003", "1004")

    assert status()["window"]["nothing_confirmed"]
    assert text()[-3] == "Not confirmed though alone: 1001, 1002, 1003"
    assert text()[-2].startswith("error (onec-ill): ")


def test_nothing_is_said_of_a_window_that_is_switched_off(settings, make_order, refusing):
    make_order()
    refusing(5, "1001")
    assert status()["window"] != ALL_WELL

    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False

    assert status()["window"] == ALL_WELL


def test_an_order_that_was_set_aside_counts_as_left_out_and_all_is_well(make_order, refusing):
    for _ in range(3):
        make_order()

    refusing(12, "1002")

    answer = status()
    assert counts(answer)[:3] == (0, 2, 1)
    assert answer["window"] == ALL_WELL


def test_the_help_speaks_the_language_of_the_site():
    command = load_command_class("django_onec_exchange", "onec_status")

    with override("ru"):
        assert "сколько заказов ждёт 1С" in command.create_parser("manage.py", "onec_status").format_help()
