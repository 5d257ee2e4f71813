"""kernel32: waiting.

Sources: learn.microsoft.com SleepEx, WaitForSingleObjectEx, WaitForMultipleObjectsEx, SignalObjectAndWait;
         K-01 to K-09, K-16, K-17, K-26 to K-33.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ex.wait import (
    MAXIMUM_WAIT_OBJECTS,
    nt_signal_and_wait,
    nt_wait_for_multiple_objects,
    nt_wait_for_single_object,
)
from alertable.kernel_model.ke.structures import KThread
from alertable.kernel_model.ke.wait import delay_execution, wait_for_multiple_objects
from alertable.kernel_model.ob.handle_table import entry_of
from alertable.kernel_model.ob.object import SYNCHRONIZE
from alertable.kernel_model.status import NtStatus, nt_error
from alertable.sim.win32.door import INFINITE, WAIT_FAILED, Door, Handle, dword, handle_value, timeout_100ns

if TYPE_CHECKING:
    from alertable.kernel_model.kernel import Kernel
    from alertable.sim.win32.memory import Pointer

WAIT_TIMEOUT: Final = NtStatus.TIMEOUT
USER_APC: Final = NtStatus.USER_APC


def _wait_unheard(k: Kernel, t: KThread, threads: tuple[KThread, ...], function: str) -> None:
    """Wait for the end of them all; that the wait begins is no event."""
    mark = k.footprint.mark()
    wait_for_multiple_objects(k, t, threads, True, None, False, function)
    k.footprint.rewind(mark)


class Kernel32Waits(Door):
    """Waits; what they return is a status of success, or WAIT_FAILED with a last error."""

    __slots__ = ()

    def Sleep(self, dwMilliseconds: int, /) -> None:
        t = self._enter()
        timeout = timeout_100ns(dwMilliseconds)
        if delay_execution(self._k, t, timeout, False, "Sleep") is None:
            self._m.block()
        elif not timeout:
            self._m.polled_in_vain(t)

    def SleepEx(self, dwMilliseconds: int, bAlertable: int, /) -> int:
        t = self._enter()
        timeout = timeout_100ns(dwMilliseconds)
        status = self._finish_wait(delay_execution(self._k, t, timeout, bool(bAlertable), "SleepEx"))
        if status:
            return int(status)
        if timeout == 0:
            self._m.polled_in_vain(t)
        return 0

    def WaitForSingleObject(self, hHandle: Handle, dwMilliseconds: int, /) -> int:
        handle = hHandle if type(hHandle) is int else handle_value(hHandle)
        joined = self._joined((handle,), "WaitForSingleObject") if dwMilliseconds == INFINITE else None
        if joined:
            return 0
        t = self._enter() if joined is None else self._m.current
        status = nt_wait_for_single_object(self._k, t, handle, timeout_100ns(dwMilliseconds), False, "WaitForSingleObject")
        if status is None:
            status = self._m.block()
        return self._waited(t, status, dwMilliseconds) if status else 0

    def WaitForSingleObjectEx(self, hHandle: Handle, dwMilliseconds: int, bAlertable: int, /) -> int:
        t = self._enter()
        status = self._finish_wait(
            nt_wait_for_single_object(
                self._k, t, handle_value(hHandle), timeout_100ns(dwMilliseconds), bool(bAlertable), "WaitForSingleObjectEx"
            )
        )
        return self._waited(t, status, dwMilliseconds) if status else 0

    def WaitForMultipleObjects(self, nCount: int, lpHandles: Pointer, bWaitAll: int, dwMilliseconds: int, /) -> int:
        return self._wait_many("WaitForMultipleObjects", nCount, lpHandles, bWaitAll, dwMilliseconds, 0)

    def WaitForMultipleObjectsEx(
        self, nCount: int, lpHandles: Pointer, bWaitAll: int, dwMilliseconds: int, bAlertable: int, /
    ) -> int:
        return self._wait_many("WaitForMultipleObjectsEx", nCount, lpHandles, bWaitAll, dwMilliseconds, bAlertable)

    def _wait_many(self, name: str, count: int, lpHandles: Pointer, wait_all: int, ms: int, alertable: int) -> int:
        count = dword(count)
        handles, joined = (), None
        if 1 <= count <= MAXIMUM_WAIT_OBJECTS:
            handles = struct.unpack(f"<{count}Q", self._need(name, lpHandles, 8 * count).read(0, 8 * count))
            if wait_all and ms == INFINITE and not alertable:
                joined = self._joined(handles, name)
                if joined:
                    return 0
        t = self._enter() if joined is None else self._m.current
        if not handles:
            return self._waited(t, NtStatus.INVALID_PARAMETER, ms)
        status = self._finish_wait(
            nt_wait_for_multiple_objects(self._k, t, handles, bool(wait_all), timeout_100ns(ms), bool(alertable), name)
        )
        return self._waited(t, status, ms) if status else 0

    def _threads(self, handles: tuple[int, ...]) -> tuple[KThread, ...]:
        """The threads behind these handles, if they are all threads, all different."""
        threads = []
        for handle in handles:
            entry = entry_of(self._m.current, handle)
            if entry is None or type(entry[0]) is not KThread or not entry[1] & SYNCHRONIZE:
                return ()
            threads.append(entry[0])
        return tuple(threads) if len(set(threads)) == len(threads) else ()

    @staticmethod
    def _ended(threads: tuple[KThread, ...]) -> bool:
        """Are they over?  If not, the wait is over when they are; the answer makes no difference to anybody."""
        return all(thread.terminated for thread in threads)

    def _joined(self, handles: tuple[int, ...], function: str) -> bool | None:
        """Wait for the end of threads: one step when they have ended.  An end is for ever, so the wait commutes with it.

        None: these are no handles of threads.  False: they are not any more; the step has begun, and is a wait like any other.
        """
        m, k = self._m, self._k
        threads = self._threads(handles)
        if not threads or m.current.port is not None:  # the port hears at once that its thread blocks
            return None
        if self._ended(threads):
            self._enter()
        else:
            t: KThread = m.current
            m.check()
            self._begin(t)
            _wait_unheard(k, t, threads, function)
            m.block()
        for thread in threads:
            thread.joined()
            k.handoff.acquire(thread, m.current)
        return self._threads(handles) == threads

    def SignalObjectAndWait(
        self, hObjectToSignal: Handle, hObjectToWaitOn: Handle, dwMilliseconds: int, bAlertable: int, /
    ) -> int:
        t = self._enter()
        status = self._finish_wait(
            nt_signal_and_wait(
                self._k,
                t,
                handle_value(hObjectToSignal),
                handle_value(hObjectToWaitOn),
                timeout_100ns(dwMilliseconds),
                bool(bAlertable),
                "SignalObjectAndWait",
            )
        )
        return self._waited(t, status, dwMilliseconds)

    def _waited(self, t: KThread, status: int, ms: int) -> int:
        """The DWORD that a wait returns."""
        if nt_error(status):
            self._fail(t, status)
            return WAIT_FAILED
        if status == WAIT_TIMEOUT and not ms:
            self._m.polled_in_vain(t)
        return int(status)
