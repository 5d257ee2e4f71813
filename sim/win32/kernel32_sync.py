"""kernel32: events, mutexes, semaphores, waitable timers.

Rejects: names in other namespaces than the local one, security attributes (accepted, without effect).
Sources: learn.microsoft.com CreateEventW, CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW, SetWaitableTimer (K-34 to K-48).
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ex.objects import create_object, label, open_object
from alertable.kernel_model.ex.synch import (
    nt_cancel_timer,
    nt_pulse_event,
    nt_release_mutant,
    nt_release_semaphore,
    nt_reset_event,
    nt_set_event,
    nt_set_timer,
)
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ke.mutant import KMutant
from alertable.kernel_model.ke.semaphore import KSemaphore
from alertable.kernel_model.ke.timer import KTimer
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import ERROR_NOT_ENOUGH_MEMORY, Callback, Door, Handle, dword, handle_value, signed
from alertable.sim.win32.memory import AccessViolation, Pointer, address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.ob.object import KObject

ERROR_ALREADY_EXISTS: Final = 183


def _object_name(name: object) -> str | None:
    """A LPCWSTR argument: None for NULL, else the text; ctypes.ArgumentError for what is no wide string."""
    if isinstance(name, ctypes.c_wchar_p) and bool(name) and name._objects is None:  # a bare address: it may point anywhere
        raise AccessViolation("an object name", "a text outside the program's objects")
    text = name if isinstance(name, str) or name is None else getattr(name, "value", name)
    if text is None or isinstance(text, str):
        return text
    raise ctypes.ArgumentError(f"expected a str or None as a name, got {type(name).__name__}")


class Kernel32Sync(Door):
    """Dispatcher objects of programs."""

    __slots__ = ()

    def _create(self, t: KThread, name: object, kind: type[KObject], make: Callable[[], KObject]) -> int | None:
        """Named or not; the last error says whether it existed (K-41)."""
        if self._out_of(t, ERROR_NOT_ENOUGH_MEMORY):
            return None
        made = create_object(self._k, t, _object_name(name), kind, make)
        if isinstance(made, NtStatus):
            self._fail(t, made)
            return None
        t.last_error = ERROR_ALREADY_EXISTS if made[1] else 0
        return made[0]

    def CreateEventW(
        self, lpEventAttributes: Pointer, bManualReset: int, bInitialState: int, lpName: str | None, /
    ) -> int | None:
        t = self._enter()
        return self._create(
            t, lpName, KEvent, lambda: KEvent(self._k, label(t, "event"), bool(bManualReset), bool(bInitialState))
        )

    def OpenEventW(self, dwDesiredAccess: int, bInheritHandle: int, lpName: str | None, /) -> int | None:
        t = self._enter()
        name = _object_name(lpName)
        handle = NtStatus.INVALID_PARAMETER if name is None else open_object(self._k, t, name, KEvent, dword(dwDesiredAccess))
        if isinstance(handle, NtStatus):
            self._fail(t, handle)
            return None
        return handle

    def SetEvent(self, hEvent: Handle, /) -> int:
        t = self._enter()
        status = nt_set_event(self._k, t, hEvent if type(hEvent) is int else handle_value(hEvent))
        return self._fail(t, status) if status else 1

    def ResetEvent(self, hEvent: Handle, /) -> int:
        t = self._enter()
        status = nt_reset_event(self._k, t, handle_value(hEvent))
        return self._fail(t, status) if status else 1

    def PulseEvent(self, hEvent: Handle, /) -> int:
        t = self._enter()
        status = nt_pulse_event(self._k, t, handle_value(hEvent))
        return self._fail(t, status) if status else 1

    def CreateMutexW(self, lpMutexAttributes: Pointer, bInitialOwner: int, lpName: str | None, /) -> int | None:
        t = self._enter()

        def make() -> KMutant:
            mutant = KMutant(self._k, label(t, "mutex"))
            if bInitialOwner:
                mutant.satisfy(t)
            return mutant

        return self._create(t, lpName, KMutant, make)

    def ReleaseMutex(self, hMutex: Handle, /) -> int:
        t = self._enter()
        status = nt_release_mutant(self._k, t, handle_value(hMutex))
        return self._fail(t, status) if status else 1

    def CreateSemaphoreW(
        self, lpSemaphoreAttributes: Pointer, lInitialCount: int, lMaximumCount: int, lpName: str | None, /
    ) -> int | None:
        t = self._enter()
        initial, maximum = signed(lInitialCount), signed(lMaximumCount)
        if maximum < 1 or not 0 <= initial <= maximum:
            self._fail(t, NtStatus.INVALID_PARAMETER)
            return None
        return self._create(t, lpName, KSemaphore, lambda: KSemaphore(self._k, label(t, "semaphore"), initial, maximum))

    def ReleaseSemaphore(self, hSemaphore: Handle, lReleaseCount: int, lpPreviousCount: Pointer, /) -> int:
        t = self._enter()
        out = self._need("ReleaseSemaphore", lpPreviousCount, 4) if address_of(lpPreviousCount) else None
        previous = nt_release_semaphore(self._k, t, handle_value(hSemaphore), signed(lReleaseCount))
        if isinstance(previous, NtStatus):
            return self._fail(t, previous)
        if out is not None:
            out.write(0, previous.to_bytes(4, "little"))
        return 1

    def CreateWaitableTimerW(self, lpTimerAttributes: Pointer, bManualReset: int, lpTimerName: str | None, /) -> int | None:
        t = self._enter()
        return self._create(t, lpTimerName, KTimer, lambda: KTimer(self._k, label(t, "timer"), bool(bManualReset)))

    def SetWaitableTimer(
        self, hTimer: Handle, lpDueTime: Pointer, lPeriod: int, pfnCompletionRoutine: Callback, lpArgToCompletionRoutine: Pointer,
        fResume: int, /,
    ) -> int:  # fmt: skip
        t = self._enter()
        due = int.from_bytes(self._need("SetWaitableTimer", lpDueTime, 8).read(0, 8), "little", signed=True)
        routine, argument = self._routine(pfnCompletionRoutine), address_of(lpArgToCompletionRoutine)
        status = nt_set_timer(self._k, t, handle_value(hTimer), due, signed(lPeriod), routine, argument)
        return self._fail(t, status) if status else 1

    def CancelWaitableTimer(self, hTimer: Handle, /) -> int:
        t = self._enter()
        status = nt_cancel_timer(self._k, t, handle_value(hTimer))
        return self._fail(t, status) if status else 1
