"""B02: "no packet on immediate success" is believed although it was never set for this handle: handled twice."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, packet, pair, wsasend
from alertable.specs.properties.marks import mark
from alertable.specs.zoo.case import Case

SKIP = 1  # FILE_SKIP_COMPLETION_PORT_ON_SUCCESS


def run(w, believe):
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    s, _ = pair(w)
    w.CreateIoCompletionPort(s, port, 7, 0)
    skips = believe or bool(w.SetFileCompletionNotificationModes(s, SKIP))
    ov, buffer = OVERLAPPED(), create_string_buffer(b"data")
    if wsasend(w, s, bufs((buffer, 4)), ov)[0][0] == 0 and skips:
        mark("handled", byref(ov))
    if packet(w, port, 10, (ov,))[0]:
        mark("handled", byref(ov))


def buggy(w):
    run(w, believe=True)


def fixed(w):
    run(w, believe=False)


CASE = Case("B02", "skip-on-success not in force", "libuv#5282, 5462dab88; Go KB2568167", ("S5",), buggy, fixed, {"specs": ("S5",)})
