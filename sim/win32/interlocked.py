"""Shared cells: one atomic transition per call, on both arms (`w.Interlocked(value)`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.win32.door import Door


class SimInterlocked:
    """A 64-bit-agnostic integer cell; each call is a step of the calling thread."""

    __slots__ = ("_door", "_value")

    def __init__(self, door: Door, value: int) -> None:
        self._door = door
        self._value = value

    def load(self) -> int:
        """The value."""
        self._door._enter()
        return self._value

    def store(self, value: int, /) -> None:
        """Set the value."""
        self._door._enter()
        self._value = value

    def exchange(self, value: int, /) -> int:
        """Set the value; returns the old one."""
        self._door._enter()
        old, self._value = self._value, value
        return old

    def compare_exchange(self, expected: int, new: int, /) -> int:
        """Set the value if it is the expected one; returns the old one either way."""
        self._door._enter()
        old = self._value
        if old == expected:
            self._value = new
        return old

    def fetch_add(self, addend: int, /) -> int:
        """Add; returns the old value."""
        self._door._enter()
        old = self._value
        self._value = old + addend
        return old
