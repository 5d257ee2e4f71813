"""What a search of states does not keep: words for the states and transitions of its graph, from executions that go over them.

A search knows of a step what it touches, not what it is called.  So every transition is executed once more, traced; one execution
tells as many as lie on its way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.graphs.following import BEGINS, followed
from alertable.sim.explore.graphs.shape import ENDED, START, Edge, leaving
from alertable.sim.runtime.canonical import text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import networkx as nx

    from alertable.sim.explore.graphs.following import Move
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings

MOST: Final = 5_000  # transitions of a graph that are told
_CELL: Final = re.compile(r"cell#\S+\.(?P<operation>\w+)\((?P<arguments>[^)]*)\) -> (?P<result>-?\d+)\Z")
_OBJECT: Final = re.compile(r"cell#[\w.]+\d|[\w-]+#\d[\w.]*|\b[cu]\d+\.\w+|\b[cu]\d+[<>]")


def tell(
    graph: nx.MultiDiGraph, programs: Sequence[Program], settings: Settings, edges: Collection[Edge] | None = None
) -> None:
    """Set `label` of states, `what` and `object` of transitions; also `advance` (S12 calls it progress),
    `completion`, and no `changes` where a cell is left as it was.

    edges: only of these.  A graph of more than MOST is left as it is.
    """
    wanted = dict.fromkeys(sorted(edges if edges is not None else (Edge(*where) for where in graph.edges(keys=True)), key=_order))
    if len(wanted) > MOST or START not in graph:
        return
    entered = _entered(graph)
    while wanted:
        edge = next(iter(wanted))
        way = [*_way(entered, edge.source), edge]
        while True:
            wanted.pop(way[-1], None)
            further = next((each for each in leaving(graph, way[-1].target) if each in wanted), None)
            if further is None:
                break
            way.append(further)
        _tell(graph, programs, settings, way)


def moves_of(graph: nx.MultiDiGraph, way: Sequence[Edge]) -> list[Move]:
    """The actors and the answers of the environment along a way."""
    return [(str(graph.edges[edge]["actor"]), tuple(graph.edges[edge].get("answers", ()))) for edge in way]


def _tell(graph: nx.MultiDiGraph, programs: Sequence[Program], settings: Settings, way: Sequence[Edge]) -> None:
    told = followed(programs, settings, moves_of(graph, way))
    for node, label in zip((START, *[edge.target for edge in way]), told.labels, strict=False):
        graph.nodes[node]["label"] = label
    for step, edge in enumerate(way, 1):
        what = told.what(step)
        found = _OBJECT.search(what)
        graph.edges[edge].update(
            what=what, object=found[0] if found is not None else "", advance=step in told.advances,
            completion=step in told.completions,
        )  # fmt: skip
        if what == BEGINS or keeps(what):
            graph.edges[edge]["changes"] = what == BEGINS  # a thread that begins does not look at anything
    last = graph.nodes[way[-1].target]
    if last.get("end") == ENDED and not last.get("outcome") and told.results is not None:
        last["outcome"] = text(told.results[0] if len(programs) == 1 else tuple(told.results))


def keeps(what: str) -> bool:
    """Does an operation on a cell leave it as it was?"""
    match = _CELL.match(what)
    if match is None:
        return False
    arguments = match["arguments"].split(", ")
    operation, result = match["operation"], match["result"]
    return (
        operation == "load"
        or (operation == "exchange" and arguments[0] == result)
        or (operation == "compare_exchange" and (arguments[0] != result or arguments[1] == result))
        or (operation == "fetch_add" and arguments[0] == "0")
    )


def _entered(graph: nx.MultiDiGraph) -> Mapping[int, Edge]:
    """The transition by which each state is reached first, breadth first."""
    entered: dict[int, Edge] = {}
    reached, queue = {START}, [START]
    for node in queue:
        for edge in leaving(graph, node):
            if edge.target not in reached:
                reached.add(edge.target)
                entered[edge.target] = edge
                queue.append(edge.target)
    return entered


def _way(entered: Mapping[int, Edge], node: int) -> list[Edge]:
    edges: list[Edge] = []
    while node in entered:
        edges.append(entered[node])
        node = edges[-1].source
    return edges[::-1]


def _order(edge: Edge) -> tuple[int, Edge]:
    return edge.key, edge
