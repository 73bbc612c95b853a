"""How much the next exchange may carry, and which order 1C refuses: decisions alone, over what was recorded.

Real 1C stops at the first order that it cannot load, and never confirms.  So exchanges that stay unconfirmed halve
the window, until the culprit is alone; what gets through opens it again.  An order that failed alone steps back:
the others go first, and it is tried by itself each time that something got through.  It is refused when it failed
again and again while others got through.  If nothing gets through, no order is to blame: 1C itself is ill.

An exchange is what one ``success`` would confirm: one file, or all pages of a client that pages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: So many culprits may be left over by a search without another order to compare them with.
_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What 1C was given and confirmed, or did not."""

    orders: int  # at least one
    probing: bool = False  # it carried orders that had stepped back, and no others


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the exchanges with one base have shown since the trouble began; fresh, it is open."""

    limit: int | None = None  # orders in one exchange; None: open
    ceiling: int = 0  # orders in the exchange that closed it: as wide again, and it is open
    blamed: int = 0  # orders of the last file that failed, without those that got through since
    probe: int = 1  # orders that stepped back, tried at once
    unconfirmed: int = 0  # exchanges in a row
    alone: int = 0  # the last of these, in a row, that carried one order
    passed: int = 0  # orders that got through
    step: int = 0  # exchanges so far
    passed_step: int = 0  # the last one that got through

    @property
    def is_calm(self) -> bool:
        return self.limit is None and not self.unconfirmed

    @property
    def suspects_go_first(self) -> bool:
        """Whether something just got through: then those that stepped back are tried again."""
        return self.passed_step == self.step

    @property
    def nothing_gets_through(self) -> bool:
        """Whether single orders fail one after the other: then 1C itself is ill, or only culprits wait."""
        return self.alone > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An order that failed alone."""

    failures: int = 0  # alone
    overtaken: int = 0  # of these, how often others had got through since the one before
    failed_step: int = 0  # the last


def is_tolerated(window: Window, exchange: Exchange, tolerance: int) -> bool:
    """Tell whether one more unconfirmed exchange means nothing yet: a ``success`` may get lost."""
    return window.limit is None and not exchange.probing and window.unconfirmed < tolerance


def after_failure(window: Window, exchange: Exchange, tolerance: int) -> Window:
    """Return the window after an exchange that 1C did not confirm."""
    tolerated = is_tolerated(window, exchange, tolerance)
    orders = exchange.orders
    window = replace(
        window,
        step=window.step + 1,
        unconfirmed=window.unconfirmed + 1,
        alone=window.alone + 1 if orders == 1 else 0,
    )
    if tolerated:
        return window
    if exchange.probing:
        return replace(window, probe=max(1, orders // 2))
    if orders == 1:  # it explains all that failed before, and steps back
        return replace(window, blamed=0)
    return replace(window, limit=orders // 2, blamed=orders, ceiling=max(window.ceiling, orders))


def after_confirmation(window: Window, exchange: Exchange) -> Window:
    """Return the window after an exchange that 1C confirmed."""
    step = window.step + 1
    window = replace(
        window, step=step, passed_step=step, unconfirmed=0, alone=0, passed=window.passed + exchange.orders
    )
    if exchange.probing:
        return replace(window, probe=window.probe * 2)
    if window.limit is None:
        return window
    blamed = max(0, window.blamed - exchange.orders)
    if blamed:  # the culprit is among these
        return replace(window, blamed=blamed, limit=(blamed + 1) // 2)
    limit = 2 * max(window.limit, window.passed)  # what is rare among so many is rare among twice as many
    if limit >= window.ceiling:
        return replace(window, blamed=0, limit=None, ceiling=0)
    return replace(window, blamed=0, limit=limit)


def after_refusal(window: Window) -> Window:
    """Return the window after an order was set aside: that one explains the failures."""
    return replace(window, unconfirmed=0, alone=0)


def after_failing_alone(suspect: Suspect, before: Window) -> Suspect:
    """Return the suspect after it failed alone once more; ``before`` is the window before that."""
    overtaken = suspect.failures > 0 and before.passed_step > suspect.failed_step
    return Suspect(
        failures=suspect.failures + 1, overtaken=suspect.overtaken + overtaken, failed_step=before.step + 1
    )


def is_refused(suspect: Suspect, window: Window, *, attempts: int, suspects: int) -> bool:
    """Tell whether 1C refuses this order, so that it is set aside; ``suspects`` is how many failed alone.

    It failed ``attempts`` times, and between any two of them another order got through.  Where no other order
    waits, twice as many failures will do, if few are left and at least as many got through since the trouble
    began.  If many are left, it is 1C that fell ill during the search.
    """
    attempts = max(2, attempts)  # one failure is never enough
    if suspect.overtaken >= attempts - 1:
        return True
    return suspect.failures >= 2 * attempts and suspects <= min(_FEW, window.passed)
