"""The whole exchange as a state machine: a shop, up to three 1Cs, bad weather, and what must hold all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from django_onec_exchange import simulator
from django_onec_exchange.access import get_base
from django_onec_exchange.adapters import ExchangeContext, load_adapters
from django_onec_exchange.models import ExchangeSession, OrderBatch, SkippedOrder
from django_onec_exchange.outgoing.by_hand import mark_as_sent, send_again
from django_onec_exchange.simulator import (
    UNF,
    UT11,
    BitrixModule,
    DjangoTransport,
    ExchangeStoppedError,
    OneCClient,
    ReadError,
    TransferError,
)
from tests.conftest import ENDPOINT, PASSWORD, USERNAME
from tests.shop.models import Order, OrderItem, Product

from .weather import FINE, Fault, Weather, faults

MAKERS: list[Callable[..., OneCClient]] = [UT11, UNF, BitrixModule]
HEALTHY_EXCHANGES = 30  # after which every valid order must have arrived,
FOR_EACH_POISON = 30  # and so many more for each order that 1C refuses


def clear_database() -> None:
    """Leave nothing of an example but 1C's account."""
    models = [*apps.get_app_config("django_onec_exchange").get_models(), *apps.get_app_config("shop").get_models()]
    with connection.constraint_checks_disabled(), transaction.atomic():  # MariaDB checks each statement
        for model in models:
            model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)


#: An order as 1C read it: its number, and its comment, which tells the revision.
Revision = tuple[str, str]


class Infobase:
    """One 1C of the machine: where it stands in its exchange, and what it holds."""

    def __init__(self, kind: Callable[..., OneCClient], use_cookie: bool, poison: set[str]) -> None:
        """Orders whose numbers are in ``poison`` no 1C can load."""
        site = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.weather = Weather(DjangoTransport(site, ENDPOINT))
        self.client = kind(
            self.weather,
            username=USERNAME,
            password=PASSWORD,
            use_cookie=use_cookie,
            infobase=simulator.Infobase(refuse=lambda order: order.number in poison and "it is poison"),
        )
        self.uses_cookie = use_cookie
        self.pages = isinstance(self.client, BitrixModule)
        self.stands = "out"  # then "in", "loaded" (may ask for more, or confirm), "confirmed"
        self.held: set[Revision] = set()

    def sign_in(self, fault: Fault) -> None:
        self.stands, self.held = "out", set()
        if self._step(fault, self.client.checkauth) and (not self.pages or self._step(FINE, self.client.init)):
            self.stands = "in"

    def ask(self, fault: Fault) -> None:
        """Ask for orders and load them.  What cannot be loaded, or did not arrive, ends the operation."""
        orders: list[Any] = []
        if not self._step(fault, lambda: orders.extend(self.client.query())):
            self.stands = "out"
            return
        self.held |= {(order.number, order.comment) for order in orders}
        if not self.pages or not orders:
            self.stands = "loaded"

    def confirm(self, fault: Fault) -> bool:
        """Confirm what is held.  Told apart: whether the site can have heard it."""
        self._step(fault, self.client.success)
        self.stands = "confirmed"
        return fault.kind != "request lost"

    def _step(self, fault: Fault, step: Callable[[], object]) -> bool:
        self.weather.fault = fault
        try:
            step()
        except (TransferError, ExchangeStoppedError):
            return False
        except ReadError as error:
            if "it is poison" not in str(error):
                raise AssertionError(f"1C was given what it cannot read: {error}") from error
            return False
        return True


