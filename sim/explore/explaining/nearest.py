"""The nearest passing schedule: the fewest choices that must be taken differently for a failing run to keep the laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.choice import ChoiceKind
from alertable.sim.explore.explaining.minimise import Loose, followed
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.schedule import at_places, parse, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.sim.explore.explaining.budget import Budget
    from alertable.sim.explore.explaining.minimise import Attempt, Moves
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.outcome import Execution, Violation
    from alertable.sim.runtime.settings import Settings

    Pick = tuple[int, bool]  # the option, and whether it goes on

MOST_CHANGES: Final = 3


@dataclass(frozen=True, slots=True)
class Change:
    """At this step `now` moves (or is the answer) instead of `was`; on: and goes on until it waits or ends."""

    step: int
    was: str
    now: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """changes: of the failing schedule, in order; execution: the passing one; failing: the one that it is compared with."""

    changes: tuple[Change, ...]
    execution: Execution
    failing: Execution


@dataclass(frozen=True, slots=True)
class NoneFound:
    """tried: so many schedules; changes: all with so many choices changed were among them, so none of those passes."""

    tried: int
    changes: int


class Changed(Loose):
    """Follow a schedule, but take some choices differently; what does not fit behind them is skipped."""

    __slots__ = ("_changes", "_on", "made")

    def __init__(self, moves: Moves, changes: Mapping[int, Pick]) -> None:
        super().__init__(moves)
        self._changes = changes  # by the number of the choice
        self._on = ""  # who goes on now
        self.made: list[tuple[int, tuple[str, ...], int]] = []  # step, options, picked

    def choose(self, point: ChoicePoint, /) -> int:
        picked = self._pick(point)
        self.made.append((point.step, point.options, picked))
        return picked

    def _pick(self, point: ChoicePoint) -> int:
        option, on = self._changes.get(len(self.made), (-1, False))
        if 0 <= option < len(point.options):
            self._on = point.options[option] if on else ""
            return option
        if self._on and point.kind is ChoiceKind.TRANSITION:
            if self._on == point.options[0]:  # whoever runs and could go on is the first
                return 0
            self._on = ""
        return super().choose(point)


@dataclass(frozen=True, slots=True)
class _Way:
    """A run that fails: its changes (picks: by the number of the choice), what was chosen, and the step where it ended."""

    changes: tuple[Change, ...]
    picks: dict[int, Pick]
    chooser: Changed
    end: int


def nearest_passing(
    programs: Sequence[Program], violation: Violation, settings: Settings, budget: Budget
) -> Nearest | NoneFound:  # fmt: skip
    """By the number of changes, then the latest ones first, so that as much as possible stays as it was.

    The violation's own schedule is what is changed, so it should be minimised before.
    """
    settings = settings.at(violation.schedule)
    moves = parse(violation.schedule)
    base = Changed(moves, {})
    failing = followed(programs, base, settings)
    if failing.violation is None or failing.violation.id != violation.id:
        return NoneFound(0, 0)
    level = [_Way((), {}, base, failing.violation.step)]
    tried = 0
    seen = {tuple(failing.moves)}
    for size in range(1, MOST_CHANGES + 1):
        further: list[_Way] = []
        for way in level:
            for change, picks in _alternatives(way):
                if budget.over:
                    return NoneFound(tried, size - 1)
                chooser = Changed(moves, picks)
                result = followed(programs, chooser, settings)
                budget.spend(result.steps)
                tried += 1
                if tuple(result.moves) in seen:
                    continue
                seen.add(tuple(result.moves))
                changes = (*way.changes, change)
                if result.complete and result.violation is None:
                    passing = _traced(programs, result, settings)
                    if passing is not None:
                        return Nearest(changes, passing, run(programs, schedule=violation.schedule, settings=settings))
                end = result.violation.step if result.violation is not None else result.steps
                further.append(_Way(changes, picks, chooser, end))
        level = further
    return NoneFound(tried, MOST_CHANGES)


def _alternatives(way: _Way) -> Iterator[tuple[Change, dict[int, Pick]]]:
    """Choices behind the last change that could be taken differently, the latest first: for one step, or as far as it goes."""
    for place in range(len(way.chooser.made) - 1, max(way.picks, default=-1), -1):
        step, options, picked = way.chooser.made[place]
        if step > way.end:
            continue
        for on in (False, True):
            for option, label in enumerate(options):
                if option != picked and not (on and label.startswith("!")):
                    yield Change(step, options[picked], label, on), {**way.picks, place: (option, on)}


def _traced(programs: Sequence[Program], result: Attempt, settings: Settings) -> Execution | None:
    """The passing run once more, exactly; None where it does not come again."""
    schedule = render([*at_places(settings.steps_at), *result.moves])
    try:
        execution = run(programs, schedule=schedule, settings=settings)
    except ReplayDivergence:
        return None
    return execution if execution.ok else None
