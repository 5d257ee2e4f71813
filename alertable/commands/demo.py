"""`alertable demo`: the lecture's server with two clients, once as it usually goes, then as the checker makes it go."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TYPE_CHECKING, Final

import click

import alertable
from alertable.commands.guard import guarded
from alertable.report import violation_lines
from alertable.sim.view.columns import lines_of, rows_of
from alertable.store import Store
from alertable.terminal import OK, VIOLATED, echo, shown, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.sim import Execution, Violation
    from alertable.sim.view.columns import Row

FILES: Final = tuple(f"specs.programs.lecture_demo:{name}" for name in ("server", "kim", "lee"))
TRACE_LINES: Final = 30
SHOWN: Final = ("server", "kim", "")  # the server, one of the clients, the environment
OTHER: Final = "lee"
FIRST: Final = "WSARecv"  # before the first receive nothing happens that a newcomer wants to see
EXECUTIONS: Final = 200


@click.command("demo")
def demo_command() -> None:
    """See a server run, and the bug that its demonstrations never show."""
    sys.exit(guarded(demo))


def demo() -> int:
    """`alertable demo`: OK once the bug was found."""
    programs = [alertable.load_program(name) for name in FILES]
    with contextlib.redirect_stdout(io.StringIO()):  # the programs print, once per execution
        execution = alertable.run(*programs)
    echo("\n".join(_the_usual_run(execution)))
    with contextlib.redirect_stdout(io.StringIO()):
        report = alertable.check(*programs, strategy="random", max_executions=EXECUTIONS, clock="free")
    if not report.violations:
        return VIOLATED
    violation = report.violations[0]
    kept = Store().put(FILES, violation, {"clock": "free"})
    echo("\n".join(_the_bug(violation, kept, report.executions)))
    return OK


def _the_usual_run(execution: Execution) -> Iterator[str]:
    shown_rows = _window(rows_of(execution.trace))
    yield "The server of a lecture on overlapped I/O with completion routines, and two clients, on a simulated NT kernel"
    steps = f"steps {shown_rows[0].step} to {shown_rows[-1].step} of {execution.steps}"
    yield f"({steps}; a column for the server, for one of the clients, and for the kernel):"
    yield ""
    yield from lines_of(shown_rows, width(), shown)
    yield ""
    yield "All is well here, as in every demonstration: the clients pause for 100 ms, and that keeps apart what belongs together."
    yield "On a busy machine a pause may be over at any time. `alertable check` tries that, until a schedule breaks a law:"
    yield ""


def _window(rows: Sequence[Row]) -> list[Row]:
    """From the first receive on, without what the other client does, as much as TRACE_LINES hold."""
    begin = next((row.step for row in rows if row.thread == "server" and row.text.startswith(FIRST)), 0)
    rows = [
        row for row in rows
        if row.step >= begin and row.thread in SHOWN and OTHER not in f"{row.text} {row.kernel}"
    ]  # fmt: skip
    count = len(rows)
    while count > 1 and len(lines_of(rows[:count], width(), shown)) > TRACE_LINES:
        count -= 1
    return rows[:count]


def _the_bug(violation: Violation, kept: str | None, executions: int) -> Iterator[str]:
    yield f"FAIL  after {executions} execution(s)"
    yield from violation_lines(violation, FILES, {"clock": "free"}, kept)
    yield ""
    yield "Where to go on:"
    again = f"alertable replay {kept} --trace -" if kept is not None else "alertable demo | more"
    for command, what in (
        (again, "this very run again, with every step"),
        ("alertable zoo", "bugs of real software, each as a program that you can check"),
        ("alertable check FILE.py", "a server of yours: a function program(w) that makes the calls of Win32 and Winsock"),
    ):
        yield f"  {command:<36}  {what}"
