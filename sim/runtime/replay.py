"""Replay: follow a schedule by label; past its end, take the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.choice import ChoiceKind
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.schedule import Place

if TYPE_CHECKING:
    from alertable.kernel_model.choice import ChoicePoint


class ReplayChooser:
    """moves: (label, steps) pairs.  A label that is not offered is a ReplayDivergence (why: its cause), never a guess."""

    __slots__ = ("_place", "_why")

    def __init__(self, moves: list[tuple[str, int]], why: str = "") -> None:
        self._place = Place(moves)
        self._why = why

    @property
    def exhausted(self) -> bool:
        """Has every recorded step been taken?"""
        return self._place.label is None

    @property
    def follows(self) -> str:
        """The word that comes next; empty at the end."""
        return self._place.label or ""

    def choose(self, point: ChoicePoint, /) -> int:
        place = self._place
        if point.kind is ChoiceKind.OUTCOME:
            return place.answer(point.options)
        label = place.label
        if label is None:
            return 0
        if label not in point.options:
            raise ReplayDivergence(point.step, label, point.options, self._why)
        place.step()
        return point.options.index(label)

    def check_finished(self, step: int) -> None:
        """After the execution: steps that were never reached are a divergence too."""
        label = self._place.label
        if label is not None:
            raise ReplayDivergence(step + 1, label, (), self._why or "the execution was over")


class FarAsItFits(ReplayChooser):
    """The same, but where the schedule does not fit any more the default choices go on; parted: what did not fit."""

    __slots__ = ("parted",)

    def __init__(self, moves: list[tuple[str, int]]) -> None:
        super().__init__(moves)
        self.parted: ReplayDivergence | None = None

    def choose(self, point: ChoicePoint, /) -> int:
        if self.parted is not None:
            return 0
        try:
            return super().choose(point)
        except ReplayDivergence as divergence:
            self.parted = divergence
            return 0

    def check_finished(self, step: int) -> None:
        try:
            super().check_finished(step)
        except ReplayDivergence as divergence:
            self.parted = self.parted or divergence
