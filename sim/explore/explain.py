"""From a violation that a search found to a counterexample that a person can read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.explore.minimise import minimise, necessary
from sim.explore.races import decisive, dissect
from sim.runtime.schedule import render
from sim.view.story import race_line, story, switch_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.runtime.execution import Program
    from sim.runtime.outcome import Violation
    from sim.runtime.settings import Settings


def explained(programs: Sequence[Program], violation: Violation, settings: Settings) -> Violation:
    """Minimised, with its story, the switches that it needs and the race that decides; the same where it cannot be repeated."""
    best = minimise(programs, violation, settings)
    if best is None:
        return violation
    assert best.violation is not None
    switches = necessary(programs, best, settings)
    anatomy = dissect(programs, best.moves, settings)
    race = decisive(programs, best, anatomy, settings)
    return replace(
        best.violation, schedule=render(best.moves), story=story(anatomy, switches, race),
        switches=switch_lines(anatomy, switches), race=race_line(anatomy, race),
    )  # fmt: skip
