"""K002  SleepEx(0, TRUE) and SleepEx(n, TRUE) with an empty APC queue return 0 (the interval elapsed), and change no last error.
fact: K-09
source: SleepEx (synchapi) Return value; Wine ntdll/tests/sync.c test_delayexecution
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    w.SetLastError(0x1234)
    results = w.SleepEx(0, 1), w.SleepEx(10, 1), w.SleepEx(0, 0), w.SleepEx(10, 0)
    return results, w.GetLastError()

EXPECTED = {((0, 0, 0, 0), 0x1234)}
