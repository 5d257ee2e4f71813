"""D05: an alertable wait is cut short by an APC, and the caller goes on as if the event had been set."""

from ctypes import c_size_t

from alertable.specs.litmus.sockets import INFINITE, join, thread
from alertable.specs.properties.marks import mark
from alertable.specs.zoo.case import Case

ALL_ACCESS = 0x1FFFFF


def run(w, loop):
    waiter = w.OpenThread(ALL_ACCESS, False, w.GetCurrentThreadId())
    event, done, seen = w.CreateEventW(None, True, False, None), [], []
    apc = w.CALLBACK(None, c_size_t)(lambda _data: None)

    def worker():
        w.QueueUserAPC(apc, waiter, 0)
        done.append("work")
        w.SetEvent(event)

    other = thread(w, worker)
    result = w.WaitForSingleObjectEx(event, INFINITE, True)
    while loop and result:
        result = w.WaitForSingleObjectEx(event, INFINITE, True)
    mark("owns", event)
    seen += done
    join(w, other)
    return seen


def buggy(w):
    return run(w, loop=False)


def fixed(w):
    return run(w, loop=True)


CASE = Case("D05", "a wait cut short by an APC", "mono#3970; dotnet/runtime#115178, #116001", ("S9",), buggy, fixed, {"specs": ("S9",)})
