"""K043  SetEvent on an auto-reset event with several waiters releases exactly one of them (which one is unspecified) and leaves the event reset; on a manual-reset event it releases all.
fact: K-35
source: SetEvent (synchapi) Remarks; Sync/event-objects
"""
from ctypes import byref, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, release_all = w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 1, 0, None)
    count = w.CreateSemaphoreW(None, 0, 100, None)
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        pair = (c_void_p * 2)(event, release_all)
        result = w.WaitForMultipleObjects(2, pair, 0, 10000)
        w.ReleaseSemaphore(count, 1, None)
        return result
    threads = [w.CreateThread(None, 0, routine, None, 0, None) for _ in range(3)]
    w.Sleep(50)
    w.SetEvent(event)
    one = w.WaitForSingleObject(count, 10000), w.WaitForSingleObject(count, 50), w.WaitForSingleObject(event, 0)
    w.SetEvent(release_all)
    rest = w.WaitForSingleObject(count, 10000), w.WaitForSingleObject(count, 10000)
    codes = []
    for thread in threads:
        code = c_uint32()
        w.WaitForSingleObject(thread, 10000); w.GetExitCodeThread(thread, byref(code)); w.CloseHandle(thread)
        codes.append(code.value)
    for handle in (event, release_all, count):
        w.CloseHandle(handle)
    return one, rest, tuple(sorted(codes))

EXPECTED = {((0, 258, 258), (0, 0), (0, 1, 1))}
