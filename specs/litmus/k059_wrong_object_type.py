"""K059  An operation on a handle to another kind of object returns 0 with ERROR_INVALID_HANDLE (6): SetEvent on a mutex, ReleaseMutex on an event, ReleaseSemaphore on an event, SetWaitableTimer on an event, ResumeThread on an event.
fact: K-76
source: Wine ntdll/tests/sync.c test_keyed_events (STATUS_OBJECT_TYPE_MISMATCH); ReactOS ntdll status table (mapped to ERROR_INVALID_HANDLE)
"""
from ctypes import byref, c_int64

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, mutex, due, log = w.CreateEventW(None, 1, 0, None), w.CreateMutexW(None, 1, None), c_int64(-1), []
    for call in (lambda: w.SetEvent(mutex), lambda: w.ResetEvent(mutex), lambda: w.PulseEvent(mutex), lambda: w.ReleaseMutex(event),
                 lambda: w.ReleaseSemaphore(event, 1, None), lambda: w.SetWaitableTimer(event, byref(due), 0, None, None, 0),
                 lambda: w.CancelWaitableTimer(event), lambda: w.ResumeThread(event), lambda: w.SetEvent(None)):
        w.SetLastError(0x1234)
        log.append((call(), w.GetLastError()))
    w.CloseHandle(event); w.CloseHandle(mutex)
    return tuple(log)

EXPECTED = {((0, 6),) * 7 + ((0xFFFFFFFF, 6), (0, 6))}
