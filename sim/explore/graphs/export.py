"""A state graph as text for other programs: JSON (node-link data), DOT, GraphML.

`networkx.node_link_graph(json.load(file), edges="edges")` and `networkx.read_graphml(file)` read it again.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.explore.graphs.shape import DEADLOCK, ENDED, VIOLATION, edges_of, gets_on, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import networkx as nx

_SHAPES: Final[Mapping[str, str]] = {
    ENDED: "peripheries=2", DEADLOCK: 'peripheries=2 color="#b3261e"', VIOLATION: 'peripheries=2 color="#b3261e"',
}  # fmt: skip
_CONTROL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold


def as_json(graph: nx.MultiDiGraph) -> str:
    """Node-link data, a line for each state and transition."""
    nodes = [{"id": node, **_plain(data)} for node, data in sorted(graph.nodes(data=True))]
    edges = [{"source": e.source, "target": e.target, "key": e.key, **_plain(data)} for e, data in edges_of(graph)]
    rows = [",\n".join(json.dumps(row, sort_keys=True) for row in table) for table in (nodes, edges)]
    head = json.dumps(_plain(graph.graph), sort_keys=True)
    return (
        f'{{"directed": true, "multigraph": true, "graph": {head},\n"nodes": [\n{rows[0]}\n],\n"edges": [\n{rows[1]}\n]}}\n'
    )


def as_dot(graph: nx.MultiDiGraph) -> str:
    """For Graphviz: `dot -Tpdf`."""
    lines = ["digraph states {", "  node [shape=box style=rounded fontname=monospace fontsize=10]", "  edge [fontsize=9]"]
    for node, data in sorted(graph.nodes(data=True)):
        text = _quoted("\n".join(each for each in (str(node), data.get("label", ""), data.get("outcome", "")) if each))
        lines.append(f"  {node} [{f'label={text} ' + _SHAPES.get(data.get('end', ''), '')}".rstrip() + "]")
    for edge, data in edges_of(graph):
        text = _quoted(": ".join(each for each in (data.get("actor", ""), data.get("what", "")) if each))
        vain = "" if gets_on(data) else " style=dashed"
        lines.append(f"  {edge.source} -> {edge.target} [label={text}{vain}]")
    return "\n".join([*lines, "}", ""])


def as_graphml(graph: nx.MultiDiGraph) -> str:
    """For yEd, Gephi, Cytoscape and networkx: attributes are text, numbers and booleans."""
    import networkx as nx

    flat = nx.MultiDiGraph(**_flat(graph.graph))
    flat.add_nodes_from((node, _flat(data)) for node, data in sorted(graph.nodes(data=True)))
    flat.add_edges_from((*edge, _flat(data)) for edge, data in edges_of(graph))
    return "\n".join([*nx.generate_graphml(flat), ""])


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as JSON has them; what it does not know is text."""
    return json.loads(json.dumps({str(name): value for name, value in data.items()}, default=str))  # type: ignore[no-any-return]


def _flat(data: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Attributes as GraphML has them."""
    flat: dict[str, str | int | float | bool] = {}
    for name, value in data.items():
        if isinstance(value, tuple | list):
            flat[name] = _CONTROL.sub("?", words(value))
        elif isinstance(value, int | float):
            flat[name] = value
        else:
            text = json.dumps(value, default=str, sort_keys=True) if isinstance(value, dict) else str(value)
            flat[name] = _CONTROL.sub("?", text)
    return flat


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
