"""D07: WAIT_IO_COMPLETION falls through to "no descriptor is ready", which the caller takes for a time-out."""

from ctypes import c_size_t

from alertable.specs.litmus.sockets import WAIT_IO_COMPLETION, join, thread
from alertable.specs.properties.marks import mark
from alertable.specs.zoo.case import Case

ALL_ACCESS = 0x1FFFFF


def run(w, again):
    waiter = w.OpenThread(ALL_ACCESS, False, w.GetCurrentThreadId())
    event = w.CreateEventW(None, True, False, None)
    apc = w.CALLBACK(None, c_size_t)(lambda _data: None)
    other = thread(w, lambda: w.QueueUserAPC(apc, waiter, 0) and w.SetEvent(event) and 0)
    mark("expects", (0, 258, WAIT_IO_COMPLETION) if again else (0, 258))
    result = w.WaitForSingleObjectEx(event, 1000, True)
    if again and result == WAIT_IO_COMPLETION:
        result = w.WaitForSingleObject(event, 1000)
    join(w, other)
    return int(result == 0)  # how many are ready


def buggy(w):
    return run(w, again=False)


def fixed(w):
    return run(w, again=True)


CASE = Case("D07", "an APC looks like a time-out", "PostgreSQL pgwin32_select, 0fd2a79a", ("S9",), buggy, fixed, {"specs": ("S9",)})
