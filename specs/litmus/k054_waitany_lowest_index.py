"""K054  Waiting for any checks handles from index 0: the lowest signalled index is returned and only that object is changed; up to 64 handles are allowed.
fact: K-27
source: Wine kernel32/tests/sync.c test_WaitForMultipleObjects; WaitForMultipleObjectsEx Remarks
"""
from ctypes import c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    events = [w.CreateEventW(None, 0, 1, None) for _ in range(64)]
    array = (c_void_p * 64)(*events)
    order = [w.WaitForMultipleObjects(64, array, 0, 0) for _ in range(65)]
    w.SetEvent(events[40]); w.SetEvent(events[7])
    later = tuple(w.WaitForMultipleObjects(64, array, 0, 0) for _ in range(3))
    for event in events:
        w.CloseHandle(event)
    return order == list(range(64)) + [258], later

EXPECTED = {(True, (7, 40, 258))}
