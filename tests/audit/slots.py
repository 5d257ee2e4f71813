"""A traced kernel: which slots of which objects each step really reads and changes, whatever the footprint says.

While `traced()` is in force every slot of every class of `kernel_model`, and of what user mode keeps beside it, is behind a
descriptor; lists, deques, dictionaries and byte arrays in slots are subclasses that tell of each use; the program's memory is
told of where the kernel touches it.  Nothing of it asks the footprint.
"""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from inspect import isclass
from typing import Any, Final

import kernel_model.rtl.lock
import kernel_model.tcpip.flow
import sim.win32.kernel32_locks
import sim.win32.kernel32_waits
from sim.win32.interlocked import SimInterlocked
from sim.win32.kernel32_locks import Kernel32Locks
from sim.win32.kernel32_waits import Kernel32Waits
from sim.win32.memory import Block, Overlapped, Region

Key = tuple[Hashable, ...]  # (object, slot) or (object, slot, part), the object by identity
READ, CHANGED, SAME = "reads", "changes", "writes the same to"
_MISSING: Final = object()
OBSERVER: Final = "kernel_model.footprint"
MORE_CLASSES: Final = (SimInterlocked, Kernel32Locks)
UNTRACED: Final = (  # what happens inside, nobody can observe
    # Law 1: wanting a lock is no event, nor is being let in or locked out; the acquire is.
    (kernel_model.rtl.lock, "refresh"), (sim.win32.kernel32_locks, "want_lock"),
    # The picture of a lock in the program's memory follows the lock.
    (Kernel32Locks, "_show"),
    # Waiting for the end of threads is no event: it is over after both, whichever is first.
    (sim.win32.kernel32_waits, "wait_for_multiple_objects"), (Kernel32Waits, "_unfinished"),
    # Whoever finds too little room says so (`note_window`); where there is room enough, how much does not matter.
    (kernel_model.tcpip.flow, "window"),
)  # fmt: skip


class Accesses:
    """What one step has done so far: keys that it read, and keys that it wrote with what was there before."""

    def __init__(self) -> None:
        self.read: dict[Key, None] = {}
        self.before: dict[Key, tuple[Any, Callable[[], Any]]] = {}

    def kinds(self) -> dict[Key, str]:
        """The net effect: a write that leaves what was there is none that anybody can see."""
        found = dict.fromkeys(self.read, READ)
        fresh = {key[0] for key, (old, _) in self.before.items() if old is _MISSING and len(key) == 2}
        for key, (old, now) in self.before.items():
            if key[0] in fresh:
                continue  # nobody knows the object yet: how others come to know it is an access of its own
            if not _same(old, now()):
                found[key] = CHANGED
            elif key not in found:
                found[key] = SAME
        return found


class Tracer:
    """Collects while a step is open."""

    def __init__(self) -> None:
        self.open: Accesses | None = None
        self.names: dict[Key, str] = {}
        self._kept: dict[int, Any] = {}  # identities stay in use while somebody compares them

    def begin(self) -> None:
        """A step begins."""
        self.open = Accesses()

    def end(self) -> Accesses:
        """It is over."""
        accesses, self.open = self.open or Accesses(), None
        return accesses

    def forget(self) -> None:
        """The next program."""
        self.open = None
        self.names.clear()
        self._kept.clear()

    def read(self, owner: Any, slot: str, part: Hashable = None) -> None:
        """Somebody looks at it; what the step wrote itself it knows."""
        step = self.open
        if step is not None:
            key = self._key(owner, slot, part)
            if part is not None or key not in step.before:
                step.read[key] = None

    def write(self, owner: Any, slot: str, now: Callable[[], Any], part: Hashable = None) -> None:
        """Somebody is about to write; `now` tells what is there."""
        step = self.open
        if step is not None:
            key = self._key(owner, slot, part)
            if key not in step.before:
                step.before[key] = (now(), now)

    def _key(self, owner: Any, slot: str, part: Hashable) -> Key:
        key = (id(owner), slot) if part is None else (id(owner), slot, part)
        if key not in self.names:
            self._kept[id(owner)] = owner
            self.names[key] = _name(owner, slot, part)
        return key


def _name(owner: Any, slot: str, part: Hashable) -> str:
    tracer, TRACER.open = TRACER.open, None  # looking for the name is nobody's access
    try:
        label = getattr(owner, "label", "") or getattr(owner, "reason", "")
        if label == "" and getattr(owner, "thread", None) is not None:
            label = f"of {owner.thread.label}"
    finally:
        TRACER.open = tracer
    return f"{slot} of {label or type(owner).__name__}" + ("" if part is None else f" [{part}]")


def _same(old: Any, new: Any) -> bool:
    if old is new:
        return True
    return type(old) is type(new) and isinstance(old, int | str | bytes | tuple | list | dict) and bool(old == new)


TRACER: Final = Tracer()


