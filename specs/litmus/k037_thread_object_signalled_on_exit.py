"""K037  A thread object becomes signalled when the thread ends and stays so for every later wait; its exit code is STILL_ACTIVE (259) until then.
fact: K-23
source: ProcThread/terminating-a-thread; ExitThread (processthreadsapi)
"""
from ctypes import byref, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    go = w.CreateEventW(None, 1, 0, None)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.WaitForSingleObject(go, 10000)
        return 0xABCD0123
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    code = c_uint32()
    running = w.WaitForSingleObject(thread, 0), w.GetExitCodeThread(thread, byref(code)), code.value
    w.SetEvent(go)
    waits = tuple(w.WaitForSingleObject(thread, 10000) for _ in range(3))
    ended = w.GetExitCodeThread(thread, byref(code)), code.value
    w.CloseHandle(thread); w.CloseHandle(go)
    return running, waits, ended

EXPECTED = {((258, 1, 259), (0, 0, 0), (1, 0xABCD0123))}
