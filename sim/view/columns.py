"""A trace as a table: one column per thread, one for the kernel (APC queues, sockets, segments, timers).

A row is a call with its result and what the kernel did in it; a call that blocks gets a second row when it returns.
Plain ASCII, so that every terminal aligns it.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from sim.trace.record import KERNEL, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.trace.record import Event

STEP_WIDTH: Final = 5
GAP: Final = " | "
MIN_COLUMN: Final = 18
KERNEL_SHARE: Final = 0.36
OTHERS: Final = "other threads"
K = EventKind


class Row:
    """One row: what a thread did, and what the kernel did with it."""

    __slots__ = ("call", "cell", "kernel", "repeats", "step", "thread")

    def __init__(self, step: int, thread: str, cell: str, call: str = "") -> None:
        self.step = step
        self.thread = thread
        self.cell = cell
        self.call = call  # the function whose return may still be added to the cell
        self.kernel: list[str] = []
        self.repeats = 1


def table(trace: Sequence[Event], width: int = 100) -> str:
    """The whole trace as text, at most width columns wide."""
    rows = rows_of(trace)
    threads = list(dict.fromkeys(event.thread for event in trace if event.thread != KERNEL))
    return "\n".join(line.rstrip() for line in _lines(rows, threads, max(width, 60)))


def rows_of(trace: Iterable[Event]) -> list[Row]:
    """The rows of a trace; those that repeat the one before are counted instead."""
    return _fold(_rows(trace))


def columns_of(rows: Sequence[Row], threads: Sequence[str], width: int) -> list[str]:
    """One line per row: what has no room is cut."""
    columns, widths = _layout(list(threads), width)
    lines = [["step", *columns, "kernel"], ["-" * w for w in widths]]
    for row in rows:
        cells = ["" for _ in widths]
        cells[0] = str(row.step)
        cells[-1] = "; ".join(row.kernel)
        if row.thread != KERNEL:
            place = 1 + (columns.index(row.thread) if row.thread in columns else len(columns) - 1)
            cells[place] = row.cell if row.thread in columns else f"[{row.thread}] {row.cell}"
        lines.append(cells)
    return [GAP.join(_cut(cell, w).ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 2] + ".."


def _rows(trace: Iterable[Event]) -> list[Row]:
    rows: list[Row] = []
    queues: dict[str, list[str]] = {}
    for event in trace:
        row = rows[-1] if rows else None
        if event.kind is K.CALL:
            rows.append(Row(event.step, event.thread, f"{event.subject}({event.text})", event.subject))
        elif event.kind is K.RETURN:
            result = f" -> {event.text}" if event.text else ""
            if row is not None and row.thread == event.thread and row.call == event.subject:
                row.cell += result
                row.call = ""
            elif result:
                rows.append(Row(event.step, event.thread, f"{event.subject}{result}"))
        elif event.kind is K.PRINT:
            rows.append(Row(event.step, event.thread, f'print "{event.text}"'))
        elif event.kind is K.ROUTINE:
            queue = queues.get(event.thread, [])
            if queue:
                queue.pop(0)
            rows.append(Row(event.step, event.thread, f">> {event.subject}"))
            rows[-1].kernel.append(_queue(event.thread, queue))
        elif event.kind is K.THREAD_ENDED:
            rows.append(Row(event.step, event.subject, f"(ends, {event.text})"))
            queues.pop(event.subject, None)
        else:
            text = _kernel_text(event, queues, row)
            if text:
                if row is None or (event.thread == KERNEL and event.step != row.step):
                    row = Row(event.step, KERNEL, "")
                    rows.append(row)
                row.kernel.append(text)
    return rows


def _kernel_text(event: Event, queues: dict[str, list[str]], row: Row | None) -> str:
    """The kernel's side of an event; empty for what only repeats the row's own call."""
    kind, subject, text = event.kind, event.subject, event.text
    plain = row is not None and row.call in {"send", "recv", "accept", "connect", "sendto", "recvfrom"} and row.step == event.step
    if kind is K.APC_QUEUED:
        queues.setdefault(subject, []).append(text.partition("(")[0])
        return _queue(subject, queues[subject])
    if kind in (K.IRP_PENDED, K.IRP_COMPLETED):
        return "" if plain else f"{subject}: {text}"
    if kind is K.SIGNALED:
        return "" if " on " in subject else f"{subject} set"
    if kind is K.UNBLOCKED:
        return f"{subject} wakes"
    if kind is K.BLOCKED:
        return f"{event.thread} waits {'alertably ' if 'alertable' in text else ''}{_until(text)}"
    if kind is K.SEGMENT_SENT:
        return f"{subject} {text} sent"
    if kind is K.SEGMENT_DELIVERED:
        return f"{subject} {text} arrives" if "bytes" not in text else f"{subject} {text} arrive"
    if kind is K.TIMER:
        return f"{subject} {text}"
    return f"thread {subject} created{f', {text}' if text else ''}"


def _until(text: str) -> str:
    return text.removeprefix("alertable ").replace(" alertable", "").strip()


def _queue(thread: str, queue: list[str]) -> str:
    shown = queue if len(queue) <= 6 else [*queue[:5], f"+{len(queue) - 5} more"]
    return f"apc({thread})=[{', '.join(shown)}]"


def _fold(rows: list[Row]) -> list[Row]:
    """Rows that repeat the one before (a loop that polls) are counted instead of shown."""
    folded: list[Row] = []
    for row in rows:
        before = folded[-1] if folded else None
        if before is not None and (before.thread, before.cell, before.kernel) == (row.thread, row.cell, row.kernel) and row.cell:
            before.repeats += 1
        else:
            folded.append(row)
    return folded


def _lines(rows: list[Row], threads: list[str], width: int) -> Iterable[str]:
    columns, widths = _layout(threads, width)
    rule = "-+-".join("-" * w for w in widths)
    yield GAP.join(name.ljust(w) for name, w in zip(["step", *columns, "kernel"], widths, strict=True))
    yield rule
    for row in rows:
        place = columns.index(row.thread) if row.thread in columns else len(columns) - 1
        cell = row.cell + (f"   (x {row.repeats})" if row.repeats > 1 else "")
        if cell and row.thread not in columns:
            cell = f"[{row.thread}] {cell}"
        cells = [[str(row.step)], *([] for _ in columns), [part for text in row.kernel for part in _wrap(text, widths[-1])]]
        if row.thread != KERNEL:
            cells[1 + place] = _wrap(cell, widths[1 + place])
        for i in range(max(map(len, cells))):
            yield GAP.join((part[i] if i < len(part) else "").ljust(w) for part, w in zip(cells, widths, strict=True))


def _layout(threads: list[str], width: int) -> tuple[list[str], list[int]]:
    """The thread columns and all widths; threads for which there is no room share a last column."""
    kernel = max(MIN_COLUMN, int(width * KERNEL_SHARE))
    room = width - STEP_WIDTH - kernel - 2 * len(GAP)
    fitting = max(1, (room + len(GAP)) // (MIN_COLUMN + len(GAP)))
    columns = threads if len(threads) <= fitting else [*threads[: fitting - 1], OTHERS]
    each = (room - len(GAP) * (len(columns) - 1)) // max(1, len(columns))
    return columns, [STEP_WIDTH, *([each] * len(columns)), kernel]


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=True) or [""]
