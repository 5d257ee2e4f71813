"""K075  EnterCriticalSection blocks while another thread is inside and gets in when it leaves; that wait is not alertable, so a queued APC does not run.
fact: K-08
source: EnterCriticalSection (synchapi); Sync/asynchronous-procedure-calls (the list of functions that make a thread alertable)
"""
from ctypes import c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    section, log = create_string_buffer(40), []
    ready = w.CreateEventW(None, 1, 0, None)
    w.InitializeCriticalSection(section)
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        log.append("apc")
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.SetEvent(ready)
        w.EnterCriticalSection(section)
        log.append("in")
        w.LeaveCriticalSection(section)
        log.append(w.SleepEx(0, 1))
        return 0
    w.EnterCriticalSection(section)
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(ready, 10000)
    w.Sleep(30)
    w.QueueUserAPC(apc, thread, 0)
    w.Sleep(30)
    held = tuple(log)
    w.LeaveCriticalSection(section)
    done = w.WaitForSingleObject(thread, 10000)
    w.DeleteCriticalSection(section)
    w.CloseHandle(thread); w.CloseHandle(ready)
    return held, done, tuple(log)

EXPECTED = {((), 0, ("in", "apc", 0xC0))}
