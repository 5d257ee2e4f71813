"""hypothesis: the interleaving is drawn like any other input, so it is shrunk and reported with them.

Choice 0 is to go on with the running thread, so shrinking removes switches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis import target

from alertable.kernel_model.choice import ChoiceKind
from alertable.sim.runtime.schedule import render
from alertable.sim.trace.record import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from alertable.kernel_model.choice import ChoicePoint
    from alertable.sim.trace.record import Event

    Schedules = SearchStrategy["DrawnSchedule"]


class DrawnSchedule:
    """A chooser that draws; it serves one execution, and shows what it chose."""

    def __init__(self, draw: DrawFn, *, steer: bool = False) -> None:
        self._draw = draw
        self.steer = steer
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


    def executed(self, trace: Sequence[Event], steps: int) -> None:
        """After the execution: tell hypothesis how far it got, so that it looks for more of that."""
        if not self.steer:
            return
        waiting = longest = outstanding = most = 0
        for event in trace:
            waiting += (event.kind is EventKind.APC_QUEUED) - (event.kind is EventKind.ROUTINE)
            outstanding += (event.kind is EventKind.IRP_PENDED) - (event.kind is EventKind.IRP_COMPLETED and outstanding > 0)
            longest, most = max(longest, waiting), max(most, outstanding)
        target(float(longest), label="APCs queued")
        target(float(most), label="operations outstanding")
        target(float(len(self._moves)), label="decisions")


@st.composite
def schedules(draw: DrawFn, *, steer: bool = False) -> DrawnSchedule:
    """A strategy: pass what it draws as `schedule=` to one run.

    steer: guide the search (hypothesis.target) towards long APC queues, many outstanding operations and many decisions; for one
    schedule per test.
    """
    return DrawnSchedule(draw, steer=steer)
