"""A state graph as a file, by its suffix: for other programs, or a drawing of up to 200 states.

The same graph gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.graphs.drawing import svg
from alertable.sim.explore.graphs.export import as_dot, as_graphml, as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import networkx as nx

DRAWN: Final = 200  # states that a drawing has room for
FORMATS: Final[Mapping[str, Callable[[nx.MultiDiGraph], str]]] = {
    ".json": as_json, ".dot": as_dot, ".graphml": as_graphml, ".svg": svg,
}  # fmt: skip


def format_of(path: str | Path) -> str:
    """The suffix of a file that a graph can be written to; ValueError for another."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path}: a state graph is a file that ends in {', '.join(FORMATS)}")
    return suffix


def written(graph: nx.MultiDiGraph, path: str | Path) -> str:
    """What the file will hold; ValueError for a suffix that there is not, and for a drawing that nobody could read."""
    suffix = format_of(path)
    if suffix == ".svg" and len(graph) > DRAWN:
        others = ", ".join(each for each in FORMATS if each != suffix)
        raise ValueError(f"{path}: {len(graph):,} states are too many to be drawn, {DRAWN} are the most; use {others}")
    return FORMATS[suffix](graph)


def write(graph: nx.MultiDiGraph, path: str | Path) -> None:
    """Write the graph to the file; ValueError as above, OSError."""
    text = written(graph, path)
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
