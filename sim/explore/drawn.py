"""hypothesis: the interleaving is drawn like any other input, so it is shrunk and reported with them.

Choice 0 is to go on with the running thread, so shrinking removes switches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from kernel_model.choice import ChoiceKind
from sim.runtime.schedule import render

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from kernel_model.choice import ChoicePoint

    Schedules = SearchStrategy["DrawnSchedule"]


class DrawnSchedule:
    """A chooser that draws; it serves one execution, and shows what it chose."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw
        self._moves: list[tuple[str, int]] = []

    def choose(self, point: ChoicePoint, /) -> int:
        """Draw among the options; nothing is drawn where there is one."""
        count = len(point.options)
        index = self._draw(st.integers(0, count - 1)) if count > 1 else 0
        if point.kind is ChoiceKind.TRANSITION:
            self._moves.append((point.options[index], 1))
        elif index:
            self._moves.append((point.options[index], 0))
        return index

    def __repr__(self) -> str:
        return repr(render(self._moves))


@st.composite
def schedules(draw: DrawFn) -> DrawnSchedule:
    """A strategy: pass what it draws as `schedule=` to one run."""
    return DrawnSchedule(draw)
