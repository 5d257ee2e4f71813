"""K027  An object signalled by the APC that interrupts the wait does not satisfy that wait: it returns WAIT_IO_COMPLETION and the object stays signalled for the next wait.
fact: K-02, K-03
source: Wine kernel32/tests/sync.c test_alertable_wait (alertable_wait_apc releases the awaited semaphore)
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, semaphore = w.CreateEventW(None, 0, 0, None), w.CreateSemaphoreW(None, 0, 1, None)
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        w.SetEvent(event)
        w.ReleaseSemaphore(semaphore, 1, None)
    w.QueueUserAPC(apc, w.GetCurrentThread(), 0)
    first = w.WaitForSingleObjectEx(event, 1000, 1)
    second = w.WaitForSingleObjectEx(event, 0, 1), w.WaitForSingleObjectEx(semaphore, 0, 1)
    third = w.WaitForSingleObjectEx(event, 0, 1), w.WaitForSingleObjectEx(semaphore, 0, 1)
    w.CloseHandle(event); w.CloseHandle(semaphore)
    return first, second, third

EXPECTED = {(0xC0, (0, 0), (258, 258))}
