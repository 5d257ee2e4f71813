"""Accesses that nothing orders: vector clocks held against each other (FastTrack), and what there is to say about it."""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alertable.sim.runtime.outcome import Violation
from alertable.specs.properties.data_race import DataRace

if TYPE_CHECKING:
    from types import CodeType

    from alertable.kernel_model.handoff import Clock

DATA_RACE = DataRace.id


@dataclass(slots=True, eq=False)
class Access:
    """One thread's access to a location, the `count`th of its epochs; atomic ones do not race with each other."""

    ordinal: int
    count: int
    write: bool
    atomic: bool
    thread: str
    code: CodeType
    instruction: int

    @property
    def line(self) -> int:
        """Of the program's file."""
        return self._position()[0] or self.code.co_firstlineno

    @property
    def expression(self) -> str:
        """The program's own text."""
        begin, end, left, right = self._position()
        if begin is None or begin != end or left is None or right is None:
            return ""
        text = linecache.getline(self.code.co_filename, begin).encode()
        return text[left:right].decode(errors="replace")

    def _position(self) -> tuple[int | None, int | None, int | None, int | None]:
        index = self.instruction // 2
        return next((each for place, each in enumerate(self.code.co_positions()) if place == index), (None,) * 4)

    @property
    def where(self) -> str:
        """As all violations tell it: the thread, and the full path."""
        return f"{self.thread}: {self.code.co_filename}:{self.line} in {self.code.co_name}"

    @property
    def place(self) -> str:
        """`server.py:17 in worker`."""
        function = self.code.co_qualname.rpartition("<locals>.")[2]
        return f"{os.path.basename(self.code.co_filename)}:{self.line} in {function}"

    def told(self, name: str) -> str:
        """Half a sentence."""
        return f"{self.thread} {'writes' if self.write else 'reads'} {self.expression or name} at {self.place}"


class Location:
    """What is known of one location: the last plain write, and by thread the reads and the atomic accesses since."""

    __slots__ = ("atomics", "reads", "write")

    def __init__(self) -> None:
        self.write: Access | None = None
        self.reads: dict[int, Access] | None = None
        self.atomics: dict[int, Access] | None = None

    def conflict(self, clock: Clock, ordinal: int, write: bool, atomic: bool) -> Access | None:
        """An access by another thread that the clock does not know to be over; one of the two is a write, one not atomic."""
        last = self.write
        if last is not None and last.ordinal != ordinal and clock.get(last.ordinal, 0) < last.count:
            return last
        if self.atomics and not atomic:
            for access in self.atomics.values():
                if access.ordinal != ordinal and clock.get(access.ordinal, 0) < access.count and (write or access.write):
                    return access
        if write and self.reads:
            for access in self.reads.values():
                if access.ordinal != ordinal and clock.get(access.ordinal, 0) < access.count:
                    return access
        return None

    def rival(self, clock: Clock, ordinal: int, write: bool) -> bool:
        """Is there an atomic access of another thread whose order with an atomic access now is open, and matters?"""
        return bool(self.atomics) and any(
            access.ordinal != ordinal and clock.get(access.ordinal, 0) < access.count and (write or access.write)
            for access in (self.atomics or {}).values()
        )

    def same(self, ordinal: int, count: int, write: bool, atomic: bool) -> bool:
        """Is the access known already, in the same epoch?"""
        if atomic:
            known = self.atomics.get(ordinal) if self.atomics else None
            return known is not None and known.count == count and known.write >= write
        last = self.write
        if last is not None and last.ordinal == ordinal and last.count == count and not self.reads:
            return True
        if write:
            return False
        known = self.reads.get(ordinal) if self.reads else None
        return known is not None and known.count == count

    def note(self, access: Access) -> None:
        """It has happened."""
        if access.atomic:
            self.atomics = self.atomics or {}
            self.atomics[access.ordinal] = access
        elif access.write:
            self.write = access
            self.reads = self.atomics = None
        else:
            self.reads = self.reads or {}
            self.reads[access.ordinal] = access


def data_race(earlier: Access, later: Access, name: str, step: int) -> Violation:
    """The violation: both places, and what would order them."""
    cure = "hold one lock around both, or have the one signal what the other waits for (an event, a packet, a thread's end)"
    return Violation(
        id=DATA_RACE, title=DataRace.title,
        message=f"{earlier.told(name)}; {later.told(name)}; nothing orders the two: {cure}. If a thread needs what its creator "
        "writes, create it suspended and resume it after that; a flag on purpose is w.Interlocked.",
        step=step, source=DataRace.source, where=(later.where, earlier.where),
    )  # fmt: skip
