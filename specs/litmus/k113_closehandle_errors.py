"""K113  CloseHandle works once per handle: closing it again, closing NULL or a value that was never a handle returns 0 with ERROR_INVALID_HANDLE (6) and, with no debugger present, raises nothing.
fact: K-72
source: CloseHandle (handleapi) Return value
"""
from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event = w.CreateEventW(None, 1, 0, None)
    log = [w.CloseHandle(event)]
    for handle in (event, None, 0xDEADBEE0):
        w.SetLastError(0x1234)
        log.append((w.CloseHandle(handle), w.GetLastError()))
    return tuple(log)

EXPECTED = {(1, (0, 6), (0, 6), (0, 6))}
