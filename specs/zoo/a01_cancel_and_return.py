"""A01: a receive times out, is cancelled, and the function returns: OVERLAPPED and buffer die before the kernel is done."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, pair, post
from alertable.specs.zoo.case import Case


def read_or_give_up(w, s, wait):
    ov, buffer = OVERLAPPED(hEvent=w.CreateEventW(None, True, False, None)), create_string_buffer(8)
    if post(w, s, buffer, ov) == (-1, 997) and w.WaitForSingleObject(ov.hEvent, 10):
        w.CancelIo(s)
        if wait:
            w.GetOverlappedResult(s, byref(ov), byref(create_string_buffer(4)), True)
    return True


def buggy(w):
    s, _ = pair(w)
    read_or_give_up(w, s, wait=False)
    return w.GetTickCount64() < 100


def fixed(w):
    s, _ = pair(w)
    read_or_give_up(w, s, wait=True)
    return w.GetTickCount64() < 100


CASE = Case(
    "A01", "cancelled, then returned", "Raymond Chen 2011-02-02; OpenVPN f60a4936; microsoft/wil#326", ("S1",), buggy, fixed,
    {"faults": {"slow-device": 1}},
)
