"""A way through a state graph, executed once more and traced: what each step is, and where everybody stands after it."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.choice import ChoiceKind
from alertable.kernel_model.ke.structures import ThreadState
from alertable.sim.memory.swap import swapped
from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.whereabouts import line_of
from alertable.sim.trace.event import EventKind
from alertable.sim.trace.record import Recorder
from alertable.sim.trace.traced import api_of
from alertable.sim.view.columns import rows_of
from alertable.specs.properties.s12_progress import Advance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.view.columns import Row

    Move = tuple[str, tuple[int, ...]]  # an actor, and the answers of the environment

BETWEEN: Final = "; "  # the threads of a label
BEGINS: Final = "begins"


class Along:
    """The chooser that takes the moves one after the other; after the last it is not asked any more."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self._moves = moves
        self._done = 0
        self._asked = 0  # of the environment, within the step

    def choose(self, point: ChoicePoint, /) -> int:
        if point.kind is ChoiceKind.OUTCOME:
            answers = self._moves[self._done - 1][1]
            self._asked += 1
            return answers[self._asked - 1] if self._asked <= len(answers) else 0
        actor = self._moves[self._done][0]
        if actor not in point.options:
            raise ReplayDivergence(point.step, actor, point.options)
        self._done += 1
        self._asked = 0
        return point.options.index(actor)


@dataclass(slots=True)
class Followed:
    """labels: where everybody stood, before the first step and after each (the last states may lack); log: as a machine keeps it.

    rows: of the trace, by step.  places: in memory, at which accesses are steps.  advances: steps that got something done, as S12
    has it; completions: steps in which an operation was completed.
    """

    moves: Sequence[Move]
    labels: list[str] = field(default_factory=list)
    rows: dict[int, list[Row]] = field(default_factory=dict)
    advances: frozenset[int] = frozenset()
    completions: frozenset[int] = frozenset()
    log: list[Any] = field(default_factory=list)
    places: Sequence[str] = ()
    results: list[Any] | None = None  # of the programs, if they have returned

    def what(self, step: int) -> str:
        """A step (the first is 1) in few words: the call and its result, or what the environment did."""
        actor = self.moves[step - 1][0]
        rows = self.rows.get(step, [])
        own = [row.text for row in rows if row.thread == actor and row.text]
        told = own or [text for row in rows for text in row.kernel]
        if told:
            return BETWEEN.join(told)
        return "goes on" if any(before == actor for before, _ in self.moves[: step - 1]) else BEGINS

    def words(self, first: int, last: int) -> list[tuple[str, int]]:
        """The schedule of the steps from one to another, as pairs that `render` takes."""
        pairs: list[tuple[str, int]] = []
        step = 0
        for label in self.log[::2]:
            is_outcome = label.startswith("!")
            step += not is_outcome
            if first <= step <= last:
                pairs.append((label, 0 if is_outcome else 1))
        return pairs


class Heard(Advance):
    """The steps that were progress."""

    id = "progress"

    def __init__(self) -> None:
        self.steps: list[int] = []

    def fresh(self) -> Heard:
        return self

    def advance(self) -> None:
        self.steps.append(self.step_now())


def followed(programs: Sequence[Program], settings: Settings, moves: Sequence[Move]) -> Followed:
    """Execute the moves; ReplayDivergence where they do not fit."""
    told = Followed(moves)
    recorder = Recorder()
    heard = Heard()
    settings = replace(settings, max_steps=max(1, len(moves)), specs=(*settings.specs, heard))
    machine = settings.machine(chooser=Along(moves), recorder=recorder)
    machine.to_the_end = True  # steps that come after the programs have ended are steps of the graph, too
    hear, machine.log = machine.on_step, told.log

    def on_step() -> None:
        if hear is not None:
            hear()
        told.labels.append(standing(machine))

    machine.on_step = on_step
    with redirect_stdout(io.StringIO()), swapped(programs, precise=settings.precise):
        results = execute(programs, machine, api_of(machine))
    told.advances, told.completions = frozenset(heard.steps), frozenset(
        event.step for event in recorder.events if event.kind is EventKind.IRP_COMPLETED
    )
    for row in rows_of(recorder.events, fold=False):
        told.rows.setdefault(row.step, []).append(row)
    told.places = tuple(machine.memory.words) if machine.memory is not None else ()
    told.results = results if machine.finished and machine.violation is None else None
    return told


def standing(machine: Machine) -> str:
    """Where each thread is in its program."""
    return BETWEEN.join(f"{t.label} {_place(machine, t)}" for t in machine.kernel.threads)


def _place(machine: Machine, t: KThread) -> str:
    if t.terminated:
        return "has ended"
    if t.routine_over:
        return "ends"
    place = line_of(t)
    if not place:
        return BEGINS
    return f"waits at {place}" if t.state is ThreadState.WAITING else place
