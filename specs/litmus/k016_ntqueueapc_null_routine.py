"""K016  NtQueueApcThread with a NULL routine succeeds but queues no user APC: the next SleepEx(n, TRUE) just times out with 0.
fact: K-14
source: Wine kernel32/tests/sync.c test_QueueUserAPC (NtQueueApcThread with NULL, then SleepEx gives 0)
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    status = w.NtQueueApcThread(w.GetCurrentThread(), None, None, None, None)
    return status, w.SleepEx(10, 1), w.SleepEx(0, 1)

EXPECTED = {(0, 0, 0)}
