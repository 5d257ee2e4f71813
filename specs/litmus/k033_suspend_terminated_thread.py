"""K033  SuspendThread on a thread that has ended fails with (DWORD)-1 and ERROR_ACCESS_DENIED (5); ResumeThread on it returns 0.
fact: K-21
source: Wine kernel32/tests/thread.c test_SuspendThread, test_CreateThread_suspended (ERROR_ACCESS_DENIED on NT)
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    suspended = w.SuspendThread(thread), w.GetLastError()
    resumed = w.ResumeThread(thread)
    w.CloseHandle(thread)
    return suspended, resumed

EXPECTED = {((0xFFFFFFFF, 5), 0)}