class Slot:
    """In the place of a member descriptor."""

    def __init__(self, inner: Any, name: str) -> None:
        self.inner = inner
        self.name = name

    def __get__(self, obj: Any, owner: type[Any] | None = None) -> Any:
        if obj is None:
            return self
        value = self.inner.__get__(obj)
        if TRACER.open is not None:
            TRACER.read(obj, self.name)
        return value

    def __set__(self, obj: Any, value: Any) -> None:
        if TRACER.open is not None:
            TRACER.write(obj, self.name, lambda: self._now(obj))
        self.inner.__set__(obj, watched(value, obj, self.name))

    def __delete__(self, obj: Any) -> None:
        self.inner.__delete__(obj)

    def _now(self, obj: Any) -> Any:
        try:
            return self.inner.__get__(obj)
        except AttributeError:
            return _MISSING


# ---- containers -------------------------------------------------------------------------------------------------------------

_SEQUENCE_READS: Final = (
    "__iter__", "__len__", "__getitem__", "__contains__", "__reversed__", "__bytes__", "__eq__", "count", "index", "copy", "find",
)  # fmt: skip
_SEQUENCE_WRITES: Final = (
    "append", "appendleft", "pop", "popleft", "remove", "clear", "extend", "extendleft", "insert", "rotate", "sort", "reverse",
    "__setitem__", "__delitem__", "__iadd__",
)  # fmt: skip


def _reading(base: type[Any], name: str) -> Callable[..., Any]:
    method = getattr(base, name)

    def looked(self: Any, *arguments: Any) -> Any:
        TRACER.read(self.owner, self.slot, self.part)
        return method(self, *arguments)

    return looked


def _writing(base: type[Any], name: str) -> Callable[..., Any]:
    method = getattr(base, name)

    def changed(self: Any, *arguments: Any, **keywords: Any) -> Any:
        TRACER.write(self.owner, self.slot, lambda: [*base.__iter__(self)], self.part)
        return method(self, *arguments, **keywords)

    return changed


def _sequence(base: type[Any]) -> type[Any]:
    """A subclass of a list, deque or bytearray that tells of its uses, all of it as one."""
    body: dict[str, Any] = {"owner": None, "slot": "", "part": "contents"}
    body |= {name: _reading(base, name) for name in _SEQUENCE_READS if hasattr(base, name)}
    body |= {name: _writing(base, name) for name in _SEQUENCE_WRITES if hasattr(base, name)}
    if base is bytearray:
        body["__bytes__"] = lambda self: bytes(self[:])
    body["__hash__"] = None
    return type(f"Watched{base.__name__}", (base,), body)


def _dictionary(base: Any) -> type[Any]:
    """A subclass of a dictionary: each key on its own, and which keys there are."""

    class Watched(base):  # type: ignore[misc]  # of two bases
        owner: Any = None
        slot: str = ""
        part: Hashable = None

        def _of(self, key: Any) -> tuple[Hashable, ...]:
            return (self.part, "key", key)

        def _look(self, key: Any) -> None:
            if TRACER.open is not None:
                TRACER.read(self.owner, self.slot, self._of(key))

        def _touch(self, key: Any) -> None:
            if TRACER.open is not None:
                TRACER.write(self.owner, self.slot, lambda: dict.get(self, key, _MISSING), self._of(key))
                if not dict.__contains__(self, key):
                    self._resize()

        def _resize(self) -> None:
            TRACER.write(self.owner, self.slot, lambda: [*base.__iter__(self)], (self.part, "keys"))

        def _everything(self) -> None:
            if TRACER.open is not None:
                TRACER.read(self.owner, self.slot, (self.part, "keys"))
                for key in base.__iter__(self):
                    self._look(key)

        def __getitem__(self, key: Any) -> Any:
            self._look(key)
            return base.__getitem__(self, key)

        def get(self, key: Any, default: Any = None) -> Any:
            self._look(key)
            return base.get(self, key, default)

        def __contains__(self, key: Any) -> bool:
            self._look(key)
            return bool(base.__contains__(self, key))

        def __setitem__(self, key: Any, value: Any) -> None:
            self._touch(key)
            base.__setitem__(self, key, watched(value, self.owner, self.slot, (self.part, key)))

        def setdefault(self, key: Any, default: Any = None) -> Any:
            self._look(key)
            if not base.__contains__(self, key):
                self[key] = default
            return base.__getitem__(self, key)

        def __delitem__(self, key: Any) -> None:
            self._touch(key)
            self._resize()
            base.__delitem__(self, key)

        def pop(self, key: Any, *default: Any) -> Any:
            self._look(key)
            if base.__contains__(self, key):
                self._touch(key)
                self._resize()
            return base.pop(self, key, *default)

        def popitem(self, *last: Any) -> Any:
            self._everything()
            self._resize()
            return base.popitem(self, *last)

        def clear(self) -> None:
            for key in [*base.__iter__(self)]:
                self._touch(key)
            self._resize()
            base.clear(self)

        def update(self, *others: Any) -> None:
            for key, value in dict(*others).items():
                self[key] = value

        def __iter__(self) -> Iterator[Any]:
            self._everything()
            return iter([*base.__iter__(self)])

        def __len__(self) -> int:
            if TRACER.open is not None:
                TRACER.read(self.owner, self.slot, (self.part, "keys"))
            return int(base.__len__(self))

        def keys(self) -> Any:
            self._everything()
            return base.keys(self)

        def values(self) -> Any:
            self._everything()
            return [base.__getitem__(self, key) for key in [*base.__iter__(self)]]

        def items(self) -> Any:
            self._everything()
            return [(key, base.__getitem__(self, key)) for key in [*base.__iter__(self)]]

    return Watched


