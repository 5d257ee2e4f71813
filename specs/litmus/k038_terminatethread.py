"""K038  TerminateThread ends a blocked or never-started thread, signals its object and sets the given exit code; queued APCs do not run.
fact: K-24
source: ProcThread/terminating-a-thread; QueueUserAPC Remarks; Wine kernel32/tests/sync.c test_QueueUserAPC
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    ran, log = [], []
    never = w.CreateEventW(None, 1, 0, None)
    ready = w.CreateEventW(None, 0, 0, None)
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append(data)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.SetEvent(ready)
        w.WaitForSingleObject(never, 0xFFFFFFFF)
        return 1
    for flags in (0, 4):
        thread = w.CreateThread(None, 0, routine, None, flags, None)
        if not flags:
            w.WaitForSingleObject(ready, 10000)
            w.Sleep(100)                      # let it block
        w.QueueUserAPC(apc, thread, 1)
        code = c_uint32()
        log.append((w.TerminateThread(thread, 77), w.WaitForSingleObject(thread, 10000), w.GetExitCodeThread(thread, byref(code)), code.value))
        w.CloseHandle(thread)
    w.CloseHandle(never); w.CloseHandle(ready)
    return tuple(log), tuple(ran)

EXPECTED = {(((1, 0, 1, 77), (1, 0, 1, 77)), ())}
