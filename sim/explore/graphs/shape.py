"""The format of a state graph: a `networkx.MultiDiGraph` as `Report.graph` has it.

graph   programs (names), settings (text or a mapping), complete (all that the search meant to see is there), reduction (name;
        "none": every enabled actor was tried in every state).
node    numbers 0, 1, ... in order of discovery, 0 is where everything begins.  fingerprint (hexadecimal), label (where each
        thread stands), enabled (labels of who could move), end ("", "ended", "deadlock" or "violation"), outcome (text),
        depth, owed (titles of the *eventually* properties that have not held yet).
edge    key: order of discovery.  actor (label), answers (of the environment, as numbers), what (the step), object (what it
        touched, or ""), progress (it was more than a vain look: a kernel object changed, or a call found what it looked for),
        changes (it wrote something).

A graph that somebody made by hand need not have all of it: what lacks is empty.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    import networkx as nx

START: Final = 0
ENDED: Final = "ended"
DEADLOCK: Final = "deadlock"
VIOLATION: Final = "violation"
CLOCK: Final = "clock"  # what moves where a program looks at the clock again and again


class Wanted:
    """A graph that is made when somebody first asks for it; whoever pickles it asks."""

    def __init__(self, make: Callable[[], nx.MultiDiGraph]) -> None:
        self._make: Callable[[], nx.MultiDiGraph] | None = make
        self._graph: nx.MultiDiGraph | None = None

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The graph."""
        if self._make is not None:
            self._graph, self._make = self._make(), None
        return self._graph

    def __getstate__(self) -> dict[str, object]:
        return {"_make": None, "_graph": self.graph}


class Edge(NamedTuple):
    """A transition: from a state, to a state, key."""

    source: int
    target: int
    key: int


def edges_of(graph: nx.MultiDiGraph) -> list[tuple[Edge, dict[str, Any]]]:
    """All transitions in order of discovery, with what is known of them."""
    found = [(Edge(*where), data) for *where, data in graph.edges(keys=True, data=True)]
    return sorted(found, key=lambda pair: (pair[0].key, pair[0]))


def actor_of(graph: nx.MultiDiGraph, edge: Edge) -> str:
    """Who moves in a transition."""
    return str(graph.edges[edge].get("actor", ""))


def gets_on(data: Mapping[str, Any]) -> bool:
    """Is a transition with these attributes more than a look that changed nothing?"""
    return bool(data.get("progress", True) and data.get("changes", True))


def is_time(actor: str) -> bool:
    """Is it a timer, a time-out, a slow device, so that time passes when it moves?"""
    return ":" in actor or actor.startswith("timer#") or actor == CLOCK


def enabled_in(graph: nx.MultiDiGraph, node: int) -> frozenset[str]:
    """Who could move in a state, whether or not the search let it."""
    tried = {str(data.get("actor", "")) for _, _, data in graph.out_edges(node, data=True)}
    return frozenset(tried.union(graph.nodes[node].get("enabled", ())))


def leaving(graph: nx.MultiDiGraph, node: int) -> Iterator[Edge]:
    """The transitions from a state, in order of discovery."""
    found = (Edge(*where) for where in graph.out_edges(node, keys=True))
    return iter(sorted(found, key=lambda edge: (edge.key, edge)))


def way(
    graph: nx.MultiDiGraph, start: int, goals: Collection[int | Edge], allowed: Collection[Edge] | None = None
) -> list[Edge] | None:
    """A shortest way from a state into one of the goals, or over one of them where it is a transition; None if there is none.

    allowed: only over these.  Of several the one that was discovered first.
    """
    if start in goals:
        return []
    if start not in graph:
        return None
    came: dict[int, Edge | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for edge in leaving(graph, node):
            if allowed is not None and edge not in allowed:
                continue
            if edge in goals or edge.target in goals:
                return [*_back(came, node), edge]
            if edge.target not in came:
                came[edge.target] = edge
                queue.append(edge.target)
    return None


def _back(came: dict[int, Edge | None], node: int) -> list[Edge]:
    edges = []
    edge = came[node]
    while edge is not None:
        edges.append(edge)
        edge = came[edge.source]
    return edges[::-1]


def depths(graph: nx.MultiDiGraph) -> dict[int, int]:
    """How many steps each state is away from the beginning; a state that cannot be reached is not there."""
    found = {START: 0} if START in graph else {}
    queue = deque(found)
    while queue:
        node = queue.popleft()
        for edge in leaving(graph, node):
            if edge.target not in found:
                found[edge.target] = found[node] + 1
                queue.append(edge.target)
    return found


def words(values: Iterable[Any]) -> str:
    """Several labels as one text."""
    return " ".join(str(value) for value in values)
