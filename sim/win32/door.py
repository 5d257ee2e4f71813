"""The door that every simulated function goes through.

A function of the Win32 API is a method: it enters (a step, perhaps a decision), unmarshals, makes the system call, marshals,
and leaves the last error as Windows does.
"""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

from alertable.kernel_model.errors import NotModelled
from alertable.kernel_model.ke.apc import next_apc
from alertable.kernel_model.ke.structures import ApcKind, KApc
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.callback import Routine, looks_at, routine_of
from alertable.sim.win32.errormap import dos_error, wsa_error
from alertable.sim.win32.memory import AccessViolation, Pointer, Region, UserMemory, address_of

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.runtime.machine import Machine

Handle = Any  # int, None, c_void_p and whatever else ctypes takes for a HANDLE
Callback = Any  # an instance of w.CALLBACK(...), an address, or None
INFINITE: Final = 0xFFFFFFFF
WAIT_FAILED: Final = 0xFFFFFFFF
ERROR_NOT_ENOUGH_MEMORY: Final = 8
ERROR_NO_SYSTEM_RESOURCES: Final = 1450
WSAENOBUFS: Final = 10055
USER_APC: Final = NtStatus.USER_APC
TIMES: Final = (1, 2)  # arguments of a timer's routine that say when it expired


def _plain(value: Any) -> Any:  # noqa: ANN401 - what ctypes takes for a number
    """The number in a simple ctypes object.  A text pointer is none: asking for its value would follow it anywhere."""
    value = getattr(value, "_as_parameter_", value)
    return value if isinstance(value, ctypes.c_char_p | ctypes.c_wchar_p) else getattr(value, "value", value)


def handle_value(handle: Handle) -> int:
    """A HANDLE or SOCKET argument as an unsigned number."""
    if type(handle) is int:
        return handle & 2**64 - 1
    if handle is None:
        return 0
    value = _plain(handle)
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 2**64 - 1
    return address_of(handle)


def dword(value: Any) -> int:  # noqa: ANN401 - what ctypes takes for a DWORD
    """A DWORD argument: ints are taken modulo 2**32 as ctypes does."""
    number = _plain(value)
    if not isinstance(number, int):
        raise ctypes.ArgumentError(f"expected a number, got {type(value).__name__}")
    return number & 0xFFFFFFFF


def signed(value: Any) -> int:  # noqa: ANN401 - what ctypes takes for an int
    """An int or LONG argument."""
    number = dword(value)
    return number - 2**32 if number & 0x80000000 else number


def timeout_100ns(milliseconds: Any) -> int | None:  # noqa: ANN401 - what ctypes takes for a DWORD
    """A Win32 time-out: None for INFINITE."""
    ms = milliseconds if type(milliseconds) is int and 0 <= milliseconds < INFINITE else dword(milliseconds)
    return None if ms == INFINITE else ms * 10_000


