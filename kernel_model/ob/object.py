"""Kernel objects: identity by counter, life by handle count.

Models:  handle counts, names that go with the last handle.
Sources: learn.microsoft.com "Handles and Objects", CloseHandle (K-72).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from alertable.kernel_model.footprint import Cell

if TYPE_CHECKING:
    from alertable.kernel_model.footprint import Footprint

F = TypeVar("F", bound=Callable[[Any, Any], None])

SYNCHRONIZE = 0x00100000
ALL_ACCESS = 0x001FFFFF
LAST_CLOSE: Final[dict[type, Callable[[Any, Any], None]]] = {}  # by the class of objects (NT: OBJECT_TYPE's close procedure)


class Footprints(Protocol):
    """What an object knows of the kernel when it is made: where footprints are left."""

    footprint: Footprint


class KObject(Cell):
    """Anything a handle can name."""

    __slots__ = ("handle_count", "label", "name")

    def __init__(self, k: Footprints, label: str) -> None:
        super().__init__(k.footprint, label)
        self.label = label  # "ev#3": what a person reads in traces, never an address
        self.handle_count = 0
        self.name: str | None = None  # key in Kernel.names, or None


def at_last_close(kind: type[KObject]) -> Callable[[F], F]:
    """Have a function called with the kernel and the object once the last handle of an object of this class is closed."""

    def register(function: F) -> F:
        LAST_CLOSE[kind] = function
        return function

    return register
