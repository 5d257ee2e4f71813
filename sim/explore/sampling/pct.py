"""PCT: random priorities with a few random changes; each run finds a bug of depth d with a probability that has a floor.

Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs",
ASPLOS 2010: at least 1 / (n k^(d-1)) for n actors and k steps.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.choice import ChoiceKind

if TYPE_CHECKING:
    from alertable.kernel_model.choice import ChoicePoint

DEPTH: Final = 3  # ordering constraints that a bug may need


class PctChooser:
    """The actor of the highest priority moves; at depth - 1 random steps whoever moves falls below all others."""

    __slots__ = ("_changes", "_dice", "_priorities", "_step")

    def __init__(self, seed: int, steps: int, depth: int = DEPTH) -> None:
        self._dice = Random(seed)
        self._priorities: dict[str, float] = {}
        self._changes = {self._dice.randrange(1, max(2, steps + 1)) for _ in range(depth - 1)}
        self._step = 0

    def choose(self, point: ChoicePoint, /) -> int:
        if point.kind is ChoiceKind.OUTCOME:
            return self._dice.randrange(len(point.options))
        self._step += 1
        priorities = self._priorities
        for label in point.options:
            if label not in priorities:
                priorities[label] = 1 + self._dice.random()
        best = max(range(len(point.options)), key=lambda index: priorities[point.options[index]])
        if self._step in self._changes:
            priorities[point.options[best]] = -float(self._step)
            best = max(range(len(point.options)), key=lambda index: priorities[point.options[index]])
        return best

    @property
    def actors(self) -> int:
        """How many have appeared."""
        return len(self._priorities)


def floor(actors: int, steps: int, depth: int = DEPTH) -> float:
    """The least probability with which one run finds a bug of this depth."""
    return 1 / float(max(1, actors) * max(1, steps) ** (depth - 1))
