"""An order that cannot become a document is left out with a reason, and stops nobody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_onec_exchange.adapters.wellknown import WellKnown
from django_onec_exchange.models import OrderBatch, OrderDelivery, SkippedOrder
from django_onec_exchange.simulator import BitrixModule
from tests.conftest import body
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["fields", "ledger", "ledger by date"])
def memory(request, settings):
    """Both ways of remembering."""
    settings.ONEC_EXCHANGE_ORDER_MARKER = {
        "fields": "django_onec_exchange.adapters.OrderMarker",
        "ledger": "django_onec_exchange.adapters.LedgerOrderMarker",
        "ledger by date": "tests.exchange.adapters.LedgerByDate",
    }[request.param]
    return request.param


def numbers(report) -> list[str]:
    return [order.number for order in report.orders]


BROKEN = {
    "no-items": {"rows": 0},
    "no-counterparty": {"customer_name": "", "customer_email": ""},
    "no-currency": {"currency": "рубли"},
    "money-mismatch": {"total": Decimal(9000)},
    "no-number": {"number": ""},
    "too-long": {"number": "9" * 256},
    "bad-quantity": {"quantity": "-1"},
    "bad-amount": {"price": "-5"},
}


@pytest.mark.parametrize(("code", "fields"), BROKEN.items(), ids=list(BROKEN))
def test_a_broken_order_is_left_out_with_its_reason(memory, onec, make_order, code, fields):
    make_order(**fields)
    sound = make_order()

    report = onec.fetch_orders()

    assert numbers(report) == [sound.number]
    assert report.confirmed
    skipped = SkippedOrder.objects.get()
    assert (skipped.code, skipped.attempts) == (code, 1)
    assert len(skipped.reason) > 20
    assert OrderBatch.objects.get().skipped_count == 1


def test_a_bad_inn_is_a_reason(onec, make_order):
    make_order(customer=Customer.objects.create(company_name="ООО", inn="123"))

    onec.fetch_orders()

    assert "123" in SkippedOrder.objects.get().reason


def test_a_broken_order_is_not_tried_again_while_it_stays_the_same(memory, onec, make_order):
    make_order(rows=0)

    for _ in range(3):
        onec.fetch_orders()

    assert SkippedOrder.objects.get().attempts == 1


def test_it_goes_out_once_it_is_mended(memory, onec, make_order, time_machine):
    broken = make_order(total=Decimal(9000))
    onec.fetch_orders()

    time_machine.move_to(timezone.now() + timedelta(hours=2))
    broken.refresh_from_db()
    broken.total = Decimal(500)
    broken.save()
    report = onec.fetch_orders()

    assert numbers(report) == [broken.number]
    assert SkippedOrder.objects.get().resolved_at is not None
    assert not Order.objects.get().export_skipped
    assert onec.fetch_orders().orders == ()


def test_it_is_tried_again_after_a_while_since_the_mistake_may_stand_elsewhere(
    settings, memory, onec, make_order, product, time_machine
):
    settings.ONEC_EXCHANGE_SKIPPED_RETRY_INTERVAL = 600
    product.unit = "ведро"
    product.save()
    broken = make_order()
    onec.fetch_orders()
    product.unit = "шт"
    product.save()

    time_machine.move_to(timezone.now() + timedelta(minutes=9))
    assert onec.fetch_orders().orders == ()
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    assert numbers(onec.fetch_orders()) == [broken.number]


@pytest.mark.parametrize("marker", ["OrderMarker", "LedgerByDate"])
def test_an_order_the_serializer_stumbled_on_is_tried_again_as_soon_as_it_changed(
    settings, onec, make_order, time_machine, marker
):
    module = "django_onec_exchange.adapters" if marker == "OrderMarker" else "tests.exchange.adapters"
    settings.ONEC_EXCHANGE_ORDER_MARKER = f"{module}.{marker}"
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.StumblingSerializer"
    stumbling = make_order(comment="stumble")
    onec.fetch_orders()
    assert onec.fetch_orders().orders == ()

    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    stumbling.refresh_from_db()
    stumbling.comment = ""
    stumbling.save()

    assert numbers(onec.fetch_orders()) == [stumbling.number]


def test_it_is_tried_again_when_a_person_says_so(memory, onec, make_order):
    broken = make_order(rows=0)
    onec.fetch_orders()
    make_order().items.update(order=broken)  # mended without a trace on the order
    Order.objects.exclude(pk=broken.pk).delete()

    assert onec.fetch_orders().orders == ()
    SkippedOrder.objects.update(retry_requested=True)

    assert numbers(onec.fetch_orders()) == [broken.number]


def test_clearing_the_field_by_hand_tries_it_again(onec, make_order):
    make_order(rows=0)
    onec.fetch_orders()

    Order.objects.update(export_skipped=False)
    onec.fetch_orders()

    assert SkippedOrder.objects.get().attempts == 2


def test_an_order_the_shop_left_out_itself_stays_out(onec, make_order):
    make_order(export_skipped=True)

    assert onec.fetch_orders().orders == ()


def test_many_broken_orders_do_not_fill_the_batch(settings, memory, onec, make_order):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 2
    for _ in range(7):
        make_order(rows=0)
    sound = [make_order() for _ in range(3)]

    report = onec.fetch_orders()

    assert numbers(report) == [order.number for order in sound[:2]]
    assert SkippedOrder.objects.count() == 7


def test_a_skip_is_remembered_though_1c_never_confirms(onec, make_order):
    make_order(rows=0)

    onec.fetch_orders(confirm=False)

    assert SkippedOrder.objects.count() == 1


def test_an_order_is_left_out_for_each_base_on_its_own(onec, make_onec, make_order):
    make_order(rows=0)
    second = make_onec(path="/1c/second/exchange/")

    onec.fetch_orders()
    second.fetch_orders()

    assert set(SkippedOrder.objects.values_list("base__name", flat=True)) == {"default", "second"}


def test_money_that_does_not_add_up_is_sent_where_the_setting_says_so(settings, onec, make_order):
    settings.ONEC_EXCHANGE_MONEY_MISMATCH = "send"
    make_order(total=Decimal(9000))

    report = onec.fetch_orders()

    assert report.confirmed
    assert report.orders[0].declared_total == Decimal(500)


def test_no_character_of_an_order_stops_the_others(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.OddTexts"
    make_order(price="-5")
    make_order()

    report = onec.fetch_orders()

    assert numbers(report) == ["1002"]
    assert report.confirmed
    assert OrderDelivery.objects.get().number == "1002"
    assert SkippedOrder.objects.get().number == "1001"


@pytest.mark.parametrize("serializer", ["StumblingSerializer", "UnwritableSerializer"])
def test_an_order_the_serializer_stumbles_on_does_not_stop_the_others(
    settings, onec, make_order, time_machine, serializer
):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = f"tests.exchange.adapters.{serializer}"
    stumbling = make_order(comment="stumble")
    sound = make_order()

    report = onec.fetch_orders()

    assert numbers(report) == [sound.number]
    assert SkippedOrder.objects.get().code == "serializer-error"
    assert SkippedOrder.objects.get().number == stumbling.number
    # the fault is the site's: once that is mended, the order goes although it did not change
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "django_onec_exchange.adapters.OrderSerializer"
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert numbers(onec.fetch_orders()) == [stumbling.number]


def test_a_serializer_that_fails_on_every_order_is_the_sites_illness(settings, ask, sign_in, make_order):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.BrokenSerializer"
    for _ in range(3):
        make_order()

    answer = body(ask("mode=query", cookie=sign_in()))

    assert answer.startswith("failure\nThe site could not answer.")
    assert SkippedOrder.objects.count() == 0
    assert OrderBatch.objects.count() == 0


def test_an_order_that_cannot_even_tell_its_number_is_named_by_its_key(settings, onec, make_order, monkeypatch):
    """The shop's own code raises, whoever asks."""
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.StumblingSerializer"
    order = make_order(comment="stumble")
    monkeypatch.setattr(Order, "order_number", property(lambda order: 1 / 0), raising=False)
    monkeypatch.setattr("django_onec_exchange.outgoing.filling.NUMBER", WellKnown("order_number"))

    onec.fetch_orders()

    assert SkippedOrder.objects.get().number == str(order.pk)


