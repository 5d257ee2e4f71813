"""`alertable replay`: one schedule again, exactly; what stands after one of its steps, and what else may come of it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import click

import alertable
from alertable.as_test import as_test
from alertable.commands.guard import guarded
from alertable.commands.run import show
from alertable.commands.wanted import Wanted, naming, prints_to_stderr, wanted
from alertable.report import law_lines, replay_words
from alertable.sim.explore.explaining.standing import all_after, random_after, stand_after
from alertable.sim.runtime.canonical import text
from alertable.sim.runtime.settings import Settings
from alertable.sim.view.columns import lines_of, rows_of, table
from alertable.sim.view.sources import Sources
from alertable.sim.view.state import state_lines
from alertable.terminal import OK, VIOLATED, echo, quiet, shown, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.sim import Execution, Violation
    from alertable.sim.explore.explaining.standing import Continued

THEN: Final = ("random", "dpor", "states")
MOST: Final = 10_000
LAST_ROWS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """The options of `alertable replay`."""

    to: int | None
    then: str | None
    seed: int
    max_executions: int
    test: bool
    trace: str | None
    json: bool


@click.command("replay")
@naming
@click.option("--to", type=click.IntRange(min=0), metavar="STEP", help="Show what stands after this step, and stop.")
@click.option("--then", type=click.Choice(THEN), help="Go on after STEP: one random way (--seed), or every way (dpor).")
@click.option("--seed", type=int, default=0, metavar="N", help="Of the random way.")
@click.option("--max-executions", type=click.IntRange(min=1), default=MOST, show_default=True, metavar="N", help="Of every way.")
@click.option("--as-test", "test", is_flag=True, help="Print a test file that fails as long as the schedule breaks a law.")
@click.option("--trace", metavar="FILE|-", help="Write the trace: a table, JSON Lines for FILE.jsonl, - for the terminal.")
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout; the programs' prints go to stderr.")
def replay_command(**given: Any) -> None:  # noqa: ANN401 - what click passes
    """Follow a schedule exactly; exit code 4 names the step where the program no longer does."""

    def action() -> int:
        names = ("to", "then", "seed", "max_executions", "test", "trace")
        how = How(**{name: given.pop(name) for name in names}, json=given.pop("json_"))
        _makes_sense(how)
        what = wanted(given)
        with what.explaining_divergence():
            return _done(what, how)

    sys.exit(guarded(action))


def _makes_sense(how: How) -> None:
    if how.then == "states":
        raise ValueError("--then states: there is no search of states yet; --then dpor tries every way from there")
    if how.test and (how.to is not None or how.then is not None or how.json or how.trace is not None):
        raise ValueError("--as-test prints a test of the whole schedule: it takes no --to, --then, --trace or --json")
    if how.trace is not None and how.then == "dpor":
        raise ValueError("--then dpor runs many executions: --trace is for one; replay a schedule that it shows")


def _done(what: Wanted, how: How) -> int:
    if how.then == "dpor":
        return _every_way(what, how)
    if how.then == "random":
        return _random_way(what, how)
    if how.to is not None:
        return _standing(what, how, how.to)
    return _whole(what, how)


def _whole(what: Wanted, how: How) -> int:
    """To its end."""
    programs = what.programs()
    with prints_to_stderr(how.json or how.test):
        execution = alertable.replay(*programs, schedule=what.schedule, **what.options)
    if how.test:
        print(as_test(what.from_root(), execution, what.options, repr(execution.outcome)), end="")  # code has no translation
        return OK
    show(execution, what.files, "sim", how.trace, how.json, what.options)
    if not how.json:
        for line in what.now(execution):
            echo(line)
        if execution.violation is not None:
            echo("\n".join(_before(what, execution, execution.violation.step - 1)))
    return OK if execution.ok else VIOLATED


def _before(what: Wanted, execution: Execution, step: int) -> Iterator[str]:
    """How it came to the violation: the last rows, and what stood before the step that broke the law."""
    yield ""
    rows = rows_of(execution.trace)
    yield "all steps:" if len(rows) <= LAST_ROWS else f"the last {LAST_ROWS} of {len(rows)} rows (--trace - shows all):"
    yield from lines_of(rows[-LAST_ROWS:], width(), shown)
    yield ""
    programs = what.programs()
    try:
        with quiet():  # it was printed already
            reached = stand_after(programs, execution.schedule, Settings(**what.options), step)
    except alertable.ScheduleError:  # where the environment alone moved on, nobody stands anywhere
        return
    yield from map(shown, state_lines(reached.state, Sources(programs)))
    yield f"step by step: {what.command('replay', '--to', str(step))}"


def _standing(what: Wanted, how: How, step: int) -> int:
    """What stands after a step."""
    programs = what.programs()
    with prints_to_stderr(how.json):
        reached = stand_after(programs, what.text(), Settings(**what.options), step)
    if how.json:
        echo(json.dumps(asdict(reached.state), ensure_ascii=True))
        return OK
    if how.trace == "-":
        echo(table(reached.trace, width(), shown))
    for line in state_lines(reached.state, Sources(programs)):
        echo(shown(line))
    echo(f"from here: {what.command('replay', '--to', str(step), '--then', 'dpor')}")
    return OK


def _behind(what: Wanted, how: How) -> int:
    """The step to go on after: what was said, else the last one of the schedule."""
    return how.to if how.to is not None else what.steps()


def _random_way(what: Wanted, how: How) -> int:
    programs = what.programs()
    with prints_to_stderr(how.json):
        execution = random_after(programs, what.text(), Settings(**what.options), _behind(what, how), how.seed)
    show(execution, what.files, "sim", how.trace, how.json, what.options)
    return OK if execution.ok else VIOLATED


def _every_way(what: Wanted, how: How) -> int:
    programs, step = what.programs(), _behind(what, how)
    with quiet():
        found = all_after(programs, what.text(), Settings(**what.options), step, how.max_executions)
    echo(_json(found, step) if how.json else "\n".join(_ways(what, found, step)))
    return VIOLATED if found.tally.violations else OK


def _ways(what: Wanted, found: Continued, step: int) -> Iterator[str]:
    """What came of a step, for people."""
    tally = found.tally
    counts = f"{len(tally.outcomes)} outcome(s), {len(tally.violations)} violation(s)"
    yield f"after step {step}: {found.strength}, {tally.executions:,} executions, {counts}"
    for reason in found.reasons:
        yield f"  {found.strength}: {reason}"
    for violation in tally.violations.values():
        yield from _one(what, violation)
    for outcome, schedule in tally.outcomes.items():
        yield f"returned {text(outcome)}: {schedule}"


def _one(what: Wanted, violation: Violation) -> Iterator[str]:
    yield ""
    yield from law_lines(violation)
    yield f"replay: {replay_words(what.files, violation, what.options)}"


def _json(found: Continued, step: int) -> str:
    tally = found.tally
    data = {
        "step": step, "executions": tally.executions, "strength": found.strength, "reasons": found.reasons,
        "outcomes": {text(outcome): schedule for outcome, schedule in tally.outcomes.items()},
        "violations": [asdict(violation) for violation in tally.violations.values()],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=True)
