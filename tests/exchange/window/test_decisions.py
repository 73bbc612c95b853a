"""The window's decisions alone: a table, and a model of 1C that is fast enough for every position."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_onec_exchange.outgoing.window import (
    Exchange,
    Suspect,
    Window,
    after_confirmation,
    after_failing_alone,
    after_failure,
    after_refusal,
    is_refused,
    is_tolerated,
)

COUNT = LIMIT = 1000
ATTEMPTS, TOLERANCE = 3, 1


# -- the table

CLOSED = Window(limit=8, ceiling=100, blamed=16, unconfirmed=2, step=2)


@pytest.mark.parametrize(
    ("before", "carried", "after"),
    [
        pytest.param(Window(), 100, {"limit": None, "unconfirmed": 1}, id="the first changes nothing"),
        pytest.param(
            Window(unconfirmed=1),
            100,
            {"limit": 50, "blamed": 100, "ceiling": 100, "unconfirmed": 2},
            id="the second halves",
        ),
        pytest.param(CLOSED, 8, {"limit": 4, "blamed": 8, "ceiling": 100}, id="and so does each further one"),
        pytest.param(replace(CLOSED, unconfirmed=0), 8, {"limit": 4}, id="even between confirmed ones"),
        pytest.param(CLOSED, 5, {"limit": 2, "blamed": 5}, id="it is what was carried that is halved"),
        pytest.param(CLOSED, 1, {"limit": 8, "blamed": 0, "alone": 1}, id="one alone explains the rest"),
        pytest.param(
            replace(CLOSED, alone=1), 1, {"alone": 2, "nothing_gets_through": True}, id="two alone: 1C is ill"
        ),
        pytest.param(replace(CLOSED, alone=1), 8, {"alone": 0, "nothing_gets_through": False}, id="not yet"),
    ],
)
def test_what_is_not_confirmed(before, carried, after):
    window = after_failure(before, Exchange(orders=carried), TOLERANCE)

    assert {name: getattr(window, name) for name in after} == after
    assert window.step == before.step + 1
    assert not window.suspects_go_first


@pytest.mark.parametrize(
    ("before", "carried", "after"),
    [
        pytest.param(Window(unconfirmed=1), 100, {"limit": None, "is_calm": True}, id="a lost success"),
        pytest.param(CLOSED, 8, {"limit": 4, "blamed": 8}, id="the culprit is in the other half"),
        pytest.param(replace(CLOSED, blamed=9), 8, {"limit": 1, "blamed": 1}, id="and that is one order"),
        pytest.param(CLOSED, 16, {"limit": 32, "blamed": 0}, id="no suspect is left: twice what got through"),
        pytest.param(
            replace(CLOSED, blamed=0), 2, {"limit": 16, "blamed": 0}, id="few wait: twice what could have gone"
        ),
        pytest.param(
            replace(CLOSED, blamed=0, passed=42), 8, {"limit": None, "ceiling": 0}, id="as wide as it was: open"
        ),
        pytest.param(replace(CLOSED, alone=2), 8, {"unconfirmed": 0, "alone": 0, "passed": 8}, id="1C is well"),
    ],
)
def test_what_is_confirmed(before, carried, after):
    window = after_confirmation(before, Exchange(orders=carried))

    assert {name: getattr(window, name) for name in after} == after
    assert window.suspects_go_first


def test_those_that_stepped_back_have_a_window_of_their_own():
    probing = Exchange(orders=6, probing=True)

    failed = after_failure(CLOSED, probing, TOLERANCE)
    passed = after_confirmation(replace(CLOSED, probe=6), probing)

    assert (failed.limit, failed.blamed, failed.probe) == (CLOSED.limit, CLOSED.blamed, 3)
    assert (passed.limit, passed.blamed, passed.probe) == (CLOSED.limit, CLOSED.blamed, 12)


@pytest.mark.parametrize("tolerance", [0, 1, 4])
def test_as_many_failures_as_the_setting_says_are_tolerated(tolerance):
    window = Window()
    for _ in range(tolerance):
        assert is_tolerated(window, Exchange(orders=1), tolerance)
        window = after_failure(window, Exchange(orders=10), tolerance)
        assert window.limit is None

    assert not is_tolerated(window, Exchange(orders=1), tolerance)
    assert after_failure(window, Exchange(orders=10), tolerance).limit == 5


def test_an_order_that_stepped_back_is_never_tolerated():
    assert not is_tolerated(Window(), Exchange(orders=1, probing=True), 5)


#: F: it fails alone; P: another order gets through; N: another order fails, too.
@pytest.mark.parametrize(
    ("story", "refused"),
    [
        ("F", False),
        ("PF", False),
        ("FF", False),
        ("FFFFFFFF", False),
        ("FNFNFNFNFNFNFN", False),
        ("FPF", False),
        ("FPFF", False),
        ("FFPF", False),
        ("FPFPF", True),
        ("FNPNFNPNF", True),
        ("NNNFPPPFFPF", True),
        ("PFFFFF", False),
        ("PFFFFFF", True),  # nobody else waited: it was tried though nothing had got through
        ("PFNFNFNFNFNF", True),
    ],
)
def test_how_an_order_comes_to_be_refused(story, refused):
    window, suspect = Window(limit=1, ceiling=9), Suspect()
    for event in story:
        before = window
        if event == "P":
            window = after_confirmation(window, Exchange(orders=1))
            continue
        window = after_failure(window, Exchange(orders=1, probing=event == "F"), TOLERANCE)
        if event == "F":
            suspect = after_failing_alone(suspect, before)

    assert is_refused(suspect, window, attempts=ATTEMPTS, suspects=1) is refused
    assert suspect.failures == story.count("F")


@pytest.mark.parametrize("attempts", [0, 1, 2])
def test_no_setting_makes_one_failure_enough(attempts):
    assert not is_refused(Suspect(failures=1), Window(passed=9), attempts=attempts, suspects=1)
    assert is_refused(Suspect(failures=2, overtaken=1), Window(passed=1), attempts=attempts, suspects=1)


@pytest.mark.parametrize(("passed", "left", "refused"), [(2, 3, False), (3, 3, True), (990, 4, False)])
def test_where_no_other_waits_few_must_be_left_and_more_have_got_through(passed, left, refused):
    window, suspect = Window(passed=passed), Suspect(failures=2 * ATTEMPTS)

    assert is_refused(suspect, window, attempts=ATTEMPTS, suspects=left) is refused


# -- 1C, its queue and the window


@dataclass
class Outcome:
    exchanges: int  # until nothing waited
    sound: int  # until only culprits waited
    refused: set[int]


def play(
    waiting: Collection[int],
    loads: Callable[[int, Collection[int]], bool],
    *,
    culprits: Collection[int] = (),
    limit: int = LIMIT,
    most: int = 400,
) -> Outcome:
    """Exchange as the site does until nothing waits; ``loads(exchange, orders)`` is 1C."""
    queue, suspects, refused, window = list(waiting), {}, set(), Window()
    sound = 0
    for exchange in range(1, most + 1):
        back = sorted(suspects, key=lambda one: suspects[one].failed_step)
        others = [one for one in queue if one not in suspects][: min(limit, window.limit or limit)]
        portions = [(others, False), (back[: window.probe], True)]
        if window.suspects_go_first:
            portions.reverse()
        file, probing = next((portion for portion in portions if portion[0]), ([], False))
        if not file:
            return Outcome(exchange - 1, sound, refused)
        before, carried = window, Exchange(orders=len(file), probing=probing)
        if loads(exchange, file):
            window = after_confirmation(window, carried)
            gone = set(file)
            queue = [one for one in queue if one not in gone]
            suspects = {one: known for one, known in suspects.items() if one not in gone}
        else:
            window = after_failure(window, carried, TOLERANCE)
            if len(file) == 1 and not is_tolerated(before, carried, TOLERANCE):
                (one,) = file
                suspects[one] = after_failing_alone(suspects.get(one, Suspect()), before)
                if is_refused(suspects[one], window, attempts=ATTEMPTS, suspects=len(suspects)):
                    refused.add(one)
                    queue.remove(one)
                    del suspects[one]
                    window = after_refusal(window)
        if window.is_calm and not suspects:
            window = Window()
        if not sound and set(queue) <= set(culprits):
            sound = exchange
    return Outcome(most, sound, refused)


def refusing(*culprits: int) -> Callable[[int, Collection[int]], bool]:
    bad = frozenset(culprits)
    return lambda exchange, file: bad.isdisjoint(file)


def test_one_culprit_of_a_thousand_at_any_position_costs_25_exchanges_at_most():
    outcomes = {place: play(range(COUNT), refusing(place), culprits=[place]) for place in range(COUNT)}

    assert all(outcome.refused == {place} for place, outcome in outcomes.items())
    assert max(outcome.exchanges for outcome in outcomes.values()) <= 25
    assert max(outcome.exchanges for outcome in outcomes.values()) == 22  # what we know; a change shows
    assert all(0 < outcome.sound <= 25 for outcome in outcomes.values())


PLACES = st.integers(0, COUNT - 1)
FAR_APART = st.sets(PLACES, min_size=2, max_size=3)
SIDE_BY_SIDE = st.builds(
    lambda first, steps: {first, *(min(COUNT - 1, first + step) for step in steps)},
    PLACES,
    st.sets(st.integers(1, 20), min_size=1, max_size=2),
)


@given(FAR_APART | SIDE_BY_SIDE)
@settings(max_examples=400)
def test_up_to_three_culprits_anywhere_cost_60_exchanges_at_most(culprits):
    outcome = play(range(COUNT), refusing(*culprits), culprits=culprits)

    assert outcome.refused == culprits
    assert 0 < outcome.sound <= 60
    assert outcome.exchanges <= 60


@given(st.integers(1, 300), st.sets(st.integers(0, 299), max_size=3), st.integers(1, 40))
def test_any_number_of_orders_and_any_limit_end_with_the_culprits_alone(count, culprits, limit):
    culprits = {place for place in culprits if place < count}

    outcome = play(range(count), refusing(*culprits), culprits=culprits, limit=limit, most=900)

    assert outcome.refused <= culprits  # of very few orders all may be culprits: then nothing got through
    assert outcome.sound > 0


@pytest.mark.parametrize("count", [1, 2, 5, 40, 150, 1000])
@pytest.mark.parametrize("well_before", [0, 1, 3])
def test_a_day_of_refusing_everything_sets_nothing_aside(count, well_before):
    ill = range(well_before + 1, well_before + 145)
    outcome = play(range(count), lambda exchange, file: exchange not in ill, limit=400)

    assert outcome.refused == set()
    assert outcome.exchanges <= well_before + 144 + 20


@pytest.mark.parametrize("begin", [5, 8, 10])
def test_a_1c_that_falls_ill_during_the_search_makes_nobody_else_a_culprit(begin):
    ill = range(begin, begin + 144)
    outcome = play(range(COUNT), lambda exchange, file: exchange not in ill and 990 not in file, culprits=[990])

    assert outcome.refused == {990}
    assert outcome.sound > 0


def test_a_culprit_is_found_after_an_illness_as_well():
    outcome = play(range(200), lambda exchange, file: exchange > 144 and 7 not in file, culprits=[7])

    assert outcome.refused == {7}
    assert outcome.sound <= 144 + 25


def test_one_success_in_ten_lost_sets_nothing_aside():
    chance = random.Random(1)
    for _ in range(50):
        outcome = play(range(COUNT), lambda exchange, file: chance.random() > 0.1)
        assert outcome.refused == set()
        assert outcome.exchanges < 20
