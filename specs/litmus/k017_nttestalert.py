"""K017  NtTestAlert runs all the queued user APCs of the calling thread, in order, and returns STATUS_SUCCESS; with none it does nothing.
fact: K-15
source: Wine kernel32/tests/sync.c test_QueueUserAPC (NtTestAlert); ReactOS ke/thrdobj.c KeTestAlertThread
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    order = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        order.append(data)
    for n in (1, 2, 3):
        w.QueueUserAPC(apc, w.GetCurrentThread(), n)
    first = w.NtTestAlert()
    ran = tuple(order)
    second = w.NtTestAlert()
    return first, ran, second, tuple(order), w.SleepEx(0, 1)

EXPECTED = {(0, (1, 2, 3), 0, (1, 2, 3), 0)}
