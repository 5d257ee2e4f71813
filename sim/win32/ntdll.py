"""ntdll: the native calls that a program can reach.

Sources: Wine ntdll/tests/sync.c test_delayexecution, kernel32/tests/sync.c test_QueueUserAPC;
         ReactOS ke/thrdobj.c (K-12 to K-18).
"""

from __future__ import annotations

from alertable.kernel_model.ex.thread import NATIVE_DELAY, nt_alert_thread, nt_queue_apc_thread
from alertable.kernel_model.ke.structures import ApcKind, KApc
from alertable.kernel_model.ke.wait import delay_execution
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import Callback, Door, Handle, dword, handle_value
from alertable.sim.win32.errormap import dos_error
from alertable.sim.win32.memory import Pointer, address_of


class Ntdll(Door):
    """Native functions return an NTSTATUS and leave the last error alone."""

    __slots__ = ()

    def NtTestAlert(self) -> int:
        t = self._enter()
        t.inbox.written()
        if t.alerted:
            t.alerted = False
            return int(NtStatus.ALERTED)
        if t.user_apcs or t.special_apcs:
            self._deliver_apcs(t)
        return 0

    def NtQueueApcThread(
        self, ThreadHandle: Handle, ApcRoutine: Callback, ApcArgument1: Pointer, ApcArgument2: Pointer, ApcArgument3: Pointer, /
    ) -> int:
        t = self._enter()
        routine = self._routine(ApcRoutine)
        arguments = (address_of(ApcArgument1), address_of(ApcArgument2), address_of(ApcArgument3))
        apc = KApc(ApcKind.NATIVE, routine, arguments) if routine is not None else None
        return int(nt_queue_apc_thread(self._k, t, handle_value(ThreadHandle), apc))

    def NtAlertThread(self, ThreadHandle: Handle, /) -> int:
        t = self._enter()
        return int(nt_alert_thread(self._k, t, handle_value(ThreadHandle)))

    def RtlNtStatusToDosError(self, Status: int, /) -> int:
        return dos_error(dword(Status))

    def NtDelayExecution(self, Alertable: int, DelayInterval: Pointer, /) -> int:
        t = self._enter()
        interval = int.from_bytes(self._need(NATIVE_DELAY, DelayInterval, 8).read(0, 8), "little", signed=True)
        timeout = -interval if interval < 0 else max(0, interval - self._k.system_time_100ns()) if interval else 0
        if Alertable:
            t.inbox.written()
        if Alertable and t.alerted:
            t.alerted = False
            return int(NtStatus.ALERTED)
        status = self._finish_wait(delay_execution(self._k, t, timeout, bool(Alertable), NATIVE_DELAY))
        if not timeout and not status:
            self._m.polled_in_vain(t)
        return int(status)
