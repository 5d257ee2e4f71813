"""K116  Waits that do not fail leave the last error alone: WAIT_OBJECT_0, WAIT_TIMEOUT, WAIT_IO_COMPLETION and WAIT_ABANDONED set nothing, nor does a SetEvent or ReleaseMutex that succeeds.
fact: K-75
source: Wine kernel32/tests/sync.c test_WaitForSingleObject, ntdll/tests/sync.c test_delayexecution; GetLastError (errhandlingapi)
"""
from ctypes import c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ()


def program(w: WinApi) -> object:
    event, mutex, log = w.CreateEventW(None, 1, 0, None), w.CreateMutexW(None, 0, None), []
    @w.CALLBACK(None, c_size_t)
    def apc(data):
        pass
    @w.CALLBACK(c_uint32, c_void_p)
    def owner(parameter):
        return w.WaitForSingleObject(mutex, 10000)
    thread = w.CreateThread(None, 0, owner, None, 0, None)
    w.WaitForSingleObject(thread, 10000)
    w.QueueUserAPC(apc, w.GetCurrentThread(), 0)
    w.SetLastError(0x1234)
    for call in (lambda: w.WaitForSingleObject(event, 0), lambda: w.WaitForSingleObjectEx(event, 5, 1), lambda: w.SetEvent(event),
                 lambda: w.WaitForSingleObject(event, 0), lambda: w.WaitForSingleObject(mutex, 0), lambda: w.ReleaseMutex(mutex), lambda: w.SleepEx(1, 1)):
        log.append((call(), w.GetLastError()))
    for handle in (event, mutex, thread):
        w.CloseHandle(handle)
    return tuple(log)

EXPECTED = {tuple((result, 0x1234) for result in (258, 0xC0, 1, 0, 0x80, 1, 0))}
