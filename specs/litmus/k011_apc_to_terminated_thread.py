"""K011  QueueUserAPC to a thread that has ended returns 0 with ERROR_GEN_FAILURE (31); NtQueueApcThread gives STATUS_UNSUCCESSFUL (0xC0000001).
fact: K-12
source: Wine kernel32/tests/sync.c test_QueueUserAPC; QueueUserAPC Remarks (ERROR_GEN_FAILURE)
"""
from ctypes import c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        pass
    @w.CALLBACK(None, c_size_t, c_size_t, c_size_t)
    def nt_apc(a, b, c):
        pass
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    w.SetLastError(0x1234)
    queued = w.QueueUserAPC(apc, thread, 0)
    error = w.GetLastError()
    status = w.NtQueueApcThread(thread, nt_apc, None, None, None)
    w.CloseHandle(thread)
    return queued, error, status

EXPECTED = {(0, 31, 0xC0000001)}
