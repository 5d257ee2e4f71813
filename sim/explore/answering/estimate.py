"""How much of a search is done: an estimate of the whole, and how far it can be trusted.

Each branch of a node counts for an equal part of it; what is behind the branches that are finished is the share that is done
(the weighted backtrack estimator of Kilby, Slaney, Thiebaux, Walsh, "Estimating search tree size", AAAI 2006).  A reduction
finds branches while it goes on, so its estimates begin too low: they are for "so many or more".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from alertable.sim.explore.algorithms.dpor import Dpor

GROWTH: Final = 1.25  # between the executions at which an estimate is remembered


class Whole(NamedTuple):
    """executions in all, as far as one can see; error: how much of that it has moved by since the search was half as far."""

    executions: int
    error: float


class Estimator:
    """Told of every execution, it remembers a few of its estimates."""

    def __init__(self, strategy: Dpor) -> None:
        self._strategy = strategy
        self._next = 1.0
        self._said: list[tuple[int, float]] = []  # (executions, estimate)

    def note(self, executions: int) -> None:
        """After an execution."""
        if executions >= self._next:
            self._next = executions * GROWTH
            estimate = self._now(executions)
            if estimate is not None:
                self._said.append((executions, estimate))

    def whole(self, executions: int) -> Whole | None:
        """None while there is nothing to go by."""
        now = self._now(executions)
        before = [estimate for count, estimate in self._said if 2 * count <= executions]
        if now is None or not before:
            return None
        return Whole(round(now), abs(now - before[-1]) / now)

    def _now(self, executions: int) -> float | None:
        share = self._strategy.share()
        return max(executions / share, executions) if share and executions else None
