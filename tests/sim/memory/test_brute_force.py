"""Random programs with shared variables: every order of accesses, one by one, against the reduced search; and who races."""

from __future__ import annotations

import random
from ctypes import create_string_buffer
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.check import check
from alertable.sim.runtime.settings import Settings
from alertable.winapi import INFINITE
from tests.sim.memory.test_races import thread

if TYPE_CHECKING:
    from collections.abc import Callable

    Operation = tuple[str, int, bool]  # what, at which variable, under the lock?

KINDS = ("read", "write", "add", "cell")
EVERY_ACCESS = ("program.list#1.0", "program.list#1.1")


def random_threads(seed: int) -> list[list[Operation]]:
    dice = random.Random(seed)
    return [
        [
            (dice.choice(("read", "write", "add", "cell")), dice.randrange(2), dice.random() < 0.5)
            for _ in range(dice.randint(1, 2))
        ]
        for _ in range(2)
    ]


def program_of(threads: list[list[Operation]]) -> Callable[[Any], object]:
    def program(w: Any) -> object:
        x = [0, 0]
        cell, lock, seen = w.Interlocked(0), create_string_buffer(40), [""] * len(threads)
        w.InitializeCriticalSection(lock)

        def act(number: int, what: str, at: int) -> None:
            if what == "read":
                seen[number] += str(x[at])
            elif what == "write":
                x[at] = 10 * (number + 1)
            elif what == "add":
                x[at] += 1
            else:
                seen[number] += f"c{cell.fetch_add(1)}"

        def body(number: int) -> None:
            for what, at, locked in threads[number]:
                if locked:
                    w.EnterCriticalSection(lock)
                act(number, what, at)
                if locked:
                    w.LeaveCriticalSection(lock)

        def starter(number: int) -> Callable[[], None]:
            return lambda: body(number)

        for handle in [thread(w, starter(number)) for number in range(len(threads))]:
            w.WaitForSingleObject(handle, INFINITE)
        return x[0], x[1], tuple(seen)

    return program


def races(threads: list[list[Operation]]) -> bool:
    """Two accesses to one variable, one of them a write, not both under the lock: nothing else puts these threads in order."""
    return any(
        at == other_at and what != "cell" != other and {what, other} != {"read"} and not (locked and other_locked)
        for one, two in combinations(threads, 2)
        for what, at, locked in one
        for other, other_at, other_locked in two
    )


def agrees(seed: int) -> None:
    threads = random_threads(seed)
    program = program_of(threads)
    everything = check((program,), strategy="dfs", memory="precise", settings=Settings(specs=(), steps_at=EVERY_ACCESS))
    reduced = check((program,), strategy="dpor", memory="precise", settings=Settings(specs=()))
    assert everything.verdict == reduced.verdict == "COMPLETE", everything.reasons
    assert set(reduced.outcomes) == set(everything.outcomes)
    assert reduced.executions <= everything.executions
    found = [violation.id for violation in alertable.check(program, memory="precise").violations]
    assert found == (["data-race"] if races(threads) else []), threads


@pytest.mark.parametrize("seed", range(1))
def test_the_reduced_search_finds_what_every_order_of_accesses_shows(seed: int) -> None:
    agrees(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 16))
def test_it_does_so_for_many_programs(seed: int) -> None:
    agrees(seed)


@pytest.mark.parametrize("seed", range(60, 68))
def test_a_race_is_reported_where_two_accesses_meet_and_nowhere_else(seed: int) -> None:
    threads = random_threads(seed)
    found = [violation.id for violation in alertable.check(program_of(threads), memory="precise", strategy="dpor").violations]
    assert found == (["data-race"] if races(threads) else []), threads
