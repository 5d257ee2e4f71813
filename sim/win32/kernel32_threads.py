"""kernel32: threads, APCs, handles, the last error, time.

Models:  CreateThread to OpenThread, QueueUserAPC(2), DuplicateHandle, CloseHandle, GetTickCount.
Rejects: handles of other processes.
Sources: learn.microsoft.com CreateThread, SuspendThread, TerminateThread, QueueUserAPC, DuplicateHandle;
         K-05 to K-25, K-72 to K-76.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ex.thread import (
    THREAD_TERMINATE,
    nt_queue_apc_thread,
    nt_resume_thread,
    nt_suspend_thread,
    open_thread,
)
from alertable.kernel_model.ke.structures import ApcKind, EProcess, KApc, KThread
from alertable.kernel_model.ke.timerq import queue_timer
from alertable.kernel_model.ob.handle_table import (
    CURRENT_PROCESS,
    CURRENT_THREAD,
    DUPLICATE_CLOSE_SOURCE,
    close_handle,
    duplicate_handle,
    lookup,
    open_handle,
    reference,
)
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.status import NtStatus
from alertable.sim.runtime.possible import SPIN
from alertable.sim.win32.door import ERROR_NOT_ENOUGH_MEMORY, Callback, Door, Handle, dword, handle_value
from alertable.sim.win32.interlocked import InterlockedDoor
from alertable.sim.win32.memory import Pointer, address_of

if TYPE_CHECKING:
    from alertable.kernel_model.kernel import Kernel
    from alertable.sim.win32.callback import Routine

CREATE_SUSPENDED: Final = 4
STACK_SIZE_PARAM_IS_A_RESERVATION: Final = 0x10000
SPECIAL_USER_APC: Final = 1
FAILED: Final = 0xFFFFFFFF
MILLISECOND: Final = 10_000  # in 100 ns


def _tick(_k: Kernel, _context: None) -> None:
    """Nothing else is due, and a thread only looks at the clock: all that happens is that time passes."""


class Kernel32Threads(Door):
    """Threads and what belongs to them."""

    __slots__ = ()

    def CreateThread(
        self, lpThreadAttributes: Pointer, dwStackSize: int, lpStartAddress: Callback, lpParameter: Pointer,
        dwCreationFlags: int, lpThreadId: Pointer, /,
    ) -> int | None:  # fmt: skip
        t = self._enter()
        flags = dword(dwCreationFlags)
        if flags & ~(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION):
            self._not_modelled("CreateThread", f"dwCreationFlags {flags:#x}")
        routine, parameter = self._routine(lpStartAddress), address_of(lpParameter)
        if routine is None:
            self._not_modelled("CreateThread", "a NULL start address (the new thread would crash)")
        if self._out_of(t, ERROR_NOT_ENOUGH_MEMORY):
            return None
        made = self._m.start(
            t.process, t, f"{t.label}.{t.children + 1}", lambda me: self._thread_body(me, routine, parameter),
            daemon=t.daemon, suspended=bool(flags & CREATE_SUSPENDED), routine=routine.function,
        )  # fmt: skip
        if address_of(lpThreadId):
            self._memory.store_u32(lpThreadId, made.tid)
        return open_handle(self._k, t, made)

    def _thread_body(self, t: KThread, routine: Routine, parameter: int) -> int:
        """A thread begins with the APCs that were queued to it before (K-10)."""
        t.inbox.written()
        if t.user_apcs or t.special_apcs:
            self._deliver_apcs(t)
        return routine(parameter) & 0xFFFFFFFF

    def ExitThread(self, dwExitCode: int, /) -> None:
        self._m.leave_thread(self._enter(), dword(dwExitCode))

    def TerminateThread(self, hThread: Handle, dwExitCode: int, /) -> int:
        t = self._enter()
        target = reference(t, handle_value(hThread), KThread, THREAD_TERMINATE)
        if isinstance(target, NtStatus):
            return self._fail(t, target)
        if target is t:
            self._m.leave_thread(t, dword(dwExitCode))
        target.read()
        target.turn.written()
        if not target.terminated:
            end_thread(self._k, target, dword(dwExitCode))
        return 1

    def GetExitCodeThread(self, hThread: Handle, lpExitCode: Pointer, /) -> int:
        t = self._enter()
        target = reference(t, handle_value(hThread), KThread, 0)
        if isinstance(target, NtStatus):
            return self._fail(t, target)
        self._need("GetExitCodeThread", lpExitCode, 4)
        self._k.handoff.acquire(target)
        target.read()
        self._memory.store_u32(lpExitCode, target.exit_code)
        return 1

    def SuspendThread(self, hThread: Handle, /) -> int:
        t = self._enter()
        count = nt_suspend_thread(self._k, t, handle_value(hThread))
        if isinstance(count, NtStatus):
            self._fail(t, count)
            return FAILED
        if t.suspend_count:
            self._m.block()
        return count

    def ResumeThread(self, hThread: Handle, /) -> int:
        t = self._enter()
        count = nt_resume_thread(self._k, t, handle_value(hThread))
        if isinstance(count, NtStatus):
            self._fail(t, count)
            return FAILED
        return count

    def OpenThread(self, dwDesiredAccess: int, bInheritHandle: int, dwThreadId: int, /) -> int | None:
        t = self._enter()
        handle = open_thread(self._k, t, dword(dwThreadId), dword(dwDesiredAccess))
        if isinstance(handle, NtStatus):
            self._fail(t, handle)
            return None
        return handle

    def GetCurrentThread(self) -> int | None:
        return CURRENT_THREAD

    def GetCurrentProcess(self) -> int | None:
        return CURRENT_PROCESS

    def GetCurrentThreadId(self) -> int:
        t: KThread = self._m.current
        return t.tid

    def GetCurrentProcessId(self) -> int:
        t: KThread = self._m.current
        return t.process.pid

    def SwitchToThread(self) -> int:
        t = self._enter()
        self._m.polled_in_vain(t)
        return 0  # it only concerns the caller's processor: whoever else is ready may be about to run on another

    # ---- APCs -----------------------------------------------------------------------------------------------------------

    def QueueUserAPC(self, pfnAPC: Callback, hThread: Handle, dwData: int, /) -> int:
        t = self._enter()
        routine = self._routine(pfnAPC)
        apc = KApc(ApcKind.USER, routine, handle_value(dwData)) if routine is not None else None
        if self._out_of(t, ERROR_NOT_ENOUGH_MEMORY):
            return 0
        return self._queued(t, nt_queue_apc_thread(self._k, t, handle_value(hThread), apc))

    def QueueUserAPC2(self, ApcRoutine: Callback, Thread: Handle, Data: int, Flags: int, /) -> int:
        t = self._enter()
        flags = dword(Flags)
        if flags & ~SPECIAL_USER_APC:
            self._not_modelled("QueueUserAPC2", f"Flags {flags:#x}")
        routine = self._routine(ApcRoutine)
        apc = KApc(ApcKind.USER, routine, handle_value(Data)) if routine is not None else None
        done = self._queued(t, nt_queue_apc_thread(self._k, t, handle_value(Thread), apc, special=bool(flags)))
        self._deliver_special(t)
        return done

    def _queued(self, t: KThread, status: NtStatus) -> int:
        return self._fail(t, status) if status else 1

    # ---- handles --------------------------------------------------------------------------------------------------------

    def CloseHandle(self, hObject: Handle, /) -> int:
        t = self._enter()
        status = close_handle(self._k, t, handle_value(hObject))
        return self._fail(t, status) if status else 1

    def DuplicateHandle(
        self, hSourceProcessHandle: Handle, hSourceHandle: Handle, hTargetProcessHandle: Handle, lpTargetHandle: Pointer,
        dwDesiredAccess: int, bInheritHandle: int, dwOptions: int, /,
    ) -> int:  # fmt: skip
        t = self._enter()
        source, options = handle_value(hSourceHandle), dword(dwOptions)
        out = self._need("DuplicateHandle", lpTargetHandle, 8) if address_of(lpTargetHandle) else None
        if not self._is_process(t, hSourceProcessHandle):
            return self._fail(t, NtStatus.INVALID_HANDLE)
        if not self._is_process(t, hTargetProcessHandle):
            closed = close_handle(self._k, t, source) if options & DUPLICATE_CLOSE_SOURCE else NtStatus.INVALID_HANDLE
            if closed or handle_value(hTargetProcessHandle):
                return self._fail(t, NtStatus.INVALID_HANDLE)
            return 1  # without a target process it only closes the source
        handle = duplicate_handle(self._k, t, source, dword(dwDesiredAccess), options)
        if isinstance(handle, NtStatus):
            return self._fail(t, handle)
        if out is not None:
            out.write(0, handle.to_bytes(8, "little"))
        return 1

    def _is_process(self, t: KThread, handle: Handle) -> bool:
        found = lookup(t, handle_value(handle))
        return found is not None and isinstance(found[0], EProcess)

    # ---- last error and time ----------------------------------------------------------------------------------------------

    def GetLastError(self) -> int:
        t: KThread = self._m.current
        return t.last_error

    def SetLastError(self, dwErrCode: int, /) -> None:
        t: KThread = self._m.current
        t.last_error = dword(dwErrCode)

    def GetTickCount(self) -> int:
        return self.GetTickCount64() & 0xFFFFFFFF

    def GetTickCount64(self) -> int:
        t = self._enter()
        k = self._k
        now = k.told_time_100ns() // MILLISECOND
        self._m.polled_in_vain(t)  # a loop that reads the clock until it has moved must let it move
        if t.vain_polls >= SPIN and not k.live_timers:
            queue_timer(k, k.now_100ns + MILLISECOND, _tick, None, "clock")
        return now

    @property
    def Interlocked(self) -> InterlockedDoor:
        """Cells that threads share."""
        return InterlockedDoor(self)