class Door:
    """Common part of the simulated DLLs; `_m` is the machine that the program runs on."""

    __slots__ = ("_k", "_m", "_memory", "_numbers", "_routines", "_thunks")

    def __init__(self, machine: Machine) -> None:
        self._m = machine
        self._k = machine.kernel
        self._memory = UserMemory(machine.released, machine.memory.block if machine.memory is not None else None)
        self._routines: dict[int, Routine] = {}
        self._numbers: dict[int, Any] = {}  # integers that interlocked operations were made on, by address
        self._thunks: dict[str, Any] = {}  # extension functions that the program asked for by WSAIoctl
        machine.deliver_special = self._deliver_special

    # ---- entering and leaving -------------------------------------------------------------------------------------------

    def _enter(self) -> KThread:
        """One step: the calling thread, after whatever the scheduler wanted to do first."""
        m = self._m
        m.steps += 1
        if m.steps >= m.alarm:
            m.attend()
        t: KThread = m.current
        return t

    def _lock_label(self, _region: Region, otherwise: str) -> str:
        """What messages call a lock; who records calls has a name for its memory already."""
        return otherwise

    def _begin(self, t: KThread) -> None:
        """A call whose wait is no step of its own begins; for who records calls."""

    def _fail(self, t: KThread, status: int) -> int:
        """FALSE, with the last error of kernel32's table."""
        t.last_error = dos_error(status)
        return 0

    def _fail_wsa(self, t: KThread, status: int) -> int:
        """SOCKET_ERROR, with the last error of Winsock's table."""
        t.last_error = wsa_error(status)
        return -1

    def _out_of(self, t: KThread, error: int) -> bool:
        """The fault "api-failure": the call finds no resources, and has this last error."""
        if self._k.outcomes is None or not self._k.outcomes.fault(self._k, "api-failure"):
            return False
        t.last_error = error
        return True

    def _not_modelled(self, function: str, what: str = "") -> NoReturn:
        """Law 5: nothing is invented.  The failure is kept, so a program that catches everything cannot hide it."""
        frame = sys._getframe(1)
        while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("alertable.sim."):
            frame = frame.f_back
        where = f" (called at {frame.f_code.co_filename}:{frame.f_lineno})"
        failure = NotModelled(function, what)
        failure.add_note(where.strip())
        self._m.failure = failure
        self._m.poke()
        raise failure

    # ---- blocking -------------------------------------------------------------------------------------------------------

    def _finish_wait(self, status: int | None) -> int:
        """The status of a wait: block if it is still open, then deliver APCs if they ended it."""
        if status is None:
            status = self._m.block()
        if status == USER_APC:
            self._deliver_apcs(self._m.current)
        return status

    def _deliver_apcs(self, t: KThread) -> None:
        """On the way back to user mode: run the whole queue, also what is queued meanwhile (K-05, K-06)."""
        while True:
            while t.special_apcs:
                self._run_apc(t, t.special_apcs.popleft())
            apc = next_apc(self._k, t)
            if apc is None:
                return
            self._run_apc(t, apc)
            self._enter()  # NtContinue: the queue is looked at again

    def _deliver_special(self, t: KThread, _status: int = 0) -> None:
        """The thread is about to run user code again, with the status of its wait: special user APCs run at once (K-19)."""
        while t.special_apcs:
            self._run_apc(t, t.special_apcs.popleft())

    def _run_apc(self, t: KThread, apc: KApc) -> None:
        self._k.handoff.acquire(apc, t)
        kind = apc.kind
        if kind is ApcKind.TIMER:
            apc.routine(*self._timer_arguments(apc))
            return
        context = apc.context
        if kind is ApcKind.IO:
            status = context.status
            error = context.apc_context(status) if callable(context.apc_context) else wsa_error(status)
            apc.routine(
                error,
                0 if error else context.information,
                context.iosb.address if context.iosb is not None else 0,
                *_flags(context),
            )
        elif kind is ApcKind.USER:
            apc.routine(context)
        else:
            apc.routine(*context)

    def _timer_arguments(self, apc: KApc) -> tuple[Any, int, int]:
        """What a timer's routine is called with.  In a search the time only if it looks at it: periods are the same otherwise."""
        argument, when = apc.context
        if looks_at(apc.routine, TIMES):
            self._k.clock_read = True
        elif self._m.explorer is not None:
            when = 0
        return argument, when & 0xFFFFFFFF, when >> 32

    # ---- the program's memory and routines --------------------------------------------------------------------------------

    def _routine(self, callback: Callback) -> Routine | None:
        return routine_of(callback, self._routines)

    def _need(self, function: str, pointer: Pointer, length: int) -> Region:
        """Memory that user-mode code of a DLL touches at once: Windows would crash the program on a bad address."""
        region = self._memory.region(pointer, length) if pointer is not None else None
        if region is None:
            where = "NULL" if not address_of(pointer) else "an address outside the program's objects"
            raise AccessViolation(function, f"{length} bytes at {where}")
        return region

    def dismantle(self) -> None:
        """The execution is over, and nobody asks any more."""
        self._memory.dismantle()
        self._routines.clear()


def _flags(irp: Any) -> tuple[int, ...]:  # noqa: ANN401 - an Irp; the routine of ReadFileEx has no flags
    return () if callable(irp.apc_context) else (0,)
