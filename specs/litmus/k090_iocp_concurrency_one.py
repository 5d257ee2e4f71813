"""K090  With a concurrency value of 1, a running thread that is associated with the port keeps the others out: a packet it posts is not given to the waiting thread, and its own next call gets it at once.
fact: K-59
source: FileIO/i-o-completion-ports (Threads and Concurrency); ReactOS ke/queue.c KiInsertQueue, KeRemoveQueue
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port, worker_got = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 1), []
    def get(milliseconds):
        n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        return key.value if w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), milliseconds) else 0
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        while True:
            worker_got.append(get(10000))
            if worker_got[-1] in (0, 99):
                return 0
    w.PostQueuedCompletionStatus(port, 0, 1, None)
    mine = [get(0)]                           # this thread is associated now
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.Sleep(100)                              # the worker blocks in the port
    w.PostQueuedCompletionStatus(port, 0, 2, None)
    mine.append(get(0))
    w.PostQueuedCompletionStatus(port, 0, 99, None)
    done = w.WaitForSingleObject(thread, 10000)          # waiting: the worker may run
    w.CloseHandle(thread); w.CloseHandle(port)
    return tuple(mine), done, tuple(worker_got)

EXPECTED = {((1, 2), 0, (99,))}
# Wine has no concurrency control: the worker and this thread race for the packet.
WINE = {((1, 2), 0, (99,)), ((1, 0), 0, (2, 99))}
