"""K091  A thread associated with a port that blocks in some other wait no longer counts as running: with concurrency 1, another thread then gets the packet.
fact: K-59
source: FileIO/i-o-completion-ports (a running thread that enters a wait state lets another process a packet); ReactOS ke/queue.c KiActivateWaiterQueue
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, done = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 1), w.CreateEventW(None, 1, 0, None)
    got = []
    def get(milliseconds):
        n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        return key.value if w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), milliseconds) else 0
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        got.append(get(10000))
        w.SetEvent(done)
        return 0
    w.PostQueuedCompletionStatus(port, 0, 1, None)
    mine = get(0)
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.Sleep(50)
    w.PostQueuedCompletionStatus(port, 0, 2, None)
    waited = w.WaitForSingleObject(done, 10000)          # blocks here, not in the port
    w.WaitForSingleObject(thread, 10000)
    for handle in (thread, port, done):
        w.CloseHandle(handle)
    return mine, waited, tuple(got)

EXPECTED = {(1, 0, (2,))}
