"""Handle tables: values are multiples of 4, the low two bits are ignored (K-74).

Models:  open, close, duplicate, access masks, pseudo-handles; LIFO reuse, so that stale handles become visible.
Models:  with the fault "handle-reuse" any value that was closed in the process may be given out again, to any thread.
Differs: F-001 handle values and thread identifiers depend only on what the creating thread did itself.
Sources: learn.microsoft.com CloseHandle, DuplicateHandle, "Handles and Objects" (K-25, K-72 to K-76).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from alertable.kernel_model.ob.object import ALL_ACCESS, LAST_CLOSE, KObject
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread

CURRENT_PROCESS: Final = 2**64 - 1
CURRENT_THREAD: Final = 2**64 - 2
ARENA_HANDLES: Final = 1 << 12
DUPLICATE_CLOSE_SOURCE: Final = 1
DUPLICATE_SAME_ACCESS: Final = 2

T = TypeVar("T", bound=KObject)


def open_handle(k: Core, t: KThread, obj: KObject, access: int = ALL_ACCESS) -> int:
    """A new handle of the thread's process to obj."""
    free = t.free_handles
    again = _given_out_again(k, t) if k.outcomes is not None else None
    if again is not None:
        handle = again or _new_value(k, t)
    elif free:
        handle = free.pop()
    else:
        handle = _new_value(k, t)
    t.process.handles[handle] = obj, access
    t.process.handle_cells[handle].written()  # for whoever uses the value, too early or still
    if obj.handle_count:
        obj.written()  # which close is its last
    obj.handle_count += 1
    return handle


def _new_value(k: Core, t: KThread) -> int:
    """One that was never given out."""
    if t.handles_made == ARENA_HANDLES - 1:
        t.handle_arena, t.handles_made = k.next_arena(), 0
    t.handles_made += 1
    return 4 * (t.handle_arena * ARENA_HANDLES + t.handles_made)


def _given_out_again(k: Core, t: KThread) -> int | None:
    """With the fault "handle-reuse": a value that any thread of the process closed, 0 for a new one; without it None.

    Windows has one table per process, and the order in which it gives values out again is nobody's business.
    """
    assert k.outcomes is not None
    if "handle-reuse" not in k.outcomes.faults:
        return None
    closed = t.process.closed_handles
    t.process.closed.read()
    if not closed:
        return 0
    picked = k.outcomes.fault(k, "handle-reuse", tuple(reversed(closed)))
    if not picked:
        return 0
    handle = closed.pop(-picked)
    t.process.closed.written()
    return handle


def missing(t: KThread, handle: int) -> None:
    """Somebody named a handle that there is not: whoever watches may know that there was one."""
    if t.process.trace is not None:
        t.process.trace.handle_missing(t, handle & 2**64 - 4)


def entry_of(t: KThread, handle: int) -> tuple[KObject, int] | None:
    """(object, access) that a real handle names; None for anything else."""
    handle &= 2**64 - 4
    t.process.handle_cells[handle].read()
    return t.process.handles.get(handle)


def lookup(t: KThread, handle: int) -> tuple[KObject, int] | None:
    """(object, access) that a handle names, pseudo-handles included; None for anything else."""
    handle &= 2**64 - 1
    if handle == CURRENT_THREAD:
        return t, ALL_ACCESS
    if handle == CURRENT_PROCESS:
        return t.process, ALL_ACCESS
    return entry_of(t, handle)


def reference(t: KThread, handle: int, kind: type[T], access: int) -> T | NtStatus:
    """ObReferenceObjectByHandle: the object, or INVALID_HANDLE | OBJECT_TYPE_MISMATCH | ACCESS_DENIED (in this order)."""
    process = t.process
    entry = process.handles.get(handle)
    if entry is not None:
        t.footprint.reads |= process.handle_cells[handle].bit
    else:
        entry = lookup(t, handle)
        if entry is None:
            missing(t, handle)
            return NtStatus.INVALID_HANDLE
    obj, granted = entry
    if not isinstance(obj, kind):
        return NtStatus.OBJECT_TYPE_MISMATCH
    if access & ~granted:
        return NtStatus.ACCESS_DENIED
    return obj


def close_handle(k: Core, t: KThread, handle: int) -> NtStatus:
    """NtClose: SUCCESS | INVALID_HANDLE.  Closing a pseudo-handle has no effect (K-25)."""
    handle &= 2**64 - 1
    if handle in (CURRENT_THREAD, CURRENT_PROCESS):
        return NtStatus.SUCCESS
    entry = entry_of(t, handle)
    if entry is None:
        missing(t, handle)
        return NtStatus.INVALID_HANDLE
    handle &= ~3
    del t.process.handles[handle]
    t.process.handle_cells[handle].written()
    if k.outcomes is not None and "handle-reuse" in k.outcomes.faults:
        t.process.closed.written()
        t.process.closed_handles.append(handle)
    else:
        t.free_handles.append(handle)
    if k.trace is not None:
        k.trace.handle_closed(t, handle, entry[0])
    release(k, entry[0])
    return NtStatus.SUCCESS


def release(k: Core, obj: KObject) -> None:
    """Drop one handle's hold on the object."""
    obj.written()
    obj.handle_count -= 1
    if not obj.handle_count:
        _last_handle_closed(k, obj)


def _last_handle_closed(k: Core, obj: KObject) -> None:
    """The name goes with it (K-41), and whatever else objects of its class take with them."""
    if obj.name is not None:
        k.name_cells[obj.name].written()
        del k.names[obj.name]
        obj.name = None
    procedure = LAST_CLOSE.get(type(obj))
    if procedure is not None:
        procedure(k, obj)


def duplicate_handle(k: Core, t: KThread, source: int, access: int, options: int) -> int | NtStatus:
    """DuplicateHandle within a process: the new handle, or a status.

    With SAME_ACCESS | CLOSE_SOURCE the same value comes back (K-73, Wine test process.c test_DuplicateHandle).
    CLOSE_SOURCE closes the source whatever else happens (documented).
    """
    found = lookup(t, source)
    if found is None:
        missing(t, source)
        return NtStatus.INVALID_HANDLE
    obj, granted = found
    real = (source & ~3) in t.process.handles
    if options & DUPLICATE_CLOSE_SOURCE and options & DUPLICATE_SAME_ACCESS and real:
        return source & ~3
    handle = open_handle(k, t, obj, granted if options & DUPLICATE_SAME_ACCESS else access)
    if options & DUPLICATE_CLOSE_SOURCE and real:
        close_handle(k, t, source)
    return handle
