"""K006  An alertable wait inside an APC runs the remaining APCs inside that APC (recursion); both waits return WAIT_IO_COMPLETION.
fact: K-07
source: QueueUserAPC (processthreadsapi) Remarks ("an alertable wait inside an APC ... will recursively dispatch the APCs")
"""
from ctypes import c_size_t

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    @w.CALLBACK(None, c_size_t)
    def outer(data):
        log.append("outer begins")
        log.append(w.SleepEx(0, 1))
        log.append("outer ends")
    @w.CALLBACK(None, c_size_t)
    def inner(data):
        log.append("inner %d" % data)
    me = w.GetCurrentThread()
    w.QueueUserAPC(outer, me, 0)
    w.QueueUserAPC(inner, me, 1)
    w.QueueUserAPC(inner, me, 2)
    first = w.SleepEx(0, 1)
    return tuple(log), first, w.SleepEx(0, 1)

EXPECTED = {(("outer begins", "inner 1", "inner 2", 0xC0, "outer ends"), 0xC0, 0)}
