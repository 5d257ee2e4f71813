"""The nearest passing schedule: it passes, it differs by so many choices, and no fewer would do."""

from __future__ import annotations

from ctypes import c_uint32, c_void_p
from typing import TYPE_CHECKING

import pytest

import alertable
from alertable.sim.explore.explaining.budget import Budget
from alertable.sim.explore.explaining.nearest import Changed, Nearest, NoneFound, nearest_passing
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.schedule import parse
from alertable.sim.runtime.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.sim import Violation
    from alertable.winapi import WinApi


def _threads(w: WinApi, *bodies: Callable[[], None]) -> None:
    def body(n: int | None) -> int:
        bodies[n or 0]()
        return 0

    routine = w.CALLBACK(c_uint32, c_void_p)(body)
    for t in [w.CreateThread(None, 0, routine, n, 0, None) for n in range(len(bodies))]:
        w.WaitForSingleObject(t, 0xFFFFFFFF)


def loses(w: WinApi) -> None:
    cell = w.Interlocked(0)

    def add() -> None:
        cell.store(cell.load() + 1)

    _threads(w, add, add)
    assert cell.load() == 2


def needs_two(w: WinApi) -> None:
    """It fails unless both flags are seen, and each depends on a choice of its own."""
    one, other, seen = w.Interlocked(0), w.Interlocked(0), w.Interlocked(0)

    def reader() -> None:
        seen.fetch_add(one.load())
        seen.fetch_add(other.load())

    def first() -> None:
        one.store(1)

    def second() -> None:
        other.store(1)

    _threads(w, reader, first, second)
    assert seen.load() == 2


def always_fails(w: WinApi) -> None:
    cell = w.Interlocked(0)
    _threads(w, lambda: cell.store(1), lambda: cell.store(2))
    raise AssertionError


def found(program: Callable[[WinApi], None], **options: object) -> Violation:
    (violation,) = alertable.check(program, **options).violations
    return violation


@pytest.mark.parametrize(("program", "changes"), [(loses, 1), (needs_two, 2)])
def test_it_passes_and_no_fewer_changes_do(program: Callable[[WinApi], None], changes: int) -> None:
    violation = found(program)
    nearest = nearest_passing([program], violation, Settings(), Budget())
    assert isinstance(nearest, Nearest)
    assert len(nearest.changes) == changes
    assert nearest.execution.ok
    assert alertable.replay(program, schedule=nearest.execution.schedule).ok
    assert nearest.failing.violation is not None
    assert nearest.failing.violation.id == violation.id
    moves = parse(violation.schedule)
    base = Changed(moves, {})
    run([program], schedule=base)
    passing = 0
    for place, (_, options, picked) in enumerate(base.made):  # every single change, without any order or bound
        for option in range(len(options)):
            for on in (False, True):
                if option != picked:
                    passing += run([program], schedule=Changed(moves, {place: (option, on)})).ok
    assert bool(passing) == (changes == 1)


def test_the_latest_change_that_is_enough_is_told() -> None:
    violation = found(loses)
    nearest = nearest_passing([loses], violation, Settings(), Budget())
    assert isinstance(nearest, Nearest)
    (change,) = nearest.changes
    moves = parse(violation.schedule)
    base = Changed(moves, {})
    run([loses], schedule=base)
    for place, (step, options, picked) in enumerate(base.made):
        for option, label in enumerate(options):
            if option != picked and run([loses], schedule=Changed(moves, {place: (option, False)})).ok:
                assert (step, label) <= (change.step, change.now) or step < change.step


def test_what_the_environment_answers_can_be_the_change() -> None:
    def posts(w: WinApi) -> None:
        port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 0)
        assert w.PostQueuedCompletionStatus(port or 0, 0, 1, None)

    violation = found(posts, faults={"api-failure": 1})
    nearest = nearest_passing([posts], violation, Settings(faults={"api-failure": 1}), Budget())
    assert isinstance(nearest, Nearest)
    assert [change.was[0] for change in nearest.changes] == ["!"]


def test_where_nothing_passes_it_says_what_was_tried() -> None:
    violation = found(always_fails)
    nearest = nearest_passing([always_fails], violation, Settings(), Budget())
    assert isinstance(nearest, NoneFound)
    assert nearest.changes == 3
    assert nearest.tried > 0
    cut = nearest_passing([needs_two], found(needs_two), Settings(), Budget(steps=20))
    assert isinstance(cut, NoneFound)
    assert cut.changes == 0


def test_a_schedule_that_does_not_lead_there_is_not_compared() -> None:
    from dataclasses import replace

    violation = replace(found(loses), schedule="v1:")
    assert nearest_passing([loses], violation, Settings(), Budget()) == NoneFound(0, 0)
