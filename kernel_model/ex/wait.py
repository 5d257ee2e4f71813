"""System services that wait: handles to objects, then the dispatcher (NT: NtWaitFor*, NtSignalAndWaitForSingleObject).

A result of None means: the thread is blocked now; its status will be in `KThread.wait_status`.
Sources: learn.microsoft.com WaitForMultipleObjectsEx, SignalObjectAndWait; ReactOS ob/obwait.c (K-16, K-26 to K-33).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ke.event import KEvent, set_event
from alertable.kernel_model.ke.mutant import KMutant, release_mutant
from alertable.kernel_model.ke.semaphore import KSemaphore, release_semaphore
from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.ke.wait import wait_for_multiple_objects, wait_for_single_object
from alertable.kernel_model.ob.handle_table import entry_of, missing, reference
from alertable.kernel_model.ob.object import SYNCHRONIZE, KObject
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel

MAXIMUM_WAIT_OBJECTS: Final = 64
MODIFY_STATE: Final = 2


def waitable(t: KThread, handle: int) -> Dispatcher | NtStatus:
    """The object behind a handle that has SYNCHRONIZE access."""
    obj = reference(t, handle, KObject, SYNCHRONIZE)
    if isinstance(obj, NtStatus):
        return obj
    return obj if isinstance(obj, Dispatcher) else NtStatus.OBJECT_TYPE_MISMATCH


def nt_wait_for_single_object(
    k: Kernel, t: KThread, handle: int, timeout_100ns: int | None, alertable: bool, reason: str
) -> int | None:
    """NtWaitForSingleObject; pseudo-handles are accepted (K-26)."""
    process = t.process
    entry = process.handles.get(handle)
    if entry is not None and entry[1] & SYNCHRONIZE and isinstance(entry[0], Dispatcher):
        t.footprint.reads |= process.handle_cells[handle].bit
        return wait_for_single_object(k, t, entry[0], timeout_100ns, alertable, reason)
    obj = waitable(t, handle)
    if isinstance(obj, NtStatus):
        return obj
    return wait_for_single_object(k, t, obj, timeout_100ns, alertable, reason)


def nt_wait_for_multiple_objects(
    k: Kernel, t: KThread, handles: Sequence[int], all_: bool, timeout_100ns: int | None, alertable: bool, reason: str
) -> int | None:
    """NtWaitForMultipleObjects: all handles are checked before any object is looked at (K-31); no pseudo-handles.

    Statuses: INVALID_PARAMETER (count) | INVALID_HANDLE | ACCESS_DENIED | INVALID_PARAMETER_MIX (an object twice in a
    wait for all, K-30) | those of the wait.
    """
    if not 1 <= len(handles) <= MAXIMUM_WAIT_OBJECTS:
        return NtStatus.INVALID_PARAMETER
    objects: list[Dispatcher] = []
    for handle in handles:
        if entry_of(t, handle) is None:
            missing(t, handle)
            return NtStatus.INVALID_HANDLE
        obj = waitable(t, handle)
        if isinstance(obj, NtStatus):
            return obj
        objects.append(obj)
    if all_ and len(dict.fromkeys(objects)) < len(objects):
        return NtStatus.INVALID_PARAMETER_MIX
    return wait_for_multiple_objects(k, t, tuple(objects), all_, timeout_100ns, alertable, reason)


def nt_signal_and_wait(
    k: Kernel, t: KThread, signal: int, handle: int, timeout_100ns: int | None, alertable: bool, reason: str
) -> int | None:
    """NtSignalAndWaitForSingleObject: both handles are checked, then it signals whatever follows, then it waits (K-16, K-33)."""
    target = reference(t, signal, KObject, 0)
    if isinstance(target, NtStatus):
        return target
    obj = waitable(t, handle)
    if isinstance(obj, NtStatus):
        return obj
    if isinstance(target, KEvent):
        checked = reference(t, signal, KEvent, MODIFY_STATE)
        if isinstance(checked, NtStatus):
            return checked
        set_event(k, target)
    elif isinstance(target, KMutant):
        status = release_mutant(k, t, target)
        if status:
            return status
    elif isinstance(target, KSemaphore):
        allowed = reference(t, signal, KSemaphore, MODIFY_STATE)
        if isinstance(allowed, NtStatus):
            return allowed
        if release_semaphore(k, target, 1) is None:
            return NtStatus.SEMAPHORE_LIMIT_EXCEEDED
    else:
        return NtStatus.OBJECT_TYPE_MISMATCH
    return wait_for_single_object(k, t, obj, timeout_100ns, alertable, reason)
