"""kernel32.dll: threads, waits, APCs, dispatcher objects, timers, user-mode locks, the heap, completion ports,
overlapped I/O.

Sources: learn.microsoft.com page of each function (synchapi, processthreadsapi, handleapi, ioapiset, fileapi, winbase,
         sysinfoapi); K-01 to K-76.
"""

from typing import Protocol

from alertable.winapi.surface.typedefs import (
    BOOL,
    BOOLEAN,
    DWORD,
    HANDLE,
    HANDLE_RESULT,
    LONG,
    LPBYTES,
    LPCRITICAL_SECTION,
    LPCWSTR,
    LPDWORD,
    LPHANDLE,
    LPLONG,
    LPLPOVERLAPPED,
    LPOVERLAPPED,
    LPOVERLAPPED_ENTRY,
    LPSECURITY_ATTRIBUTES,
    LPVOID,
    PCONDITION_VARIABLE,
    PLARGE_INTEGER,
    PSRWLOCK,
    PULONG,
    PULONG_PTR,
    ROUTINE,
    SIZE_T,
    UCHAR,
    ULONG,
    ULONG_PTR,
    ULONGLONG,
)


class ThreadFunctions(Protocol):
    """Threads, their handles, APCs and last error."""

    def CreateThread(
        self,
        lpThreadAttributes: LPSECURITY_ATTRIBUTES,
        dwStackSize: SIZE_T,
        lpStartAddress: ROUTINE,
        lpParameter: LPVOID,
        dwCreationFlags: DWORD,
        lpThreadId: LPDWORD,
        /,
    ) -> HANDLE_RESULT: ...
    def ExitThread(self, dwExitCode: DWORD, /) -> None: ...
    def TerminateThread(self, hThread: HANDLE, dwExitCode: DWORD, /) -> BOOL: ...
    def GetExitCodeThread(self, hThread: HANDLE, lpExitCode: LPDWORD, /) -> BOOL: ...
    def SuspendThread(self, hThread: HANDLE, /) -> DWORD: ...
    def ResumeThread(self, hThread: HANDLE, /) -> DWORD: ...
    def OpenThread(self, dwDesiredAccess: DWORD, bInheritHandle: BOOL, dwThreadId: DWORD, /) -> HANDLE_RESULT: ...
    def SwitchToThread(self, /) -> BOOL: ...
    def GetCurrentThread(self, /) -> HANDLE_RESULT: ...
    def GetCurrentThreadId(self, /) -> DWORD: ...
    def GetCurrentProcessId(self, /) -> DWORD: ...
    def GetCurrentProcess(self, /) -> HANDLE_RESULT: ...
    def QueueUserAPC(self, pfnAPC: ROUTINE, hThread: HANDLE, dwData: ULONG_PTR, /) -> DWORD: ...
    def QueueUserAPC2(self, ApcRoutine: ROUTINE, Thread: HANDLE, Data: ULONG_PTR, Flags: DWORD, /) -> BOOL: ...
    def SetLastError(self, dwErrCode: DWORD, /) -> None: ...


class WaitFunctions(Protocol):
    """Waits and time."""

    def Sleep(self, dwMilliseconds: DWORD, /) -> None: ...
    def SleepEx(self, dwMilliseconds: DWORD, bAlertable: BOOL, /) -> DWORD: ...
    def WaitForSingleObject(self, hHandle: HANDLE, dwMilliseconds: DWORD, /) -> DWORD: ...
    def WaitForSingleObjectEx(self, hHandle: HANDLE, dwMilliseconds: DWORD, bAlertable: BOOL, /) -> DWORD: ...
    def WaitForMultipleObjects(self, nCount: DWORD, lpHandles: LPHANDLE, bWaitAll: BOOL, dwMilliseconds: DWORD, /) -> DWORD: ...
    def WaitForMultipleObjectsEx(
        self, nCount: DWORD, lpHandles: LPHANDLE, bWaitAll: BOOL, dwMilliseconds: DWORD, bAlertable: BOOL, /
    ) -> DWORD: ...
    def SignalObjectAndWait(
        self, hObjectToSignal: HANDLE, hObjectToWaitOn: HANDLE, dwMilliseconds: DWORD, bAlertable: BOOL, /
    ) -> DWORD: ...
    def GetTickCount(self, /) -> DWORD: ...
    def GetTickCount64(self, /) -> ULONGLONG: ...


