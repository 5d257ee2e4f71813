"""A seeded sample of the audits; `python -m tests.audit` runs as many programs as one likes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.audit import brute, searches, shadow, swap
from tests.audit.families import FAMILIES, NEEDS
from tests.audit.generator import MODES, Mode, RandomProgram, random_program, shrink
from tests.audit.slots import traced
from tests.audit.walk import Walk, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.audit.tracer import Tracer

SAMPLE = 40
MANY = range(10_000, 10_400)
COMPARED = ("cells", "events", "locks", "apcs", "select")

DEPENDENT = (
    "events: set | events: wait",
    "events: set, events: poll | events: reset",
    "objects: release two | objects: release two",
    "objects: own | objects: own at once",
    "more apcs: queue | more apcs: peek",
    "more apcs: queue, more apcs: queue | more apcs: peek",
    "ports: post, ports: dequeue at once | ports: post another",
    "events: set, events: poll | events: poll",
    "events: set manual | events: wait manual",
    "events: pulse | events: wait",
    "handles: close | handles: set",
    "handles: close | handles: release",
    "named: create event | named: open event",
    "names: bind | names: bind",
    "names: bind, names: unbind | names: knock",
    "sockets: send | sockets: receive",
    "datagrams: send | datagrams: take",
    "overlapped: receive, overlapped: result | overlapped: plain send",
    "sections: sleeping | sections: wake",
    "overlapped: send | overlapped: result of the first",
    "overlapped: cancel all, overlapped: send | overlapped: result of the first",
    "locks: guarded | locks: guarded",
)  # a thread each; what they do has an order, through something that both touch
ONCE_UNEXPLAINED = {
    "overlapped: send | overlapped: receive": [(Mode(fault="handle-reuse"), True)],  # handles of two processes
    "event select: watch nothing | event select: receive": [(Mode(fault="handle-reuse"), True)],
    "suspend: suspend the second | timers: both | timers: set for 1601": [(Mode(), False)],  # a wait for all, suspended
    "sections: tried | sections: tried": [(Mode(), True)],  # locks of two processes
    "routines: send, routines: receive | ports: post": [(Mode(profile="documented"), False)],  # one begins, one is over
    "overlapped: send | overlapped: result of the first": [(Mode(), False)],  # asked about before an operation has it
    "connections: ConnectEx | connections: close | connections: ConnectEx": [(Mode(), False)],  # a connect is given up
    "connections: AcceptEx | sockets: connected for": [(Mode(), False)],  # an AcceptEx is cancelled with its thread
    "sections: sleeping slim | terminate: terminate the first | sections: sleeping slim": [(Mode(), False)],  # a sleeper is ended
    "children: start and join | suspend: suspend": [(Mode(), False)],  # whoever joins is suspended
    "children: start, children: join | terminate: terminate the first": [(Mode(), False)],  # whoever joins is ended
    "timers: set manual, timers: cancel manual | timers: wait manual | timers: set": [(Mode(clock="free"), False)],  # held up
    "overlapped: send, overlapped: send | overlapped: receive without event, overlapped: receive without event":
        [(Mode(profile="documented"), False)],  # a late send is cancelled
}


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    """A traced kernel."""
    with traced() as made:
        yield made


def program(*scripts: str, mode: Mode = MODES[0], inline: bool = False) -> RandomProgram:
    """From texts like "events: set, events: wait"."""
    calls = (tuple(tuple(call.split(": ")) for call in script.split(", ") if call) for script in scripts)
    return RandomProgram(tuple(calls), mode, inline=inline)  # type: ignore[arg-type]  # pairs


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_neighbours_that_are_taken_for_independent_may_be_swapped(seed: int) -> None:
    assert swap.audit(random_program(seed), seed).hole is None


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_real_accesses_conflict_only_where_footprints_do(seed: int, tracer: Tracer) -> None:
    assert not shadow.audit(random_program(seed), seed, tracer)


@pytest.mark.parametrize("seed", range(SAMPLE // 2))
def test_the_reduction_finds_what_brute_force_finds(seed: int) -> None:
    assert not brute.compare(random_program(seed, small=True, families=COMPARED, mixed=False), limit=150).complaints


@pytest.mark.parametrize("seed", range(SAMPLE // 4))
def test_a_search_over_states_finds_what_brute_force_finds(seed: int) -> None:
    assert not searches.compare(random_program(seed, small=True), brute=200, states=400).complaints


@pytest.mark.long
def test_searches_over_states_agree_in_many_small_programs() -> None:
    found = {seed: searches.compare(random_program(seed, small=True), brute=200, states=800) for seed in MANY[:60]}
    assert not {seed: comparison.complaints for seed, comparison in found.items() if comparison.complaints}
    assert sum(comparison.by_brute_force for comparison in found.values()) > len(found) // 4


@pytest.mark.long
def test_walks_see_nothing_that_a_complete_search_over_states_did_not() -> None:
    found = {seed: searches.walked(random_program(seed), seed, states=800) for seed in MANY[:30]}
    assert not {seed: comparison.complaints for seed, comparison in found.items() if comparison.complaints}
    assert sum(comparison.compared for comparison in found.values()) > len(found) // 4


@pytest.mark.long
def test_hundreds_of_programs_have_no_neighbours_that_do_not_commute() -> None:
    holes = {seed: swap.audit(random_program(seed), seed).hole for seed in MANY[:200]}
    assert not {seed: str(hole) for seed, hole in holes.items() if hole is not None}


@pytest.mark.long
def test_hundreds_of_programs_have_no_conflict_without_a_footprint(tracer: Tracer) -> None:
    found = {seed: shadow.audit(random_program(seed), seed, tracer) for seed in MANY[:400]}
    assert not {seed: "\n".join(map(str, conflicts)) for seed, conflicts in found.items() if conflicts}


@pytest.mark.long
def test_the_reduction_loses_nothing_in_hundreds_of_small_programs() -> None:
    found = {seed: brute.compare(random_program(seed, small=True), limit=100) for seed in MANY[:300]}
    assert not {seed: comparison.complaints for seed, comparison in found.items() if comparison.complaints}
    assert sum(comparison.compared for comparison in found.values()) > len(found) // 4


@pytest.mark.long
def test_two_workers_lose_nothing_in_some_of_them() -> None:
    programs = {seed: random_program(seed, small=True) for seed in MANY if not random_program(seed).mode.settings().branches}
    for seed in list(programs)[:12]:
        assert not brute.compare(programs[seed], workers=2, limit=100).complaints, seed


@pytest.mark.parametrize("scripts", ONCE_UNEXPLAINED)
def test_real_accesses_that_once_had_no_footprint_have_one(scripts: str, tracer: Tracer) -> None:
    for mode, apart in ONCE_UNEXPLAINED[scripts]:
        made = replace(program(*scripts.split(" | "), mode=mode), apart=apart)
        for seed in range(6):
            assert not shadow.audit(made, seed, tracer)
            assert swap.audit(made, seed).hole is None


@pytest.mark.parametrize("scripts", DEPENDENT)
def test_what_does_not_commute_is_found_in_both_orders(scripts: str) -> None:
    found = brute.compare(program(*scripts.split(" | ")), limit=1_500)
    assert found.compared
    assert not found.complaints


def test_a_late_abort_is_named_by_its_operation_and_not_by_what_its_thread_does_meanwhile() -> None:
    closed = program(
        "connections: close", "connections: AcceptEx, connections: connect", mode=Mode(fault="slow-device"), inline=True
    )
    found = brute.compare(closed)
    assert found.counted
    assert not found.complaints


def test_an_apc_that_comes_before_its_thread_has_begun_is_in_that_threads_log() -> None:
    assert not brute.compare(program("more apcs: queue, more apcs: set", "", inline=True)).complaints


def test_every_family_runs_and_says_the_same_again() -> None:
    for name, family in FAMILIES.items():
        for operation in family:
            alone = RandomProgram((((name, operation),), ((name, operation),)))
            one, other = (walk(alone, Walk(None, ())) for _ in range(2))
            assert one == other
    assert NEEDS.keys() <= FAMILIES.keys()


def test_a_number_names_a_program() -> None:
    assert random_program(7) == random_program(7)
    assert len({random_program(seed) for seed in range(50)}) > 45


def test_what_fails_is_made_as_small_as_it_gets() -> None:
    large = program("cells: load, events: set, cells: add", "events: wait, cells: load", "cells: add")
    assert shrink(large, lambda p: any(("events", "set") in script for script in p.scripts)) == program("events: set")
