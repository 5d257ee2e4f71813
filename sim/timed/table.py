"""Figures as text: the table of `alertable compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.sim.timed.knees import time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.timed.compare import Row

HEADINGS: Final = (
    "server", "clients", "bytes", "cores", "messages/s", "median", "99 %", "us/message", "busy", "link", "switches", "calls",
    "alertable", "wake-ups", "memory",
)  # fmt: skip
NOTE: Final = (
    "us/message: processor time; busy, link: of the processors and of the network; switches, calls (system calls), alertable "
    "(waits), wake-ups: for each message; memory: of threads and pending operations at their peak."
)


def cells(row: Row) -> tuple[str, ...]:
    """One row, a word for each heading."""
    return (
        row.server, f"{row.clients:,}", f"{row.size:,}", f"{row.cores}", f"{row.throughput:,.0f}",
        time(row.median), time(row.p99), f"{row.cpu:.1f}", f"{row.utilisation:.0%}", f"{row.network:.0%}",
        f"{row.context_switches:.2f}", f"{row.system_calls:.2f}", f"{row.alertable_waits:.2f}", f"{row.wake_ups:.2f}",
        f"{row.memory / 1024:,.0f} KiB",
    )  # fmt: skip


def table(rows: Sequence[Row]) -> list[str]:
    """Lines; the first is the heading."""
    lines = [HEADINGS, *(cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADINGS))]
    return [
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
