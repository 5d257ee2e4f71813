"""What depended on what in one execution, and the race that made the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel_model.ps.thread import KThread
from sim.explore.dpor import Dpor
from sim.explore.minimise import attempt
from sim.runtime.execution import execute
from sim.trace.record import Recorder
from sim.trace.traced import api_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.explore.budget import Budget
    from sim.explore.minimise import Attempt, Moves
    from sim.runtime.execution import Program
    from sim.runtime.machine import Machine
    from sim.runtime.settings import Settings
    from sim.trace.record import Event


class Following(Dpor):
    """One execution along a list of labels, with footprints; where a label is not possible, the first that is."""

    def __init__(self, moves: Moves, *, shared_memory: bool = True) -> None:
        super().__init__(shared_memory=shared_memory)
        self._labels = [label for label, count in moves for _ in range(count)]
        self._outcomes = [label for label, count in moves if not count]
        self.steps: list[int] = []  # of each move, the machine's count

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        options = self._enabled(machine)
        if not options:
            return None
        self.steps.append(machine.steps + 1)
        wanted = self._labels[self._depth] if self._depth < len(self._labels) else None
        return next((option for option in options if option.label == wanted), self._usual(options, machine))

    def _usual(self, options: list[Any], machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        """Near the default: the thread that ran, then the environment."""
        before = self.path.moves[-1].actor if self.path.moves else ""
        running = next((option for option in options if option.label == before and type(option) is KThread), None)
        return running or next((option for option in options if type(option) is not KThread), options[0])

    def ask(self, machine: Machine, options: tuple[str, ...]) -> int:
        picked = 0
        if self._outcomes and self._outcomes[0] in options:
            picked = options.index(self._outcomes.pop(0))
        self._answers.append(picked)
        self._counts.append(len(options))
        return picked


@dataclass(frozen=True, slots=True)
class Anatomy:
    """An execution taken apart.

    trace: its events; past: per move, the moves that happen before it (bit masks, itself included); steps: of each move;
    races: pairs of moves that could be the other way round.
    """

    trace: tuple[Event, ...]
    labels: tuple[str, ...]
    past: tuple[int, ...]
    steps: tuple[int, ...]
    races: tuple[tuple[int, int], ...]


def dissect(programs: Sequence[Program], moves: Moves, settings: Settings) -> Anatomy:
    """Run along the moves with footprints and a recorder; races over kernel objects and cells first, then over all memory."""
    recorder = Recorder()
    objects, _ = _follow(programs, Following(moves, shared_memory=False), settings, None)
    memory, explorer = _follow(programs, Following(moves), settings, recorder)
    return Anatomy(
        tuple(recorder.events), tuple(move.actor for move in explorer.path.moves), tuple(explorer.path.past),
        tuple(explorer.steps), tuple(dict.fromkeys([*_latest(objects), *_latest(memory)])),
    )  # fmt: skip


def _follow(
    programs: Sequence[Program], explorer: Following, settings: Settings, recorder: Recorder | None
) -> tuple[list[tuple[int, int]], Following]:
    machine = settings.machine(recorder=recorder)
    api = api_of(machine)
    explorer.begin(machine, api)
    execute(programs, machine, api)
    explorer.close()
    explorer.path.analyse(())
    return [(e, step.place) for e, late in enumerate(explorer.path.races) for step in late], explorer


def _latest(races: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted(races, key=lambda race: (-race[1], -race[0]))


def decisive(
    programs: Sequence[Program], best: Attempt, anatomy: Anatomy, settings: Settings, budget: Budget
) -> tuple[int, int] | None:
    """The first of the races whose reversal, with nothing else changed, makes the run keep the law."""
    assert best.violation is not None
    labels, past = anatomy.labels, anatomy.past
    for e, i in anatomy.races:
        if budget.over:
            break
        rest = [j for j in range(e + 1, len(labels)) if j != i and not past[j] >> e & 1]
        moves = [(labels[j], 1) for j in (*range(e), *[j for j in rest if j < i], i)]
        tried = attempt(programs, moves, settings)
        budget.spend(tried.steps)
        if tried.violation is None:
            return e, i
    return None
