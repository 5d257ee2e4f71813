"""K051  ReleaseSemaphore past the maximum changes nothing and fails with ERROR_TOO_MANY_POSTS (298), not storing a previous count; a count of zero or less fails with ERROR_INVALID_PARAMETER (87).
fact: K-40
source: ReleaseSemaphore (synchapi) lReleaseCount; Wine ntdll/tests/sync.c test_semaphore; ReactOS ex/sem.c
"""
from ctypes import byref, c_int32

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    semaphore, previous, log = w.CreateSemaphoreW(None, 1, 3, None), c_int32(-7), []
    def release(n):
        previous.value = -7
        log.append((w.ReleaseSemaphore(semaphore, n, byref(previous)) or w.GetLastError(), previous.value))
    release(3); release(2); release(1); release(0); release(-1)
    waits = tuple(w.WaitForSingleObject(semaphore, 0) for _ in range(4))
    release(1)
    w.CloseHandle(semaphore)
    return tuple(log), waits

EXPECTED = {(((298, -7), (1, 1), (298, -7), (87, -7), (87, -7), (1, 0)), (0, 0, 0, 258))}
# Wine's server checks neither: releasing 0 succeeds, and -1 is taken as a huge count.
WINE = {(((298, -7), (1, 1), (298, -7), (1, 3), (298, -7), (1, 0)), (0, 0, 0, 258))}
