"""Curves, drawn by matplotlib (extra `plot`); the same figures give the same bytes."""

from __future__ import annotations

import io
import math
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
KINDS: Final = ("svg", "png")
DECADE: Final = 10  # so far apart values must lie for a logarithmic axis
TICKS: Final = 14  # numbers that have room on an axis
AXES: Final = ("clients", "size", "cores")


def needed() -> None:
    """ValueError if nothing can be drawn here."""
    try:
        import matplotlib  # noqa: F401 - is it there?
    except ImportError:
        raise ValueError("plots need matplotlib: install alertable[plot]; --csv needs nothing") from None


def svg(curves: Sequence[Curve]) -> str:
    """One drawing of six panels; the horizontal axis is what varies: clients, else size, else cores."""
    return _drawn(curves, "svg").decode()


def drawing(curves: Sequence[Curve], name: str) -> bytes:
    """The same as the contents of a file of this name, as `kind_of` has it."""
    return _drawn(curves, kind_of(name))


def kind_of(name: str) -> str:
    """The kind of drawing that a file of this name holds."""
    kind = name.rpartition(".")[2].lower()
    if kind not in KINDS:
        raise ValueError(f"{name}: a plot is a file that ends in {' or '.join(f'.{each}' for each in KINDS)}")
    return kind


def _drawn(curves: Sequence[Curve], kind: str) -> bytes:
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
            place.set_title(title, fontsize=9)
            place.set_xlabel("payload bytes" if axis == "size" else axis)
            place.set_ylabel(unit)
            _horizontal(place, sorted({getattr(row, axis) for row in rows}))
            _vertical(place, [value(row) for row in rows], "latency" in title)
            place.grid(visible=True, linewidth=0.3)
        figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=120, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()


def _horizontal(place: Any, measured: Sequence[int]) -> None:  # noqa: ANN401 - matplotlib's Axes
    """Numbers where something was measured, as far as they have room beside each other."""
    wide = measured[-1] >= DECADE * measured[0]
    if wide:
        place.set_xscale("log")
    place.set_xticks(_apart(measured, log=wide))
    place.xaxis.set_major_formatter("{x:,.0f}")
    place.xaxis.set_minor_formatter("")


def _apart(measured: Sequence[int], *, log: bool) -> list[int]:
    """Those that are far enough from the one before; the last is always there."""
    scale = math.log if log else float
    room = (scale(measured[-1]) - scale(measured[0])) / TICKS
    kept = [measured[-1]]
    for number in reversed(measured):
        if scale(kept[-1]) - scale(number) >= room > 0:
            kept.append(number)
    return kept[::-1]


def _vertical(place: Any, values: Sequence[float], may_be_log: bool) -> None:  # noqa: ANN401 - matplotlib's Axes
    """From 0, or logarithmic where the values lie decades apart, with numbers at 1, 2 and 5."""
    from matplotlib.ticker import LogLocator, NullLocator

    above = [value for value in values if value > 0]
    if may_be_log and above and max(above) >= DECADE * min(above):
        place.set_yscale("log")
        place.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=TICKS))
        place.yaxis.set_minor_locator(NullLocator())
        place.yaxis.set_major_formatter("{x:g}")
    else:
        place.set_ylim(0, 1.06 * max(above, default=1.0))
        place.yaxis.set_major_formatter("{x:,g}")


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
