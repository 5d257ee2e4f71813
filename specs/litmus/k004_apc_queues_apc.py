"""K004  An APC queued from inside an APC is run by the same alertable wait: draining continues until the queue is empty.
fact: K-06
source: Sync/using-a-waitable-timer-with-an-asynchronous-procedure-call ("an alertable function will return only after all APC entries have been processed"); ReactOS ke/thrdobj.c KeTestAlertThread
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    order = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        order.append(data)
        if data < 5:
            w.QueueUserAPC(apc, w.GetCurrentThread(), data + 1)
    w.QueueUserAPC(apc, w.GetCurrentThread(), 1)
    first = w.SleepEx(0, 1)
    ran = tuple(order)
    return first, ran, w.SleepEx(0, 1)

EXPECTED = {(0xC0, (1, 2, 3, 4, 5), 0)}