WATCHED: Final[dict[type[Any], type[Any]]] = {
    list: _sequence(list), deque: _sequence(deque), bytearray: _sequence(bytearray),
    dict: _dictionary(dict), OrderedDict: _dictionary(OrderedDict),
}  # fmt: skip


def watched(value: Any, owner: Any, slot: str, part: Hashable = None) -> Any:
    """The value; a container as one that tells of its uses."""
    kind = WATCHED.get(type(value))
    if kind is None:
        return value
    made = kind()
    made.owner, made.slot = owner, slot
    if part is not None or issubclass(kind, dict):
        made.part = part if issubclass(kind, dict) else (part, "contents")
    open_, TRACER.open = TRACER.open, None
    if isinstance(value, dict):
        for key, item in value.items():
            made[key] = item
    else:
        made.extend(value)
    TRACER.open = open_
    return made


# ---- putting it in force ----------------------------------------------------------------------------------------------------


def traced_classes() -> list[type[Any]]:
    """Every class of the kernel model that has slots of its own, and of user mode what keeps state."""
    found: dict[type[Any], None] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("kernel_model") and name != OBSERVER:
            for value in vars(module).values():
                if isclass(value) and value.__module__ == name and value.__dict__.get("__slots__"):
                    found[value] = None
    return [*found, *MORE_CLASSES]


def _unheard(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, while nobody listens."""

    def untraced(*arguments: Any, **keywords: Any) -> Any:
        open_, TRACER.open = TRACER.open, None
        try:
            return function(*arguments, **keywords)
        finally:
            TRACER.open = open_

    return untraced


def _memory_methods() -> dict[tuple[type[Any], str], Any]:
    """Where the kernel touches the program's memory: by block and word, for addresses come again."""

    def touch(block: Block, address: int, length: int, *, write: bool) -> None:
        for word in range((address - block.base) // 8, (address - block.base + length + 7) // 8):
            if write:
                TRACER.write(block, "memory", object, word)
            else:
                TRACER.read(block, "memory", word)

    read, write, pend, complete = Region.read, Region.write, Overlapped.pend, Overlapped.complete
    internal, high, event = (vars(Overlapped)[name] for name in ("internal", "internal_high", "event"))

    def region_read(self: Region, offset: int, count: int, /) -> bytes:
        touch(self.block, self.address + offset, count, write=False)
        return read(self, offset, count)

    def region_write(self: Region, offset: int, data: bytes, /) -> None:
        touch(self.block, self.address + offset, len(data), write=True)
        write(self, offset, data)

    def overlapped_pend(self: Overlapped) -> None:
        touch(self.block, self.address, 8, write=True)
        pend(self)

    def overlapped_complete(self: Overlapped, status: int, information: int, /) -> None:
        touch(self.block, self.address, 16, write=True)
        complete(self, status, information)

    def field(inner: Any, offset: int) -> property:
        def look(self: Overlapped) -> int:
            touch(self.block, self.address + offset, 8, write=False)
            return int(inner.__get__(self))

        return property(look)

    return {
        (Region, "read"): region_read, (Region, "write"): region_write,
        (Overlapped, "pend"): overlapped_pend, (Overlapped, "complete"): overlapped_complete,
        (Overlapped, "internal"): field(internal, 0), (Overlapped, "internal_high"): field(high, 8),
        (Overlapped, "event"): field(event, 24),
    }  # fmt: skip


@contextmanager
def traced() -> Iterator[Tracer]:
    """Every access of a step is told, until the end of the block; kernels that are made inside only."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for cls in traced_classes():
            slots = cls.__dict__["__slots__"]
            for slot in (slots,) if isinstance(slots, str) else slots:
                inner = cls.__dict__.get(slot)
                if inner is not None and not slot.startswith("__"):
                    undo.append((cls, slot, inner))
                    setattr(cls, slot, Slot(inner, f"{cls.__name__}.{slot}"))
        for place, name in UNTRACED:
            undo.append((place, name, vars(place)[name]))
            setattr(place, name, _unheard(vars(place)[name]))
        for (cls, name), method in _memory_methods().items():
            undo.append((cls, name, vars(cls)[name]))
            setattr(cls, name, method)
        yield TRACER
    finally:
        for cls, name, inner in reversed(undo):
            setattr(cls, name, inner)
        TRACER.forget()
