"""A06: the address length that a datagram receive reports later is a local variable of a function that has returned."""

from ctypes import byref, c_int32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, SOCKADDR_IN, bound, bufs, udp
from alertable.specs.zoo.case import Case


def do_read(w, s, ov, buffer, address, kept):
    length, flags = c_int32(16), c_int32(0)
    kept.append(length)
    w.WSARecvFrom(s, bufs(buffer), 1, None, byref(flags), byref(address), byref(length), byref(ov), None)


def run(w, kept):
    s, sender = udp(w), udp(w)
    at = bound(w, s)
    ov, buffer, address = OVERLAPPED(), create_string_buffer(8), SOCKADDR_IN()
    do_read(w, s, ov, buffer, address, kept if kept is not None else [])
    w.sendto(sender, b"hi", 2, 0, byref(at), 16)
    w.Sleep(1)
    w.CancelIoEx(s, byref(ov))
    return buffer.value


def buggy(w):
    return run(w, None)


def fixed(w):
    kept = []
    return run(w, kept)


CASE = Case("A06", "out-parameters are part of the operation", "Twisted #4172, 3284cfc2a6", ("S1",), buggy, fixed)
