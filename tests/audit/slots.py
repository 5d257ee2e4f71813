"""A traced kernel: which slots of which objects each step really reads and changes, whatever the footprint says.

While `traced()` is in force every slot of every class of `kernel_model`, and of what user mode keeps beside it, is behind a
descriptor; lists, deques, dictionaries and byte arrays in slots are subclasses that tell of each use; the program's memory is
told of where the kernel touches it.  Nothing of it asks the footprint.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from inspect import isclass
from typing import TYPE_CHECKING, Any, Final

import alertable.kernel_model.ke.gate
import alertable.kernel_model.rtl.lock
import alertable.kernel_model.tcpip.flow
import alertable.sim.win32.kernel32_locks
import alertable.sim.win32.kernel32_waits
import alertable.sim.win32.peer
from alertable.sim.win32.interlocked import SimInterlocked
from alertable.sim.win32.kernel32_locks import Kernel32Locks, LockTable
from alertable.sim.win32.kernel32_waits import Kernel32Waits
from alertable.sim.win32.memory import Block, Overlapped, Region
from tests.audit.containers import watched
from tests.audit.tracer import MISSING, TRACER, Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OBSERVER: Final = "alertable.kernel_model.footprint"
MORE_CLASSES: Final = (SimInterlocked, Kernel32Locks, LockTable)
UNTRACED: Final = (  # what happens inside, nobody can observe
    # Law 1: wanting a lock is no event, nor is being let in or locked out; the acquire is.
    (alertable.kernel_model.rtl.lock, "refresh"), (alertable.sim.win32.kernel32_locks, "want_lock"),
    # Nor is standing before a gate; passing it is.
    (alertable.kernel_model.ke.gate, "let_in"), (alertable.sim.win32.peer, "stand_before"),
    # The picture of a lock in the program's memory follows the lock.
    (Kernel32Locks, "_show"),
    # Waiting for the end of threads is no event: it is over after both, whichever is first.
    (alertable.sim.win32.kernel32_waits, "wait_for_multiple_objects"), (Kernel32Waits, "_ended"),
    # Whoever finds too little room says so (`note_window`); where there is room enough, how much does not matter.
    (alertable.kernel_model.tcpip.flow, "window"),
)  # fmt: skip


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
            return MISSING


def traced_classes() -> list[type[Any]]:
    """Every class of the kernel model that has slots of its own, and of user mode what keeps state."""
    found: dict[type[Any], None] = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("alertable.kernel_model") and name != OBSERVER:  # which only takes down what it is told
            for value in vars(module).values():
                if isclass(value) and value.__module__ == name and value.__dict__.get("__slots__"):
                    found[value] = None
    return [*found, *MORE_CLASSES]


def _unheard(member: Any) -> Any:
    """The function, while nobody listens; a static method stays one."""
    function: Callable[..., Any] = member.__func__ if isinstance(member, staticmethod) else member

    def untraced(*arguments: Any, **keywords: Any) -> Any:
        open_, TRACER.open = TRACER.open, None
        try:
            return function(*arguments, **keywords)
        finally:
            TRACER.open = open_

    return staticmethod(untraced) if isinstance(member, staticmethod) else untraced


def _memory_methods() -> dict[tuple[type[Any], str], Any]:
    """Where the kernel touches the program's memory: by block and word, for addresses come again."""

    def touch(block: Block, address: int, length: int, *, write: bool) -> None:
        for word in range((address - block.base) // 8, (address - block.base + length + 7) // 8):
            if write:
                TRACER.write(block, "memory", object, word)
            else:
                TRACER.read(block, "memory", word)

    read, write, pend, complete, status = Region.read, Region.write, Overlapped.pend, Overlapped.complete, Overlapped.status
    high, event = (vars(Overlapped)[name] for name in ("internal_high", "event"))

    def region_read(self: Region, offset: int, count: int, /) -> bytes:
        touch(self.block, self.address + offset, count, write=False)
        return read(self, offset, count)

    def region_write(self: Region, offset: int, data: bytes, /) -> None:
        touch(self.block, self.address + offset, len(data), write=True)
        write(self, offset, data)

    def overlapped_pend(self: Overlapped) -> None:
        touch(self.block, self.address, 8, write=True)
        pend(self)

    def overlapped_status(self: Overlapped, t: Any) -> int:
        touch(self.block, self.address, 8, write=False)
        return status(self, t)

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
        (Overlapped, "status"): overlapped_status, (Overlapped, "internal_high"): field(high, 8),
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
