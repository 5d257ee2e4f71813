"""Rows of a story one below the other, each with the line of the program that it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.sim.view.grid import grid, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alertable.sim.view.columns import Row
    from alertable.sim.view.sources import Sources

LEAST_COLUMN: Final = 16
KERNEL_CELL: Final = "(kernel)"


def beside(rows: Sequence[Row], sources: Sources, width: int, show: Callable[[str], str] = visible) -> Iterator[str]:
    """Step, thread, what happens, and the source; what the kernel did with it stands below."""
    table = [["step", "thread", "what happens", "source"]]
    for row in rows:
        again = f"   (x {row.repeats})" if row.repeats > 1 else ""
        if row.text:
            table.append([str(row.step), row.thread or KERNEL_CELL, row.text + again, _source(row, sources)])
        table += [
            ["" if row.text or n else str(row.step), KERNEL_CELL, text, _source(row, sources) if not row.text and not n else ""]
            for n, text in enumerate(row.kernel)
        ]
    yield from grid([[show(cell) for cell in row] for row in table], width, LEAST_COLUMN, 2)


def _source(row: Row, sources: Sources) -> str:
    return f"{row.where}: {sources.line(row.where)}".rstrip(": ") if row.where else ""
