"""Exhaustive depth-first search: every interleaving, one by one.  The yardstick that the reduction is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.structures import KThread
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.wakeup import Branch
from alertable.sim.explore.relation.step import Step

if TYPE_CHECKING:
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.win32.api import SimWinApi


class Exhaustive(Dpor):
    """Counts the distinct happens-before traces on the way.

    preemptions: how often a thread that could go on may be interrupted by another; None: without a bound.
    delays: how many threads may be passed over in all: the one that ran last is first, then those created after it, in a circle
    (Emmi, Qadeer, Rakamaric, "Delay-bounded scheduling", POPL 2011).  Environment actors may come between at any time.
    """

    def __init__(self, *, shared_memory: bool = True, preemptions: int | None = None, delays: int | None = None) -> None:
        super().__init__(shared_memory=shared_memory)
        self.preemptions = preemptions
        self.delays = delays
        self._bound = preemptions if delays is None else delays
        self.traces: set[Any] = set()
        self._spent = 0
        self._before: KThread | None = None

    def begin(self, machine: Machine, api: SimWinApi) -> None:
        super().begin(machine, api)
        self._spent, self._before = 0, None

    def _replayed(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        if self._bound is None:
            return super()._replayed(machine)
        queue = self._queue(machine)
        return self._paid(super()._replayed(machine), queue)

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        if self._bound is None:
            return self._choose_next(machine, None)
        queue = self._queue(machine)
        left = self._bound - self._spent
        allowed = [t for place, t in enumerate(queue) if self._price(queue, place) <= left]
        return self._paid(self._choose_next(machine, allowed), queue)

    def _paid(self, actor: Any, queue: list[KThread]) -> Any:  # noqa: ANN401 - as in Dpor
        """The actor, after counting what passing over the others costs."""
        if type(actor) is KThread:
            if actor in queue:
                self._spent += self._price(queue, queue.index(actor))
            self._before = actor
        return actor

    def _queue(self, machine: Machine) -> list[KThread]:
        """The threads that could move, in the order in which it is their turn."""
        threads = [option for option in self._enabled(machine) if type(option) is KThread]
        first = self._before.ordinal if self._before is not None else 0
        return sorted(threads, key=lambda t: (t.ordinal < first, t.ordinal))

    def _price(self, queue: list[KThread], place: int) -> int:
        if self.delays is not None:
            return place
        return int(place > 0 and queue[0] is self._before and not queue[0].yielding)

    def _choose_next(self, machine: Machine, allowed: list[KThread] | None) -> Any:  # noqa: ANN401 - as in Dpor
        depth = self._depth
        if self.trees[depth]:
            return super()._next(machine)
        self._planned = ()
        options = self._enabled(machine)
        if allowed is not None:
            options = [option for option in options if type(option) is not KThread or option in allowed]
        self.trees[depth] = [Branch(Step(option.label, -1)) for option in options[1:]]
        return options[0] if options else None

    def _explored(self, depth: int, step: Step) -> None:
        """Nobody goes to sleep."""

    def _reverse_races(self) -> None:
        path = self.path
        path.analyse(())
        names = [(move.actor, move.ordinal, move.outcomes) for move in path.moves]
        self.traces.add(
            frozenset((names[i], frozenset(names[j] for j in range(i) if mask >> j & 1)) for i, mask in enumerate(path.past))
        )
