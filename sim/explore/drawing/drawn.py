"""hypothesis: the interleaving is drawn like any other input, so it is shrunk, explained and reported with them.

What is drawn is where to depart from the default schedule: the numbers of the open questions that get another than the usual
answer, and which.  So each departure costs the same, shrinking removes departures before it makes anything smaller, and what is
removed leaves the others where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import event, note, target

from alertable.sim.explore.drawing import conjecture
from alertable.sim.explore.drawing.extent import PREEMPTIONS, STEPS, extent_of
from alertable.sim.runtime.schedule import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.trace.event import Event

    Schedules = SearchStrategy["DrawnSchedule"]

FARTHEST: Final = 10_000  # the last question that may get another answer
OTHERS: Final = 1 << 16  # numbers that say which other answer


def _habit(distance: int, departures: int) -> tuple[float, Mapping[int, float]]:
    """Chances of no further departure, and of one so many questions later; a rest is left for what is much farther."""
    stop = 1 / departures
    rest = 0.02 if distance > 1 else 0.005
    ratio = distance / (distance + 1)
    parts = {n: ratio**n for n in range(1, 4 * distance + 1)}
    whole = sum(parts.values())
    return stop, {n: (1 - stop - rest) * part / whole for n, part in parts.items()}


# From departures at nearly every question to few that are far from each other: bugs want the one or the other.
HABITS: Final = (_habit(1, 40), _habit(1, 12), _habit(3, 15), _habit(8, 6))
# Of the first departure, before there is a habit.
FIRST: Final = {
    0: 0.01, **{n: sum(later.get(n, 0.0) for _, later in HABITS) / len(HABITS) for n in HABITS[-1][1]},
}  # fmt: skip


class DrawnSchedule:
    """A chooser that departs from the default where the plan says so; after the run it is the schedule that was followed.

    plan: for the numbers of questions, counted from 1, a number that picks one of the other answers.
    """

    def __init__(self, plan: Mapping[int, int], *, steer: bool = False) -> None:
        self.steer = steer
        self.text = ""
        self._plan = plan
        self._asked = 0
        self.number, self._told = conjecture.case().add(self)

    def choose(self, point: ChoicePoint, /) -> int:
        """The usual answer, or another where the plan departs; where there is one answer nothing is asked."""
        others = len(point.options) - 1
        if not others:
            return 0
        self._asked += 1
        other = self._plan.get(self._asked)
        return 0 if other is None else 1 + other % others

    def __repr__(self) -> str:
        text = self.text or self._told
        return repr(text) if text else f"<schedule {self.number}, not run yet>"

    def executed(self, machine: Machine, trace: Sequence[Event]) -> None:
        """After the execution, however it ended: what it was, for the report, the statistics and the rows of observability."""
        shown, self.text = repr(self), render(machine.moves())
        if not conjecture.running():
            return
        extent = extent_of(trace)
        label = f"schedule {self.number}"
        if not self._told:
            note(f"{label}: {self.text!r}")
        elif self._told != self.text:
            note(f"The program is not deterministic: the same choices gave {self._told!r} before, now {self.text!r}.")
        if conjecture.observed():
            conjecture.fill_in(shown, self.text, label)
        _tell(extent, machine, "" if self.number == 1 else f" of {label}")
        if self.steer:
            steer(extent)


def _tell(extent: Mapping[str, int], machine: Machine, whose: str) -> None:
    """Lines of the statistics, features of the row."""
    if machine.violation is not None:
        event(f"violation{whose}", machine.violation.id)
    elif machine.failure is not None:
        event(f"ended by{whose}", type(machine.failure).__name__)
    if not conjecture.observed():
        event(PREEMPTIONS + whose, _about(extent[PREEMPTIONS]))
        return
    for name, value in {STEPS: machine.steps, **extent}.items():
        event(name + whose, value)


def _about(count: int) -> str:
    """Few lines of statistics: small numbers as they are, others by powers of two."""
    if count < 4:
        return str(count)
    power = count.bit_length() - 1
    return f"{1 << power} to {(2 << power) - 1}"


def steer(extent: Mapping[str, int], label: str = "") -> None:
    """Have hypothesis look for test cases that get farther; label: of one among several in a test."""
    for name, value in extent.items():
        target(float(value), label=f"{name} {label}".rstrip())


def schedules(*, steer: bool = False) -> Schedules:
    """A strategy: pass what it draws as `schedule=` to a run.

    steer: guide the search as `alertable.target` does; for one schedule per test.
    """
    return conjecture.Strategy(lambda numbers: DrawnSchedule(_plan(numbers), steer=steer), "alertable.schedules()")


def _plan(numbers: conjecture.Numbers) -> Mapping[int, int]:
    """It ends where question 0 is drawn, which is the simplest: no departures are the default schedule."""
    plan: dict[int, int] = {}
    stop, later = HABITS[0]
    at = numbers.weighted(FARTHEST, FIRST)
    while at:
        other = numbers.number(OTHERS - 1)
        if not plan:
            stop, later = HABITS[(other >> 8) % len(HABITS)]  # of a part that says little about the answer: it costs no choice
        plan[at] = other
        at = numbers.weighted(FARTHEST, {0: stop, **{at + n: part for n, part in later.items() if at + n <= FARTHEST}})
    return plan
