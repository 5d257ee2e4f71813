"""State graphs made by hand."""

from __future__ import annotations

import networkx as nx


def made(*steps: str, ends: dict[int, str] | None = None, enabled: dict[int, str] | None = None) -> nx.MultiDiGraph:
    """A graph of steps such as `0 a 1`: by actor a from 0 to 1; `0 a? 1` is a vain look.

    ends: state -> how it ends; enabled: state -> further actors that could move there, although the graph has no step of theirs.
    """
    graph = nx.MultiDiGraph(programs=("program",), settings="", complete=True, reduction="none")
    for key, step in enumerate(steps):
        source, actor, target = step.split()
        for node in (int(source), int(target)):
            graph.add_node(node)
        graph.add_edge(
            int(source), int(target), key=key, actor=actor.strip("?"), answers=(), what=f"step of {actor}", object="",
            progress=not actor.endswith("?"),
        )  # fmt: skip
    for node in graph:
        movers = {data["actor"] for _, _, data in graph.out_edges(node, data=True)} | set((enabled or {}).get(node, "").split())
        graph.nodes[node].update(
            fingerprint=f"{node:032x}", label=f"program at line {node}", enabled=tuple(sorted(movers)), outcome="",
            end=(ends or {}).get(node, ""), depth=node,
        )  # fmt: skip
    return graph


def grid(width: int, height: int) -> nx.MultiDiGraph:
    """Two actors that know nothing of each other."""
    number: dict[tuple[int, int], int] = {}
    for x, y in sorted(((x, y) for x in range(width) for y in range(height)), key=lambda place: (sum(place), place)):
        number[x, y] = len(number)
    right = [f"{number[x, y]} left {number[x + 1, y]}" for x, y in number if x + 1 < width]
    down = [f"{number[x, y]} right {number[x, y + 1]}" for x, y in number if y + 1 < height]
    return made(*right, *down, ends={len(number) - 1: "ended"})
