"""K042  A manual-reset event stays signalled through any number of waits until ResetEvent; an auto-reset event is reset by the one wait it satisfies.
fact: K-34
source: Sync/event-objects; SetEvent (synchapi)
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    manual, auto = w.CreateEventW(None, 1, 1, None), w.CreateEventW(None, 0, 1, None)
    m = tuple(w.WaitForSingleObject(manual, 0) for _ in range(3)) + (w.ResetEvent(manual), w.WaitForSingleObject(manual, 0))
    a = tuple(w.WaitForSingleObject(auto, 0) for _ in range(2))
    again = w.SetEvent(auto), w.SetEvent(auto), w.WaitForSingleObject(auto, 0), w.WaitForSingleObject(auto, 0)
    reset = w.SetEvent(auto), w.ResetEvent(auto), w.ResetEvent(auto), w.WaitForSingleObject(auto, 0)
    w.CloseHandle(manual); w.CloseHandle(auto)
    return m, a, again, reset

EXPECTED = {((0, 0, 0, 1, 258), (0, 258), (1, 1, 0, 258), (1, 1, 1, 258))}
