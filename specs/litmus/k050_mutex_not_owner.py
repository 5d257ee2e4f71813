"""K050  ReleaseMutex by a thread that does not own the mutex, free or owned by another, returns 0 with ERROR_NOT_OWNER (288).
fact: K-37
source: ReleaseMutex (synchapi) Remarks; Wine kernel32/tests/sync.c test_mutex
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    mutex, log = w.CreateMutexW(None, 0, None), []
    log.append((w.ReleaseMutex(mutex), w.GetLastError()))
    w.WaitForSingleObject(mutex, 0)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        log.append((w.ReleaseMutex(mutex), w.GetLastError()))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    log.append(w.ReleaseMutex(mutex))
    w.CloseHandle(thread); w.CloseHandle(mutex)
    return tuple(log)

EXPECTED = {((0, 288), (0, 288), 1)}
