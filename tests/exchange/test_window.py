"""One order that 1C refuses stops no other: the window closes on it, and opens again."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from django_onec_exchange import signals
from django_onec_exchange.models import (
    DeliveryWindow,
    InfoBase,
    OrderBatch,
    OrderDelivery,
    SkippedOrder,
    SuspectOrder,
)
from django_onec_exchange.outgoing import evidence
from django_onec_exchange.simulator import UT11, BitrixModule, ExchangeStoppedError, Infobase, TransferError
from tests.conftest import body
from tests.shop.models import Order, OrderItem

pytestmark = pytest.mark.django_db

KINDS = [pytest.param(UT11, id="UT 11.5"), pytest.param(BitrixModule, id="Bitrix module")]
MARKERS = ["OrderMarker", "LedgerOrderMarker"]


@pytest.fixture(params=MARKERS)
def marker(request, settings):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"django_onec_exchange.adapters.{request.param}"
    return request.param


@pytest.fixture
def shop(product):
    """Make many orders, quickly; the number is the position in the queue."""

    def make(count: int, first: int = 0) -> None:
        begin = timezone.now() - timedelta(days=2)
        orders = Order.objects.bulk_create(
            Order(
                number=f"{place:05}",
                created_at=begin + timedelta(seconds=place),
                customer_name=f"Покупатель {place}",
            )
            for place in range(first, first + count)
        )
        OrderItem.objects.bulk_create(
            OrderItem(order=order, product=product, price=Decimal(250), quantity=Decimal(2)) for order in orders
        )

    return make


class Base(Infobase):
    """A 1C base that refuses some orders; ``ill``: all."""

    def __init__(self, *numbers: str) -> None:
        super().__init__(refuse=lambda order: (self.ill or order.number in self.bad) and "it is poison")
        self.bad = set(numbers)
        self.ill = False


@pytest.fixture
def run(make_onec):
    """Exchange until nothing waits, or so many times; return how many orders 1C was given each time."""

    def run(infobase: Base, *, kind=UT11, most: int = 100, until=None) -> list[int]:
        carried = []
        while len(carried) < most:
            before = last_batch()
            make_onec(kind, infobase=infobase).fetch_orders()
            carried.append(sum(OrderBatch.objects.filter(pk__gt=before).values_list("order_count", flat=True)))
            if until is not None and until():
                break
            if not carried[-1]:
                return carried[:-1]
        return carried

    return run


def last_batch() -> int:
    return OrderBatch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def refused() -> dict[str, str]:
    records = SkippedOrder.objects.filter(resolved_at=None, code="refused")
    return dict(records.values_list("number", "reason"))


def assert_over() -> None:
    """Nobody is under suspicion any more; the window may still be opening."""
    assert not SuspectOrder.objects.exists()
    for window in DeliveryWindow.objects.all():
        assert (window.unconfirmed, window.blamed) == (0, 0)


# -- culprits


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "marker", "position"),
    [
        pytest.param(UT11, "OrderMarker", 0, id="UT, fields, first"),
        pytest.param(UT11, "LedgerOrderMarker", 700, id="UT, ledger, within"),
        pytest.param(BitrixModule, "OrderMarker", 300, id="Bitrix module, fields, within"),
        pytest.param(BitrixModule, "LedgerOrderMarker", 999, id="Bitrix module, ledger, last"),
    ],
)
def test_one_culprit_of_a_thousand_costs_25_exchanges_at_most(settings, shop, run, kind, marker, position):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"django_onec_exchange.adapters.{marker}"
    shop(1000)
    culprit = f"{position:05}"
    infobase = Base(culprit)

    carried = run(infobase, kind=kind, most=26)

    assert len(carried) <= 25
    assert len(infobase.orders) == 999
    assert infobase.updated == 0
    assert list(refused()) == [culprit]
    assert_over()


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_three_culprits_cost_60_exchanges_at_most(settings, shop, run, kind):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1000 if kind is UT11 else 40  # pages
    shop(300)
    culprits = ["00010", "00011", "00250"]
    infobase = Base(*culprits)

    carried = run(infobase, kind=kind, most=61)

    assert len(carried) <= 60
    assert len(infobase.orders) == 297
    assert sorted(refused()) == culprits
    assert_over()


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "marker"), [(UT11, "LedgerOrderMarker"), (BitrixModule, "OrderMarker")])
def test_a_day_of_refusing_everything_sets_nothing_aside(settings, shop, run, kind, marker, time_machine):
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"django_onec_exchange.adapters.{marker}"
    shop(30)
    infobase = Base()
    run(infobase, kind=kind, most=1)
    shop(40, first=100)
    infobase.ill = True
    start = timezone.now()

    for minutes in range(0, 24 * 60, 30):
        time_machine.move_to(start + timedelta(minutes=minutes))
        run(infobase, kind=kind, most=1)
        if minutes == 600:
            shop(3, first=500)
    window = DeliveryWindow.objects.get()
    assert (window.limit, SkippedOrder.objects.count()) == (1, 0)
    assert abs(window.since - start) < timedelta(minutes=31)
    infobase.ill = False
    carried = run(infobase, kind=kind)

    assert not SkippedOrder.objects.exists()
    assert len(infobase.orders) == 73
    assert len(carried) <= 12
    assert_over()


@pytest.mark.parametrize("hours", [0.2, 2, 60])
def test_the_window_remembers_however_rarely_1c_comes(shop, run, time_machine, hours):
    """Sessions are forgotten meanwhile, and what they showed is not."""
    shop(20)
    infobase = Base("00013")
    start = timezone.now()

    for exchange in range(20):
        time_machine.move_to(start + timedelta(hours=hours * exchange))
        run(infobase, most=1)

    assert len(infobase.orders) == 19
    assert list(refused()) == ["00013"]


def test_a_client_with_credentials_alone_is_served_as_well(shop, make_onec):
    shop(12)
    infobase = Base("00004")
    for _ in range(20):
        make_onec(infobase=infobase, use_cookie=False).fetch_orders()

    assert len(infobase.orders) == 11
    assert list(refused()) == ["00004"]


def test_the_story_is_one_that_a_manager_understands(shop, run):
    shop(8)

    run(Base("00002"))

    record = SkippedOrder.objects.get()
    began = timezone.localtime(OrderBatch.objects.earliest("pk").created_at)
    since = date_format(began, "SHORT_DATETIME_FORMAT")
    assert record.reason == (
        f"1C does not take this order. Since {since} it has confirmed other orders (7), but not this one, although"
        " it was offered it alone 3 times. 1C's log of the exchange says why."
    )
    assert Order.objects.get(number="00002").export_skipped


def test_each_base_has_a_window_of_its_own(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    shop(6)
    poisoned, second = Base("00001"), Base()
    for _ in range(4):
        make_onec(infobase=poisoned).fetch_orders()

    report = make_onec(infobase=second, path="/1c/second/exchange/").fetch_orders()

    assert len(report.orders) == 6
    assert list(DeliveryWindow.objects.values_list("base__name", flat=True)) == ["default"]


# -- the window itself


def counts(make_onec, infobase, times: int, kind=UT11, **options) -> list[int]:
    return [len(fetch(make_onec(kind, infobase=infobase, **options))) for _ in range(times)]


def fetch(onec) -> list[str]:
    """Exchange, and return the numbers of all orders that the site offered."""
    before = last_batch()
    onec.fetch_orders()
    offered = OrderDelivery.objects.filter(batch__gt=before).order_by("pk")
    return list(offered.values_list("number", flat=True))


def test_the_first_failure_changes_nothing_and_each_further_one_halves(shop, make_onec):
    shop(40)
    infobase = Base()
    infobase.ill = True

    assert counts(make_onec, infobase, 5) == [40, 40, 20, 10, 5]


def test_the_window_holds_for_all_pages_of_an_exchange(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 6
    shop(40)
    infobase = Base("00039")
    counts(make_onec, infobase, 2, BitrixModule)
    onec = make_onec(BitrixModule, infobase=infobase)
    onec.checkauth()
    onec.init()

    pages = [len(onec.query()) for _ in range(5)]
    onec.success()

    assert counts(make_onec, infobase, 1, BitrixModule) == [10]
    assert pages == [6, 6, 6, 2, 0]
    assert Order.objects.filter(sent_to_1c=True).count() == 20 + 10


def test_an_exchange_goes_on_as_it_began_whatever_others_find_out(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    shop(9)
    paging = make_onec(BitrixModule)
    paging.checkauth()
    paging.init()
    assert len(paging.query()) == 2
    ill = Base()
    ill.ill = True
    counts(make_onec, ill, 4, user_agent="1C+Enterprise/8.2")
    assert DeliveryWindow.objects.get().limit == 1

    assert [len(paging.query()) for _ in range(3)] == [2, 2, 2]
    paging.success()
    counts(make_onec, Base(), 3, BitrixModule)
    assert not Order.objects.filter(sent_to_1c=False).exists()


def test_one_lost_success_means_nothing(shop, make_onec):
    shop(10)
    make_onec().fetch_orders(confirm=False)

    assert len(make_onec().fetch_orders().orders) == 10
    assert_over()


def test_more_failures_are_tolerated_where_the_setting_says_so(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_WINDOW_TOLERANCE = 3
    shop(8)
    infobase = Base()
    infobase.ill = True

    assert counts(make_onec, infobase, 5) == [8, 8, 8, 8, 4]


def test_more_attempts_are_made_where_the_setting_says_so(settings, shop, run):
    settings.ONEC_EXCHANGE_WINDOW_ATTEMPTS = 5
    shop(60)

    run(Base("00000"))

    assert "alone 5 times" in refused()["00000"]


def test_switched_off_all_comes_each_time(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = False
    shop(8)

    assert counts(make_onec, Base("00003"), 6) == [8] * 6
    assert not DeliveryWindow.objects.exists()
    settings.ONEC_EXCHANGE_WINDOW_ENABLED = True
    assert counts(make_onec, Base("00003"), 3) == [8, 8, 4]


def test_an_order_that_fails_alone_lets_the_others_by(shop, make_onec):
    shop(1)
    infobase = Base("00000")
    counts(make_onec, infobase, 10)
    assert not SkippedOrder.objects.exists()  # nothing got through

    shop(3, first=5)

    assert fetch(make_onec(infobase=infobase)) == ["00005", "00006", "00007"]
    assert fetch(make_onec(infobase=infobase)) == ["00000"]


def test_those_that_stepped_back_take_turns(shop, make_onec):
    shop(2)
    infobase = Base("00000")
    infobase.ill = True
    counts(make_onec, infobase, 12)
    infobase.ill = False

    counts(make_onec, infobase, 2)

    assert list(infobase.orders) == ["00001"]


def test_of_two_orders_the_sound_one_gets_through_and_the_other_is_set_aside(marker, shop, run):
    shop(2)

    run(Base("00000"), most=15)

    assert list(refused()) == ["00000"]


# -- what is no evidence


def no_trouble() -> bool:
    return not DeliveryWindow.objects.exists()


def test_replies_that_broke_off_are_no_evidence(shop, make_onec):
    shop(10)
    for kind in (UT11, BitrixModule):
        for _ in range(4):
            onec = make_onec(kind)
            onec.transport.hang_up_after = 1
            onec.fetch_orders()

    assert no_trouble()
    assert len(make_onec().fetch_orders().orders) == 10


def test_pages_before_one_that_broke_off_are_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 4
    shop(10)
    for _ in range(4):
        onec = make_onec(BitrixModule)
        onec.checkauth()
        onec.init()
        onec.query()
        onec.transport.hang_up_after = 1
        with pytest.raises(TransferError):
            onec.query()

    assert no_trouble()
    assert len(make_onec(BitrixModule).fetch_orders().orders) == 10


def test_open_pages_of_the_session_that_asks_are_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    shop(12)

    assert len(make_onec(BitrixModule).fetch_orders().orders) == 12
    assert no_trouble()


def test_empty_documents_are_no_evidence(make_onec):
    for _ in range(4):
        make_onec().fetch_orders(confirm=False)

    assert no_trouble()


def test_a_confirmation_that_the_site_refused_is_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "tests.exchange.adapters.BrokenMarker"
    shop(6)

    assert counts(make_onec, Base(), 5) == [6] * 5
    assert no_trouble()


def test_a_page_that_the_site_failed_to_make_is_no_evidence(settings, shop, make_onec):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    shop(6)
    for _ in range(4):
        onec = make_onec(BitrixModule)
        onec.checkauth()
        onec.init()
        onec.query()
        settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.BrokenSelector"
        with pytest.raises(ExchangeStoppedError):
            onec.query()
        settings.ONEC_EXCHANGE_ORDER_SELECTOR = "django_onec_exchange.adapters.OrderSelector"

    assert no_trouble()


def test_another_client_that_still_loads_has_not_failed(shop, make_onec, time_machine):
    shop(6)
    slow = make_onec(user_agent="1C+Enterprise/8.2")
    slow.checkauth()
    slow.query()
    for _ in range(3):
        make_onec().fetch_orders(confirm=False)
    assert DeliveryWindow.objects.get().unconfirmed == 2

    slow.success()

    assert slow.confirmed
    assert Order.objects.filter(sent_to_1c=True).count() == 6
    assert_over()


def test_a_client_that_fell_silent_counts_whoever_asks_next(shop, make_onec, time_machine):
    shop(6)
    make_onec(user_agent="1C+Enterprise/8.2").fetch_orders(confirm=False)

    make_onec().fetch_orders(confirm=False)
    assert no_trouble()
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    make_onec(user_agent="1C+Enterprise/8.5").fetch_orders(confirm=False)

    assert DeliveryWindow.objects.get().unconfirmed == 2


def test_a_late_confirmation_still_counts(shop, make_onec):
    shop(6)
    slow = make_onec()
    slow.checkauth()
    slow.query()
    counts(make_onec, Base(*(f"{place:05}" for place in range(6))), 2)
    assert DeliveryWindow.objects.get().limit == 3

    slow.success()

    assert Order.objects.filter(sent_to_1c=True).count() == 6
    assert_over()


def test_what_another_exchange_marked_is_no_suspect_any_more(shop, make_onec):
    shop(5)
    infobase = Base()
    infobase.ill = True
    counts(make_onec, infobase, 7)
    assert SuspectOrder.objects.exists()

    Order.objects.update(sent_to_1c=True)
    shop(3, first=10)

    assert len(fetch(make_onec())) == 1
    assert not SuspectOrder.objects.exists()


@pytest.mark.parametrize("how", ["deleted", "not chosen any more"])
def test_an_order_that_no_longer_waits_is_no_suspect(settings, marker, shop, make_onec, how):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.PaidOnly"
    shop(5)
    Order.objects.update(is_paid=True)
    infobase = Base("00000")
    counts(make_onec, infobase, 5)
    assert SuspectOrder.objects.get().number == "00000"

    culprit = Order.objects.filter(number="00000")
    if how == "deleted":
        OrderItem.objects.filter(order__number="00000").delete()
        culprit.delete()
    else:
        culprit.update(is_paid=False)
    counts(make_onec, infobase, 4)

    assert len(infobase.orders) == 4
    assert_over()
    assert not SkippedOrder.objects.exists()


# -- orders that change


def mend(number: str) -> None:
    order = Order.objects.get(number=number)
    order.comment = "mended"
    order.save()


class Mendable(Base):
    """Takes a culprit that was mended."""

    def __init__(self, *numbers: str) -> None:
        super().__init__(*numbers)
        self.refuse = lambda order: order.number in self.bad and order.comment != "mended" and "it is poison"


@pytest.mark.parametrize("exchanges", [1, 2, 3, 4, 5, 6])
def test_a_suspect_that_was_mended_gets_through(marker, shop, run, exchanges):
    shop(8)
    infobase = Mendable("00000")
    run(infobase, most=exchanges)

    mend("00000")
    run(infobase, most=20)

    assert len(infobase.orders) == 8
    assert not SkippedOrder.objects.exists()
    assert_over()


def test_an_order_that_changed_gets_all_its_attempts_again(marker, shop, make_onec):
    shop(30)
    infobase = Base("00000")
    make = make_onec
    while not SuspectOrder.objects.filter(failures=2).exists():
        fetch(make(infobase=infobase))
    mend("00000")

    while "00000" not in fetch(make(infobase=infobase)):
        pass
    fetch(make(infobase=infobase))

    assert SuspectOrder.objects.get().failures == 1
    assert not refused()


def set_aside(shop, run, infobase: Base) -> None:
    shop(4)
    run(infobase)
    assert list(refused()) == ["00001"]


def test_time_alone_does_not_bring_it_back(marker, shop, run, make_onec, time_machine):
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(2, first=10)

    for _ in range(5):
        time_machine.move_to(timezone.now() + timedelta(hours=30))
        offered = fetch(make_onec(infobase=infobase))
        assert "00001" not in offered
    assert len(infobase.orders) == 5
    assert list(refused()) == ["00001"]


def test_once_mended_it_goes_alone_and_is_done(marker, shop, run, make_onec, time_machine):
    infobase = Mendable("00001")
    set_aside(shop, run, infobase)
    shop(3, first=10)

    time_machine.move_to(timezone.now() + timedelta(hours=2))
    mend("00001")

    assert fetch(make_onec(infobase=infobase)) == ["00001"]
    assert fetch(make_onec(infobase=infobase)) == ["00010", "00011", "00012"]
    assert len(infobase.orders) == 7
    assert not refused()
    assert no_trouble()
    assert not Order.objects.filter(export_skipped=True).exists()


def ask_by_record() -> None:
    SkippedOrder.objects.update(retry_requested=True)


def ask_by_field() -> None:
    Order.objects.filter(number="00001").update(export_skipped=False)


@pytest.mark.parametrize("ask", [ask_by_record, ask_by_field])
def test_when_a_person_asks_it_goes_alone_and_stops_nobody(shop, run, make_onec, ask):
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(6, first=10)

    ask()
    offered = [fetch(make_onec(infobase=infobase)) for _ in range(8)]

    assert offered[0] == ["00001"]
    assert all(file == ["00001"] or "00001" not in file for file in offered)
    assert len(infobase.orders) == 9
    assert list(refused()) == ["00001"]
    assert "alone 6 times" in refused()["00001"]


def test_asked_for_with_the_ledger_it_goes_alone(settings, shop, run, make_onec):
    settings.ONEC_EXCHANGE_ORDER_MARKER = "django_onec_exchange.adapters.LedgerOrderMarker"
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(2, first=10)
    infobase.bad.clear()

    ask_by_record()

    assert fetch(make_onec(infobase=infobase)) == ["00001"]
    assert not refused()
    assert fetch(make_onec(infobase=infobase)) == ["00010", "00011"]


def test_a_selector_that_keeps_nothing_out_does_not_bring_it_back(settings, shop, run, make_onec):
    settings.ONEC_EXCHANGE_ORDER_SELECTOR = "tests.exchange.adapters.UnsentOnly"
    infobase = Base("00001")
    set_aside(shop, run, infobase)
    shop(2, first=10)

    assert fetch(make_onec(infobase=infobase)) == ["00010", "00011"]


# -- what it costs, and who is told


def test_it_costs_two_queries_while_all_is_well(settings, ask, sign_in, make_order):
    def queries(mode: str, token: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            body(ask(f"mode={mode}", cookie=token))
        return len(captured)

    spent = {}
    for enabled in (False, True):
        settings.ONEC_EXCHANGE_WINDOW_ENABLED = enabled
        make_order()
        token = sign_in()
        spent[enabled] = [queries("query", token), queries("success", token)]

    assert [on - off for off, on in zip(spent[False], spent[True], strict=True)] == [2, 1]


def test_there_are_never_many_suspects(monkeypatch, shop, make_onec):
    monkeypatch.setattr(evidence, "_MOST_SUSPECTS", 3)
    shop(8)
    infobase = Base()
    infobase.ill = True
    tried = [fetch(make_onec(infobase=infobase)) for _ in range(16)]

    assert SuspectOrder.objects.count() == 3
    assert len({file[0] for file in tried[5:]}) >= 4
    infobase.ill = False
    counts(make_onec, infobase, 8)
    assert len(infobase.orders) == 8


@pytest.mark.django_db(transaction=True)
def test_signals_tell_of_it_after_the_commit(shop, run):
    heard = []

    def hear(sender, signal, **arguments):
        assert not connection.in_atomic_block
        if signal is signals.window_changed:
            assert sender is InfoBase
            heard.append((arguments["base"].name, arguments["before"], arguments["limit"]))
        else:
            heard.append((arguments["order"].number, arguments["skipped"].code))

    for signal in (signals.window_changed, signals.order_skipped):
        signal.connect(hear)
    try:
        shop(4)
        run(Base("00001"))
    finally:
        for signal in (signals.window_changed, signals.order_skipped):
            signal.disconnect(hear)

    assert heard == [("default", None, 2), ("default", 2, 1), ("default", 1, None), ("00001", "refused")]


def test_random_culprits_come_to_light(settings, shop, run):
    chance = random.Random(7)
    shop(60)
    culprits = sorted(f"{place:05}" for place in chance.sample(range(60), 3))
    infobase = Base(*culprits)

    run(infobase, kind=chance.choice([UT11, BitrixModule]), most=60)

    assert len(infobase.orders) == 57
    assert sorted(refused()) == culprits


def test_history_that_somebody_removed_stops_nothing(shop, make_onec):
    shop(1)
    infobase = Base("00000")
    counts(make_onec, infobase, 2)
    OrderDelivery.objects.all().delete()

    assert fetch(make_onec(infobase=infobase)) == ["00000"]
    assert not SuspectOrder.objects.exists()


def test_a_confirmation_that_came_after_its_session_had_ended_is_no_evidence(
    settings, shop, ask, sign_in, time_machine
):
    settings.ONEC_EXCHANGE_SESSION_LIFETIME = 60
    shop(4)

    for _ in range(4):
        token = sign_in()
        body(ask("type=sale&mode=query", cookie=token))
        time_machine.move_to(timezone.now() + timedelta(minutes=5))
        assert body(ask("type=sale&mode=success", cookie=token)).startswith("failure")

    assert not DeliveryWindow.objects.exists()
