"""K029  Whichever comes first ends a blocked alertable wait: an event set before the APC is queued gives WAIT_OBJECT_0, and the APC waits for the thread's next alertable wait.
fact: K-02
source: Sync/asynchronous-procedure-calls ("If the wait is satisfied before the APC is queued ... the APC function will not be executed. However, the APC is still queued")
"""
from ctypes import c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    ready, event, go = (w.CreateEventW(None, 0, 0, None) for _ in range(3))
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append("apc")
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.SetEvent(ready)
        log.append(w.WaitForSingleObjectEx(event, 10000, 1))
        log.append(w.WaitForSingleObject(go, 10000))
        log.append(w.SleepEx(0, 1))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(ready, 10000)
    w.Sleep(30)
    w.SetEvent(event)
    w.QueueUserAPC(apc, thread, 0)
    w.SetEvent(go)
    w.WaitForSingleObject(thread, 10000)
    for handle in (ready, event, go, thread):
        w.CloseHandle(handle)
    return tuple(log)

EXPECTED = {(0, 0, "apc", 0xC0)}
