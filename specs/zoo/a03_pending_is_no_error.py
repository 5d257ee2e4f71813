"""A03: a read that pends is taken for one that failed, and its memory is dropped."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, bufs, pair
from alertable.specs.zoo.case import Case


def read(w, s, test):
    ov, buffer = OVERLAPPED(), create_string_buffer(8)
    flags = create_string_buffer(4)
    failed = w.WSARecv(s, bufs(buffer), 1, None, byref(flags), byref(ov), None)
    if failed and test and w.WSAGetLastError() == 997:
        w.CancelIoEx(s, byref(ov))
        w.GetOverlappedResult(s, byref(ov), byref(flags), True)
    return failed


def buggy(w):
    s, _ = pair(w)
    read(w, s, test=False)
    w.Sleep(1)


def fixed(w):
    s, _ = pair(w)
    read(w, s, test=True)
    w.Sleep(1)


CASE = Case("A03", "pending taken for an error", "rust-lang/rust#81357, #95469, #98950", ("S1", "S6"), buggy, fixed,
            {"specs": ("S1", "S6")})
