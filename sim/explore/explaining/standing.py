"""An execution as far as a step, and from there on: what stands there, and what else may come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ke.structures import TimerEntry
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.answering.judge import strength_of
from alertable.sim.explore.coordinating.search import Search
from alertable.sim.explore.report import BOUNDED, COMPLETE
from alertable.sim.memory.swap import swapped
from alertable.sim.runtime.execution import execute, printing_to, run
from alertable.sim.runtime.outcome import ReplayDivergence, ScheduleError
from alertable.sim.runtime.random_walk import RandomChooser
from alertable.sim.runtime.refuse import refuse
from alertable.sim.runtime.replay import ReplayChooser
from alertable.sim.runtime.schedule import Place, parse
from alertable.sim.runtime.settings import DEFAULT_MEMORY
from alertable.sim.trace.record import Recorder
from alertable.sim.trace.traced import api_of
from alertable.sim.view.state import State, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.explore.coordinating.search import Tally
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.runtime.outcome import Execution
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.trace.event import Event

LIMITED: Final = "it was limited to {} executions"
COARSE: Final = "further accesses that nothing orders were found: within them threads did not change places"


@dataclass(frozen=True, slots=True)
class Reached:
    """state: what stands after the step, and the trace up to there."""

    state: State
    trace: tuple[Event, ...]


def stand_after(programs: Sequence[Program], schedule: str, settings: Settings, step: int) -> Reached:
    """Follow a schedule as far as a step.  ScheduleError where the execution is over before."""
    refuse(programs)
    recorder = Recorder()
    settings = settings.at(schedule)
    chooser = ReplayChooser(parse(schedule))
    machine = settings.machine(chooser=chooser, recorder=recorder)
    api = api_of(machine)
    reached: list[State] = []
    further = machine.on_step

    def look() -> None:
        if further is not None:
            further()
        if machine.steps >= step and not reached:
            reached.append(state_of(machine, api, chooser.follows))
            machine.max_steps = machine.steps  # it ends here

    machine.on_step = look
    with printing_to(recorder), swapped(programs, precise=settings.precise):
        execute(programs, machine, api)
    if reached and reached[0].step == step:
        return Reached(reached[0], tuple(event for event in recorder.events if event.step <= step))
    violation = machine.violation if not reached else None
    end = violation.step if violation is not None else machine.steps
    why = f"with {violation.id} " if violation is not None else ""
    says = f"the execution ends {why}in step {end}; {end - 1} is the last to ask for"
    raise ScheduleError(f"nothing stands after step {step}: {says}")


class Then:
    """A schedule as far as a step, and another chooser from there."""

    def __init__(self, moves: list[tuple[str, int]], step: int, then: RandomChooser) -> None:
        self._first = ReplayChooser(moves)
        self._step = step
        self._then = then

    def choose(self, point: ChoicePoint, /) -> int:
        return (self._first if point.step <= self._step else self._then).choose(point)


def random_after(programs: Sequence[Program], schedule: str, settings: Settings, step: int, seed: int) -> Execution:
    """One execution with random choices behind a step."""
    chooser = Then(parse(schedule), step, RandomChooser(seed))
    return run(programs, schedule=chooser, settings=settings.at(schedule))


class After(Dpor):
    """DPOR of what may come behind a step; the steps up to it are as the schedule has them: no race with them is reversed."""

    def __init__(self, moves: list[tuple[str, int]], step: int, *, shared_memory: bool) -> None:
        super().__init__(shared_memory=shared_memory, thorough=True)
        self._words = Place(moves)  # it is read once: later executions follow the path
        self._step = step
        self._fixed = 0  # so many moves of the path

    def goes_on(self, machine: Machine, t: KThread) -> bool:
        """Up to the step the schedule says who."""
        return (self._depth < self.path.known or machine.steps >= self._step) and super().goes_on(machine, t)

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        if machine.steps >= self._step:
            return super()._next(machine)
        options = machine.options(None)
        label = self._words.label
        actor = next((option for option in options if option.label == label), None)
        if actor is None:
            machine.failure = ReplayDivergence(machine.steps + 1, label or "the end", tuple(option.label for option in options))
            raise machine.failure
        self._words.step()
        self._fixed = self._depth + 1
        k = machine.kernel
        if type(actor) is TimerEntry and not k.free_clock and actor.due_100ns > k.now_100ns:
            k.now_100ns = actor.due_100ns
            self._time_passed = True
        return actor

    def ask(self, machine: Machine, options: tuple[str, ...]) -> int:
        if self._depth < self.path.known or self._depth >= self._fixed:
            return super().ask(machine, options)
        picked = self._words.answer(options)
        self._answers.append(picked)
        self._counts.append(len(options))
        return picked

    def _note_alternatives(self, depth: int, move: Any) -> None:  # noqa: ANN401 - as in Dpor
        if depth >= self._fixed:
            super()._note_alternatives(depth, move)

    def _insert(self, e: int, sequence: list[Any], mask: int) -> None:
        if e >= self._fixed:
            super()._insert(e, sequence, mask)


class _Behind(Search):
    """A search whose steps stay what they are: another granularity would make other steps of the ones before."""

    def _refine(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Continued:
    """What came of a step; strength: how much was seen, as the verdict of a check that finds nothing; reasons: what limits it."""

    tally: Tally
    strength: str
    reasons: tuple[str, ...]


def all_after(programs: Sequence[Program], schedule: str, settings: Settings, step: int, most: int) -> Continued:
    """Every continuation behind a step, each behaviour once, up to so many executions."""
    refuse(programs)
    settings = replace(settings.at(schedule), memory=DEFAULT_MEMORY)
    strategy = After(parse(schedule), step, shared_memory=settings.memory == "shared")
    search = _Behind(programs, strategy, settings)
    with swapped(programs, precise=settings.precise) as exchange:
        if exchange.without:
            strategy.footprint.memory = True
        stopped = search.run(lambda: LIMITED.format(most) if search.tally.executions >= most else "")
    tally = search.tally
    strength, reasons = strength_of(
        strategy, stopped, settings.max_steps, unnamed_locks=tally.unnamed_locks, looked=tally.looked
    )  # fmt: skip
    if set(tally.raced) - set(settings.steps_at):
        strength, reasons = (BOUNDED if strength == COMPLETE else strength), (*reasons, COARSE)
    return Continued(tally, strength, reasons)
