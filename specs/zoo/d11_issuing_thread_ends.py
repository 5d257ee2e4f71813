"""D11: the thread that started a receive ends, and Windows cancels it; the loop that waits for it never gets a client."""

from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, join, pair, post, thread
from alertable.specs.zoo.case import Case


def run(w, from_main):
    s, peer = pair(w)
    ov, buffer = OVERLAPPED(hEvent=w.CreateEventW(None, True, False, None)), create_string_buffer(4)
    if from_main:
        post(w, s, buffer, ov)
    else:
        join(w, thread(w, lambda: post(w, s, buffer, ov) and 0))
    w.send(peer, b"data", 4, 0)
    w.WaitForSingleObject(ov.hEvent, INFINITE)
    return w.GetOverlappedResult(s, byref(ov), byref(c_uint32()), False)


def buggy(w):
    return run(w, from_main=False)


def fixed(w):
    return run(w, from_main=True)


CASE = Case("D11", "the issuing thread ends", "dotnet/runtime#39176, #43711", ("S14",), buggy, fixed, {"specs": ("S14",)})
