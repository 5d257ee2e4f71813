"""A trace as a table: one column per thread, one for the kernel (APC queues, sockets, segments, timers).

A row is a call with its result and what the kernel did in it; a call that blocks gets a second row when it returns.
Nothing is cut away: what has no room is wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from alertable.sim.trace.event import KERNEL, EventKind
from alertable.sim.view.grid import GAP, LEAST_WIDTH, grid, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alertable.sim.trace.event import Event

WIDTH: Final = 100  # where nobody says how wide
UNBROKEN: Final = 1 << 20  # a line for each row, however wide
LEAST_COLUMN: Final = 18
KERNEL_COLUMN: Final = 20  # there is room for this beside the threads
NUMBER: Final = 5  # of a line
OTHERS: Final = "other threads"
K = EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a thread did ("" is the environment), and what the kernel did with it.

    where: `file:line` of the program; repeats: how often the same came in a row.
    """

    step: int
    thread: str
    text: str
    kernel: tuple[str, ...] = ()
    where: str = ""
    repeats: int = 1


def table(trace: Sequence[Event], width: int = WIDTH, show: Callable[[str], str] = visible) -> str:
    """The whole trace as text, at most width columns wide; show: each text as the reader's terminal can show it."""
    return "\n".join(lines_of(rows_of(trace), width, show))


def rows_of(trace: Iterable[Event], *, fold: bool = True) -> list[Row]:
    """The rows of a trace; fold: those that repeat the one before are counted instead."""
    rows = [draft.row() for draft in _drafts(trace)]
    return _fold(rows) if fold else rows


def lines_of(rows: Sequence[Row], width: int = WIDTH, show: Callable[[str], str] = visible) -> list[str]:
    """Rows as lines of a table: a column for each thread; threads for which there is no room share the last one.

    Where there are several files the head of a column names the one that its lines are of; lines of another have its name.
    """
    width = max(width, LEAST_WIDTH)
    threads = list(dict.fromkeys(row.thread for row in rows if row.thread != KERNEL))
    files = {thread: _main_file(rows, thread) for thread in threads}
    numbered = any(files.values())
    columns = _columns(threads, width - (NUMBER + len(GAP) if numbered else 0))
    several = len({row.where.rpartition(":")[0] for row in rows if row.where}) > 1
    names = [f"{name} {files.get(name, '')}".rstrip() if several else name for name in columns]
    table = [["step", "line", *names, "kernel"], *(_cells(row, columns, files) for row in rows)]
    if not numbered:
        table = [[step, *cells] for step, _, *cells in table]
    return list(grid([[show(cell) for cell in line] for line in table], width, LEAST_COLUMN, 2 if numbered else 1))


def _main_file(rows: Sequence[Row], thread: str) -> str:
    """The file that the thread is at home in: the one where everything ends, or that most of its lines are of."""
    last = next((row.where.rpartition(":")[0] for row in reversed(rows) if row.where), "")
    files = [row.where.rpartition(":")[0] for row in rows if row.thread == thread and row.where]
    return last if last in files else max(files, key=files.count, default="")


def _columns(threads: list[str], width: int) -> list[str]:
    room = width - len("step") - len(GAP) - KERNEL_COLUMN
    fitting = max(1, room // (LEAST_COLUMN + len(GAP)))
    return threads if len(threads) <= fitting else [*threads[: fitting - 1], OTHERS]


def _cells(row: Row, columns: Sequence[str], files: Mapping[str, str]) -> list[str]:
    text = row.text + (f"   (x {row.repeats})" if row.repeats > 1 else "")
    cells = ["" for _ in columns]
    file, _, line = row.where.rpartition(":")
    if row.thread in columns:
        cells[columns.index(row.thread)] = text
    elif row.thread != KERNEL:
        cells[-1] = f"[{row.thread}] {text}"
    known = row.thread in columns and file == files[row.thread]
    return [str(row.step), line if known or (len(set(files.values())) == 1 and file in files.values()) else row.where, *cells,
            "; ".join(row.kernel)]  # fmt: skip


class _Draft:
    """A row that is still written."""

    __slots__ = ("call", "cell", "kernel", "step", "thread", "where")

    def __init__(self, step: int, thread: str, cell: str, call: str = "", where: str = "") -> None:
        self.step = step
        self.thread = thread
        self.cell = cell
        self.call = call  # the function whose return may still be added to the cell
        self.where = where
        self.kernel: list[str] = []

    def row(self) -> Row:
        return Row(step=self.step, thread=self.thread, text=self.cell, kernel=tuple(self.kernel), where=self.where)


def _drafts(trace: Iterable[Event]) -> list[_Draft]:
    rows: list[_Draft] = []
    queues: dict[str, list[str]] = {}
    for event in trace:
        row = rows[-1] if rows else None
        if event.kind is K.CALL:
            rows.append(_Draft(event.step, event.thread, f"{event.subject}({event.text})", event.subject, event.where))
        elif event.kind is K.RETURN:
            result = f" -> {event.text}" if event.text else ""
            if row is not None and row.thread == event.thread and row.call == event.subject:
                row.cell += result
                row.call = ""
            elif result:
                rows.append(_Draft(event.step, event.thread, f"{event.subject}{result}", where=event.where))
        elif event.kind is K.PRINT:
            rows.append(_Draft(event.step, event.thread, f'print "{event.text}"', where=event.where))
        elif event.kind is K.ROUTINE:
            queue = queues.get(event.thread, [])
            if queue:
                queue.pop(0)
            rows.append(_Draft(event.step, event.thread, f">> {event.subject}"))
            rows[-1].kernel.append(_queue(event.thread, queue))
        elif event.kind is K.THREAD_ENDED:
            rows.append(_Draft(event.step, event.subject, f"(ends, {event.text})"))
            queues.pop(event.subject, None)
        else:
            text = _kernel_text(event, queues, row)
            if text:
                if row is None or (event.thread == KERNEL and event.step != row.step):
                    row = _Draft(event.step, KERNEL, "")
                    rows.append(row)
                row.kernel.append(text)
    return rows


def _kernel_text(event: Event, queues: dict[str, list[str]], row: _Draft | None) -> str:
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
        return f"{subject} sends {text}"
    if kind is K.SEGMENT_DELIVERED and text.startswith("ICMP"):
        return f"{text} reaches {subject}"
    if kind is K.SEGMENT_DELIVERED:
        return f"{subject} brings {text}"
    if kind is K.TIMER:
        return f"{subject} {text}"
    if kind is K.OUTCOME:
        return f"the environment decides: {subject}"
    if kind is K.MESSAGE_POSTED:
        return f"{subject}: {text} posted"
    assert kind is K.THREAD_CREATED
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
        if before is not None and (before.thread, before.text, before.kernel) == (row.thread, row.text, row.kernel) and row.text:
            folded[-1] = replace(before, repeats=before.repeats + 1)
        else:
            folded.append(row)
    return folded
