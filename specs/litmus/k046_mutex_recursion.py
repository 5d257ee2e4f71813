"""K046  A mutex may be acquired again by its owner; it becomes free only after one ReleaseMutex per acquisition, and one more fails with ERROR_NOT_OWNER (288).
fact: K-37
source: ReleaseMutex (synchapi) Remarks; Wine ntdll/tests/sync.c test_mutant
"""
from ctypes import byref, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    mutex = w.CreateMutexW(None, 1, None)     # owned: first acquisition
    @w.CALLBACK(c_uint32, c_void_p)
    def try_it(parameter):
        result = w.WaitForSingleObject(mutex, 0)
        if result == 0:
            w.ReleaseMutex(mutex)
        return result
    def other():
        thread, code = w.CreateThread(None, 0, try_it, None, 0, None), c_uint32()
        w.WaitForSingleObject(thread, 10000); w.GetExitCodeThread(thread, byref(code)); w.CloseHandle(thread)
        return code.value
    again = w.WaitForSingleObject(mutex, 0), w.WaitForSingleObject(mutex, 0)
    log = [other()]
    for _ in range(3):
        log.append((w.ReleaseMutex(mutex), other()))
    extra = w.ReleaseMutex(mutex), w.GetLastError()
    w.CloseHandle(mutex)
    return again, tuple(log), extra

EXPECTED = {((0, 0), (258, (1, 258), (1, 258), (1, 0)), (0, 288))}
