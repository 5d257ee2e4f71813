"""Lassos of a state graph: a way to a loop that may be gone round for ever, under weak fairness.

Weak fairness: who can move in every state from some time on does move some time.  It is asked of every actor alike: threads,
deliveries, timers.  So a loop stands for an infinite execution if each actor moves in it, or cannot move in one of its states.
As the loop of a fair execution that stays in a strongly connected component may be made to visit all of the component, there
is one if and only if the whole component has, for each actor, a step of it or a state where it cannot move (Emerson and Lei,
"Modalities for model checking", Science of Computer Programming 8, 1987, for fairness of this kind).

What is found is true of every part of a graph.  That there is nothing is true of the program if the graph is whole, and no
step was left out: see `undecided`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import networkx as nx

from alertable.sim.explore.graphs.shape import START, Edge, edges_of, enabled_in, gets_on, way

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    Witnesses = frozenset[int | Edge]  # states and transitions; a loop must have one of them

STARTS: Final = 64  # states of a component from which a short loop is looked for
LARGE: Final = 2_000  # transitions of a component from which on one state will do


class Lasso(NamedTuple):
    """A finite way, and a loop that begins and ends where it leads; an empty loop: the way leads to an end."""

    prefix: tuple[Edge, ...]
    loop: tuple[Edge, ...]


def undecided(graph: nx.MultiDiGraph) -> str:
    """Why a law that nothing here breaks may be broken elsewhere; empty if it holds for the program."""
    if not graph.graph.get("complete", True):
        return "the search ended early, so states are missing"
    if graph.graph.get("reduction", "none") != "none":
        return "the reduction leaves out steps that lead to no new outcome, so loops may be missing (reduction='none' has all)"
    return ""


def livelock(graph: nx.MultiDiGraph) -> Lasso | None:
    """Whoever moves looks, for ever, and changes nothing."""
    return fair_lasso(graph, [edge for edge, data in edges_of(graph) if not gets_on(data)])


def starvation(graph: nx.MultiDiGraph, actor: str) -> Lasso | None:
    """An actor that can move again and again changes nothing: it looks in vain, or others are always faster.

    One that waits, and is not woken, is not starved.
    """
    steps = [(edge, data, data.get("actor") == actor) for edge, data in edges_of(graph)]
    allowed = [edge for edge, data, its in steps if not (its and gets_on(data))]
    its_turns = {edge for edge, _, its in steps if its} | {node for node in graph if actor in enabled_in(graph, node)}
    return fair_lasso(graph, allowed, also=[frozenset(its_turns)])


def never(graph: nx.MultiDiGraph, holds: Callable[[Mapping[str, Any]], bool]) -> Lasso | None:
    """How it can be that a predicate over states (their attributes) never holds: what *eventually* forbids."""
    beside = graph.subgraph([node for node in graph if not holds(graph.nodes[node])])
    if START not in beside:
        return None
    reached = {START, *nx.descendants(beside, START)}
    ends = {node for node in reached if is_end(graph, node)}
    ending = way(beside, START, ends) if ends else None
    if ending is not None:
        return Lasso(tuple(ending), ())
    inside = frozenset(edge for edge, _ in edges_of(graph) if edge.source in reached and edge.target in reached)
    return fair_lasso(graph, inside, over=inside)


def owing(graph: nx.MultiDiGraph, title: str) -> Lasso | None:
    """The same for an *eventually* property that the search was given."""
    return never(graph, lambda state: title not in state.get("owed", ()))


def sometime(graph: nx.MultiDiGraph, holds: Callable[[Mapping[str, Any]], bool]) -> tuple[Edge, ...] | None:
    """A shortest way to a state where a predicate holds, or None: what *sometimes* asks for."""
    found = way(graph, START, {node for node in graph if holds(graph.nodes[node])})
    return tuple(found) if found is not None else None


def is_end(graph: nx.MultiDiGraph, node: int) -> bool:
    """Is nothing to come after this state?"""
    return bool(graph.nodes[node].get("end")) or not enabled_in(graph, node)


def fair_lasso(
    graph: nx.MultiDiGraph, allowed: Iterable[Edge], *, also: Iterable[Witnesses] = (), over: frozenset[Edge] | None = None
) -> Lasso | None:
    """A short lasso whose loop is fair and goes over allowed transitions only; None if there is none.

    also: the loop has one of each of these.  over: the prefix goes over these only.
    """
    also = list(also)
    found = []
    for component in components(allowed):
        if all(_has(component, witnesses) for witnesses in also):
            prefix = way(graph, START, {edge.source for edge in component}, over)
            if prefix is not None:
                found.append((len(prefix), min(component), component, prefix))
    for _, _, component, prefix in sorted(found, key=lambda each: each[:2]):
        duties = [*also, *fairness(graph, component)]
        if all(_has(component, witnesses) for witnesses in duties):
            loop = _loop(graph, component, duties, prefix[-1].target if prefix else START)
            to_it = way(graph, START, {loop[0].source}, over)
            assert to_it is not None  # as to the component, which is strongly connected
            return Lasso(tuple(to_it), tuple(loop))
    return None


def components(allowed: Iterable[Edge]) -> list[frozenset[Edge]]:
    """The transitions of each strongly connected component that has any."""
    edges = sorted(allowed)
    joined = nx.DiGraph((edge.source, edge.target) for edge in edges)
    number = {node: n for n, nodes in enumerate(nx.strongly_connected_components(joined)) for node in nodes}
    found: dict[int, list[Edge]] = {}
    for edge in edges:
        if number[edge.source] == number[edge.target]:
            found.setdefault(number[edge.source], []).append(edge)
    return sorted((frozenset(inside) for inside in found.values()), key=min)


def fairness(graph: nx.MultiDiGraph, component: Collection[Edge]) -> Iterator[Witnesses]:
    """For each actor what makes a loop fair to it: its steps, and the states where it cannot move."""
    enabled = {node: enabled_in(graph, node) for node in {edge.source for edge in component}}
    for actor in sorted(frozenset().union(*enabled.values())):
        idle = {node for node, movers in enabled.items() if actor not in movers}
        yield frozenset(idle | {edge for edge in component if graph.edges[edge].get("actor") == actor})


def _has(component: Collection[Edge], witnesses: Witnesses) -> bool:
    return any(edge in witnesses or edge.source in witnesses for edge in component)


def _loop(graph: nx.MultiDiGraph, component: frozenset[Edge], duties: list[Witnesses], nearest: int) -> list[Edge]:
    """The shortest that is found; of those of one length the first, from the state that is reached first."""
    others = sorted({edge.source for edge in component} - {nearest}) if len(component) < LARGE else []
    return min((_round(graph, component, duties, start) for start in [nearest, *others][:STARTS]), key=len)


def _round(graph: nx.MultiDiGraph, component: frozenset[Edge], duties: list[Witnesses], start: int) -> list[Edge]:
    """A way round, from a state back to it, that does all duties: always to the nearest that is left."""
    loop: list[Edge] = []
    here = start
    left = [duty for duty in duties if start not in duty]
    while left:
        part = way(graph, here, frozenset().union(*left), component)
        assert part  # strongly connected, and it has one of each
        loop += part
        here = part[-1].target
        left = [duty for duty in left if not any(edge in duty or edge.target in duty for edge in part)]
    if not loop:
        first = [edge for edge in sorted(component) if edge.source == start]
        rounds = [[edge, *(way(graph, edge.target, {start}, component) or ())] for edge in first]
        return min(rounds, key=len)
    return [*loop, *(way(graph, here, {start}, component) or ())]
