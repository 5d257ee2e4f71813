"""Where the states of a graph stand in a drawing: a layer for each distance from the beginning, few crossings between them.

Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981): barycentres put each
layer in order; then each state stands as near to the middle of its neighbours as the order allows (least squares).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.graphs.shape import depths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import networkx as nx

SWEEPS: Final = 12

Neighbours = dict[int, list[int]]


def places(graph: nx.MultiDiGraph) -> dict[int, tuple[float, int]]:
    """(column, layer) of each state; neighbours in a layer are at least one column apart.  What nothing leads to comes last."""
    depth = depths(graph)
    lost = max(depth.values(), default=-1) + 1
    layers: list[list[int]] = []
    for node in sorted(graph):
        layer = depth.setdefault(node, lost)
        layers += [[] for _ in range(layer + 1 - len(layers))]
        layers[layer].append(node)
    above, below = _neighbours(graph, depth)
    _put_in_order(layers, above, below)
    columns = _columns(layers, above, below)
    left = min(columns.values(), default=0.0)
    return {node: (columns[node] - left, depth[node]) for node in columns}


def _neighbours(graph: nx.MultiDiGraph, depth: Mapping[int, int]) -> tuple[Neighbours, Neighbours]:
    """Of each state those in the layer above, and those in the layer below."""
    above: Neighbours = {node: [] for node in sorted(graph)}
    below: Neighbours = {node: [] for node in sorted(graph)}
    for source, target in sorted(set(graph.edges())):
        if depth[target] == depth[source] + 1:
            above[target].append(source)
            below[source].append(target)
    return above, below


def _put_in_order(layers: list[list[int]], above: Neighbours, below: Neighbours) -> None:
    """Sort each layer by the barycentres of the one before it, downwards and upwards in turn; the best order stays."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for number in range(1, len(layers)) if downwards else range(len(layers) - 2, -1, -1):
            fixed = {node: place for place, node in enumerate(layers[number - 1 if downwards else number + 1])}
            beside = above if downwards else below
            now = {node: float(place) for place, node in enumerate(layers[number])}
            layers[number].sort(key=lambda node: _mean([fixed[each] for each in beside[node]], now[node]))
        crossings = _crossings(layers, below)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best


def _crossings(layers: Sequence[Sequence[int]], below: Neighbours) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        place = {node: number for number, node in enumerate(lower)}
        ends = [place[target] for node in upper for target in sorted(below[node], key=place.__getitem__)]
        count += sum(1 for number, end in enumerate(ends) for later in ends[number + 1 :] if later < end)
    return count


def _columns(layers: Sequence[Sequence[int]], above: Neighbours, below: Neighbours) -> dict[int, float]:
    columns = {node: place - (len(layer) - 1) / 2 for layer in layers for place, node in enumerate(layer)}
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            wanted = [_mean([columns[each] for each in above[node] + below[node]], columns[node]) for node in layer]
            columns.update(zip(layer, apart(wanted), strict=True))
    return columns


def apart(wanted: Sequence[float]) -> list[float]:
    """The nearest numbers to these, in this order, with at least one between neighbours (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []  # mean, how many
    for place, value in enumerate(wanted):
        mean, size = value - place, 1
        while pools and pools[-1][0] > mean:
            before, more = pools.pop()
            mean, size = (mean * size + before * more) / (size + more), size + more
        pools.append((mean, size))
    spread = [mean for mean, size in pools for _ in range(size)]
    return [value + place for place, value in enumerate(spread)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
