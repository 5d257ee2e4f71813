"""`alertable run`: programs once, on the simulated kernel or on real Winsock."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.options import collected, differing, option_words, what_may_happen
from alertable.report import as_json, replay_line, result_line, write_trace
from alertable.sim.view.columns import table
from alertable.terminal import OK, VIOLATED, echo, shown, width

if TYPE_CHECKING:
    from alertable.sim import Execution


@click.command("run")
@click.argument("files", nargs=-1, required=True, metavar="FILE[:function]...")
@click.option("--backend", type=click.Choice(["sim", "real"]), default="sim", help="The simulated kernel, or a real ws2_32.dll.")
@click.option("--schedule", metavar="TEXT|FILE", help="Follow this schedule exactly.")
@click.option("--seed", type=int, metavar="N", help="Make random choices instead of the default ones.")
@what_may_happen
@click.option("--trace", metavar="FILE|-", help="Write the trace: a table, JSON Lines for FILE.jsonl, - for the terminal.")
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout; the programs' prints go to stderr.")
def run_command(
    files: tuple[str, ...],
    backend: str,
    schedule: str | None,
    seed: int | None,
    trace: str | None,
    json_: bool,
    **given: Any,  # noqa: ANN401 - what_may_happen
) -> None:
    """Run programs once: on the simulated kernel, or on real Winsock."""
    sys.exit(guarded(lambda: run_files(files, backend, schedule, seed, trace, json_, collected(given))))


def run_files(
    files: tuple[str, ...], backend: str, schedule: str | None, seed: int | None, trace: str | None, json_: bool,
    options: dict[str, Any],
) -> int:  # fmt: skip
    """`alertable run`."""
    if backend == "real" and differing(options).keys() - {"max_steps"}:
        raise ValueError(f"the real backend takes no {' '.join(option_words(options))}: Windows decides")
    if backend == "real" and (schedule is not None or seed is not None or trace is not None):
        raise ValueError("the real backend takes no --schedule, --seed or --trace: Windows decides, and nothing listens")
    programs = [alertable.load_program(name) for name in files]
    with contextlib.redirect_stdout(sys.stderr) if json_ else contextlib.nullcontext():
        if backend == "real":
            from alertable.real_arm import run_real  # only where it is asked for

            execution = run_real(programs)
        else:
            execution = alertable.run(*programs, schedule=schedule, seed=seed, **options)
    sys.stdout.flush()
    show(execution, files, backend, trace, json_, options)
    return OK if execution.ok else VIOLATED


def show(
    execution: Execution, files: tuple[str, ...], backend: str, trace: str | None, json_: bool, options: dict[str, Any]
) -> None:
    """Print the result; write or print the trace."""
    if trace not in (None, "-"):
        write_trace(execution, Path(trace))
    if json_:
        echo(as_json(execution, files, backend, trace=trace == "-"))
        return
    if trace == "-":
        echo(table(execution.trace, width(), shown))
    echo(result_line(execution))
    if backend == "sim":
        echo(replay_line(files, execution, options))
