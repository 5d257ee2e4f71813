"""Exhaustive depth-first search: every interleaving, one by one.  The yardstick that the reduction is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel_model.ps.thread import KThread
from sim.explore.dpor import Dpor
from sim.explore.wakeup import Branch, Step

if TYPE_CHECKING:
    from sim.runtime.machine import Machine
    from sim.win32.api import SimWinApi


class Exhaustive(Dpor):
    """Counts the distinct happens-before traces on the way.

    preemptions: how often a thread that could go on may be interrupted by another; None: without a bound.
    """

    def __init__(self, *, shared_memory: bool = True, preemptions: int | None = None) -> None:
        super().__init__(shared_memory=shared_memory)
        self.preemptions = preemptions
        self.traces: set[Any] = set()
        self._spent = 0
        self._before: str | None = None

    def begin(self, machine: Machine, api: SimWinApi) -> None:
        super().begin(machine, api)
        self._spent, self._before = 0, None

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        if self.preemptions is None:
            return self._choose_next(machine, None)
        running = next((t for t in machine.kernel.ready if t.label == self._before and not t.yielding), None)
        actor = self._choose_next(machine, running if self._spent >= self.preemptions else None)
        if running is not None and type(actor) is KThread and actor is not running:
            self._spent += 1  # environment actors may come between at any time
        if type(actor) is KThread:
            self._before = actor.label
        return actor

    def _choose_next(self, machine: Machine, only: KThread | None) -> Any:  # noqa: ANN401 - as in Dpor
        depth = self._depth
        if depth < len(self.path.moves) or self.trees[depth]:
            return super()._next(machine)
        self._planned = ()
        options = self._enabled(machine)
        if only is not None:
            options = [option for option in options if type(option) is not KThread or option is only]
        self.trees[depth] = [Branch(Step(option.label, -1, (), ())) for option in options[1:]]
        return options[0] if options else None

    def _reverse_races(self) -> None:
        path = self.path
        path.analyse(())
        names = [(move.actor, move.ordinal, move.outcomes) for move in path.moves]
        self.traces.add(
            frozenset((names[i], frozenset(names[j] for j in range(i) if mask >> j & 1)) for i, mask in enumerate(path.past))
        )
