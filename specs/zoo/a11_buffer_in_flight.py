"""A11: a write that takes too long is reported as failed, and the caller uses its buffer again while it is being sent."""

from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import INFINITE, OVERLAPPED, bufs, pair, wsasend
from alertable.specs.zoo.case import Case


def write(w, s, buffer, ov, timeout):
    wsasend(w, s, bufs((buffer, 4)), ov)
    if w.WaitForSingleObject(ov.hEvent, timeout):
        return -1
    return 4


def run(w, timeout):
    s, peer = pair(w)
    ov, buffer = OVERLAPPED(hEvent=w.CreateEventW(None, True, False, None)), create_string_buffer(b"AAAA")
    write(w, s, buffer, ov, timeout)
    buffer.value = b"BBBB"  # the next report
    w.GetOverlappedResult(s, byref(ov), byref(c_uint32()), True)
    back = create_string_buffer(4)
    w.recv(peer, back, 4, 0)
    return back.raw


def buggy(w):
    return run(w, 0)


def fixed(w):
    return run(w, INFINITE)


CASE = Case("A11", "buffer handed back in flight", "hidapi f7c7f97; pyserial write_timeout=0; Cygwin 344860a10", ("S4",), buggy, fixed,
            {"faults": {"slow-device": 1}})
