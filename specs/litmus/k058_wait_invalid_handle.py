"""K058  Waiting on a closed, NULL or never valid handle gives WAIT_FAILED with ERROR_INVALID_HANDLE (6); one bad handle in an array fails the whole wait before any object is taken.
fact: K-31
source: Wine kernel32/tests/sync.c test_WaitForSingleObject; ReactOS ob/obwait.c (all handles referenced first)
"""
from ctypes import c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    closed, good, log = w.CreateEventW(None, 1, 1, None), w.CreateEventW(None, 0, 1, None), []
    w.CloseHandle(closed)
    def note(result):
        log.append((result, w.GetLastError()))
        w.SetLastError(0x1234)
    for handle in (closed, None, 0xDEADBEE0):
        note(w.WaitForSingleObject(handle, 0))
    array = (c_void_p * 2)(good, closed)
    note(w.WaitForMultipleObjects(2, array, 0, 0))
    note(w.WaitForMultipleObjects(2, array, 1, 0))
    note(w.WaitForSingleObject(good, 0))
    w.CloseHandle(good)
    return tuple(log)

EXPECTED = {((0xFFFFFFFF, 6),) * 5 + ((0, 0x1234),)}
