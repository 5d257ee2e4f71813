"""Random small programs: the reduction and brute force agree on outcomes, and on the number of distinct traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import alertable
from alertable.sim.explore.algorithms.dpor import Dpor
from tests.audit.generator import program_of

if TYPE_CHECKING:
    from collections.abc import Callable

BRUTE_FORCE_MAX = 500
MANY_BRUTE_FORCE_MAX = 1_500  # of each of many
LONG_BRUTE_FORCE_MAX = 4_000  # the ends of threads make more of them, but no more traces
WIDE_MAX = 600  # executions
BASIC = {
    "apcs": ("queue", "sleep", "peek"),
    "cells": ("load", "add", "compare"),
    "events": ("set", "reset", "wait", "set manual", "wait manual", "pulse manual", "any", "all"),
    "locks": ("guarded", "tried"),
    "objects": ("release", "acquire", "own", "disown", "set timer", "wait timer", "post", "dequeue"),
    "select": ("select", "send", "receive"),
    "sockets": ("send", "receive", "shutdown", "close"),
    "threads": ("wait for the first",),
}  # a few operations of a few families, for the orders of the search; tests/audit has all


@st.composite
def scripts(draw: st.DrawFn) -> list[list[tuple[str, str]]]:
    """Two or three threads, at most six calls, of one or two families."""
    names = draw(st.lists(st.sampled_from(sorted(BASIC)), min_size=1, max_size=2, unique=True))
    operation = st.sampled_from([(family, name) for family in names for name in BASIC[family]])
    lengths = draw(st.sampled_from([(1, 1), (1, 2), (2, 2), (1, 3), (3, 2), (1, 1, 1), (2, 1, 1)]))
    return [draw(st.lists(operation, min_size=length, max_size=length)) for length in lengths]


@st.composite
def wide_scripts(draw: st.DrawFn) -> list[list[tuple[str, str]]]:
    """Up to four threads with up to three calls each, too many for brute force."""
    names = draw(st.lists(st.sampled_from(sorted(BASIC)), min_size=1, max_size=2, unique=True))
    operation = st.sampled_from([(family, name) for family in names for name in BASIC[family]])
    return draw(st.lists(st.lists(operation, min_size=1, max_size=3), min_size=2, max_size=4))


def agree(given_scripts: list[list[tuple[str, str]]], limit: int = BRUTE_FORCE_MAX) -> bool:
    """Compare; False where brute force takes too long."""
    program = program_of(given_scripts)
    brute = alertable.check(program, memory="locks", strategy="dfs", max_executions=limit, keep_going=True)
    if brute.verdict == "INCONCLUSIVE":
        return False
    reduced = alertable.check(program, memory="locks", strategy="dpor", keep_going=True)
    assert {v.id for v in reduced.violations} == {v.id for v in brute.violations}
    assert reduced.outcomes.keys() == brute.outcomes.keys()
    if reduced.verdict == "COMPLETE":
        assert reduced.executions == brute.statistics["traces"]
        assert reduced.statistics["redundant"] == 0
    return True


@settings(max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(scripts())
def test_the_reduction_and_brute_force_agree(given_scripts: list[list[tuple[str, str]]]) -> None:
    assume(agree(given_scripts))


@pytest.mark.long
@settings(max_examples=50, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(scripts())
def test_they_agree_on_many(given_scripts: list[list[tuple[str, str]]]) -> None:
    assume(agree(given_scripts, MANY_BRUTE_FORCE_MAX))


ONCE_DIFFERENT = {
    # A pulse that does not end a wait for all has looked at the other objects.
    "pulse and wait for all": ([[("events", "set")], [("events", "all")], [("events", "pulse manual")]], 5),
    # An acquire that comes before another one is no longer behind what the holder did meanwhile.
    "load before the lock": ([[("cells", "load"), ("locks", "guarded")], [("cells", "load")], [("locks", "guarded")]], 9),
    "add behind the lock": ([[("locks", "guarded"), ("cells", "add")], [("cells", "add")], [("locks", "guarded")]], 12),
    # A step does something else when it is reversed: here a failed try is the end of its thread, which others look at.
    "failed try": ([[("apcs", "sleep"), ("locks", "tried")], [("locks", "tried")], [("apcs", "queue"), ("apcs", "queue")]], 42),
    # Reversed, the dequeue gets nothing, and does not end its thread, which has the mutex.
    "dequeue in vain": (
        [[("objects", "disown"), ("objects", "dequeue"), ("objects", "release")], [("objects", "disown"), ("objects", "post")],
         [("objects", "own"), ("objects", "dequeue")]], 44,
    ),
    # Reversed, the pulse wakes nobody, and what was planned with it is covered after all.
    "pulse in vain": (
        [[("events", "wait manual"), ("apcs", "queue"), ("events", "pulse manual")], [("events", "pulse manual")],
         [("apcs", "queue")]], 7,
    ),
    "set in vain": (
        [[("events", "any"), ("apcs", "queue")], [("apcs", "queue")],
         [("events", "set"), ("cells", "compare"), ("events", "wait")]], 11,
    ),
    # A time-out races with the end of the thread that is waited for.
    "two wait for one of them": ([[("threads", "wait for the first")], [("threads", "wait for the first")]], 2),
    # A select that was woken looks at its sockets once more.
    "select looks again": ([[("select", "send"), ("select", "receive"), ("select", "receive")], [("select", "select")]], 16),
}  # fmt: skip
ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "as usual": lambda options: options,
    "reversed": lambda options: options[::-1],
    "last first": lambda options: [*options[-1:], *options[:-1]],
}


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Explore from now on with the choices of a node in this order."""
    usual = Dpor._enabled

    monkeypatch.setattr(Dpor, "goes_on", lambda _self, _machine, _t: False)  # which takes the first for granted

    def arrange(order: str) -> None:
        monkeypatch.setattr(Dpor, "_enabled", lambda self, machine: ORDERS[order](usual(self, machine)))

    return arrange


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ONCE_DIFFERENT)
def test_as_many_executions_as_traces_where_it_once_was_not_so(name: str, order: str, in_order: Callable[[str], None]) -> None:
    given_scripts, traces = ONCE_DIFFERENT[name]
    in_order(order)
    report = alertable.check(program_of(given_scripts), specs=(), memory="locks", strategy="dpor")
    assert (report.verdict, report.executions) == ("COMPLETE", traces)


