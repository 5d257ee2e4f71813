"""K074  A critical section may be entered again by its owner, also by TryEnterCriticalSection; others get in only after as many LeaveCriticalSection calls.
fact: K-49
source: EnterCriticalSection, TryEnterCriticalSection (synchapi); Sync/critical-section-objects
"""
from ctypes import byref, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    section = create_string_buffer(40)        # RTL_CRITICAL_SECTION on x64
    w.InitializeCriticalSection(section)
    @w.CALLBACK(c_uint32, c_void_p)
    def try_it(parameter):
        entered = w.TryEnterCriticalSection(section)
        if entered:
            w.LeaveCriticalSection(section)
        return 1 if entered else 0
    def other():
        thread, code = w.CreateThread(None, 0, try_it, None, 0, None), c_uint32()
        w.WaitForSingleObject(thread, 10000); w.GetExitCodeThread(thread, byref(code)); w.CloseHandle(thread)
        return code.value
    log = [other()]
    w.EnterCriticalSection(section)
    w.EnterCriticalSection(section)
    again = w.TryEnterCriticalSection(section) != 0
    log.append(other())
    for _ in range(3):
        w.LeaveCriticalSection(section)
        log.append(other())
    w.DeleteCriticalSection(section)
    return again, tuple(log)

EXPECTED = {(True, (1, 0, 0, 0, 1))}
