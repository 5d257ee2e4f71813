"""K094  Closing a port releases threads that wait on the port handle itself with WAIT_OBJECT_0.
fact: K-60
source: Wine ntdll/tests/sync.c test_completion_port_scheduling ("Close port handle while threads are waiting on it directly")
"""
from ctypes import byref, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        return w.WaitForSingleObject(port, 1000)
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.Sleep(100)                              # let it block
    closed = w.CloseHandle(port)
    code = c_uint32()
    w.WaitForSingleObject(thread, 10000); w.GetExitCodeThread(thread, byref(code)); w.CloseHandle(thread)
    return closed, code.value

EXPECTED = {(1, 0)}
# Wine 8 keeps the port alive for the waiter, which times out.
WINE = {(1, 258)}