@settings(max_examples=12, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(wide_scripts())
def test_the_order_of_the_search_does_not_matter(
    in_order: Callable[[str], None], given_scripts: list[list[tuple[str, str]]]
) -> None:
    found = []
    for order in ORDERS:
        in_order(order)
        options: dict[str, Any] = {"memory": "locks", "strategy": "dpor", "keep_going": True, "max_executions": WIDE_MAX}
        report = alertable.check(program_of(given_scripts), specs=(), **options)
        assume(report.verdict == "COMPLETE")
        found.append((report.executions, report.outcomes.keys()))
    assert found[1:] == found[:-1]


@pytest.mark.long
@pytest.mark.parametrize("name", ONCE_DIFFERENT)
def test_brute_force_has_as_many_there(name: str) -> None:
    given_scripts, traces = ONCE_DIFFERENT[name]
    program = program_of(given_scripts)
    brute = alertable.check(program, specs=(), memory="locks", strategy="dfs", max_executions=LONG_BRUTE_FORCE_MAX)
    complete = brute.verdict == "COMPLETE"  # where it takes too long, it has not seen more
    assert brute.statistics["traces"] == traces if complete else brute.statistics["traces"] <= traces


def test_a_reset_and_a_send_that_it_drops_depend_on_each_other() -> None:
    program = program_of([[("sockets", "send"), ("sockets", "close")]])
    reduced, brute = (
        alertable.check(program, memory="locks", strategy=strategy, faults={"reset": 1}) for strategy in ("dpor", "dfs")
    )
    assert (reduced.verdict, brute.verdict) == ("COMPLETE", "COMPLETE")
    assert reduced.executions == brute.statistics["traces"]
