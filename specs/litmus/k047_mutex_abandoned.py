"""K047  A mutex whose owner ends is abandoned: the next wait gets ownership with WAIT_ABANDONED (0x80), once; after a release, waits give 0 again.
fact: K-38
source: Sync/mutex-objects; Wine ntdll/tests/sync.c test_mutant
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    mutex = w.CreateMutexW(None, 0, None)
    @w.CALLBACK(c_uint32, c_void_p)
    def owner(parameter):
        w.WaitForSingleObject(mutex, 10000)
        return w.WaitForSingleObject(mutex, 10000)       # twice: recursion does not matter
    thread = w.CreateThread(None, 0, owner, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    first = w.WaitForSingleObject(mutex, 0)
    again = w.WaitForSingleObject(mutex, 0)              # recursive: not abandoned any more
    released = w.ReleaseMutex(mutex), w.ReleaseMutex(mutex), w.ReleaseMutex(mutex)
    later = w.WaitForSingleObject(mutex, 0), w.ReleaseMutex(mutex)
    w.CloseHandle(thread); w.CloseHandle(mutex)
    return first, again, released, later

EXPECTED = {(0x80, 0, (1, 1, 0), (0, 1))}
