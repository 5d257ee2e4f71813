"""Replay: follow a schedule by label; past its end, take the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel_model.choice import ChoiceKind
from sim.runtime.outcome import ReplayDivergence

if TYPE_CHECKING:
    from kernel_model.choice import ChoicePoint


class ReplayChooser:
    """moves: (label, steps) pairs.  A label that is not offered is a ReplayDivergence, never a guess."""

    __slots__ = ("_left", "_moves", "_next")

    def __init__(self, moves: list[tuple[str, int]]) -> None:
        self._moves = moves
        self._next = 0
        self._left = moves[0][1] if moves else 0

    @property
    def exhausted(self) -> bool:
        """Has every recorded step been taken?"""
        return self._next >= len(self._moves)

    def choose(self, point: ChoicePoint, /) -> int:
        if self.exhausted:
            return 0
        label = self._moves[self._next][0]
        if point.kind is ChoiceKind.OUTCOME:
            return self._outcome(point, label)
        if label not in point.options:
            raise ReplayDivergence(point.step, label, point.options)
        self._left -= 1
        if not self._left:
            self._next += 1
            if not self.exhausted:
                self._left = self._moves[self._next][1]
        return point.options.index(label)

    def _outcome(self, point: ChoicePoint, label: str) -> int:
        """The usual, unless the text has an outcome right behind the step that asks."""
        if not label.startswith("!"):
            return 0
        if label not in point.options:
            return 0  # a question before the one that the word answers; else the next transition diverges
        self._next += 1
        if not self.exhausted:
            self._left = self._moves[self._next][1]
        return point.options.index(label)

    def check_finished(self, step: int) -> None:
        """After the execution: steps that were never reached are a divergence too."""
        if not self.exhausted:
            raise ReplayDivergence(step + 1, self._moves[self._next][0], (), "the execution was over")
