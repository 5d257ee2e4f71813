"""K009  APCs queued to a thread that has not begun to run are run first, in order, on that thread, before its start routine and without any alertable wait.
fact: K-10
source: QueueUserAPC (processthreadsapi) Remarks ("the thread begins by calling the APC function")
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    log = []
    tid = c_uint32()
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append((data, w.GetCurrentThreadId() == tid.value))
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        log.append(("start", w.GetCurrentThreadId() == tid.value))
        log.append(w.SleepEx(0, 1))
        return 0
    thread = w.CreateThread(None, 0, routine, None, 4, byref(tid))   # CREATE_SUSPENDED
    queued = w.QueueUserAPC(apc, thread, 1) != 0, w.QueueUserAPC(apc, thread, 2) != 0
    w.ResumeThread(thread)
    done = w.WaitForSingleObject(thread, 10000)
    w.CloseHandle(thread)
    return queued, done, tuple(log)

EXPECTED = {((True, True), 0, ((1, True), (2, True), ("start", True), 0))}
