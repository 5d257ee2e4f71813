"""K100  An overlapped ReadFile that cannot finish returns 0 with ERROR_IO_PENDING (997), sets Internal to STATUS_PENDING and resets hEvent; GetOverlappedResult without waiting gives ERROR_IO_INCOMPLETE (996); completion sets the event and the result.
fact: K-63, K-64
source: GetOverlappedResult (ioapiset); Sync/synchronization-and-overlapped-input-and-output
"""
from ctypes import Structure, byref, c_int, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("datagram",)


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    sock = w.WSASocketW(2, 2, 17, None, 0, 1)
    name, size = create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), c_int(16)
    w.bind(sock, name, 16); w.getsockname(sock, name, byref(size)); w.connect(sock, name, 16)
    event = w.CreateEventW(None, 1, 1, None)             # manual-reset, signalled
    buffer, o, n = create_string_buffer(16), OVERLAPPED(hEvent=event), c_uint32(77)
    started = w.ReadFile(sock, buffer, 16, None, byref(o)), w.GetLastError(), o.Internal, w.WaitForSingleObject(event, 0)
    early = w.GetOverlappedResult(sock, byref(o), byref(n), 0), w.GetLastError()
    w.send(sock, b"hello", 5, 0)
    waited = w.GetOverlappedResult(sock, byref(o), byref(n), 1), n.value, buffer.raw[:5]
    after = w.WaitForSingleObject(event, 0), o.Internal, o.InternalHigh, w.GetOverlappedResult(sock, byref(o), byref(n), 0), n.value
    w.closesocket(sock); w.CloseHandle(event)
    return started, early, waited, after

EXPECTED = {((0, 997, 0x103, 258), (0, 996), (1, 5, b"hello"), (0, 0, 5, 1, 5))}
