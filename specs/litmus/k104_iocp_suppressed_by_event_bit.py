"""K104  Setting the low bit of the OVERLAPPED's hEvent keeps the completion out of the port; the event (handle without that bit) is still set.
fact: K-62
source: GetQueuedCompletionStatus (ioapiset) lpOverlapped
"""
from ctypes import Structure, byref, c_int, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports", "datagram")


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    sock, port = w.WSASocketW(2, 2, 17, None, 0, 1), w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0)
    name, size = create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), c_int(16)
    w.bind(sock, name, 16); w.getsockname(sock, name, byref(size)); w.connect(sock, name, 16)
    w.CreateIoCompletionPort(sock, port, 42, 0)
    event, log = w.CreateEventW(None, 1, 0, None), []
    n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
    for bit in (1, 0):
        buffer, o = create_string_buffer(16), OVERLAPPED(hEvent=event | bit)
        w.ReadFile(sock, buffer, 16, None, byref(o))
        reset = w.WaitForSingleObject(event, 0)
        w.send(sock, b"x", 1, 0)
        if bit:                               # no packet: the event tells
            done = w.WaitForSingleObject(event, 10000), o.Internal, o.InternalHigh
        got = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 50 if bit else 10000)
        if not bit:
            done = w.WaitForSingleObject(event, 10000), o.Internal, o.InternalHigh
        log.append((reset, done, got))
    w.closesocket(sock); w.CloseHandle(port); w.CloseHandle(event)
    return tuple(log)

EXPECTED = {((258, (0, 0, 1), 0), (258, (0, 0, 1), 1))}
