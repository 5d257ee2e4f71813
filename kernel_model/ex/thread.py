"""System services on threads (NT: NtSuspendThread, NtResumeThread, NtTerminateThread, NtQueueApcThread, NtAlertThread).

Sources: learn.microsoft.com SuspendThread, TerminateThread, QueueUserAPC; Wine kernel32/tests/sync.c test_QueueUserAPC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ke.apc import insert_queue_apc, insert_special_apc
from alertable.kernel_model.ke.structures import KApc, KThread
from alertable.kernel_model.ke.wait import end_wait
from alertable.kernel_model.ob.handle_table import open_handle, reference
from alertable.kernel_model.ps.thread import resume_thread, suspend_thread
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.kernel import Kernel

THREAD_TERMINATE: Final = 0x1
THREAD_SUSPEND_RESUME: Final = 0x2
THREAD_ALERT: Final = 0x4
THREAD_SET_CONTEXT: Final = 0x10
NATIVE_DELAY: Final = "NtDelayExecution"


def nt_suspend_thread(k: Kernel, t: KThread, handle: int) -> int | NtStatus:
    """The previous count as a plain int, or a status."""
    target = reference(t, handle, KThread, THREAD_SUSPEND_RESUME)
    return target if isinstance(target, NtStatus) else suspend_thread(k, target)


def nt_resume_thread(k: Kernel, t: KThread, handle: int) -> int | NtStatus:
    """The previous count as a plain int, or a status."""
    target = reference(t, handle, KThread, THREAD_SUSPEND_RESUME)
    return target if isinstance(target, NtStatus) else resume_thread(k, target)


def nt_queue_apc_thread(k: Kernel, t: KThread, handle: int, apc: KApc | None, *, special: bool = False) -> NtStatus:
    """SUCCESS, UNSUCCESSFUL for a thread that has ended (K-12); a NULL routine (apc None) has no effect (K-14)."""
    target = reference(t, handle, KThread, THREAD_SET_CONTEXT)
    if isinstance(target, NtStatus):
        return target
    target.read()
    if target.terminated:
        return NtStatus.UNSUCCESSFUL
    if apc is not None:
        if special:
            insert_special_apc(k, target, apc)
        else:
            insert_queue_apc(k, target, apc)
    return NtStatus.SUCCESS


def nt_alert_thread(k: Kernel, t: KThread, handle: int) -> NtStatus:
    """Set a thread's alert, which ends an alertable NtDelayExecution; Win32 waits start again and swallow it (K-18)."""
    target = reference(t, handle, KThread, THREAD_ALERT)
    if isinstance(target, NtStatus):
        return target
    target.inbox.written()
    target.turn.written()  # its next alertable wait swallows it, whatever is queued
    wait = target.wait
    if wait is not None and wait.alertable:
        if wait.reason == NATIVE_DELAY:
            k.handoff.hand(target)
            end_wait(k, wait, NtStatus.ALERTED)
    elif not target.terminated:
        target.alerted = True
    return NtStatus.SUCCESS


def open_thread(k: Kernel, t: KThread, tid: int, access: int) -> int | NtStatus:
    """OpenThread: a handle by identifier, INVALID_PARAMETER for none (Wine kernel32/tests/thread.c)."""
    found = k.thread_by_tid(tid & ~3)
    if found is not None:
        found.written()
    if found is None or (found.terminated and not found.handle_count):
        return NtStatus.INVALID_PARAMETER
    return open_handle(k, t, found, access)
