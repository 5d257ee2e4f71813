"""The state graph as people get it: a `networkx.MultiDiGraph` (alertable.sim.explore.graphs.shape says what stands in it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import networkx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.kernel_model.footprint import Footprint
    from alertable.sim.explore.states.graph import StateGraph

OWN: Final = ("'s turn", "'s wait and APCs")  # keys that every step of a thread touches


def network(
    graph: StateGraph, footprint: Footprint, programs: Sequence[str], settings: str, *, complete: bool
) -> networkx.MultiDiGraph:
    """All states and transitions that were seen, in the order in which they were."""
    made = networkx.MultiDiGraph(
        programs=tuple(programs), settings=settings, complete=complete, reduction=graph.reduction,
    )  # fmt: skip
    for node in graph.nodes:
        made.add_node(
            node.number, fingerprint=node.key.hex(), label=node.label, enabled=tuple(graph.names(node.enabled)), end=node.end,
            outcome=node.outcome, depth=node.depth, owed=node.owed,
        )  # fmt: skip
    names: dict[int, str] = {}
    for node in graph.nodes:
        for edge in node.out:
            writes = edge.letter.writes
            if writes not in names:
                names[writes] = ", ".join(name for name in footprint.names(writes) if not name.endswith(OWN))
            made.add_edge(
                node.number, edge.target.number, key=edge.number, actor=edge.letter.name, answers=edge.answers,
                what=names[writes], object=names[writes].partition(", ")[0], progress=not edge.vain,
                changes=bool(names[writes]),
            )  # fmt: skip
    return made
