"""K081  PostQueuedCompletionStatus delivers its three values unchanged, FIFO; the OVERLAPPED pointer is never dereferenced, and NULL is delivered as a success with a NULL pointer.
fact: K-52
source: FileIO/postqueuedcompletionstatus; GetQueuedCompletionStatus (ioapiset); Wine ntdll/tests/sync.c (completion port tests)
"""
from ctypes import byref, c_size_t, c_uint32, c_void_p

from alertable.winapi import WinApi

NEEDS = ("ports",)


def program(w: WinApi) -> object:
    port = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0)
    posts = (1, 0x123456789ABCDEF0, 0xDEAD0), (0xFFFFFFFF, 0, None), (0, 7, 0x10)
    posted = tuple(w.PostQueuedCompletionStatus(port, *post) for post in posts)
    log = []
    for _ in posts:
        n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        log.append((w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 1000), n.value, key.value, overlapped.value))
    w.CloseHandle(port)
    return posted, tuple(log)

EXPECTED = {((1, 1, 1), ((1, 1, 0x123456789ABCDEF0, 0xDEAD0), (1, 0xFFFFFFFF, 0, None), (1, 0, 7, 0x10)))}
