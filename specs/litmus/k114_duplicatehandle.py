"""K114  DuplicateHandle gives another handle to the same object, which lives until its last handle is closed; a bad source fails with ERROR_INVALID_HANDLE (6).
fact: K-73
source: Sync/object-duplication; CloseHandle (handleapi) Remarks
"""
from ctypes import byref, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, process, alias = w.CreateEventW(None, 1, 0, None), w.GetCurrentProcess(), c_void_p()
    made = w.DuplicateHandle(process, event, process, byref(alias), 0, 0, 2), alias.value != event
    w.SetEvent(alias)
    shared = w.WaitForSingleObject(event, 0), w.CloseHandle(event), w.WaitForSingleObject(alias, 0)
    gone = w.WaitForSingleObject(event, 0), w.GetLastError()
    w.SetLastError(0x1234)
    bad = w.DuplicateHandle(process, 0xDEADBEE0, process, byref(c_void_p()), 0, 0, 2), w.GetLastError()
    closed = w.CloseHandle(alias), w.WaitForSingleObject(alias, 0), w.GetLastError()
    return made, shared, gone, bad, closed

EXPECTED = {((1, True), (0, 1, 0), (0xFFFFFFFF, 6), (0, 6), (1, 0xFFFFFFFF, 6))}
