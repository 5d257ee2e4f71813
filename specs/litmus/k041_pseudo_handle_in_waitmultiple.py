"""K041  WaitForMultipleObjects refuses pseudo-handles, unlike WaitForSingleObject: WAIT_FAILED with ERROR_INVALID_HANDLE (6).
fact: K-26
source: Wine kernel32/tests/sync.c test_WaitForMultipleObjects (marked todo_wine)
"""
from ctypes import c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    for pseudo in (w.GetCurrentThread(), w.GetCurrentProcess()):
        one = (c_void_p * 1)(pseudo)
        w.SetLastError(0x1234)
        log.append((w.WaitForMultipleObjects(1, one, 0, 5), w.GetLastError()))
    return tuple(log)

EXPECTED = {((0xFFFFFFFF, 6), (0xFFFFFFFF, 6))}
# Wine accepts pseudo-handles here and times out (its own test marks this todo_wine).
WINE = {((258, 0x1234), (258, 0x1234))}
