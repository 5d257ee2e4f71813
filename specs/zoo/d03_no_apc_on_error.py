"""D03: the reader thread posts its APC only when the read succeeded; at the end of the connection select hangs."""

from ctypes import c_size_t, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, pair, thread
from alertable.specs.zoo.case import Case

ALL_ACCESS = 0x1FFFFF


def run(w, always):
    main = w.OpenThread(ALL_ACCESS, False, w.GetCurrentThreadId())
    s, peer = pair(w)
    ready = []
    read_apc = w.CALLBACK(None, c_size_t)(ready.append)

    def reader():
        n = w.recv(s, create_string_buffer(8), 8, 0)
        if n > 0 or always:
            w.QueueUserAPC(read_apc, main, 1)

    kept = thread(w, reader)
    w.closesocket(peer)
    while not ready:
        w.SleepEx(INFINITE, True)
    w.WaitForSingleObject(kept[0], INFINITE)


def buggy(w):
    run(w, always=False)


def fixed(w):
    run(w, always=True)


CASE = Case("D03", "the error path posts no APC", "Win32-OpenSSH#929, PR #234", ("S8",), buggy, fixed)
