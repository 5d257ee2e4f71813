"""`alertable explain`: why a schedule ends as it does."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from typing import Any

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.wanted import naming, prints_to_stderr, wanted
from alertable.report import violation_lines
from alertable.sim.runtime.canonical import text
from alertable.terminal import OK, VIOLATED, echo


@click.command("explain")
@naming
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def explain_command(**given: Any) -> None:  # noqa: ANN401 - what click passes
    """Minimise a failing schedule: its story, the switches that it needs, the race that decides."""

    def action() -> int:
        json_ = given.pop("json_")
        what = wanted(given)
        programs = what.programs()
        with prints_to_stderr(True), what.explaining_divergence():
            execution = alertable.replay(*programs, schedule=what.schedule, **what.options)
            violation = execution.violation
            if violation is not None:
                found = replace(violation, schedule=execution.schedule)
                violation = alertable.explain(*programs, violation=found, **what.options)
        if json_:
            echo(json.dumps(None if violation is None else asdict(violation), ensure_ascii=True))
        elif violation is None:
            echo(f"PASS  the schedule breaks nothing; it returned {text(execution.outcome)}")
            for line in what.now(execution):
                echo(line)
        else:
            echo("\n".join(violation_lines(violation, what.files, what.options)))
        return OK if violation is None else VIOLATED

    sys.exit(guarded(action))
