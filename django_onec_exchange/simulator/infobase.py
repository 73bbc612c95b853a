"""An in-memory 1C base: what became of the orders a site sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from .documents import CounterpartyKind, ReceivedCounterparty, ReceivedOrder
from .errors import LoadingStoppedError, ReadError
from .profiles import Profile
from .reading import DocumentReader

UNF_NUMBER_WIDTH = 6

#: what a rolled back transaction gives back; warnings stay, as 1C's event log does
TRANSACTIONAL = (
    "orders",
    "_documents",
    "_own_numbers",
    "_cards",
    "created",
    "updated",
    "skipped",
    "duplicates",
)

#: told "bytes" of the reply at hand, "documents" it holds, "orders" loaded so far
Progress = Callable[[str, int], None]


@dataclass(frozen=True, kw_only=True)
class Counterparty:
    """A customer card in the base."""

    id: str
    name: str
    kind: CounterpartyKind
    inn: str = ""
    kpp: str = ""


@dataclass(frozen=True, kw_only=True)
class BookedOrder:
    """An order document of the base."""

    serial: int  # 1 for the first document of the base
    number: str  # the site's number, as 1C stores it (trimmed)
    own_number: str  # 1C's own number
    moment: datetime  # 0001-01-01 if the site's date could not be read
    currency: str
    total: Decimal  # what 1C computed, not what the site declared
    counterparty: Counterparty | None
    times_loaded: int  # 1: created; more: rewritten by resends
    posted: bool
    cancelled: bool
    source: ReceivedOrder


@dataclass(frozen=True)
class LoadResult:
    """The outcome of one ``query`` reply."""

    orders: tuple[ReceivedOrder, ...]  # what stays in the base
    stopped: LoadingStoppedError | None = None  # set: 1C sends no success, though earlier orders stay


class Infobase:
    """Orders, customers and counters of one 1C base; start it empty and keep it between exchanges.

    ``refuse`` lets a test make 1C choke on an order: if it returns something true (a reason, say)
    loading that order is a run-time exception, and the whole reply is rolled back.

    ``cancellation_reasons`` is UT's option without which a cancelled order is not cancelled there.
    """

    def __init__(
        self,
        *,
        refuse: Callable[[ReceivedOrder], object] | None = None,
        cancellation_reasons: bool = False,
        counterparties: Iterable[Counterparty] = (),
    ) -> None:
        self.refuse = refuse
        self.cancellation_reasons = cancellation_reasons
        #: by the site's number, the newest document if there are duplicates
        self.orders: dict[str, BookedOrder] = {}
        #: numbers of orders a manager has taken into work: resends of them are passed over
        self.in_work: set[str] = set()
        self.created = 0
        self.updated = 0
        self.skipped = 0  # resends of orders in work
        self.duplicates = 0  # documents created for a number the base already had
        self.warnings: list[str] = []
        self._documents: dict[int, BookedOrder] = {}
        self._own_numbers: dict[tuple[int, str], str] = {}  # (year, 1C's number) -> the site's
        self._cards: dict[tuple[str, ...], Counterparty] = {}  # by each key a card is found with
        self._in_reply: set[str] = set()  # numbers of the reply at hand that were written
        for card in counterparties:
            self._add_card(card)

    @property
    def documents(self) -> list[BookedOrder]:
        """Every order document ever created, duplicates included."""
        return list(self._documents.values())

    @property
    def counterparties(self) -> list[Counterparty]:
        """The customers, in the order they were created."""
        return list(dict.fromkeys(self._cards.values()))

    def load(self, document: str | bytes, profile: Profile, on_progress: Progress | None = None) -> LoadResult:
        """Load one reply in one transaction, as ``profile`` would.

        Raises ReadError after rolling everything back; warnings stay.  ``on_progress`` is told
        "documents" (how many the reply holds) once and "orders" (loaded so far) after each.
        """
        tell = on_progress or (lambda kind, count: None)
        reader = DocumentReader(document, profile)
        tell("documents", reader.count)
        before = {name: copy(getattr(self, name)) for name in TRANSACTIONAL}
        loaded: list[ReceivedOrder] = []
        self._in_reply = set()
        try:
            for order in reader.orders():
                self._write(order, profile)
                loaded.append(order)
                tell("orders", len(loaded))
        except LoadingStoppedError as stop:
            return LoadResult(tuple(loaded), stop)
        except Exception:
            self.__dict__.update(before)
            raise
        finally:
            self.warnings += reader.warnings
        for order in loaded:
            self._finish(order, profile)
        return LoadResult(tuple(loaded))

    # --- one order

    def _write(self, order: ReceivedOrder, profile: Profile) -> None:
        known = self._find(order.number, profile)
        if known is not None and known.number in self.in_work:
            self.skipped += 1
            self.warnings.append(f"Order {order.number}: skipped, it is in work in 1C; nothing of it was read.")
            return
        reason = self.refuse(order) if self.refuse is not None else None
        if reason:
            raise ReadError(f"run-time exception in 1C: {reason}.", order.number)
        counterparty = self._counterparty(order.counterparty, profile)
        if counterparty is None:
            self.warnings.append(f"Order {order.number}: no counterparty, the order will not be posted.")
        serial = known.serial if known else len(self._documents) + 1
        booked = BookedOrder(
            serial=serial,
            number=order.number.strip(),
            own_number=known.own_number if known else self._own_number(order, serial, profile),
            moment=datetime.combine(order.date, order.time),
            currency=order.currency,
            total=order.total,
            counterparty=counterparty,
            times_loaded=known.times_loaded + 1 if known else 1,
            posted=False,
            cancelled=known.cancelled if known else False,
            source=order,
        )
        self._keep(booked, known)

    def _find(self, number: str, profile: Profile) -> BookedOrder | None:
        """The order a resend updates.  UT looks up untrimmed, in a column of 11 characters (UT 4028)."""
        if profile.number_width is None:
            return self.orders.get(number.strip())
        return self.orders.get(number) if len(number) <= profile.number_width else None

    def _keep(self, booked: BookedOrder, known: BookedOrder | None) -> None:
        if known is not None:
            self.updated += 1
            if booked.number in self._in_reply:
                self.warnings.append(
                    f"Order {booked.number}: the reply holds this number twice, "
                    "the second order overwrites the first."
                )
        else:
            self.created += 1
            if booked.number in self.orders:
                self.duplicates += 1
                self.warnings.append(
                    f"Order {booked.number}: 1C does not find the number again and creates a second document."
                )
        self._in_reply.add(booked.number)
        self._documents[booked.serial] = self.orders[booked.number] = booked

    def _own_number(self, order: ReceivedOrder, serial: int, profile: Profile) -> str:
        """1C's number of a new order.  UNF's is unique within a year, and losing letters it may not be."""
        if not profile.keeps_digits_only:
            return f"{serial:0{UNF_NUMBER_WIDTH}}"
        own = "".join(sign for sign in order.number if sign.isdecimal()).zfill(UNF_NUMBER_WIDTH)
        holder = self._own_numbers.setdefault((order.date.year, own), order.number)
        if holder != order.number:
            raise ReadError(f"its number in 1C would be {own}, which order {holder} has already.", order.number)
        return own

    def _finish(self, order: ReceivedOrder, profile: Profile) -> None:
        """After the loop: cancellations, then posting of each order on its own (UT 4086)."""
        booked = self.orders[order.number.strip()]
        if booked.source is not order:  # passed over, or sent twice in one reply
            return
        cancelled = order.is_cancelled
        if cancelled and profile.cancels_only_by_option and not self.cancellation_reasons:
            self.warnings.append(
                f"Order {order.number}: Отменен has no effect without reasons for cancellation in 1C."
            )
            cancelled = False
        if not order.rows:
            self.warnings.append(f"Order {order.number}: no rows were loaded, the order is not posted.")
        posted = bool(order.rows) and booked.counterparty is not None
        final = replace(booked, posted=posted, cancelled=cancelled)
        self._documents[final.serial] = self.orders[final.number] = final

    # --- customers

    def _counterparty(self, party: ReceivedCounterparty, profile: Profile) -> Counterparty | None:
        """Find the customer's card or create one; None for a customer without a name.

        UT: by ИНН (with КПП for a company), else by name; the kind always counts, Ид never.
        The others know Ид too and try it first.
        """
        if party.inn == "" and profile.ignores_counterparty_id:
            stranger = next((card for card in self._cards.values() if not card.inn), None)
            if stranger is not None:
                self.warnings.append(f"An empty ИНН of «{party.name}» attached the order to «{stranger.name}».")
                return stranger
        if party.id and not profile.ignores_counterparty_id:
            found = self._cards.get(("id", party.id))
        else:
            found = self._cards.get(_inn_key(party) if party.inn else ("name", party.kind, party.name))
        if found is not None or not party.name:
            return found
        card = Counterparty(
            id=party.id, name=party.name, kind=party.kind, inn=party.inn or "", kpp=party.kpp or ""
        )
        self._add_card(card)
        return card

    def _add_card(self, card: Counterparty) -> None:
        self._cards.setdefault(("name", card.kind, card.name), card)
        if card.inn:
            self._cards.setdefault(_inn_key(card), card)
        if card.id:
            self._cards.setdefault(("id", card.id), card)


def _inn_key(party: Counterparty | ReceivedCounterparty) -> tuple[str, ...]:
    company = party.kind is CounterpartyKind.COMPANY
    return ("inn", party.kind, party.inn or "", (party.kpp or "") if company else "")
