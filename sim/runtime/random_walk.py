"""Random: uniform over everything that may happen next."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alertable.kernel_model.choice import ChoicePoint


class RandomChooser:
    """The same seed makes the same choices on every platform (Mersenne Twister, randrange)."""

    __slots__ = ("_dice",)

    def __init__(self, seed: int) -> None:
        self._dice = Random(seed)

    def choose(self, point: ChoicePoint, /) -> int:
        count = len(point.options)
        return self._dice.randrange(count) if count > 1 else 0
