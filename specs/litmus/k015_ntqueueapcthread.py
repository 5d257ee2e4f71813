"""K015  NtQueueApcThread queues on the same FIFO as QueueUserAPC and passes three pointer-sized arguments.
fact: K-13, K-04
source: Wine kernel32/tests/sync.c test_QueueUserAPC (call_user_apc); phnt ntpsapi.h NtQueueApcThread
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    seen = []
    @w.CALLBACK(None, c_size_t, c_size_t, c_size_t)
    def nt_apc(a, b, c):
        seen.append((a, b, c))
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        seen.append(data)
    me = w.GetCurrentThread()
    w.QueueUserAPC(apc, me, 1)
    status = w.NtQueueApcThread(me, nt_apc, 0x1111111122222222, 0x3333333344444444, 5)
    w.QueueUserAPC(apc, me, 2)
    result = w.SleepEx(0, 1)
    return status, result, tuple(seen)

EXPECTED = {(0, 0xC0, (1, (0x1111111122222222, 0x3333333344444444, 5), 2))}
