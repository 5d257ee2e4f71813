"""K056  Waiting for all, the same object twice, even through two different handles, fails with WAIT_FAILED and ERROR_INVALID_PARAMETER (87); waiting for any it is accepted.
fact: K-30
source: WaitForMultipleObjectsEx lpHandles; ReactOS ob/obwait.c (STATUS_INVALID_PARAMETER_MIX on equal objects)
"""
from ctypes import byref, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, process, alias, log = w.CreateEventW(None, 1, 1, None), w.GetCurrentProcess(), c_void_p(), []
    w.DuplicateHandle(process, event, process, byref(alias), 0, 0, 2)
    for pair in ((c_void_p * 2)(event, event), (c_void_p * 2)(event, alias)):
        for wait_all in (1, 0):
            w.SetLastError(0x1234)
            log.append((w.WaitForMultipleObjects(2, pair, wait_all, 0), w.GetLastError()))
    w.CloseHandle(event); w.CloseHandle(alias)
    return tuple(log)

EXPECTED = {((0xFFFFFFFF, 87), (0, 0x1234), (0xFFFFFFFF, 87), (0, 0x1234))}
# Wine 8 accepts duplicates in a wait for all.
WINE = {((0, 0x1234),) * 4}
