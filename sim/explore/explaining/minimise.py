"""Smaller counterexamples: fewest context switches, then fewest steps, then the shortest text.

A schedule is tried with parts of it left out, or with the words of one actor moved together; what is not possible any more is
skipped, and past the end the default goes on.  A smaller run counts if it breaks the same law.
Greedy in the manner of delta debugging: a local minimum, within a budget of steps, so that it is the same every time as long as
nobody is in a hurry.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.choice import ChoiceKind
from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.passing import speaks_to_the_runner
from alertable.sim.runtime.schedule import Place, parse, render
from alertable.sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.sim.explore.explaining.budget import Budget
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.outcome import Violation
    from alertable.sim.runtime.settings import Settings

    Moves = list[tuple[str, int]]

WHOLE: Final = 1 << 30  # as long as it can


@dataclass(frozen=True, slots=True)
class Deviation:
    """A choice that is not the default: at this step `actor` moved although it would have been the turn of `before`."""

    step: int
    actor: str
    before: str


class Loose:
    """Follow a schedule where that is possible: a word that is not is skipped, past the end the default is taken.

    without: a choice that is taken back: there the default is taken, whatever the schedule says.
    """

    __slots__ = ("_place", "_without", "deviations")

    def __init__(self, moves: Moves, without: Deviation | None = None) -> None:
        self._place = Place(moves)
        self._without = without
        self.deviations: list[Deviation] = []

    def choose(self, point: ChoicePoint, /) -> int:
        asked = point.kind is ChoiceKind.OUTCOME
        picked = self._place.answer(point.options) if asked else self._transition(point)
        if picked:
            deviation = Deviation(point.step, point.options[picked], point.options[0])
            if deviation == self._without:
                return 0
            self.deviations.append(deviation)
        return picked

    def _transition(self, point: ChoicePoint) -> int:
        place = self._place
        while (label := place.label) is not None:
            if label in point.options:
                place.step()
                return point.options.index(label)
            place.advance()
        return 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One execution under a loose schedule: what it broke, what it did, and how long a person takes to read it."""

    violation: Violation | None
    complete: bool  # it ended by itself; else it went where the model has nothing to say
    moves: Moves
    steps: int
    cost: tuple[int, int, int]
    deviations: tuple[Deviation, ...]


def attempt(programs: Sequence[Program], moves: Moves, settings: Settings, without: Deviation | None = None) -> Attempt:
    """Run it."""
    return followed(programs, Loose(moves, without), settings)


def followed(programs: Sequence[Program], chooser: Loose, settings: Settings) -> Attempt:
    """One execution with this chooser."""
    machine = settings.machine(chooser=chooser)
    violation, complete = None, False
    try:
        execute(programs, machine, api_of(machine))
        violation, complete = machine.violation, True
    except BaseException as error:
        if not isinstance(error, NotModelled) and not speaks_to_the_runner(error):
            raise  # what is left is not the same violation, and not a run that keeps the law
    done = parse(render(machine.moves()))
    threads = {t.label for t in machine.kernel.threads}
    order = [label for label, _ in done if label in threads]
    switches = sum(a != b for a, b in pairwise(order))
    return Attempt(violation, complete, done, machine.steps, (switches, machine.steps, len(done)), tuple(chooser.deviations))


def minimise(programs: Sequence[Program], violation: Violation, settings: Settings, budget: Budget) -> Attempt | None:
    """The smallest execution that was found to break the same law; None if not even the schedule itself does."""
    best = attempt(programs, parse(violation.schedule), settings)
    if best.violation is None or best.violation.id != violation.id:
        return None
    budget.spend(best.steps)
    improved = True
    while improved and not budget.over:
        improved = False
        for candidate in _smaller(best.moves):
            tried = attempt(programs, candidate, settings)
            budget.spend(tried.steps)
            if tried.violation is not None and tried.violation.id == violation.id and tried.cost < best.cost:
                best, improved = tried, True
                break
            if budget.over:
                break
    return best


def _smaller(moves: Moves) -> Iterator[Moves]:
    """Schedules with less in them, the boldest first."""
    yield []
    size = len(moves) // 2
    while size:
        for start in range(0, len(moves), size):
            yield moves[:start] + moves[start + size :]
        size //= 2
    for i, (label, count) in enumerate(moves):
        if not count:
            continue
        yield [*moves[:i], (label, WHOLE), *moves[i + 1 :]]
        later = next((j for j in range(i + 1, len(moves)) if moves[j][0] == label), None)
        if later is not None:
            yield [*moves[:i], (label, count + moves[later][1]), *moves[i + 1 : later], *moves[later + 1 :]]
            yield [*moves[:i], *moves[i + 1 : later], (label, count + moves[later][1]), *moves[later + 1 :]]


def necessary(programs: Sequence[Program], best: Attempt, settings: Settings, budget: Budget) -> list[Deviation]:
    """The choices without which the run does not break that law: each is taken back alone, the first ones first."""
    assert best.violation is not None
    found = []
    for deviation in best.deviations:
        if budget.over:
            break
        tried = attempt(programs, best.moves, settings, deviation)
        budget.spend(tried.steps)
        if tried.complete and (tried.violation is None or tried.violation.id != best.violation.id):
            found.append(deviation)
    return found
