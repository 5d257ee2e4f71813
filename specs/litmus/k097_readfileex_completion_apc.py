"""K097  ReadFileEx on an overlapped socket queues its completion routine as a user APC of the issuing thread: it runs only in an alertable wait, with error 0, the byte count and the OVERLAPPED; hEvent is ignored.
fact: K-65
source: ReadFileEx (fileapi) lpOverlapped and Return value; FileIO/alertable-i-o
"""
from ctypes import Structure, addressof, byref, c_int, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("datagram",)


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    sock = w.WSASocketW(2, 2, 17, None, 0, 1)            # UDP, overlapped, talking to itself
    name, size = create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), c_int(16)
    w.bind(sock, name, 16); w.getsockname(sock, name, byref(size)); w.connect(sock, name, 16)
    buffer, o, log, me = create_string_buffer(16), OVERLAPPED(hEvent=0x1234567), [], w.GetCurrentThreadId()
    @w.CALLBACK(None, c_uint32, c_uint32, c_void_p)
    def routine(error, n, overlapped):
        log.append((error, n, overlapped == addressof(o), w.GetCurrentThreadId() == me))
    started = w.ReadFileEx(sock, buffer, 16, byref(o), routine)
    empty = w.SleepEx(20, 1)
    w.send(sock, b"hello", 5, 0)
    w.Sleep(50)
    before = len(log)
    drained, again = w.SleepEx(1000, 1), w.SleepEx(0, 1)
    w.closesocket(sock)
    return started, empty, before, drained, again, tuple(log), buffer.raw[:5], o.Internal, o.InternalHigh, o.hEvent

EXPECTED = {(1, 0, 0, 0xC0, 0, ((0, 5, True, True),), b"hello", 0, 5, 0x1234567)}
