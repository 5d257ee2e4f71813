"""The search over states against brute force, against itself without any reduction, and against random walks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.errors import NotModelled
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.coordinating.search import Search
from alertable.sim.explore.sampling.samples import Sampling
from alertable.sim.explore.states.strategy import States

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alertable.sim.explore.coordinating.search import Tally
    from tests.audit.generator import RandomProgram

BRUTE_FORCE_MAX: Final = 600
STATES_MAX: Final = 4_000
WALKS: Final = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one search has and another has not; by_brute_force: that one got through too, and was compared.

    reduced, everything: states with the reduction and without it; unread: states that could not be compared.
    """

    complaints: tuple[str, ...] = ()
    compared: bool = False
    by_brute_force: bool = False
    reduced: int = 0
    everything: int = 0
    unread: int = 0


def compare(program: RandomProgram, *, brute: int = BRUTE_FORCE_MAX, states: int = STATES_MAX) -> Comparison:
    """Not compared where there are too many states, or the model refuses, or the step bound cuts."""
    everything, reduced = States(shared_memory=False, thorough=True, reduction="none"), States(shared_memory=False, thorough=True)
    try:
        all_states = _searched(program, everything, states)
        some_states = _searched(program, reduced, states)
        if all_states is None or some_states is None or everything.cut or reduced.cut or all_states.unnamed_locks:
            return Comparison()
        by_force = _searched(program, Exhaustive(shared_memory=False), brute)
    except NotModelled:
        return Comparison()
    complaints = _differences("none", all_states, "source", some_states)
    if by_force is not None:
        complaints += _differences("brute force", by_force, "none", all_states)
    return Comparison(
        tuple(complaints), True, by_force is not None, len(reduced.graph.nodes), len(everything.graph.nodes),
        sum(reduced.fingerprints.unreadable.values()),
    )  # fmt: skip


def walked(program: RandomProgram, seed: int, *, states: int = STATES_MAX) -> Comparison:
    """Is there anything that random walks see and a complete search does not?"""
    strategy = States(shared_memory=False, thorough=True)
    try:
        complete = _searched(program, strategy, states)
        if complete is None or strategy.cut or complete.unnamed_locks:
            return Comparison()
        walks = Search(program.programs(), Sampling(seed, WALKS), program.mode.settings())
        walks.run(lambda: "enough" if walks.tally.executions >= WALKS else "")
    except NotModelled:
        return Comparison()
    lost = [line for line in _differences("walks", walks.tally, "states", complete) if line.startswith("lost")]
    return Comparison(tuple(lost), True, False, len(strategy.graph.nodes))


def _searched(program: RandomProgram, strategy: States | Exhaustive, limit: int) -> Tally | None:
    """What the search found, if it got through within so many executions."""
    search = Search(program.programs(), strategy, program.mode.settings())
    stopped = search.run(lambda: "enough" if strategy.executions >= limit else "")
    return None if stopped else search.tally


def _differences(one: str, reference: Tally, other: str, found: Tally) -> list[str]:
    complaints = []
    for what, there, here in (
        ("outcome", _texts(reference.outcomes), _texts(found.outcomes)),
        ("violation", _texts(name for name, _ in reference.violations), _texts(name for name, _ in found.violations)),
    ):
        complaints += [f"lost by {other}, seen by {one}: {what} {text}" for text in sorted(there - here)]
        complaints += [f"invented by {other}, not seen by {one}: {what} {text}" for text in sorted(here - there)]
    return complaints


def _texts(values: Iterable[object]) -> set[str]:
    return set(map(repr, values))
