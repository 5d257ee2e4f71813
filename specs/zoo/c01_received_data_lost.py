"""C01: pausing a transport cancels its receive and drops it; what had arrived just before is lost."""

from ctypes import byref, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, join, overlapped_result, pair, post, thread
from alertable.specs.zoo.case import Case


def run(w, look):
    s, peer = pair(w)
    data = b""
    sender = thread(w, lambda: w.send(peer, b"1", 1, 0) and 0)
    ov, buffer = OVERLAPPED(), create_string_buffer(1)
    post(w, s, buffer, ov)
    w.CancelIoEx(s, byref(ov))  # pause_reading(); ERROR_NOT_FOUND ignored
    if look:
        result = overlapped_result(w, s, ov, 1)
        data += buffer.raw[: result[2]] if result[0] else b""
    del ov, buffer
    join(w, sender)
    if not data:  # resume_reading()
        ov, buffer = OVERLAPPED(), create_string_buffer(1)
        w.send(peer, b"2", 1, 0)
        post(w, s, buffer, ov)
        data += buffer.raw[: overlapped_result(w, s, ov, 1)[2]]
    return data


def buggy(w):
    return run(w, look=False)


def fixed(w):
    return run(w, look=True)


CASE = Case("C01", "a cancelled receive had data", "CPython bpo-33694, PR #7498; Ladybird#5045", ("S7",), buggy, fixed, {"specs": ("S7",)})
