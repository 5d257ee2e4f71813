"""E11: two threads make synchronous calls on one overlapped handle; its one signal tells neither whose call is done."""

from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, join, pair, post, thread
from alertable.specs.zoo.case import Case


def run(w, events):
    s, peer = pair(w)

    def call():
        ov, buffer = OVERLAPPED(), create_string_buffer(1)
        if events:
            ov.hEvent = w.CreateEventW(None, True, False, None)
        post(w, s, buffer, ov)
        return w.GetOverlappedResult(s, byref(ov), byref(c_uint32()), True) - 1

    threads = [thread(w, call), thread(w, call)]
    w.send(peer, b"12", 2, 0)
    for each in threads:
        join(w, each)


def buggy(w):
    run(w, events=False)


def fixed(w):
    run(w, events=True)


CASE = Case("E11", "synchronous calls share one handle", "microsoft/ebpf-for-windows#3325; rust#98950", ("S3b", "S1", "S8"), buggy, fixed,
            {"specs": ("S1", "S3", "S3b"), "memory": "locks"})
