"""D02: the I/O thread posts its APC to the main thread, but a worker is the one that waits for it."""

from ctypes import c_size_t

from alertable.specs.litmus.sockets import INFINITE, thread
from alertable.specs.zoo.case import Case

ALL_ACCESS = 0x1FFFFF


def run(w, to_worker):
    main = w.OpenThread(ALL_ACCESS, False, w.GetCurrentThreadId())
    pending = [True]

    def written(_data):
        pending.clear()

    write_apc = w.CALLBACK(None, c_size_t)(written)

    def worker():
        me = w.OpenThread(ALL_ACCESS, False, w.GetCurrentThreadId())

        def write_thread():
            w.QueueUserAPC(write_apc, me if to_worker else main, 0)

        io = thread(w, write_thread)
        while pending:
            w.SleepEx(INFINITE, True)
        w.WaitForSingleObject(io[0], INFINITE)

    w.WaitForSingleObject(thread(w, worker)[0], INFINITE)


def buggy(w):
    run(w, to_worker=False)


def fixed(w):
    run(w, to_worker=True)


CASE = Case("D02", "the APC goes to the wrong thread", "Win32-OpenSSH#1424", ("S8b",), buggy, fixed)
