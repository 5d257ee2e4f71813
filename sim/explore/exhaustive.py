"""Exhaustive depth-first search: every interleaving, one by one.  The yardstick that the reduction is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.explore.dpor import Dpor
from sim.explore.wakeup import Branch, Step

if TYPE_CHECKING:
    from sim.runtime.machine import Machine


class Exhaustive(Dpor):
    """Counts the distinct happens-before traces on the way."""

    def __init__(self, *, shared_memory: bool = True) -> None:
        super().__init__(shared_memory=shared_memory)
        self.traces: set[Any] = set()

    def _next(self, machine: Machine) -> Any:  # noqa: ANN401 - as in Dpor
        depth = self._depth
        fresh = depth >= len(self.path.moves) and not self.trees[depth]
        if not fresh:
            return super()._next(machine)
        options = self._enabled(machine)
        self.trees[depth] = [Branch(Step(option.label, -1, (), ())) for option in options[1:]]
        return options[0] if options else None

    def _take_branch(self, depth: int) -> Branch:
        """All alternatives stay in the tree; only the first is taken."""
        return self.trees[depth].pop(0)

    def _reverse_races(self) -> None:
        path = self.path
        path.analyse(())
        names = [(move.actor, move.ordinal) for move in path.moves]
        self.traces.add(
            frozenset((names[i], frozenset(names[j] for j in range(i) if mask >> j & 1)) for i, mask in enumerate(path.past))
        )