class ObjectFunctions(Protocol):
    """Handles, events, mutexes, semaphores, waitable timers."""

    def CloseHandle(self, hObject: HANDLE, /) -> BOOL: ...
    def DuplicateHandle(
        self,
        hSourceProcessHandle: HANDLE,
        hSourceHandle: HANDLE,
        hTargetProcessHandle: HANDLE,
        lpTargetHandle: LPHANDLE,
        dwDesiredAccess: DWORD,
        bInheritHandle: BOOL,
        dwOptions: DWORD,
        /,
    ) -> BOOL: ...
    def CreateEventW(
        self, lpEventAttributes: LPSECURITY_ATTRIBUTES, bManualReset: BOOL, bInitialState: BOOL, lpName: LPCWSTR, /
    ) -> HANDLE_RESULT: ...
    def OpenEventW(self, dwDesiredAccess: DWORD, bInheritHandle: BOOL, lpName: LPCWSTR, /) -> HANDLE_RESULT: ...
    def SetEvent(self, hEvent: HANDLE, /) -> BOOL: ...
    def ResetEvent(self, hEvent: HANDLE, /) -> BOOL: ...
    def PulseEvent(self, hEvent: HANDLE, /) -> BOOL: ...
    def CreateMutexW(
        self, lpMutexAttributes: LPSECURITY_ATTRIBUTES, bInitialOwner: BOOL, lpName: LPCWSTR, /
    ) -> HANDLE_RESULT: ...
    def ReleaseMutex(self, hMutex: HANDLE, /) -> BOOL: ...
    def CreateSemaphoreW(
        self,
        lpSemaphoreAttributes: LPSECURITY_ATTRIBUTES,
        lInitialCount: LONG,
        lMaximumCount: LONG,
        lpName: LPCWSTR,
        /,
    ) -> HANDLE_RESULT: ...
    def ReleaseSemaphore(self, hSemaphore: HANDLE, lReleaseCount: LONG, lpPreviousCount: LPLONG, /) -> BOOL: ...
    def CreateWaitableTimerW(
        self, lpTimerAttributes: LPSECURITY_ATTRIBUTES, bManualReset: BOOL, lpTimerName: LPCWSTR, /
    ) -> HANDLE_RESULT: ...
    def SetWaitableTimer(
        self,
        hTimer: HANDLE,
        lpDueTime: PLARGE_INTEGER,
        lPeriod: LONG,
        pfnCompletionRoutine: ROUTINE,
        lpArgToCompletionRoutine: LPVOID,
        fResume: BOOL,
        /,
    ) -> BOOL: ...
    def CancelWaitableTimer(self, hTimer: HANDLE, /) -> BOOL: ...


class LockFunctions(Protocol):
    """Critical sections, slim reader/writer locks, condition variables."""

    def InitializeCriticalSection(self, lpCriticalSection: LPCRITICAL_SECTION, /) -> None: ...
    def InitializeCriticalSectionAndSpinCount(self, lpCriticalSection: LPCRITICAL_SECTION, dwSpinCount: DWORD, /) -> BOOL: ...
    def InitializeCriticalSectionEx(self, lpCriticalSection: LPCRITICAL_SECTION, dwSpinCount: DWORD, Flags: DWORD, /) -> BOOL: ...
    def EnterCriticalSection(self, lpCriticalSection: LPCRITICAL_SECTION, /) -> None: ...
    def TryEnterCriticalSection(self, lpCriticalSection: LPCRITICAL_SECTION, /) -> BOOL: ...
    def LeaveCriticalSection(self, lpCriticalSection: LPCRITICAL_SECTION, /) -> None: ...
    def DeleteCriticalSection(self, lpCriticalSection: LPCRITICAL_SECTION, /) -> None: ...
    def InitializeSRWLock(self, SRWLock: PSRWLOCK, /) -> None: ...
    def AcquireSRWLockExclusive(self, SRWLock: PSRWLOCK, /) -> None: ...
    def ReleaseSRWLockExclusive(self, SRWLock: PSRWLOCK, /) -> None: ...
    def AcquireSRWLockShared(self, SRWLock: PSRWLOCK, /) -> None: ...
    def ReleaseSRWLockShared(self, SRWLock: PSRWLOCK, /) -> None: ...
    def TryAcquireSRWLockExclusive(self, SRWLock: PSRWLOCK, /) -> BOOLEAN: ...
    def TryAcquireSRWLockShared(self, SRWLock: PSRWLOCK, /) -> BOOLEAN: ...
    def InitializeConditionVariable(self, ConditionVariable: PCONDITION_VARIABLE, /) -> None: ...
    def SleepConditionVariableCS(
        self, ConditionVariable: PCONDITION_VARIABLE, CriticalSection: LPCRITICAL_SECTION, dwMilliseconds: DWORD, /
    ) -> BOOL: ...
    def SleepConditionVariableSRW(
        self, ConditionVariable: PCONDITION_VARIABLE, SRWLock: PSRWLOCK, dwMilliseconds: DWORD, Flags: ULONG, /
    ) -> BOOL: ...
    def WakeConditionVariable(self, ConditionVariable: PCONDITION_VARIABLE, /) -> None: ...
    def WakeAllConditionVariable(self, ConditionVariable: PCONDITION_VARIABLE, /) -> None: ...