class Exchange(RuleBasedStateMachine):
    """Rules are steps of the shop, of the 1Cs and of the site's misfortunes.  Subclasses choose the settings."""

    def __init__(self) -> None:
        super().__init__()
        self.product = Product.objects.create(onec_id="bd72d8f9", name="Чайник", sku="T-1", unit="шт")
        self.infobases: list[Infobase] = []
        self.edits = 0
        self.poison: set[str] = set()
        self.marked: set[str] = set()
        self.confirmed: set[Revision] = set()  # held by a 1C that sent ``success``

    @initialize(
        installed=st.lists(st.tuples(st.sampled_from(MAKERS), st.booleans()), min_size=1, max_size=3),
        orders=st.integers(1, 5),
    )
    def begin(self, installed: list[tuple[Callable[..., OneCClient], bool]], orders: int) -> None:
        """Two 1Cs without cookies on one machine and account no site can tell apart: one at most has none."""
        for kind, use_cookie in installed:
            use_cookie = use_cookie or kind is BitrixModule or any(not one.uses_cookie for one in self.infobases)
            self.infobases.append(Infobase(kind, use_cookie, self.poison))
        for _ in range(orders):
            self.create_order(1, False)

    # -- the shop

    @rule(rows=st.integers(0, 2), poison=st.integers(0, 9).map(lambda one: one == 9))
    def create_order(self, rows: int, poison: bool) -> None:
        """Without rows no document can be made of it; of poison one can, and 1C does not take it."""
        number = f"{Order.objects.count() + 1:06d}"
        if poison:
            self.poison.add(number)
        order = Order.objects.create(number=number, customer_name="Покупатель", created_at=timezone.now())
        for _ in range(rows):
            self._add_row(order)
        self._edit(order)

    @rule(data=st.data(), how=st.sampled_from(["edit", "cancel", "send again", "add a row"]))
    def change_order(self, data: st.DataObject, how: str) -> None:
        order = data.draw(st.sampled_from(list(Order.objects.order_by("pk"))))
        if how == "cancel":
            order.status = Order.Status.CANCELLED
        elif how == "send again":
            self._send_again(order)
        elif how == "add a row":
            self._add_row(order)
        self._edit(order)

    @rule(data=st.data())
    def mark_by_hand(self, data: st.DataObject) -> None:
        """Somebody says that 1C has the order, and leaves it alone from then on."""
        order = data.draw(st.sampled_from(list(Order.objects.order_by("pk"))))
        if mark_as_sent([order.pk], "1C has it", User.objects.get(), self._context()):
            self.marked.add(order.number)

    # -- 1C

    @rule(data=st.data(), fault=faults)
    def sign_in(self, data: st.DataObject, fault: Fault) -> None:
        data.draw(st.sampled_from(self.infobases)).sign_in(fault)

    @precondition(lambda self: self._at("in"))
    @rule(data=st.data(), fault=faults)
    def ask(self, data: st.DataObject, fault: Fault) -> None:
        data.draw(st.sampled_from(self._at("in"))).ask(fault)

    @precondition(lambda self: self._at("loaded", "confirmed"))
    @rule(data=st.data(), fault=faults)
    def confirm(self, data: st.DataObject, fault: Fault) -> None:
        """Once, or again."""
        self._confirm(data.draw(st.sampled_from(self._at("loaded", "confirmed"))), fault)

    @rule(data=st.data())
    def load_all(self, data: st.DataObject) -> None:
        """A whole exchange in good weather, up to its confirmation."""
        infobase = data.draw(st.sampled_from(self.infobases))
        infobase.sign_in(FINE)
        while infobase.stands == "in":
            infobase.ask(FINE)

    # -- the site

    @rule(what=st.sampled_from(["flush caches", "days pass", "retry skipped", "audit ill", "audit well"]))
    def happen(self, what: str) -> None:
        if what == "flush caches":
            cache.clear()
        elif what == "days pass":
            self._let_days_pass()
        elif what == "retry skipped":
            SkippedOrder.objects.filter(resolved_at=None).update(retry_requested=True)
        else:
            self.set_audit_storage(what == "audit well")

    def set_audit_storage(self, works: bool) -> None:
        raise NotImplementedError

    # -- what must hold

    @invariant()
    def nothing_is_marked_that_a_confirming_1c_did_not_hold(self) -> None:
        sent = dict(self._sent().values_list("number", "comment"))
        wrong = {one for one in sent.items() if one[0] not in self.marked} - self.confirmed
        assert not wrong, f"marked, though no 1C that confirmed held it: {wrong}"
        self.marked = set(sent)

    @invariant()
    def a_batch_1c_may_confirm_is_whole(self) -> None:
        made = OrderBatch.objects.exclude(state__in=[OrderBatch.State.PREPARING, OrderBatch.State.BY_HAND])
        for batch in made:
            assert batch.digest and batch.deliveries.count() in (batch.order_count, 0)

    def teardown(self) -> None:
        try:
            self._every_valid_order_arrives()
        finally:
            clear_database()

    def _every_valid_order_arrives(self) -> None:
        self.set_audit_storage(True)
        self._let_days_pass()
        healthy = Infobase(UT11, True, self.poison)
        for _ in range(HEALTHY_EXCHANGES + FOR_EACH_POISON * len(self.poison)):
            healthy.sign_in(FINE)
            healthy.ask(FINE)
            if healthy.stands == "loaded":
                self._confirm(healthy, FINE)
            self.nothing_is_marked_that_a_confirming_1c_did_not_hold()
            if not self._waiting() and self._invalid() <= self._left_out():
                break
            if self.poison:
                self.create_order(1, False)  # the shop goes on selling
        assert not self._waiting(), f"never sent: {self._waiting()}"
        left_out, invalid = self._left_out(), self._invalid()
        assert invalid <= left_out <= invalid | self.poison, f"left out: {left_out}, invalid: {invalid}"

    # -- how

    def _at(self, *places: str) -> list[Infobase]:
        return [one for one in self.infobases if one.stands in places]

    def _confirm(self, infobase: Infobase, fault: Fault) -> None:
        if infobase.confirm(fault):
            self.confirmed |= infobase.held

    def _let_days_pass(self) -> None:
        """Sessions expire, and what was left out without a date of change is tried again."""
        long_ago = timezone.now() - timedelta(days=3)
        ExchangeSession.objects.update(started_at=long_ago, last_seen_at=long_ago)
        SkippedOrder.objects.update(last_skipped_at=long_ago)

    def _edit(self, order: Order) -> None:
        self.edits += 1
        order.comment = f"v{self.edits}"
        order.total = sum((row.price * row.quantity for row in order.items.all()), Decimal(0))
        order.save()

    def _add_row(self, order: Order) -> None:
        OrderItem.objects.create(order=order, product=self.product, price=Decimal(250), quantity=Decimal(2))

    def _context(self) -> ExchangeContext:
        base = get_base("default")
        return ExchangeContext(base=base, cutoff=timezone.now(), version="2.10", adapters=load_adapters())

    def _sent(self) -> Any:
        context = self._context()
        return context.adapters.marker.filter_sent(Order.objects.all(), context)

    def _waiting(self) -> list[str]:
        sent = self._sent().values("pk")
        """Return the numbers of the orders that should arrive, and have not."""
        waiting = Order.objects.exclude(pk__in=sent).exclude(items=None).exclude(number__in=self.poison)
        return list(waiting.values_list("number", flat=True).distinct())

    def _invalid(self) -> set[str]:
        """Return the numbers of the orders that no document can be made of, and that nobody marked by hand."""
        unsent = Order.objects.exclude(pk__in=self._sent().values("pk"))
        return set(unsent.filter(items=None).values_list("number", flat=True))

    def _left_out(self) -> set[str]:
        return {one.number for one in SkippedOrder.objects.filter(resolved_at=None)}

    def _send_again(self, order: Order) -> None:
        """The shop wants the order to be sent once more: what 1C was given until now no longer counts."""
        if send_again([order.pk], self._context()):
            self.marked.discard(order.number)
            order.refresh_from_db()
