"""K001  One alertable wait runs every queued user APC, first in first out, then returns WAIT_IO_COMPLETION (0xC0).
fact: K-05
source: QueueUserAPC (processthreadsapi) Remarks; Sync/using-a-waitable-timer-with-an-asynchronous-procedure-call
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    order = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        order.append(data)
    me = w.GetCurrentThread()
    queued = tuple(w.QueueUserAPC(apc, me, n) != 0 for n in (1, 2, 3, 4))
    before = tuple(order)
    first = w.SleepEx(1000, 1)
    second = w.SleepEx(0, 1)
    return queued, before, first, tuple(order), second

EXPECTED = {((True,) * 4, (), 0xC0, (1, 2, 3, 4), 0)}
