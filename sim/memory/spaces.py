"""What the objects of one process are called: the same in every execution, whatever Python's addresses are.

An object is named when the program's own code makes it, by the history of the thread that does (F-001): `T1.list#3`.  What was
there before, or was made by a library, has a name by its kind, which it may share with others: sound, and less precise.
No object is kept alive by its name, except containers from elsewhere that cannot be referred to weakly.
"""

from __future__ import annotations

import ctypes
import sys
import weakref
from bisect import bisect_right, insort
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.memory.races import Location
from alertable.sim.win32.memory import CData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.kernel_model.ke.structures import KThread

BUCKETS: Final = 8  # elements of one container that footprints tell apart
GRANULES: Final = 16  # parts of one block of memory that footprints tell apart


class Thing:
    """An object, a cell, or the globals of a module: its name, and what is known of its locations.

    locations: None (the shape), ALL, an element's key, an attribute's name, (begin, end) of bytes.
    """

    __slots__ = ("grain", "kept", "keys", "locations", "name", "ref", "size")

    def __init__(self, name: str) -> None:
        self.name = name
        self.ref: Callable[[], Any] | None = None
        self.kept: Any = None
        self.size = 0  # of memory
        self.grain = 64  # bytes of it that one key stands for
        self.locations: dict[Any, Location] = {}
        self.keys: dict[Any, str] = {}

    def location(self, place: Any) -> Location:  # noqa: ANN401 - see the class
        found = self.locations.get(place)
        if found is None:
            found = self.locations[place] = Location()
        return found

    def overlapping(self, begin: int, end: int) -> list[Any]:
        """Other ranges of bytes that touch this one."""
        return [
            place
            for place in self.locations
            if type(place) is tuple and place[0] < end and begin < place[1] and place != (begin, end)
        ]

    def key(self, place: Any) -> str:  # noqa: ANN401 - as above
        """The key in footprints of a location that has one."""
        found = self.keys.get(place)
        if found is None:
            found = self.keys[place] = self.name if place is None else f"{self.name}.{place}"
        return found

    def bucket(self, element: Any) -> str:  # noqa: ANN401 - an index or a key
        """The key in footprints of an element."""
        return self.key(stable_hash(element) % BUCKETS)

    def granules(self, begin: int, end: int) -> Iterator[str]:
        """The keys in footprints of a range of bytes."""
        first, last = begin // self.grain, (max(begin + 1, end) - 1) // self.grain
        for granule in range(first, min(last, first + GRANULES - 1) + 1):
            yield self.key(granule % GRANULES)


def stable_hash(value: Any) -> int:  # noqa: ANN401 - an index or a key
    """The same in every process; 0 for what has no such hash."""
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return sum(map(ord, value))
    if isinstance(value, bytes):
        return sum(value)
    if isinstance(value, tuple):
        return sum(stable_hash(each) for each in value)
    return 0


class Space:
    """The memory of one process."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._things: dict[int, Thing] = {}
        self._made: dict[str, int] = defaultdict(int)
        self._blocks: list[tuple[int, int]] = []  # address, id of the ctypes object that owns the memory
        self.being_made: list[tuple[KThread | None, type, str]] = []

    def next_name(self, t: KThread | None, kind: str) -> str:
        """For a new object of this thread."""
        who = t.label if t is not None else "module"
        count = self._made[who] = self._made[who] + 1
        return f"{self._prefix}{who}.{kind}#{count}"

    def make(self, obj: Any, name: str) -> Thing:  # noqa: ANN401 - any object
        """A new object; whatever had its id is gone."""
        thing = self._things[id(obj)] = Thing(name)
        try:
            thing.ref = weakref.ref(obj)
        except TypeError:
            thing.ref = None
        if isinstance(obj, CData):
            thing.size = ctypes.sizeof(obj)
            thing.grain = max(8, -(-thing.size // GRANULES))
            insort(self._blocks, (ctypes.addressof(obj), id(obj)))
        return thing

    def of(self, obj: Any, t: KThread | None) -> Thing:  # noqa: ANN401 - as above
        """The thing that the object is."""
        thing = self._things.get(id(obj))
        if thing is not None and (thing.ref is None or thing.ref() is obj):
            return thing
        kind = type(obj)
        for maker, cls, name in reversed(self.being_made):
            if maker is t and cls is kind:
                return self.make(obj, name)
        thing = self.make(obj, f"{self._prefix}{kind.__name__}-from-elsewhere")
        if thing.ref is None:
            thing.kept = obj
        return thing

    def knows(self, obj: Any) -> bool:  # noqa: ANN401 - as above
        """Has the object a name?"""
        thing = self._things.get(id(obj))
        return thing is not None and (thing.ref is None or thing.ref() is obj)

    def named(self, obj: Any, name: str) -> None:  # noqa: ANN401 - as above
        """What was there before, and is found under a name."""
        if id(obj) not in self._things:
            thing = self.make(obj, self._prefix + name)
            if thing.ref is None:
                thing.kept = obj

    def memory_at(self, address: int) -> tuple[Thing, int] | None:
        """The block of memory that an address lies in, and where; None if nobody told of it."""
        place = bisect_right(self._blocks, (address, sys.maxsize)) - 1
        while place >= 0:
            base, ident = self._blocks[place]
            thing = self._things.get(ident)
            alive = thing.ref() if thing is not None and thing.ref is not None else None
            if thing is None or alive is None or id(alive) != ident or ctypes.addressof(alive) != base:
                del self._blocks[place]
                place -= 1
                continue
            return (thing, address - base) if address < base + max(thing.size, 1) else None
        return None


def root_of(obj: Any) -> Any:  # noqa: ANN401 - a ctypes object in, what owns its memory out
    """What owns the memory of a ctypes object: itself, the one that it is a part of, the buffer that it is a view of."""
    while obj._b_base_ is not None:
        obj = obj._b_base_
    if not obj._b_needsfree_ and isinstance(obj._objects, dict):
        for kept in obj._objects.values():
            if isinstance(kept, memoryview) and kept.obj is not None:
                return kept.obj
    return obj
