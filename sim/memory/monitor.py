"""What one execution's code touches: footprints, data races, and switches where both were found before.

Rule for what races (docs/memory.md): two accesses by threads of one process to one location, one of them a write, that no
hand-off orders; atomic methods of containers and Interlocked do not race among themselves.
"""

from __future__ import annotations

import ctypes
import sys
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.handoff import VectorClocks
from alertable.sim.memory.containers import KEYED, METHODS, READERS, Effect
from alertable.sim.memory.races import Access, data_race
from alertable.sim.memory.spaces import BUCKETS, Space, Thing, root_of
from alertable.sim.runtime.own import is_ours
from alertable.sim.win32.memory import CData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from alertable.kernel_model.ke.structures import EProcess
    from alertable.sim.runtime.running import Running
    from alertable.sim.win32.memory import Region

ALL: Final = "*"  # the location of all elements
VIEWS: Final[tuple[type, ...]] = (type({}.keys()), type({}.values()), type({}.items()))
PROGRAM_FUNCTIONS: Final = (FunctionType, MethodType)


class Monitor:
    """Hears the hooks of one execution.

    steps_at: keys of locations whose accesses are steps of their own; law: is a data race a violation?
    raced, atomics: keys of locations where accesses were found that nothing orders.
    """

    def __init__(self, machine: Running, *, steps_at: Iterable[str] = (), law: bool = True) -> None:
        self.machine = machine
        self.clocks = machine.kernel.handoff = VectorClocks(lambda: machine.current)
        self.steps_at = frozenset(steps_at)
        self.law = law
        self.raced: dict[str, None] = {}
        self._broken = False
        self._spaces: dict[EProcess | None, Space] = {}
        self._globals: dict[int, Thing] = {}

    @property
    def words(self) -> tuple[str, ...]:
        """What a schedule has to say about memory, so that it leads here again."""
        return (*(("",) if self._broken else ()), *self.steps_at)

    # ---- what the hooks tell -----------------------------------------------------------------------------------------------

    def attribute(self, obj: Any, name: str, *, write: bool) -> None:
        """obj.name"""
        if self._idle() or name[:2] == "__":
            return
        kind = type(obj)
        if isinstance(obj, CData):
            self._ctypes_attribute(obj, name, write)
            return
        if isinstance(obj, type):
            value = obj.__dict__.get(name)
            if write or not (value is None or callable(value) or hasattr(value, "__get__")):
                self._touch(self._space().of(obj, self.machine.current), name, write)
            return
        if kind is ModuleType or kind.__module__ in QUIET:
            return
        found = getattr(kind, name, None)
        own = getattr(obj, "__dict__", None)
        if found is not None and (own is None or name not in own) and type(found).__name__ != "member_descriptor":
            if hasattr(found, "__get__"):
                return  # a method, or a property, whose code tells of itself
            if not write:
                self.attribute(kind, name, write=False)  # the class's value, unless somebody sets one here meanwhile
        if own is None and type(found).__name__ != "member_descriptor":
            return
        self._touch(self._space().of(obj, self.machine.current), name, write)

    def item(self, obj: Any, key: Any, *, write: bool) -> None:
        """obj[key]"""
        if self._idle():
            return
        if isinstance(obj, ctypes.Array):
            self._array_item(obj, key, write)
            return
        if isinstance(obj, ctypes._Pointer):
            self._pointer_item(obj, key, write)
            return
        table = METHODS.get(type(obj))
        if table is None:
            return
        t = self.machine.current
        thing = self._space().of(obj, t)
        if type(obj) is bytearray:
            begin, end = _range(key, len(obj))
            self._touch_bytes(thing, begin, end, write)
        elif isinstance(key, slice):
            self._touch(thing, None, write, atomic=True)
            self._elements(thing, write)
        elif isinstance(obj, KEYED):
            if write and key not in obj:
                self._touch(thing, None, True, atomic=True)
            self._element(thing, key, write)
        else:
            self._touch(thing, None, False, atomic=True)
            self._element(thing, key + len(obj) if isinstance(key, int) and key < 0 else key, write)

    def made(self, obj: Any) -> None:
        """The program's code has made it just now."""
        if not self._over() and (type(obj) in METHODS or isinstance(obj, CData)):
            space = self._space()
            space.make(obj, space.next_name(self.machine.current, type(obj).__name__))

    def shape(self, obj: Any) -> None:
        """How many elements it has is looked at."""
        if type(obj) in METHODS and not self._idle():
            self._touch(self._space().of(obj, self.machine.current), None, False, atomic=True)

    def whole(self, obj: Any) -> None:
        """Everything in it is looked at."""
        kind = type(obj)
        if kind in VIEWS:
            return
        if self._idle():
            return
        if kind in METHODS:
            self._whole(obj, False)
        elif isinstance(obj, ctypes.Array):
            self._touch_memory(obj, 0, ctypes.sizeof(obj), False)

    def grown(self, obj: Any) -> None:
        """obj op= value, which changes a container in place."""
        if type(obj) in METHODS and not self._idle():
            self._effect(obj, Effect.PUT if type(obj) is not bytearray else Effect.CHANGE, ())

    def member(self, obj: Any, key: Any) -> None:
        """key in obj"""
        if type(obj) in METHODS and not self._idle():
            self._effect(obj, Effect.KEY if isinstance(obj, KEYED) else Effect.ALL, (key,))

    def iteration(self, obj: Any) -> Any:
        """What to loop over instead: the same, and each time the hook is told."""
        kind = type(obj)
        if kind in METHODS or kind in VIEWS or isinstance(obj, ctypes.Array):
            return self._iterate(obj)
        return obj

    def _iterate(self, obj: Any) -> Iterator[Any]:
        watched = obj
        if type(obj) in VIEWS:
            return iter(obj)  # the method that made it told of it
        return self._each(obj, watched)

    def _each(self, obj: Any, watched: Any) -> Iterator[Any]:
        self.whole(watched)
        for value in obj:
            yield value
            self.whole(watched)

    def method(self, obj: Any, name: str) -> Any:
        """obj.name, called next."""
        table = METHODS.get(type(obj))
        if table is not None:
            effect = table.get(name)
            found = getattr(obj, name)
            return (
                found
                if effect is None
                else lambda *arguments, **keywords: self._call_method(obj, found, effect, arguments, keywords)
            )
        if type(obj) is ModuleType or isinstance(obj, str | bytes):
            return self.function(getattr(obj, name))
        self.attribute(obj, name, write=False)
        found = getattr(obj, name)
        return self.function(found) if isinstance(found, type) else found

    def _call_method(self, obj: Any, found: Any, effect: Effect, arguments: Any, keywords: dict[str, Any]) -> Any:
        for argument in arguments:
            if effect in MERGING and type(argument) in METHODS:
                self.whole(argument)
        if not self._idle():
            self._effect(obj, effect, arguments)
        result = found(*arguments, **keywords)
        if sys.getrefcount(result) < FRESH:
            self.made(result)
        return result

    def function(self, function: Any) -> Any:
        """The function itself, or one that also tells what it looks at and makes."""
        kind = type(function)
        if kind in PROGRAM_FUNCTIONS and function.__module__ != "ctypes":
            return function
        if kind is BuiltinFunctionType or kind is BuiltinMethodType or isinstance(function, type) or kind is FunctionType:
            if function is len:
                return self._len
            if isinstance(function, type) and issubclass(function, BaseException):
                return function
            return lambda *arguments, **keywords: self._call(function, arguments, keywords)
        return function

    def _len(self, obj: Any) -> int:
        self.shape(obj)
        return len(obj)

    def _call(self, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        reads = function in READERS if function.__hash__ is not None else False
        for argument in arguments:
            kind = type(argument)
            if (kind in METHODS and (reads or kind is not bytearray)) or (reads and isinstance(argument, ctypes.Array)):
                self.whole(argument)
        if function in ATTRIBUTES and len(arguments) > 1:
            self.attribute(arguments[0], arguments[1], write=function is not getattr and function is not hasattr)
        if not isinstance(function, type) or function in METHODS or function in READERS:
            result = function(*arguments, **keywords)
            if sys.getrefcount(result) < FRESH:
                self.made(result)
            return result
        return self._construct(function, arguments, keywords)

    def _construct(self, cls: type, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if self._over():
            return cls(*arguments, **keywords)
        space, t = self._space(), self.machine.current
        entry = (t, cls, space.next_name(t, cls.__name__))
        space.being_made.append(entry)
        try:
            result = cls(*arguments, **keywords)
        finally:
            space.being_made.remove(entry)
        if not space.knows(result):
            space.make(result, entry[2])
        return result

    def cell(self, capture: Callable[[], Any], *, write: bool) -> None:
        """The variable that is captured."""
        closure = capture.__closure__
        if closure is None or self._idle():
            return
        space = self._space()
        thing = space.of(closure[0], self.machine.current)
        if thing.kept is not None and thing.name.endswith("-from-elsewhere"):
            thing.name = f"{thing.name}-{capture.__code__.co_freevars[0]}"
        self._touch(thing, None, write)

    def new_cells(self, capture: Callable[[], Any]) -> None:
        """Variables of a call that begins."""
        if not self._over():
            space, t = self._space(), self.machine.current
            for each, name in zip(capture.__closure__ or (), capture.__code__.co_freevars, strict=False):
                space.make(each, space.next_name(t, name))

    def global_(self, name: str, *, write: bool) -> None:
        """A global of the caller's module."""
        if not self._idle():
            space = sys._getframe(2).f_globals
            thing = self._globals.get(id(space))
            if thing is None:
                thing = self._globals[id(space)] = Thing(f"globals-of-{space.get('__name__')}")
                thing.kept = space
            self._touch(thing, name, write)

    def block(self, owner: Any, base: int) -> Callable[[int, int, bool], None]:
        """What to call when the kernel touches the memory of a ctypes object, which begins at `base`: a footprint."""
        thing = self._space().of(root_of(owner), self.machine.current)

        def touched(offset: int, length: int, write: bool) -> None:
            for key in thing.granules(base + offset, base + offset + length):
                self._footprint(key, write)

        return touched

    def interlocked(self, region: Region, *, write: bool) -> None:
        """An interlocked operation on memory of the program: atomic, and a step already."""
        thing, begin = self._place(region)
        self._check(thing, (begin, begin + region.length), write, True, thing.overlapping(begin, begin + region.length))

    def name_of(self, region: Region) -> str:
        """What executions call the same memory."""
        thing, begin = self._place(region)
        return f"{thing.name}+{begin}"

    def _place(self, region: Region) -> tuple[Thing, int]:
        block = region.block
        owner = block.owner() if block.owner is not None else block.held
        root = root_of(owner) if isinstance(owner, CData) else owner
        return self._space().of(root, self.machine.current), region.address - block.base + block.offset

    # ---- ctypes --------------------------------------------------------------------------------------------------------------

    def _ctypes_attribute(self, obj: Any, name: str, write: bool) -> None:
        if name == "value" or name == "raw":
            self._touch_memory(obj, 0, ctypes.sizeof(obj), write)
            return
        if name == "contents":
            self._touch_memory(obj, 0, ctypes.sizeof(obj), write)
            return
        field = getattr(type(obj), name, None)
        if field is None or not hasattr(field, "offset"):
            if name in getattr(obj, "__dict__", ()):
                self._touch(self._space().of(obj, self.machine.current), name, write)
            return
        if not write and isinstance(getattr(obj, name), ctypes.Structure | ctypes.Union | ctypes.Array):
            return  # only where it is
        size = field.size & 0xFFFF if field.size > 0xFFFF else field.size
        self._touch_memory(obj, field.offset, size if size == field.size else ctypes.sizeof(obj) - field.offset, write)

    def _array_item(self, obj: Any, key: Any, write: bool) -> None:
        begin, end = _range(key, len(obj))
        size = ctypes.sizeof(obj._type_)
        if not write and not isinstance(key, slice) and issubclass(obj._type_, ctypes.Structure | ctypes.Union | ctypes.Array):
            return
        self._touch_memory(obj, begin * size, (end - begin) * size, write)

    def _pointer_item(self, obj: Any, key: Any, write: bool) -> None:
        self._touch_memory(obj, 0, ctypes.sizeof(obj), False)
        if isinstance(key, int) and obj:
            size = ctypes.sizeof(obj._type_)
            if write or not issubclass(obj._type_, ctypes.Structure | ctypes.Union | ctypes.Array):
                self._touch_address(ctypes.addressof(obj.contents) + key * size, size, write)

    def _touch_memory(self, obj: Any, offset: int, size: int, write: bool) -> None:
        root = root_of(obj)
        if isinstance(root, CData):
            if not root._b_needsfree_:
                self._touch_address(ctypes.addressof(obj) + offset, size, write)
                return
            begin = ctypes.addressof(obj) - ctypes.addressof(root) + offset
        else:
            begin = offset
        self._touch_bytes(self._space().of(root, self.machine.current), begin, begin + size, write)

    def _touch_address(self, address: int, size: int, write: bool) -> None:
        found = self._space().memory_at(address)
        if found is not None:
            self._touch_bytes(found[0], found[1], found[1] + size, write)
        else:
            self._footprint("memory-from-elsewhere", write)

    # ---- locations -----------------------------------------------------------------------------------------------------------

    def _over(self) -> bool:
        return self.machine.over

    def _idle(self) -> bool:
        """Does nobody run whose accesses count?"""
        return self.machine.current is None or self.machine.over

    def _space(self) -> Space:
        t = self.machine.current
        process = t.process if t is not None else None
        space = self._spaces.get(process)
        if space is None:
            first = not self._spaces or (len(self._spaces) == 1 and None in self._spaces)
            space = self._spaces[process] = Space("" if process is None or first else f"{process.label}/")
        return space

    def _effect(self, obj: Any, effect: Effect, arguments: tuple[Any, ...]) -> None:
        thing = self._space().of(obj, self.machine.current)
        if type(obj) is bytearray:
            self._whole(obj, effect is Effect.CHANGE)
        elif effect is Effect.SHAPE:
            self._touch(thing, None, False, atomic=True)
        elif effect is Effect.ALL:
            self._whole(obj, False)
        elif effect is Effect.CHANGE:
            self._whole(obj, True)
        elif effect in (Effect.PUT, Effect.TAKE):
            self._touch(thing, None, True, atomic=True)
        elif arguments:
            if effect is not Effect.KEY and (arguments[0] in obj) is (effect is Effect.TAKE_KEY):
                self._touch(thing, None, True, atomic=True)
            self._element(thing, arguments[0], effect is not Effect.KEY, atomic=effect is not Effect.KEY)

    def _whole(self, obj: Any, write: bool) -> None:
        thing = self._space().of(obj, self.machine.current)
        if type(obj) is bytearray:
            self._touch_bytes(thing, 0, len(obj), write)
            return
        self._touch(thing, None, write, atomic=True)
        self._elements(thing, write)

    def _elements(self, thing: Thing, write: bool) -> None:
        for bucket in range(BUCKETS):
            self._footprint(thing.key(bucket), write)
        self._check(thing, ALL, write, False, [place for place in thing.locations if type(place) is Element])

    def _element(self, thing: Thing, key: Any, write: bool, *, atomic: bool = False) -> None:
        bucket = thing.bucket(key)
        self._switch(bucket)
        self._footprint(bucket, write)
        self._check(thing, Element(key), write, atomic, (ALL,) if ALL in thing.locations else ())

    def _touch(self, thing: Thing, place: Any, write: bool, *, atomic: bool = False) -> None:
        key = thing.key(place)
        self._switch(key)
        self._footprint(key, write)
        self._check(thing, place, write, atomic, ())

    def _touch_bytes(self, thing: Thing, begin: int, end: int, write: bool) -> None:
        keys = list(thing.granules(begin, end))
        if self.steps_at and not self.steps_at.isdisjoint(keys):
            self._switch(next(key for key in keys if key in self.steps_at))
        for key in keys:
            self._footprint(key, write)
        self._check(thing, (begin, end), write, False, thing.overlapping(begin, end))

    def _switch(self, key: str) -> None:
        """An access that is a step of its own: others may come before it."""
        if key in self.steps_at:
            m = self.machine
            m.steps += 1
            if m.steps >= m.alarm:
                m.attend()

    def _footprint(self, key: str, write: bool) -> None:
        footprint = self.machine.kernel.footprint
        if write:
            footprint.writes |= footprint.key(key)
        else:
            footprint.reads |= footprint.key(key)

    def _check(self, thing: Thing, place: Any, write: bool, atomic: bool, also: Iterable[Any]) -> None:
        t = self.machine.current
        clock, ordinal = self.clocks.of(t), t.ordinal
        count = clock[ordinal]
        here = thing.location(place)
        if here.same(ordinal, count, write, atomic) and not also:
            return
        earlier = here.conflict(clock, ordinal, write, atomic)
        for other in also:
            earlier = earlier or thing.locations[other].conflict(clock, ordinal, write, atomic)
        frame = sys._getframe(1)
        while is_ours(frame.f_code.co_filename) and frame.f_back is not None:
            frame = frame.f_back
        access = Access(ordinal, count, write, atomic, t.label, frame.f_code, frame.f_lasti)
        if earlier is not None:
            self._raced(thing, place, earlier, access)
        elif atomic and here.rival(clock, ordinal, write):
            self.raced[self._key_of(thing, place)] = None
        here.note(access)

    def _key_of(self, thing: Thing, place: Any) -> str:
        if type(place) is Element:
            return thing.bucket(place.key)
        return next(thing.granules(*place)) if type(place) is tuple else thing.key(place)

    def _raced(self, thing: Thing, place: Any, earlier: Access, later: Access) -> None:
        key = self._key_of(thing, place)
        if key not in self.steps_at:
            self.raced[key] = None
            if self.law:
                self._broken = True
                self.machine.stop(data_race(earlier, later, thing.name, self.machine.steps))


class Element:
    """An element as a location, apart from attributes and bytes."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return type(other) is Element and (other.key is self.key or other.key == self.key)

    def __hash__(self) -> int:
        return hash(self.key)


def _references_of_a_local() -> int:
    """What getrefcount says of an object that one local variable knows; since 3.14 the question itself counts no more."""
    thing = object()
    return sys.getrefcount(thing)


FRESH: Final = _references_of_a_local() + 1  # fewer: nobody but the hook knows the object
QUIET: Final = frozenset({
    "alertable.sim.win32.api", "alertable.sim.trace.traced", "alertable.sim.win32.peer", "builtins", "alertable.winapi.real",
})
MERGING: Final = frozenset({Effect.PUT, Effect.CHANGE, Effect.ALL})
ATTRIBUTES: Final = (getattr, setattr, delattr, hasattr)


def _range(key: Any, length: int) -> tuple[int, int]:
    if isinstance(key, slice):
        begin, end, step = key.indices(length)
        return (begin, max(begin, end)) if step > 0 else (max(0, end), begin + 1)
    index = int(key)
    index = index + length if index < 0 else index
    return index, index + 1
