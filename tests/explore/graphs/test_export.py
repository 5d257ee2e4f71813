"""A state graph as a file: what can be read again is the same, and a drawing is one that a person can read."""

from __future__ import annotations

import json
import pickle
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from alertable.sim.explore.graphs.drawing import svg
from alertable.sim.explore.graphs.export import as_dot, as_graphml, as_json
from alertable.sim.explore.graphs.files import DRAWN, format_of, write, written
from alertable.sim.explore.graphs.layers import apart, places
from alertable.sim.explore.graphs.shape import Wanted
from tests.explore.graphs.made import grid, made

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
BAD = 'a "quoted" \\ <tag> & \x00\x1b control'


def strange() -> nx.MultiDiGraph:
    graph = made("0 a 1", "1 b? 1", "1 t! 0", "0 a 2", ends={2: "deadlock"})
    graph.nodes[1]["outcome"] = graph.nodes[1]["label"] = graph.edges[0, 1, 0]["what"] = BAD
    graph.graph["settings"] = {"clock": "eager", "faults": None}
    return graph


def test_json_is_node_link_data() -> None:
    graph = strange()
    again = nx.node_link_graph(json.loads(as_json(graph)), edges="edges")
    assert sorted(again.edges(keys=True)) == sorted(graph.edges(keys=True))
    assert again.nodes[1]["label"] == BAD
    assert again.graph["settings"] == graph.graph["settings"]
    assert again.nodes[0]["enabled"] == ["a"]


def test_graphml_is_read_again() -> None:
    again = nx.parse_graphml(as_graphml(strange()), node_type=int, force_multigraph=True)
    assert sorted((u, v, d["actor"], d["progress"]) for u, v, d in again.edges(data=True)) == [
        (0, 1, "a", True), (0, 2, "a", True), (1, 0, "t!", True), (1, 1, "b", False),
    ]  # fmt: skip
    assert again.nodes[1]["label"] == BAD.replace("\x00", "?").replace("\x1b", "?")
    assert again.nodes[2]["end"] == "deadlock"


def test_dot_quotes() -> None:
    text = as_dot(strange())
    assert '\\"quoted\\" \\\\ <tag>' in text
    assert text.count(" -> ") == 4
    assert text.count("style=dashed") == 1


def test_the_order_of_making_is_not_in_a_file() -> None:
    graph = grid(3, 3)
    other = nx.MultiDiGraph(**graph.graph)
    other.add_nodes_from(reversed(list(graph.nodes(data=True))))
    other.add_edges_from(reversed(list(graph.edges(keys=True, data=True))))
    for made_by in (as_json, as_dot, as_graphml, svg):
        assert made_by(graph) == made_by(other)


def test_a_drawing_has_every_state_and_every_step_within_its_edges() -> None:
    for graph in (strange(), grid(5, 4), grid(10, 20), made("0 a 0"), made()):
        root = ET.fromstring(svg(graph))
        groups = [each for each in root.iter(f"{SVG}g") if each.find(f"{SVG}title") is not None]
        assert len(groups) == len(graph) + graph.number_of_edges()
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for box in [box for group in groups for box in group.iter(f"{SVG}rect")]:
            assert 0 <= float(box.attrib["x"]) <= width - float(box.attrib["width"])
            assert 0 <= float(box.attrib["y"]) <= height - float(box.attrib["height"])


def test_states_of_a_drawing_do_not_lie_on_each_other() -> None:
    for graph in (strange(), grid(10, 20)):
        where = places(graph)
        for layer in {layer for _, layer in where.values()}:
            columns = sorted(column for column, its in where.values() if its == layer)
            assert all(after - before > 0.999 for before, after in pairwise(columns))


def test_two_independent_actors_are_drawn_without_a_crossing() -> None:
    where = places(grid(6, 6))
    assert [len({n for n, (_, its) in where.items() if its == layer}) for layer in range(11)] == [1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1]
    assert where[0][0] == pytest.approx(where[35][0])


def test_apart_is_the_nearest_in_that_order() -> None:
    assert apart([0.0, 0.0]) == [-0.5, 0.5]
    assert apart([5.0, 1.0, 9.0]) == [2.5, 3.5, 9.0]


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    large = grid(3, 67)
    assert len(large) == DRAWN + 1
    too_many = "g.svg: 201 states are too many to be drawn, 200 are the most; use .json, .dot, .graphml"
    with pytest.raises(ValueError, match=f"^{re.escape(too_many)}$"):
        written(large, "g.svg")
    with pytest.raises(ValueError, match=r"^g\.png: a state graph is a file that ends in \.json, \.dot, \.graphml, \.svg$"):
        format_of("g.png")
    write(large, tmp_path / "g.JSON")
    assert len(json.loads((tmp_path / "g.JSON").read_text("utf-8"))["nodes"]) == 201


def test_a_graph_is_made_when_it_is_wanted() -> None:
    times: list[int] = []
    wanted = Wanted(lambda: times.append(1) or grid(2, 2))  # type: ignore[func-returns-value]  # append says nothing
    assert times == []
    assert wanted.graph is wanted.graph
    assert times == [1]
    assert len(pickle.loads(pickle.dumps(wanted)).graph) == 4
