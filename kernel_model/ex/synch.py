"""System services on events, mutexes, semaphores and timers: handle in, status out.

Sources: learn.microsoft.com SetEvent, ReleaseMutex, ReleaseSemaphore, SetWaitableTimer; K-31 to K-48.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ke.event import KEvent, pulse_event, reset_event, set_event
from alertable.kernel_model.ke.mutant import KMutant, release_mutant
from alertable.kernel_model.ke.semaphore import KSemaphore, release_semaphore
from alertable.kernel_model.ke.timer import KTimer, set_timer, stop_timer
from alertable.kernel_model.ob.handle_table import reference
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel

MODIFY_STATE: Final = 2  # EVENT_MODIFY_STATE, SEMAPHORE_MODIFY_STATE, TIMER_MODIFY_STATE (K-32)
SUCCESS: Final = NtStatus.SUCCESS


def nt_set_event(k: Kernel, t: KThread, handle: int) -> NtStatus:
    """NtSetEvent."""
    event = reference(t, handle, KEvent, MODIFY_STATE)
    if event.__class__ is NtStatus:
        return event
    set_event(k, event)  # type: ignore[arg-type]  # the class test above; isinstance() costs twice as much here
    return SUCCESS


def nt_reset_event(k: Kernel, t: KThread, handle: int) -> NtStatus:
    """NtResetEvent."""
    event = reference(t, handle, KEvent, MODIFY_STATE)
    if isinstance(event, NtStatus):
        return event
    reset_event(event)
    return SUCCESS


def nt_pulse_event(k: Kernel, t: KThread, handle: int) -> NtStatus:
    """NtPulseEvent."""
    event = reference(t, handle, KEvent, MODIFY_STATE)
    if isinstance(event, NtStatus):
        return event
    pulse_event(k, event)
    return SUCCESS


def nt_release_mutant(k: Kernel, t: KThread, handle: int) -> NtStatus:
    """NtReleaseMutant: MUTANT_NOT_OWNED for anybody but the owner; needs no access right."""
    mutant = reference(t, handle, KMutant, 0)
    if isinstance(mutant, NtStatus):
        return mutant
    return release_mutant(k, t, mutant)


def nt_release_semaphore(k: Kernel, t: KThread, handle: int, count: int) -> int | NtStatus:
    """NtReleaseSemaphore: the previous count as a plain int, INVALID_PARAMETER below 1, SEMAPHORE_LIMIT_EXCEEDED (K-40)."""
    if count < 1:
        return NtStatus.INVALID_PARAMETER
    semaphore = reference(t, handle, KSemaphore, MODIFY_STATE)
    if isinstance(semaphore, NtStatus):
        return semaphore
    previous = release_semaphore(k, semaphore, count)
    if previous is None:
        return NtStatus.SEMAPHORE_LIMIT_EXCEEDED  # no conditional expression: mypyc would take it for an int
    return previous


def nt_set_timer(
    k: Kernel,
    t: KThread,
    handle: int,
    due_100ns: int,
    period_ms: int,
    routine: Callable[..., Any] | None,
    argument: Any,  # noqa: ANN401 - a user-mode value, opaque to the kernel
) -> NtStatus:
    """NtSetTimer: due_100ns as Windows takes it, negative relative, else UTC since 1601 (K-48)."""
    if period_ms < 0:
        return NtStatus.INVALID_PARAMETER
    timer = reference(t, handle, KTimer, MODIFY_STATE)
    if isinstance(timer, NtStatus):
        return timer
    now = k.now_100ns
    due = now - due_100ns if due_100ns < 0 else now + max(0, due_100ns - k.system_time_100ns()) if due_100ns else now
    set_timer(k, t, timer, due, period_ms * 10_000, routine, argument)
    return SUCCESS


def nt_cancel_timer(k: Kernel, t: KThread, handle: int) -> NtStatus:
    """NtCancelTimer: stops it, drops its queued routine, leaves its signal state (K-43)."""
    timer = reference(t, handle, KTimer, MODIFY_STATE)
    if isinstance(timer, NtStatus):
        return timer
    stop_timer(k, timer)
    return SUCCESS
