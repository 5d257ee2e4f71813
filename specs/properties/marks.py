"""Marks: what a program tells its specifications.  They do nothing on the real arm, and nothing where nobody listens.

    mark("handled", overlapped)      S5: this completion has been dealt with
    mark("expects", (0, 192))        S9: the results of the next wait that the program can deal with
    mark("owns", handle)             S9: from here on the program relies on having been given this object
    mark("perpetual", socket)        S19: this channel must always have an operation waiting, until it is closed
    mark("handler", "ends")          S10: routines that are called from here on may be nested so and so deep
Any other name is the program's own, for its own properties (`state.marks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_listener: list[Callable[[str, object], None]] = []


def mark(name: str, value: object = None) -> None:
    """Tell whoever watches this execution."""
    if _listener:
        _listener[-1](name, value)


def listen(listener: Callable[[str, object], None]) -> None:
    """From here on marks go there."""
    _listener.append(listener)


def forget(listener: Callable[[str, object], None]) -> None:
    """The execution is over."""
    _listener.remove(listener)
