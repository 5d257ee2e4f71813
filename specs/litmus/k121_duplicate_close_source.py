"""K121  DuplicateHandle within a process with DUPLICATE_SAME_ACCESS and DUPLICATE_CLOSE_SOURCE (3) gives back the same handle value.
fact: K-73
source: Wine kernel32/tests/process.c test_DuplicateHandle ("f == out")
"""
from ctypes import byref, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, process, moved = w.CreateEventW(None, 1, 1, None), w.GetCurrentProcess(), c_void_p()
    made = w.DuplicateHandle(process, event, process, byref(moved), 0, 0, 3), moved.value == event
    usable = w.WaitForSingleObject(moved, 0), w.CloseHandle(moved), w.WaitForSingleObject(event, 0), w.GetLastError()
    return made, usable

EXPECTED = {((1, True), (0, 1, 0xFFFFFFFF, 6))}