def test_one_order_the_serializer_stumbles_on_is_left_out_though_no_other_waits(settings, onec, make_order):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.StumblingSerializer"
    make_order(comment="stumble")

    report = onec.fetch_orders()

    assert report.orders == ()
    assert not report.error
    assert SkippedOrder.objects.get().code == "serializer-error"


@pytest.mark.parametrize("stumbling", [1, 3])
def test_a_page_of_nothing_but_stumbling_blocks_ends_the_exchange_well(settings, make_onec, make_order, stumbling):
    """The pages before it prove that the site is not ill."""
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.StumblingSerializer"
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    sound = make_order()
    for _ in range(stumbling):
        make_order(comment="stumble")

    report = make_onec(BitrixModule).fetch_orders()

    assert numbers(report) == [sound.number]
    assert report.confirmed
    assert SkippedOrder.objects.filter(code="serializer-error").count() == stumbling


@pytest.mark.parametrize("error", ["DataError", "IntegrityError", "ProgrammingError"])
def test_what_the_database_refuses_of_one_order_does_not_stop_the_others(settings, onec, make_order, error):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.DatabaseTrouble"
    make_order(comment=error)
    sound = make_order()

    report = onec.fetch_orders()

    assert numbers(report) == [sound.number]
    assert SkippedOrder.objects.get().code == "serializer-error"


@pytest.mark.parametrize("error", ["OperationalError", "InterfaceError"])
def test_a_database_that_is_gone_is_no_orders_fault(settings, ask, sign_in, make_order, error):
    settings.ONEC_EXCHANGE_ORDER_SERIALIZER = "tests.exchange.adapters.DatabaseTrouble"
    make_order()
    make_order(comment=error)

    answer = body(ask("mode=query", cookie=sign_in()))

    assert answer.startswith("failure\nThe site could not answer.")
    assert SkippedOrder.objects.count() == 0


def test_paging_clients_get_past_broken_orders(settings, make_onec, make_order):
    settings.ONEC_EXCHANGE_QUERY_LIMIT = 1
    make_order()
    make_order(rows=0)
    make_order()

    report = make_onec(BitrixModule).fetch_orders()

    assert numbers(report) == ["1001", "1003"]
    assert report.confirmed
