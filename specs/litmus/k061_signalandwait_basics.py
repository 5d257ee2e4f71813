"""K061  SignalObjectAndWait sets an event, releases a mutex or releases one semaphore count, then waits; naming one auto-reset event twice signals and consumes it.
fact: K-33
source: Wine kernel32/tests/sync.c test_signalandwait; SignalObjectAndWait (synchapi)
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    a, b = w.CreateEventW(None, 0, 0, None), w.CreateEventW(None, 1, 1, None)
    events = w.SignalObjectAndWait(a, b, 0, 0), w.WaitForSingleObject(a, 0)
    same = w.SignalObjectAndWait(a, a, 0, 0), w.WaitForSingleObject(a, 0)
    w.ResetEvent(b)
    timed_out = w.SignalObjectAndWait(a, b, 5, 0), w.WaitForSingleObject(a, 0)
    s, t = w.CreateSemaphoreW(None, 0, 1, None), w.CreateSemaphoreW(None, 1, 1, None)
    semaphores = w.SignalObjectAndWait(s, t, 0, 0), w.WaitForSingleObject(s, 0), w.WaitForSingleObject(t, 0)
    m = w.CreateMutexW(None, 1, None)
    w.SetEvent(b)
    mutex = w.SignalObjectAndWait(m, b, 0, 0), w.ReleaseMutex(m), w.GetLastError()
    for handle in (a, b, s, t, m):
        w.CloseHandle(handle)
    return events, same, timed_out, semaphores, mutex

EXPECTED = {((0, 0), (0, 258), (258, 0), (0, 0, 258), (0, 0, 288))}
