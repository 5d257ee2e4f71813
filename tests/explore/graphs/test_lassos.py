"""Lassos: those that everybody knows, and on random graphs the same as a search through all sets of transitions."""

from __future__ import annotations

import random
from itertools import chain, combinations, pairwise
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from alertable.sim.explore.graphs.lassos import fair_lasso, livelock, never, owing, sometime, starvation, undecided
from alertable.sim.explore.graphs.shape import START, Edge, edges_of, enabled_in
from tests.explore.graphs.made import made

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from alertable.sim.explore.graphs.lassos import Lasso


def actors(graph: nx.MultiDiGraph, edges: Iterable[Edge]) -> str:
    return " ".join(graph.edges[edge]["actor"] for edge in edges)


def said(graph: nx.MultiDiGraph, lasso: Lasso | None) -> str:
    return "nothing" if lasso is None else f"{actors(graph, lasso.prefix)} [ {actors(graph, lasso.loop)} ]"


def is_fair(graph: nx.MultiDiGraph, loop: Collection[Edge]) -> bool:
    movers = {graph.edges[edge]["actor"] for edge in loop}
    enabled = [enabled_in(graph, edge.source) for edge in loop]
    return all(actor in movers for actor in frozenset.intersection(*enabled))


def test_a_thread_that_spins_until_nobody_else_is_left() -> None:
    alone = made("0 b 1", "1 a? 1")
    assert said(alone, livelock(alone)) == "b [ a ]"
    helped = made("0 a? 0", "0 b 1", "1 a 2", ends={2: "ended"})
    assert livelock(helped) is None  # b is always about to move: a fair execution lets it


def test_a_step_that_the_graph_does_not_have_counts_for_fairness() -> None:
    assert livelock(made("0 a? 0", enabled={0: "timer#1"})) is None


def test_two_that_make_way_for_each_other() -> None:
    graph = made("0 a? 1", "1 b? 0", "0 b 2", "1 a 2", ends={2: "ended"})
    assert said(graph, livelock(graph)) == " [ a b ]"
    assert livelock(made("0 a? 1", "1 a? 0", "0 b 2", "1 b 2", ends={2: "ended"})) is None


def test_a_thread_that_others_overtake_is_starved() -> None:
    lock = made("0 b 1", "1 b 0", "0 a 2", "2 a 0")  # a may take the lock only while b does not have it
    assert said(lock, starvation(lock, "a")) == " [ b b ]"
    assert said(lock, starvation(lock, "b")) == " [ a a ]"
    queue = made("0 b 1", "1 b 0", "0 a 2", "1 a 3", "2 b 3", "3 b 2", "2 a 0", "3 a 1")  # a can move wherever b can
    assert starvation(queue, "a") is None


def test_a_thread_that_waits_is_not_starved() -> None:
    assert starvation(made("0 a 1", "1 b 2", "2 b 1"), "a") is None


def test_one_that_looks_in_vain_while_others_go_on_is_starved() -> None:
    graph = made("0 b 1", "1 b 0", "0 a 2", "1 a? 1", "2 a 0")
    assert said(graph, starvation(graph, "a")) == " [ b a b ]"  # it can move all the time, so it does
    assert livelock(graph) is None


def test_eventually_is_decided_by_ends_and_by_fair_loops() -> None:
    graph = made("0 a 1", "0 b 2", "1 a 3", "2 b 2", ends={3: "ended"})
    for node, owed in ((0, ("served",)), (1, ("served",)), (2, ("served",)), (3, ())):
        graph.nodes[node]["owed"] = owed
    assert said(graph, owing(graph, "served")) == "b [ b ]"
    assert owing(graph, "another") is None
    assert said(graph, never(graph, lambda state: state["depth"] in (2, 3))) == "nothing"
    assert said(graph, never(graph, lambda state: state["depth"] == 2)) == "a a [  ]"
    assert sometime(graph, lambda state: state["end"] == "ended") == (Edge(0, 1, 0), Edge(1, 3, 2))
    assert sometime(graph, lambda state: state["depth"] == 7) is None


def test_a_way_that_keeps_a_promise_and_then_loops_is_no_counterexample() -> None:
    graph = made("0 a 1", "1 a 2", "2 a 2")
    assert never(graph, lambda state: state["depth"] == 1) is None
    assert said(graph, never(graph, lambda state: state["depth"] == 3)) == "a a [ a ]"


def test_a_part_of_a_graph_decides_only_what_is_found() -> None:
    graph = made("0 a 1")
    assert undecided(graph) == ""
    graph.graph["reduction"] = "source sets"
    assert "loops may be missing" in undecided(graph)
    graph.graph["complete"] = False
    assert "ended early" in undecided(graph)


def random_graph(seed: int) -> nx.MultiDiGraph:
    dice = random.Random(seed)
    nodes, who = dice.randint(1, 5), "abc"[: dice.randint(1, 3)]
    steps = [
        f"{dice.randrange(nodes)} {dice.choice(who)}{dice.choice('?? ').strip()} {dice.randrange(nodes)}"
        for _ in range(dice.randint(1, 9))
    ]
    further = {node: dice.choice(("", "", *who)) for node in range(nodes)}
    graph = made("0 a 0", *steps, enabled=further) if dice.random() < 0.1 else made(*steps, enabled=further)
    graph.add_node(START, enabled=graph.nodes[START]["enabled"] if START in graph else ())
    return graph


def naive(graph: nx.MultiDiGraph, allowed: Collection[Edge]) -> bool:
    """Is there a set of allowed transitions that can be reached, hang together, and are fair to go round?"""
    reached = {START, *nx.descendants(graph, START)}
    usable = [edge for edge in allowed if edge.source in reached]
    for loop in chain.from_iterable(combinations(usable, size) for size in range(1, len(usable) + 1)):
        if nx.is_strongly_connected(nx.DiGraph((edge.source, edge.target) for edge in loop)) and is_fair(graph, loop):
            return True
    return False


@pytest.mark.parametrize("block", range(4))
def test_random_graphs_have_a_lasso_where_all_sets_of_transitions_have_one(block: int) -> None:
    found = 0
    for seed in range(200 * block, 200 * block + 200):
        graph = random_graph(seed)
        vain = [edge for edge, data in edges_of(graph) if not data["progress"]]
        for allowed in (vain, [edge for edge, _ in edges_of(graph)]):
            lasso = fair_lasso(graph, allowed)
            assert (lasso is not None) == naive(graph, allowed), seed
            if lasso is None:
                continue
            found += 1
            assert set(lasso.loop) <= set(allowed)
            assert lasso.loop
            assert is_fair(graph, lasso.loop), seed
            way = [*lasso.prefix, *lasso.loop, lasso.loop[0]]
            assert way[0].source == START
            assert all(one.target == other.source for one, other in pairwise(way))
    assert found > 100
