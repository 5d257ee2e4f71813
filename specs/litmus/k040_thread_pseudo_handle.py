"""K040  GetCurrentThread's pseudo-handle (-2) means the calling thread: usable in WaitForSingleObject, meaningless to other threads until DuplicateHandle turns it into a real handle; closing it has no effect.
fact: K-25
source: ProcThread/thread-handles-and-identifiers; Wine kernel32/tests/sync.c test_WaitForSingleObject
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    pseudo, process, real, ran = w.GetCurrentThread(), w.GetCurrentProcess(), c_void_p(), []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        ran.append((data, w.GetCurrentThreadId() == me))
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.QueueUserAPC(apc, pseudo, 1)        # to itself, lost when it returns
        w.QueueUserAPC(apc, real, 2)          # to the main thread
        return 0
    me = w.GetCurrentThreadId()
    duplicated = w.DuplicateHandle(process, pseudo, process, byref(real), 0, 0, 2)   # DUPLICATE_SAME_ACCESS
    waited = w.WaitForSingleObject(pseudo, 0), w.WaitForSingleObject(real, 0)
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    drained = w.SleepEx(0, 1)
    w.CloseHandle(thread); w.CloseHandle(real)
    w.CloseHandle(pseudo)                     # no effect, whatever it returns
    return pseudo == 2 ** 64 - 2, process == 2 ** 64 - 1, duplicated, waited, drained, tuple(ran), w.WaitForSingleObject(pseudo, 0)

EXPECTED = {(True, True, 1, (258, 258), 0xC0, ((2, True),), 258)}
