"""K118  Creating a named event, mutex, semaphore or timer sets the last error to 0 for a new object and to ERROR_ALREADY_EXISTS (183) for an existing one, whose own state and kind of reset are kept.
fact: K-41
source: CreateEventW (synchapi) Return value and lpName; Wine kernel32/tests/sync.c test_event, test_mutex, test_semaphore, test_waitable_timer
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    for create in (lambda n: w.CreateEventW(None, 1, n, "k118-event"), lambda n: w.CreateMutexW(None, n, "k118-mutex"),
                   lambda n: w.CreateSemaphoreW(None, n, 5, "k118-semaphore"), lambda n: w.CreateWaitableTimerW(None, 1, "k118-timer")):
        w.SetLastError(0x1234)
        first = create(0), w.GetLastError()
        w.SetLastError(0x1234)
        second = create(1), w.GetLastError()         # "signalled", "owned", "1": ignored
        kind = w.WaitForSingleObject(second[0], 0)
        log.append((first[1], second[1], first[0] != second[0], kind))
        w.CloseHandle(first[0]); w.CloseHandle(second[0])
        w.SetLastError(0x1234)
        fresh = create(0)
        log.append(w.GetLastError())                 # the name went with the last handle
        w.CloseHandle(fresh)
    return tuple(log)

EXPECTED = {((0, 183, True, 258), 0, (0, 183, True, 0), 0, (0, 183, True, 258), 0, (0, 183, True, 258), 0)}
