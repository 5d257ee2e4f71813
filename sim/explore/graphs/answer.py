"""What the graph of a search of states adds to its answer: the graph itself, and violations that only a graph shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from alertable.sim.explore.graphs.lassos import undecided
from alertable.sim.explore.graphs.laws import Laws
from alertable.sim.explore.graphs.shape import Wanted
from alertable.sim.explore.graphs.telling import tell
from alertable.sim.explore.states.network import network
from alertable.sim.explore.states.strategy import States
from alertable.sim.runtime.execution import names
from alertable.specs.properties.temporal import Eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.explore.coordinating.search import Search
    from alertable.sim.explore.coordinating.workers import ParallelSearch
    from alertable.sim.explore.states.graph import StateGraph
    from alertable.sim.explore.strategies import Strategy
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings


def graph_of(strategy: Strategy, programs: Sequence[Program], settings: Settings, *, complete: bool) -> Wanted | None:
    """The graph for people, with words if it is not too large; None for a search that has none."""
    if not isinstance(strategy, States):
        return None

    def make() -> nx.MultiDiGraph:
        graph = _network(strategy, programs, settings, complete=complete)
        tell(graph, programs, settings)
        return graph

    return Wanted(make)


def loops(search: Search | ParallelSearch, programs: Sequence[Program], *, complete: bool) -> Sequence[str]:
    """Add what is wrong with executions that never end to the tally of a search of states; what was not looked for.

    A search that never came back to a state has none of them.
    """
    strategy, settings = search.strategy, search.settings
    if not isinstance(strategy, States) or not goes_round(strategy.graph):
        return ()
    graph = _network(strategy, programs, settings, complete=complete)
    laws = Laws(graph, programs, settings)
    search.tally.violations.update({(each.id, each.message): each for each in laws.broken()})
    reason = undecided(graph)
    if reason and any(isinstance(spec, Eventually) for spec in settings.specs):
        laws.unsaid.append(f"loops on which an eventually property never holds: {reason}")
    elif reason:
        laws.unsaid.append(f"loops in which nothing gets done: {reason}")
    return laws.unsaid


def goes_round(graph: StateGraph) -> bool:
    """Is there a way back to a state?"""
    shape = nx.DiGraph((edge.source.number, edge.target.number) for node in graph.nodes for edge in node.out)
    return not nx.is_directed_acyclic_graph(shape)


def _network(strategy: States, programs: Sequence[Program], settings: Settings, *, complete: bool) -> nx.MultiDiGraph:
    fields = {"clock": settings.clock, "profile": settings.profile, "memory": settings.memory, **(settings.faults or {})}
    told = " ".join(f"{name}={value}" for name, value in fields.items())
    return network(strategy.graph, strategy.footprint, names(programs), told, complete=complete)
