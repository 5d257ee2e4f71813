"""Data outcomes of one step at one node: which were tried, and the next.

Once an actor moves at a node, all outcomes of that step are explored there; only then may the actor sleep, with the
footprints of all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Alternatives:
    """The answers given so far to the questions of a step: a question is known by the answers before it."""

    __slots__ = ("_tried", "reads", "writes")

    def __init__(self) -> None:
        self._tried: dict[tuple[int, ...], tuple[int, set[int]]] = {}
        self.reads = 0
        self.writes = 0

    def __reduce__(self) -> tuple[Any, ...]:
        """For workers: compiled classes are not pickled without."""
        return _restored, (self._tried, self.reads, self.writes)

    def record(self, answers: tuple[int, ...], counts: Sequence[int], reads: int, writes: int) -> None:
        """The step was executed with these answers."""
        for place, (answer, count) in enumerate(zip(answers, counts, strict=True)):
            self._tried.setdefault(answers[:place], (count, set()))[1].add(answer)
        self.reads |= reads
        self.writes |= writes

    def next(self, answers: tuple[int, ...]) -> tuple[int, ...] | None:
        """The first answers of the next execution of the step; None when all were tried."""
        for place in range(len(answers) - 1, -1, -1):
            before = answers[:place]
            count, tried = self._tried[before]
            left = next((answer for answer in range(count) if answer not in tried), None)
            if left is not None:
                return (*before, left)
        return None


def _restored(tried: dict[tuple[int, ...], tuple[int, set[int]]], reads: int, writes: int) -> Alternatives:
    alternatives = Alternatives()
    alternatives._tried, alternatives.reads, alternatives.writes = tried, reads, writes
    return alternatives
