"""ntdll.dll: the native calls under the APC and wait functions. Statuses come as unsigned numbers.

Sources: learn.microsoft.com RtlNtStatusToDosError; phnt ntpsapi.h, ntexapi.h (parameter names); Wine kernel32/tests/sync.c and
         ntdll/tests/sync.c; K-12 to K-18.
"""

from typing import Protocol

from alertable.winapi.surface.typedefs import BOOLEAN, HANDLE, LPVOID, NTSTATUS, PLARGE_INTEGER, ROUTINE, ULONG


class NativeFunctions(Protocol):
    """APCs, alerts and delays of NT."""

    def NtTestAlert(self, /) -> NTSTATUS: ...
    def NtQueueApcThread(
        self,
        ThreadHandle: HANDLE,
        ApcRoutine: ROUTINE,
        ApcArgument1: LPVOID,
        ApcArgument2: LPVOID,
        ApcArgument3: LPVOID,
        /,
    ) -> NTSTATUS: ...
    def NtAlertThread(self, ThreadHandle: HANDLE, /) -> NTSTATUS: ...
    def NtDelayExecution(self, Alertable: BOOLEAN, DelayInterval: PLARGE_INTEGER, /) -> NTSTATUS: ...
    def RtlNtStatusToDosError(self, Status: NTSTATUS, /) -> ULONG: ...
