"""Shared cells: one atomic transition per call, on both arms (`w.Interlocked(value)`, `w.Interlocked.at(pointer)`).

Models:  InterlockedIncrement and its kin on memory of the program; on x64 no DLL exports them, compilers know them.
Sources: learn.microsoft.com "Interlocked Variable Access": each operation is a full barrier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.sim.win32.memory import variable_of
from alertable.winapi.interlocked import INTRINSICS, integer_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.sim.win32.door import Door
    from alertable.sim.win32.memory import Pointer, Region

UNNAMED = "cell of a variable without a name"  # all of them are one, wherever executions could differ in which is which


class Number:
    """The value of a cell that the kernel model keeps: it never wraps round."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def accessed(self, write: bool) -> None:
        """No memory of the program is."""


class Memory:
    """The value of a cell in the program's memory, as wide as the integer there."""

    __slots__ = ("_door", "kind", "region")

    def __init__(self, door: Door, region: Region, kind: type[Any]) -> None:
        self._door = door
        self.region = region
        self.kind = kind

    @property
    def value(self) -> int:
        """What is there."""
        return int(self.kind.from_buffer_copy(self.region.read(0, self.region.length)).value)

    @value.setter
    def value(self, value: int) -> None:
        self.region.write(0, bytes(self.kind(value)))

    def accessed(self, write: bool) -> None:
        """As the program's own code would, and atomically."""
        monitor = self._door._m.memory
        if monitor is not None:
            monitor.interlocked(self.region, write=write)


class SimInterlocked:
    """An integer cell; each call is a step of the calling thread."""

    __slots__ = ("_cell", "_door", "_number", "name")

    def __init__(self, door: Door, number: Number | Memory, name: str | None = None) -> None:
        self._door = door
        self._number = number
        t = door._m.current
        if name is None:
            t.objects_made += 1
            name = f"{t.label}.{t.objects_made}"
        self.name = name
        self._cell = t.footprint.cell(f"cell {name}")

    def __repr__(self) -> str:
        """No address, so that messages are the same in every execution; looking is no step."""
        return f"Interlocked({self._number.value})"

    def load(self) -> int:
        """The value."""
        self._door._enter()
        self._cell.read()
        self._number.accessed(write=False)
        self._door._k.handoff.acquire(self._number)
        return self._number.value

    def store(self, value: int, /) -> None:
        """Set the value."""
        self.update(lambda _: value)

    def exchange(self, value: int, /) -> int:
        """Set the value; returns the old one."""
        return self.update(lambda _: value)

    def compare_exchange(self, expected: int, new: int, /) -> int:
        """Set the value if it is the expected one; returns the old one either way."""
        self._door._enter()
        old = self._number.value
        if old == expected:
            self._cell.written()
            self._number.accessed(write=True)
            self._number.value = new
        else:
            self._cell.read()  # one that fails changes nothing
            self._number.accessed(write=False)
        self._ordered()
        return old

    def fetch_add(self, addend: int, /) -> int:
        """Add; returns the old value."""
        return self.update(lambda old: old + addend)

    def update(self, change: Callable[[int], int], /) -> int:
        """Set the value to what comes of the old one, which it returns."""
        self._door._enter()
        self._cell.written()
        self._number.accessed(write=True)
        old = self._number.value
        self._number.value = change(old)
        self._ordered()
        return old

    def _ordered(self) -> None:
        """A full barrier: it hands over what was before it, and is given what was before the operations before it."""
        self._door._k.handoff.acquire(self._number)
        self._door._k.handoff.release(self._number)


class InterlockedDoor:
    """`w.Interlocked`: called it makes a cell, `at` takes an integer of the program for one."""

    __slots__ = ("_door", "_kind")

    def __init__(self, door: Door, kind: Callable[..., Any] = SimInterlocked) -> None:
        self._door = door
        self._kind = kind

    def __call__(self, value: int = 0, /) -> Any:  # noqa: ANN401 - a cell, or one that tells what it does
        return self._kind(self._door, Number(value))

    def at(self, pointer: Pointer, /, integer: type[Any] | None = None) -> Any:  # noqa: ANN401 - as above
        """The cell of an integer in the program's memory; integer: its ctypes type, where the pointer does not say it."""
        kind = integer_at(pointer, integer)
        door = self._door
        region = door._need("Interlocked", pointer, len(bytes(kind())))
        monitor = door._m.memory
        name = monitor.name_of(region) if monitor is not None else variable_of(region)
        number = door._numbers.get(region.address)
        if number is None or number.region.block is not region.block or number.kind is not kind:
            number = door._numbers[region.address] = Memory(door, region, kind)
        return self._kind(door, number, name or UNNAMED)


def _intrinsic(name: str) -> Callable[..., int]:
    operation, integer = INTRINSICS[name]

    def call(self: Door, pointer: Pointer, /, *values: int) -> int:
        cell = self.Interlocked.at(pointer, integer_at(pointer, None, integer))  # type: ignore[attr-defined]  # of SimWinApi
        return operation(cell, *values)

    call.__name__ = call.__qualname__ = name
    return call


class Intrinsics:
    """InterlockedIncrement and its kin."""

    __slots__ = ()


for _name in INTRINSICS:
    setattr(Intrinsics, _name, _intrinsic(_name))
