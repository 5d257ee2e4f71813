"""Curves, drawn by matplotlib (extra `plot`); the same figures give the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.sim.timed.compare import Curve, Row

PANELS: Final[tuple[tuple[str, str, Callable[[Row], float]], ...]] = (
    ("throughput", "messages per second", lambda row: row.throughput),
    ("median latency", "milliseconds", lambda row: row.median / 1e3),
    ("99th percentile of latency", "milliseconds", lambda row: row.p99 / 1e3),
    ("processor time per message", "microseconds", lambda row: row.cpu),
    ("context switches per message", "", lambda row: row.context_switches),
    ("memory of threads and operations", "MiB", lambda row: row.memory / 2**20),
)
STYLES: Final = ("-", "--", ":", "-.")
AXES: Final = ("clients", "size", "cores")


def needed() -> None:
    """ValueError if nothing can be drawn here."""
    try:
        import matplotlib  # noqa: F401 - is it there?
    except ImportError:
        raise ValueError("plots need matplotlib: install alertable[plot]; --csv needs nothing") from None


def svg(curves: Sequence[Curve]) -> str:
    """One drawing of six panels; the horizontal axis is what varies: clients, else size, else cores."""
    needed()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    rows = [row for curve in curves for row in curve.rows]
    axis = next((name for name in AXES if len({getattr(row, name) for row in rows}) > 1), "clients")
    lines = _lines(curves, axis)
    with mpl.rc_context({"svg.hashsalt": "alertable", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=(11, 9.5), layout="constrained")
        panels = figure.subplots(3, 2)
        for place, (title, unit, value) in zip(panels.flat, PANELS, strict=True):
            for label, colour, style, line, ends in lines:
                xs = [getattr(row, axis) for row in line]
                ys = [value(row) for row in line]
                place.plot(xs, ys, style, color=f"C{colour}", marker=".", markersize=4, linewidth=1, label=label)
                if ends:  # a cross where the model has its end
                    place.plot(xs[-1:], ys[-1:], "x", color=f"C{colour}", markersize=7)
            _scales(place, title, unit, axis)
        figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _scales(place: Any, title: str, unit: str, axis: str) -> None:  # noqa: ANN401 - matplotlib's Axes
    place.set_title(title, fontsize=9)
    place.set_xlabel("payload bytes" if axis == "size" else axis)
    place.set_ylabel(unit)
    place.set_xscale("log")
    place.xaxis.set_major_formatter("{x:,.0f}")
    if "latency" in title:
        place.set_yscale("log")
        place.yaxis.set_major_formatter("{x:g}")
        place.yaxis.set_minor_formatter("")
    else:
        place.set_ylim(bottom=0)
        place.yaxis.set_major_formatter("{x:,g}")
    place.grid(visible=True, linewidth=0.3)


def _lines(curves: Sequence[Curve], axis: str) -> list[tuple[str, int, str, list[Row], str]]:
    """(label, colour, style, rows, why it ends) of each line along the axis."""
    found: dict[tuple[Any, ...], tuple[list[Row], str]] = {}
    others = [name for name in AXES if name != axis and len({getattr(row, name) for c in curves for row in c.rows}) > 1]
    for curve in curves:
        for row in curve.rows:
            key = (row.server, *(getattr(row, name) for name in others))
            line, _ = found.setdefault(key, ([], ""))
            line.append(row)
            found[key] = (line, curve.ends if axis == "clients" else "")
    servers = list(dict.fromkeys(key[0] for key in found))
    variants = list(dict.fromkeys(key[1:] for key in found))
    return [
        (" ".join([key[0], *(f"{name} {n}" for name, n in zip(others, key[1:], strict=True))]), servers.index(key[0]),
         STYLES[variants.index(key[1:]) % len(STYLES)], line, ends)
        for key, (line, ends) in found.items()
    ]  # fmt: skip
