"""K115  The low two bits of a handle are ignored: handle values are multiples of 4, and handle + 1, + 2, + 3 name the same object.
fact: K-74
source: Wine kernel32/tests/sync.c test_WaitForSingleObject ("valid handle with different values for lower 2 bits")
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event = w.CreateEventW(None, 1, 0, None)
    low = event & 3
    waits = [w.WaitForSingleObject(event + n, 0) for n in range(4)]
    w.SetEvent(event + 3)
    waits += [w.WaitForSingleObject(event + n, 0) for n in range(4)]
    w.CloseHandle(event)
    return low, tuple(waits)

EXPECTED = {(0, (258,) * 4 + (0,) * 4)}