class HeapFunctions(Protocol):
    """The process heap."""

    def GetProcessHeap(self, /) -> HANDLE_RESULT: ...
    def HeapAlloc(self, hHeap: HANDLE, dwFlags: DWORD, dwBytes: SIZE_T, /) -> HANDLE_RESULT: ...
    def HeapFree(self, hHeap: HANDLE, dwFlags: DWORD, lpMem: LPVOID, /) -> BOOL: ...


class IoFunctions(Protocol):
    """Completion ports, overlapped operations on any handle, cancelling."""

    def CreateIoCompletionPort(
        self,
        FileHandle: HANDLE,
        ExistingCompletionPort: HANDLE,
        CompletionKey: ULONG_PTR,
        NumberOfConcurrentThreads: DWORD,
        /,
    ) -> HANDLE_RESULT: ...
    def GetQueuedCompletionStatus(
        self,
        CompletionPort: HANDLE,
        lpNumberOfBytesTransferred: LPDWORD,
        lpCompletionKey: PULONG_PTR,
        lpOverlapped: LPLPOVERLAPPED,
        dwMilliseconds: DWORD,
        /,
    ) -> BOOL: ...
    def GetQueuedCompletionStatusEx(
        self,
        CompletionPort: HANDLE,
        lpCompletionPortEntries: LPOVERLAPPED_ENTRY,
        ulCount: ULONG,
        ulNumEntriesRemoved: PULONG,
        dwMilliseconds: DWORD,
        fAlertable: BOOL,
        /,
    ) -> BOOL: ...
    def PostQueuedCompletionStatus(
        self,
        CompletionPort: HANDLE,
        dwNumberOfBytesTransferred: DWORD,
        dwCompletionKey: ULONG_PTR,
        lpOverlapped: LPOVERLAPPED,
        /,
    ) -> BOOL: ...
    def SetFileCompletionNotificationModes(self, FileHandle: HANDLE, Flags: UCHAR, /) -> BOOL: ...
    def GetOverlappedResult(
        self, hFile: HANDLE, lpOverlapped: LPOVERLAPPED, lpNumberOfBytesTransferred: LPDWORD, bWait: BOOL, /
    ) -> BOOL: ...
    def GetOverlappedResultEx(
        self,
        hFile: HANDLE,
        lpOverlapped: LPOVERLAPPED,
        lpNumberOfBytesTransferred: LPDWORD,
        dwMilliseconds: DWORD,
        bAlertable: BOOL,
        /,
    ) -> BOOL: ...
    def CancelIo(self, hFile: HANDLE, /) -> BOOL: ...
    def CancelIoEx(self, hFile: HANDLE, lpOverlapped: LPOVERLAPPED, /) -> BOOL: ...
    def CancelSynchronousIo(self, hThread: HANDLE, /) -> BOOL: ...
    def ReadFile(
        self,
        hFile: HANDLE,
        lpBuffer: LPBYTES,
        nNumberOfBytesToRead: DWORD,
        lpNumberOfBytesRead: LPDWORD,
        lpOverlapped: LPOVERLAPPED,
        /,
    ) -> BOOL: ...
    def WriteFile(
        self,
        hFile: HANDLE,
        lpBuffer: LPBYTES,
        nNumberOfBytesToWrite: DWORD,
        lpNumberOfBytesWritten: LPDWORD,
        lpOverlapped: LPOVERLAPPED,
        /,
    ) -> BOOL: ...
    def ReadFileEx(
        self,
        hFile: HANDLE,
        lpBuffer: LPBYTES,
        nNumberOfBytesToRead: DWORD,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> BOOL: ...
    def WriteFileEx(
        self,
        hFile: HANDLE,
        lpBuffer: LPBYTES,
        nNumberOfBytesToWrite: DWORD,
        lpOverlapped: LPOVERLAPPED,
        lpCompletionRoutine: ROUTINE,
        /,
    ) -> BOOL: ...
