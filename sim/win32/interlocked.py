"""Shared cells: one atomic transition per call, on both arms (`w.Interlocked(value)`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.win32.door import Door


class SimInterlocked:
    """A 64-bit-agnostic integer cell; each call is a step of the calling thread."""

    __slots__ = ("_cell", "_door", "_value", "name")

    def __init__(self, door: Door, value: int) -> None:
        self._door = door
        self._value = value
        t = door._m.current
        t.objects_made += 1
        self.name = f"{t.label}.{t.objects_made}"
        self._cell = t.footprint.cell(f"cell {self.name}")

    def __repr__(self) -> str:
        """No address, so that messages are the same in every execution; looking is no step."""
        return f"Interlocked({self._value})"

    def load(self) -> int:
        """The value."""
        self._door._enter()
        self._cell.read()
        self._door._k.handoff.acquire(self)
        return self._value

    def store(self, value: int, /) -> None:
        """Set the value."""
        self._written()
        self._value = value

    def exchange(self, value: int, /) -> int:
        """Set the value; returns the old one."""
        self._written()
        old, self._value = self._value, value
        return old

    def compare_exchange(self, expected: int, new: int, /) -> int:
        """Set the value if it is the expected one; returns the old one either way."""
        self._door._enter()
        old = self._value
        if old == expected:
            self._cell.written()
            self._value = new
        else:
            self._cell.read()  # one that fails changes nothing
        self._ordered()
        return old

    def fetch_add(self, addend: int, /) -> int:
        """Add; returns the old value."""
        self._written()
        old = self._value
        self._value = old + addend
        return old

    def _written(self) -> None:
        self._door._enter()
        self._cell.written()
        self._ordered()

    def _ordered(self) -> None:
        """A full barrier: it hands over what was before it, and is given what was before the operations before it."""
        self._door._k.handoff.acquire(self)
        self._door._k.handoff.release(self)
