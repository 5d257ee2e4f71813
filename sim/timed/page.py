"""A page that needs nothing else: the curves, a sentence on each, the figures, and how to repeat them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from alertable.sim.timed.knees import knee
from alertable.sim.timed.plot import svg
from alertable.sim.timed.table import HEADINGS, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.timed.compare import Curve
    from alertable.sim.timed.profile import Profile

STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; color: #222; background: #fff }
table { border-collapse: collapse; font-size: 12px } td, th { padding: .1em .6em; text-align: right }
td:first-child, th:first-child { text-align: left } tr:nth-child(even) { background: #f4f4f4 } svg { width: 100%; height: auto }
code { background: #f0f0f0; padding: 0 .2em }
"""


def html(curves: Sequence[Curve], profile: Profile, command: str, about: str) -> str:
    """The whole page."""
    picture = svg(curves)
    picture = picture[picture.index("<svg") :]
    sentences = "\n".join(f"<li><b>{escape(name(curve, curves))}</b>: {escape(knee(curve))}.</li>" for curve in curves)
    heading = "".join(f"<th>{escape(word)}</th>" for word in HEADINGS)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells(row)) + "</tr>" for curve in curves for row in curve.rows
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What each socket I/O model costs</title><style>{STYLE}</style></head><body>
<h1>What each socket I/O model costs</h1>
<p>{escape(about)} Simulated on one kernel model with the cost profile <b>{escape(profile.name)}</b>; repeat it with
<code>{escape(command)}</code>. A cross is where a model ends.</p>
{picture}
<ul>
{sentences}
</ul>
<table><thead><tr>{heading}</tr></thead><tbody>
{rows}
</tbody></table>
</body></html>
"""


def name(curve: Curve, among: Sequence[Curve]) -> str:
    """The server, and what else tells it from the others."""
    words = [curve.server]
    if len({each.size for each in among}) > 1:
        words.append(f"{curve.size} bytes")
    if len({each.cores for each in among}) > 1:
        words.append(f"{curve.cores} core{'s' if curve.cores > 1 else ''}")
    return ", ".join(words)
