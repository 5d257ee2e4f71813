"""The graph of states without a kernel: with its reduction it shows what all states show."""

from __future__ import annotations

from random import Random

import pytest

from alertable.sim.explore.states.graph import StateGraph
from alertable.sim.explore.states.races import Letter
from tests.explore.small_systems import System, explore, observed


def agrees(seed: int) -> tuple[int, int]:
    """The states of a random system, with the reduction and without; everything that can be observed is there in both."""
    system = System(Random(seed))
    everything, all_states = explore(system, "none")
    reduced, some_states = explore(system, "source", Random(seed))
    assert observed(system, some_states) == observed(system, all_states), f"system {seed}: {system.programs}"
    return len(reduced.nodes), len(everything.nodes)


def test_the_reduction_loses_nothing_in_small_systems() -> None:
    sizes = [agrees(seed) for seed in range(1_000)]
    assert sum(few for few, _ in sizes) < sum(many for _, many in sizes) * 0.75, "it is one"


@pytest.mark.long
def test_the_reduction_loses_nothing_in_many_small_systems() -> None:
    for seed in range(100_000, 130_000):
        agrees(seed)


def test_a_state_that_is_met_again_is_not_entered_again() -> None:
    graph = StateGraph()
    root, is_new = graph.state(b"root", ["a"])
    assert is_new
    again, is_new = graph.state(b"root", ["a"])
    assert again is root
    assert not is_new


def line_of_two(first_writes: int, second_writes: int) -> list[tuple[int, str]]:
    """a, then b, who could both move at first: which steps are planned where?"""
    graph = StateGraph()
    root, middle, end = (graph.state(key, enabled)[0] for key, enabled in ((b"0", "ab"), (b"1", "b"), (b"2", "")))
    assert graph.begin(root) == "a"
    graph.edge(root, graph.letter(Letter("a", graph.actor("a"), 0, first_writes)), (), middle)
    assert graph.begin(middle) == "b"
    graph.edge(middle, graph.letter(Letter("b", graph.actor("b"), 0, second_writes)), (), end)
    planned = []
    while (todo := graph.next()) is not None:
        planned.append((todo.node.number, todo.actor))
    return planned


def test_a_race_is_reversed_and_what_is_independent_is_not() -> None:
    assert line_of_two(1, 1) == [(0, "b")]
    assert line_of_two(1, 2) == []


def test_nobody_is_ignored_on_a_cycle() -> None:
    graph = StateGraph()
    root, _ = graph.state(b"0", ["polls", "works"])
    assert graph.begin(root) == "polls"
    graph.edge(root, graph.letter(Letter("polls", graph.actor("polls"), 1)), (), root)
    todo = graph.next()
    assert todo is not None
    assert todo.actor == "works"


def test_an_actor_that_is_stopped_is_tried_before() -> None:
    graph = StateGraph()
    root, _ = graph.state(b"0", ["stops", "stopped"])
    end, _ = graph.state(b"1", [])
    assert graph.begin(root) == "stops"
    graph.edge(root, graph.letter(Letter("stops", graph.actor("stops"), 0, 1)), (), end)
    todo = graph.next()
    assert todo is not None
    assert todo.actor == "stopped"
