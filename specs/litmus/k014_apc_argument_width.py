"""K014  The APC's dwData is a full ULONG_PTR (64 bits on x64) and arrives unchanged.
fact: K-13
source: QueueUserAPC (processthreadsapi) dwData
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    seen = []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        seen.append(data)
    for value in (0, 0xFFFFFFFF, 0x123456789ABCDEF0, 0xFFFFFFFFFFFFFFFF):
        w.QueueUserAPC(apc, w.GetCurrentThread(), value)
    w.SleepEx(0, 1)
    return tuple(seen)

EXPECTED = {(0, 0xFFFFFFFF, 0x123456789ABCDEF0, 0xFFFFFFFFFFFFFFFF)}
