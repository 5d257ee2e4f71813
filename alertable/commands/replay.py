"""`alertable replay`: one schedule again, exactly."""

from __future__ import annotations

import sys
from typing import Any

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.run import show
from alertable.commands.wanted import Wanted, naming, prints_to_stderr, wanted
from alertable.terminal import OK, VIOLATED, echo


@click.command("replay")
@naming
@click.option("--trace", metavar="FILE|-", help="Write the trace: a table, JSON Lines for FILE.jsonl, - for the terminal.")
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout; the programs' prints go to stderr.")
def replay_command(**given: Any) -> None:  # noqa: ANN401 - what click passes
    """Follow a schedule exactly; exit code 4 names the step where the program no longer does."""

    def action() -> int:
        json_, trace = given.pop("json_"), given.pop("trace")
        return _whole(wanted(given), trace, json_)

    sys.exit(guarded(action))


def _whole(what: Wanted, trace: str | None, json_: bool) -> int:
    """To its end."""
    programs = what.programs()
    with prints_to_stderr(json_), what.explaining_divergence():
        execution = alertable.replay(*programs, schedule=what.schedule, **what.options)
    show(execution, what.files, "sim", trace, json_, what.options)
    if not json_:
        for line in what.now(execution):
            echo(line)
    return OK if execution.ok else VIOLATED
