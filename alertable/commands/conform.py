"""`alertable conform`: the litmus tests on the model and on real Winsock."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

import alertable
from alertable.commands.guard import Failed, guarded
from alertable.reports import HELP, METAVAR, PAGE, Target, failing
from alertable.reports import write as write_reports
from alertable.reports.found import of_conform
from alertable.sim.conformance.lane import SCHEDULES, Row, conform
from alertable.sim.conformance.report import as_json, as_markdown, summary, text
from alertable.specs.litmus import load
from alertable.terminal import INTERRUPTED, NOTHING, OK, VIOLATED, echo, fail, progress

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("conform")
@click.option("--backend", type=click.Choice(["sim", "real"]), default="sim", help="The model alone, or both arms.")
@click.option("--only", metavar="PATTERN", default="*", help="Litmus tests by id or file name, like 'k0*' or '*iocp*'.")
@click.option("--schedules", type=click.IntRange(min=0), default=SCHEDULES, show_default=True, help="Random schedules each.")
@click.option(
    "--json", "json_file", metavar="FILE", type=click.Path(dir_okay=False), help="Write everything as JSON; - is stdout."
)
@click.option("--report", "reports", multiple=True, type=Target(pages=True), metavar=f"{METAVAR}|FILE.md",
              help=f"{HELP} Without a kind: a page.")  # fmt: skip
def conform_command(backend: str, only: str, schedules: int, json_file: str | None, reports: Sequence[tuple[str, Path]]) -> None:
    """Hold the litmus tests against what Windows allows: the model, and real Winsock."""
    with failing([target for target in reports if target[0] != PAGE], "conform", only):
        code = guarded(lambda: conform_all(backend, only, schedules, json_file, reports))
    sys.exit(code)


def conform_all(backend: str, only: str, schedules: int, json_file: str | None, reports: Sequence[tuple[str, Path]]) -> int:
    """`alertable conform`."""
    tests = load(only)
    if not tests:
        raise Failed(f"no litmus test matches {only!r}; ids are K001 to K139 and S001 to S134", NOTHING)
    if backend == "real":
        alertable.real()  # says at once what is missing
    rows: list[Row] = []
    with progress("litmus tests", len(tests)) as advance:
        try:
            for row in conform(tests, backend, schedules):
                rows.append(row)
                advance(row.litmus.id)
        except KeyboardInterrupt:
            fail(f"interrupted after {len(rows)} of {len(tests)} tests; what was done is reported", INTERRUPTED)
    complete = len(rows) == len(tests)
    if json_file is not None:
        write(json_file, as_json(rows, backend, complete, alertable.__version__))
    for report in [path for kind, path in reports if kind == PAGE]:
        command = (
            f"alertable conform --backend {backend}" + (f" --only {only}" if only != "*" else "") + f" --report {report.name}"
        )
        write(str(report), as_markdown(rows, backend, command, alertable.__version__))
    if json_file != "-":
        show_rows(rows, backend)
    code = INTERRUPTED if not complete else OK if all(row.ok for row in rows) else VIOLATED
    others = [target for target in reports if target[0] != PAGE]
    return write_reports(others, of_conform(rows, code, backend)) if others else code


def show_rows(rows: Sequence[Row], backend: str) -> None:
    """The table, then every disagreement in full, then the count."""
    width = max(80, min(160, shutil.get_terminal_size((120, 24)).columns))
    arms = 2 if backend == "real" else 1
    room = width - 6 - 15
    fact_width, cell = room - arms * (room // (arms + 1)), room // (arms + 1)
    for row in rows:
        cells = [text(row.model), *([text(row.real)] if backend == "real" else [])]
        outcomes = "".join(f"{cut(c, cell - 2):<{cell}}" for c in cells)
        echo(f"{row.litmus.id:<6}{cut(row.litmus.fact, fact_width - 2):<{fact_width}}{outcomes}{row.agreement}".rstrip())
    for row in rows:
        if not row.ok:
            allowed = f"allowed {text(row.litmus.expected)}, model {text(row.model)}, real {text(row.real)}"
            echo(f"\n{row.litmus.id} {row.agreement}: {row.litmus.fact}\n  {allowed}")
            for error in row.errors:
                echo(f"  {error}")
            echo(f"  source: {row.litmus.source}")
    echo(summary(rows))


def cut(words: str, width: int) -> str:
    """At most so many characters."""
    return words if len(words) <= width else words[: width - 3] + "..."


def write(target: str, content: str) -> None:
    """To a file, or to stdout for -."""
    if target == "-":
        echo(content, end="")
    else:
        Path(target).write_text(content, encoding="utf-8", newline="\n")
