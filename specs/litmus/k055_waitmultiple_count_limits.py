"""K055  A count of 0 or above MAXIMUM_WAIT_OBJECTS (64) fails with WAIT_FAILED and ERROR_INVALID_PARAMETER (87).
fact: K-29
source: WaitForMultipleObjectsEx nCount; ReactOS ob/obwait.c NtWaitForMultipleObjects (STATUS_INVALID_PARAMETER_1)
"""
from ctypes import c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event = w.CreateEventW(None, 1, 1, None)
    array, log = (c_void_p * 65)(*([event] * 65)), []
    for count in (0, 65, 1, 64):
        w.SetLastError(0x1234)
        log.append((w.WaitForMultipleObjects(count, array, 0, 0), w.GetLastError()))
    w.CloseHandle(event)
    return tuple(log)

EXPECTED = {((0xFFFFFFFF, 87), (0xFFFFFFFF, 87), (0, 0x1234), (0, 0x1234))}
