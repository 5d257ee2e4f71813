"""K010  QueueUserAPC wakes a thread blocked in SleepEx(INFINITE, TRUE); the APC runs on that thread and SleepEx returns WAIT_IO_COMPLETION.
fact: K-09
source: SleepEx (synchapi) dwMilliseconds and Return value; Sync/asynchronous-procedure-calls
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    tid = c_uint32()
    ready = w.CreateEventW(None, 1, 0, None)
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append(("apc", data, w.GetCurrentThreadId() == tid.value))
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.SetEvent(ready)
        log.append(w.SleepEx(0xFFFFFFFF, 1))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, byref(tid))
    w.WaitForSingleObject(ready, 10000)
    w.Sleep(30)
    w.QueueUserAPC(apc, thread, 5)
    done = w.WaitForSingleObject(thread, 10000)
    w.CloseHandle(thread); w.CloseHandle(ready)
    return done, tuple(log)

EXPECTED = {(0, (("apc", 5, True), 0xC0))}
