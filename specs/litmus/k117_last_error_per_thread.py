"""K117  The last error belongs to the thread: a failure in one thread does not show in another.
fact: K-75
source: GetLastError (errhandlingapi)
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.SetLastError(0x1111)
        log.append(w.GetLastError())
        log.append((w.WaitForSingleObject(None, 0), w.GetLastError()))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 4, None)
    w.ResumeThread(thread)
    w.SetLastError(0x4321)
    waited = w.WaitForSingleObject(thread, 10000), w.GetLastError()
    w.CloseHandle(thread)
    return tuple(log), waited

EXPECTED = {((0x1111, (0xFFFFFFFF, 6)), (0, 0x4321))}
