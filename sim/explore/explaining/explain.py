"""From a violation that a search found to a counterexample that a person can read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from alertable.sim.explore.explaining.budget import EXPLAINING, STEPS, Budget
from alertable.sim.explore.explaining.minimise import minimise, necessary
from alertable.sim.explore.explaining.races import NotFollowed, decisive, dissect
from alertable.sim.memory.swap import swapped
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.schedule import at_places, render
from alertable.sim.view.columns import UNBROKEN, lines_of
from alertable.sim.view.story import race_line, story, switch_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.outcome import Violation
    from alertable.sim.runtime.settings import Settings

NO_TIME: Final = "not explained: the time limit left no time for it; `alertable explain` takes its time"
DISSECTING: Final = 12  # a step with its footprint, its event and its races costs as much as so many plain ones


def explained(programs: Sequence[Program], violation: Violation, settings: Settings, budget: Budget | None = None) -> Violation:
    """Minimised, with its story, the switches that it needs and the race that decides; the same where it cannot be repeated.

    Where the budget ends it ends with what it has: not the smallest, or without all that could be said.
    """
    budget = budget or Budget()
    settings = settings.at(violation.schedule)
    with swapped(programs, precise=settings.precise):  # what is watched is there for every attempt
        return _explained(programs, violation, settings, budget)


def _explained(programs: Sequence[Program], violation: Violation, settings: Settings, budget: Budget) -> Violation:
    # What does not end is as long whatever is left out: the default schedule is tried, and little else.
    steps = STEPS if violation.id != "step-bound" else 2 * violation.step
    best = minimise(programs, violation, settings, budget.part(steps, 1 / 2))
    if best is None:
        return replace(violation, note="not explained: followed loosely, its schedule does not lead there")
    assert best.violation is not None
    schedule = render([*at_places(settings.steps_at), *best.moves])
    if not budget.allows(DISSECTING * best.steps):
        return replace(best.violation, schedule=schedule, note=NO_TIME)
    try:
        execution = run(programs, schedule=schedule, settings=settings)
        if execution.violation is None or execution.violation.id != best.violation.id:
            return replace(violation, note="not explained: what is left of it does not lead there again")
        anatomy = dissect(programs, best.moves, execution, settings)
    except (ReplayDivergence, NotFollowed) as error:
        return replace(best.violation, schedule=schedule, note=f"not explained: its causes cannot be followed ({error})")
    switches = necessary(programs, best, settings, budget.part(EXPLAINING, 1 / 2))
    race = decisive(programs, best, anatomy, settings, budget.part(EXPLAINING))
    rows = story(anatomy, switches, race)
    return replace(
        execution.violation, schedule=schedule, story=tuple(lines_of(rows, UNBROKEN)), rows=rows,
        switches=switch_lines(anatomy, switches), race=race_line(anatomy, race),
    )  # fmt: skip
