"""Polling loops: does a thread that looked in vain come back to where it was?

A look in vain is a call that found nothing (WSAEWOULDBLOCK, a zero time-out, a clock that stands still).  A loop of them has no
end while nothing else happens, so a search holds it back until something does.  Two looks in a row are no loop by themselves:
a thread loops when it is at the same place with the same numbers and texts in its variables once more, or at the same place
so often that it may as well count its rounds.
"""

from __future__ import annotations

import os
import sys
from inspect import CO_OPTIMIZED
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import FrameType

SAME_STATE: Final = 2  # visits of a place, nothing having changed
SAME_PLACE: Final = 8  # visits of a place, whatever has changed
PACKAGE: Final = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")  # of sim: frames that are not the program's
SIMPLE: Final = frozenset({int, str, bytes, bool, float, type(None)})


class VainLooks:
    """The looks in vain of one thread since it last found something, and since anything else happened."""

    __slots__ = ("_places", "_states")

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        self._states: dict[Any, int] = {}

    def forget(self) -> None:
        """Something happened."""
        self._places.clear()
        self._states.clear()

    def again(self) -> bool:
        """One more look, from the frames of the caller; is it a loop by now?"""
        place, state = _whereabouts(sys._getframe(2))
        visits = self._places[place] = self._places.get(place, 0) + 1
        same = self._states[place, state] = self._states.get((place, state), 0) + 1
        return same >= SAME_STATE or visits >= SAME_PLACE


def _whereabouts(frame: FrameType | None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The instructions that the program's frames have come to, and what their variables hold that can be compared."""
    place: list[Any] = []
    state: list[Any] = []
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE):
            place += (code, frame.f_lasti)
            if code.co_flags & CO_OPTIMIZED:
                values = frame.f_locals
                state += [(name, value) for name, value in values.items() if type(value) in SIMPLE]
                if type(values) is dict:
                    values.clear()  # before 3.13 the frame would keep the copy, and with it what the program lets go of
        frame = frame.f_back
    return tuple(place), tuple(state)
