"""K057  Waiting for all changes no object until all are signalled: a timed-out wait leaves an auto-reset event set and a mutex unowned, and another thread can take them meanwhile.
fact: K-28, K-03
source: WaitForMultipleObjectsEx Remarks; Sync/wait-functions
"""
from ctypes import c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    a, b, mutex = w.CreateEventW(None, 0, 1, None), w.CreateEventW(None, 0, 0, None), w.CreateMutexW(None, 0, None)
    three, log = (c_void_p * 3)(a, mutex, b), []
    timed_out = w.WaitForMultipleObjects(3, three, 1, 10), w.ReleaseMutex(mutex)
    kept = w.WaitForSingleObject(a, 0)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        result = w.WaitForMultipleObjects(3, three, 1, 10000)
        log.append((result, w.ReleaseMutex(mutex)))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.Sleep(30)
    w.SetEvent(a)                             # not enough for the thread: it may be taken from under it
    stolen = w.WaitForSingleObject(a, 0), w.WaitForSingleObject(mutex, 0)
    w.SetEvent(b); w.SetEvent(a)
    blocked = w.WaitForSingleObject(thread, 30)          # the mutex is missing
    w.ReleaseMutex(mutex)
    done = w.WaitForSingleObject(thread, 10000)
    left = w.WaitForSingleObject(a, 0), w.WaitForSingleObject(b, 0)
    for handle in (a, b, mutex, thread):
        w.CloseHandle(handle)
    return timed_out, kept, stolen, blocked, done, tuple(log), left

EXPECTED = {((258, 0), 0, (0, 0), 258, 0, ((0, 1),), (258, 258))}
