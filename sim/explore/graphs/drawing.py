"""A state graph as an SVG, on light and on dark paper: layers from the beginning downwards, a colour for each actor.

Few states are boxes that say where each thread stands, and their steps are named; many are circles with numbers.  Everything
else that is known of them shows when the mouse rests there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.explore.graphs.layers import places
from alertable.sim.explore.graphs.shape import DEADLOCK, ENDED, START, VIOLATION, edges_of, gets_on, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx

    from alertable.sim.explore.graphs.shape import Edge

NAMED: Final = 40  # states up to which there is room for words
WIDEST: Final = 26  # characters in a line of a box
LINES: Final = 6
MARGIN: Final = 20
TOP: Final = 40  # the title
ROW: Final = 18  # of the legend
COLOURS: Final = (  # on light paper, on dark paper; told apart by the colour-blind, too (after Okabe and Ito)
    ("#0b62a4", "#6cb6f5"), ("#b35900", "#f0a04b"), ("#00795a", "#4fd1a5"), ("#9b2f83", "#ec9bd6"),
    ("#6b5b00", "#d9c74a"), ("#5a45b0", "#b3a4ff"), ("#a3242b", "#ff8f8f"), ("#3f6b1d", "#a6d77b"),
)  # fmt: skip
_CHARACTER: Final = 6.1  # px of a character of 10 px
_STRANGE: Final = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
_STYLE: Final = """
svg{background:var(--paper);--paper:#fff;--ink:#1f2328;--box:#f3f5f8;--line:#8a929b;--bad:#b3261e;--badbox:#fbe9e7}
%s
@media (prefers-color-scheme:dark){
svg{--paper:#14171b;--ink:#e4e8ec;--box:#232830;--line:#7d8791;--bad:#ff8a80;--badbox:#4a1f1d}
%s
}
text{font:10px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:var(--ink)}
.number{font-weight:bold}
.state{fill:var(--box);stroke:var(--line)}
.first{stroke:var(--ink);stroke-width:2.5}
.bad{fill:var(--badbox);stroke:var(--bad)}
.rim{fill:none}
.step{fill:none;stroke:currentColor;stroke-width:1.3}
.vain{stroke-dasharray:4 3}
.head{fill:currentColor}
.what{fill:currentColor;paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}"""

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]


@dataclass(slots=True)
class Box:
    """A state: its middle, its size, what stands in it.

    leaves, arrives: the steps that go down from it and to it, each with where its other end is.
    """

    x: float
    y: float
    width: float
    height: float
    layer: int
    lines: tuple[str, ...]
    leaves: list[tuple[float, Edge]] = field(default_factory=list)
    arrives: list[tuple[float, Edge]] = field(default_factory=list)

    def port(self, edge: Edge, *, below: bool) -> Point:
        """Where a step down leaves or arrives: side by side, in the order of the other ends."""
        steps = sorted(self.leaves if below else self.arrives)
        place = [each for _, each in steps].index(edge)
        across = (place + 1) / (len(steps) + 1) - 0.5
        return self.x + across * self.width * 0.8, self.y + (self.height / 2 if below else -self.height / 2)

    @property
    def right(self) -> float:
        """Its edge there."""
        return self.x + self.width / 2


def svg(graph: nx.MultiDiGraph) -> str:
    """The drawing."""
    named = len(graph) <= NAMED
    actors = sorted({str(data.get("actor", "")) for _, data in edges_of(graph)})
    programs = words(graph.graph.get("programs", ())) or "a program"
    title = f"State graph of {programs}: {len(graph)} states, {graph.number_of_edges()} transitions"
    legend = list(_legend(graph, actors))
    boxes = _boxes(graph, TOP + ROW * len(legend), named=named)
    curves = _curves(graph, boxes)
    words_beside = {edge: _short(data) for edge, data in edges_of(graph)} if named else {}
    width, height = _size(boxes, curves, words_beside, max([len(title), *[len(text) + 6 for _, text in legend]]))
    light, dark = ("\n".join(f".a{n}{{color:{pair[paper]}}}" for n, pair in enumerate(COLOURS)) for paper in (0, 1))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<title>{_text(title)}</title>", f"<style>{_STYLE % (light, dark)}</style>",
        f'<text class="number" x="{MARGIN}" y="24">{_text(title)}</text>',
    ]  # fmt: skip
    for row, (sign, text) in enumerate(legend):
        y = TOP + ROW * row
        lines.append(f'<g transform="translate({MARGIN} {y})">{sign}<text x="36" y="4">{_text(text)}</text></g>')
    colour = {actor: f"a{number % len(COLOURS)}" for number, actor in enumerate(actors)}
    lines += [line for edge, data in edges_of(graph) for line in _step(edge, data, curves[edge], colour)]
    if named:
        lines += _names(graph, curves, colour)
    lines += [_state(node, box, graph.nodes[node]) for node, box in boxes.items()]
    return "\n".join([*lines, "</svg>", ""])


def _legend(graph: nx.MultiDiGraph, actors: list[str]) -> Iterator[tuple[str, str]]:
    """Signs and what they mean; only those that the drawing has."""
    for number, actor in enumerate(actors):
        yield f'<path class="step a{number % len(COLOURS)}" d="M0 0H28"/>', actor or "a step"
    if any(not gets_on(data) for _, data in edges_of(graph)):
        yield '<path class="step vain" style="color:var(--ink)" d="M0 0H28"/>', "a look that changed nothing"
    ends = {data.get("end", "") for _, data in graph.nodes(data=True)}
    if ENDED in ends:
        yield _rectangle(14, 0, 26, 12, "state", rim=True), "all that are awaited have ended"
    if ends & {DEADLOCK, VIOLATION}:
        yield _rectangle(14, 0, 26, 12, "state bad", rim=True), "a deadlock, or a law is broken"


def _boxes(graph: nx.MultiDiGraph, top: float, *, named: bool) -> dict[int, Box]:
    """Every state in its place."""
    texts = {node: _lines(node, data) if named else (str(node),) for node, data in sorted(graph.nodes(data=True))}
    wide = max([_CHARACTER * len(line) for lines in texts.values() for line in lines], default=0.0) + 18
    tall = 12.0 * max([len(lines) for lines in texts.values()], default=1) + 10
    across, down = (wide + 64, tall + 74) if named else (wide + 22, tall + 40)
    boxes = {}
    for node, (column, layer) in sorted(places(graph).items()):
        x, y = MARGIN + wide / 2 + column * across, top + tall / 2 + layer * down
        boxes[node] = Box(x, y, wide, 12.0 * len(texts[node]) + 10, layer, texts[node])
    return boxes


def _lines(node: int, data: Mapping[str, Any]) -> tuple[str, ...]:
    """What stands in a box."""
    text = "\n".join(str(each) for each in (data.get("label", ""), data.get("outcome", "")) if each)
    lines = [line for whole in text.replace("; ", "\n").split("\n") for line in wrap(whole, WIDEST)]
    return (str(node), *(lines if len(lines) <= LINES else [*lines[: LINES - 1], "..."]))


def _curves(graph: nx.MultiDiGraph, boxes: dict[int, Box]) -> dict[Edge, Curve]:
    """The way of every step: one layer down from below to above, all others round the right side."""
    edges = [edge for edge, _ in edges_of(graph)]
    for edge in edges:
        source, target = boxes[edge.source], boxes[edge.target]
        if target.layer == source.layer + 1:
            source.leaves.append((target.x, edge))
            target.arrives.append((source.x, edge))
    curves: dict[Edge, Curve] = {}
    beside: dict[tuple[int, int], int] = {}
    for edge in edges:
        source, target = boxes[edge.source], boxes[edge.target]
        if target.layer == source.layer + 1:
            begin, end = source.port(edge, below=True), target.port(edge, below=False)
            bend = (end[1] - begin[1]) * 0.45
            curves[edge] = (begin, (begin[0], begin[1] + bend), (end[0], end[1] - bend - 6), (end[0], end[1] - 6))
        else:
            number = beside[edge.source, edge.target] = beside.get((edge.source, edge.target), -1) + 1
            curves[edge] = _round(source, target, number)
    return curves


def _round(source: Box, target: Box, number: int) -> Curve:
    """A way from the right side of one to the right side of the other, further out for each that went before."""
    up = source.layer - target.layer
    apart = min(source.height, target.height) / 5 if up <= 0 else -min(source.height, target.height) / 5
    out = max(source.right, target.right) + 26 + 12 * number + 14 * min(up, 8)
    begin, end = (source.right, source.y - apart), (target.right + 6, target.y + apart)
    return begin, (out, begin[1]), (out, end[1]), end


def _size(boxes: dict[int, Box], curves: dict[Edge, Curve], beside: Mapping[Edge, str], characters: int) -> tuple[int, int]:
    """Of the whole; beside: words that stand at steps; characters: of the longest line above."""
    rooms = [box.right for box in boxes.values()]
    for edge, curve in curves.items():
        wide = _CHARACTER * len(beside.get(edge, ""))
        rooms.append(_at(curve, 0.5)[0] + (wide / 2 if _down(curve) else wide))
    right = max(rooms, default=0.0)
    below = max([box.y + box.height / 2 for box in boxes.values()], default=float(TOP))
    return round(max(right, _CHARACTER * 1.05 * characters + MARGIN) + MARGIN), round(below + MARGIN)


def _at(curve: Curve, t: float) -> Point:
    """A point of a cubic Bezier curve."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return sum(w * p[0] for w, p in zip(weights, curve, strict=True)), sum(w * p[1] for w, p in zip(weights, curve, strict=True))


def _step(edge: Edge, data: Mapping[str, Any], curve: Curve, colour: Mapping[str, str]) -> Iterator[str]:
    """A transition: the curve with its head."""
    begin, one, two, end = ("{:.1f} {:.1f}".format(*point) for point in curve)
    actor = str(data.get("actor", ""))
    vain = "" if gets_on(data) else " vain"
    told = f"{edge.source} to {edge.target}: " + ": ".join(str(each) for each in (actor, data.get("what", "")) if each)
    head = "l-3.5 -1h7l-3.5 7z" if _down(curve) else "l1 -3.5v7l-7 -3.5z"
    yield f'<g class="{colour[actor]}"><title>{_text(told)}</title><path class="step{vain}" d="M{begin}C{one} {two} {end}"/>'
    yield f'<path class="head" d="M{end}{head}"/></g>'


def _names(graph: nx.MultiDiGraph, curves: Mapping[Edge, Curve], colour: Mapping[str, str]) -> Iterator[str]:
    """The words at transitions: those that lean to the left have theirs higher up than those that lean to the right."""
    beside: dict[tuple[int, int], int] = {}
    for edge, data in edges_of(graph):
        curve = curves[edge]
        number = beside[edge.source, edge.target] = beside.get((edge.source, edge.target), -1) + 1
        lean = 0.5 if not _down(curve) else 0.36 if curve[3][0] < curve[0][0] else 0.6
        x, y = _at(curve, lean + 0.14 * (number % 3) * _down(curve))
        anchor = "middle" if _down(curve) else "start"
        paint = colour[str(data.get("actor", ""))]
        yield f'<text class="what {paint}" x="{x:.1f}" y="{y + 3:.1f}" text-anchor="{anchor}">{_text(_short(data))}</text>'


def _short(data: Mapping[str, Any]) -> str:
    """What a transition does, as far as there is room for it."""
    what = str(data.get("what", "")) or str(data.get("actor", ""))
    return what if len(what) <= WIDEST else f"{what[: WIDEST - 3]}..."


def _down(curve: Curve) -> bool:
    """Does it go one layer down, or else round the right side?"""
    return curve[2][0] == curve[3][0]


def _state(node: int, box: Box, data: Mapping[str, Any]) -> str:
    """A state: the box, what stands in it, and all that is known."""
    end = data.get("end", "")
    kind = "state" + (" bad" if end in (DEADLOCK, VIOLATION) else "") + (" first" if node == START else "")
    movers = words(data.get("enabled", ())) or "nobody"
    known = (str(node), end, data.get("label", ""), data.get("outcome", ""), f"can move: {movers}")
    told = "\n".join(str(each) for each in known if each)
    parts = [f"<g><title>{_text(told)}</title>", _rectangle(box.x, box.y, box.width, box.height, kind, rim=bool(end))]
    for row, line in enumerate(box.lines):
        y = box.y + 12.0 * (row - (len(box.lines) - 1) / 2) + 3.5
        number = ' class="number"' if row == 0 else ""
        parts.append(f'<text{number} x="{box.x:.1f}" y="{y:.1f}" text-anchor="middle">{_text(line)}</text>')
    return "".join([*parts, "</g>"])


def _rectangle(x: float, y: float, width: float, height: float, kind: str, *, rim: bool) -> str:
    """Around a middle; rim: a second line outside."""
    texts = []
    for more in (0, 3) if rim else (0,):
        left, top, w, h = x - width / 2 - more, y - height / 2 - more, width + 2 * more, height + 2 * more
        name = f"{kind} rim" if more else kind
        texts.append(f'<rect class="{name}" x="{left:.1f}" y="{top:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{5 + more}"/>')
    return "".join(texts)


def _text(text: str) -> str:
    return escape(_STRANGE.sub("?", text))
