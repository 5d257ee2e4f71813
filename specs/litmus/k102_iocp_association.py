"""K102  A completed overlapped read on a handle associated with a port queues a packet with the handle's key, the byte count and the OVERLAPPED; a handle can be associated once only (then NULL, ERROR_INVALID_PARAMETER 87), and ReadFileEx on it fails with 87.
fact: K-61, K-62
source: CreateIoCompletionPort (ioapiset) Remarks; Wine ntdll/tests/file.c test_file_io_completion
"""
from ctypes import Structure, addressof, byref, c_int, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports", "datagram")


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    sock = w.WSASocketW(2, 2, 17, None, 0, 1)
    name, size = create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), c_int(16)
    w.bind(sock, name, 16); w.getsockname(sock, name, byref(size)); w.connect(sock, name, 16)
    port, other = (w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0) for _ in range(2))
    associated = w.CreateIoCompletionPort(sock, port, 0xABCDEF, 0) == port
    again = []
    for which in (port, other):
        w.SetLastError(0x1234)
        again.append((w.CreateIoCompletionPort(sock, which, 5, 0), w.GetLastError()))
    @w.CALLBACK(None, c_uint32, c_uint32, c_void_p)
    def routine(error, count, overlapped):
        pass
    buffer, o, p = create_string_buffer(16), OVERLAPPED(), OVERLAPPED()
    refused = w.ReadFileEx(sock, buffer, 16, byref(p), routine), w.GetLastError()
    started = w.ReadFile(sock, buffer, 16, None, byref(o)), w.GetLastError()
    w.send(sock, b"hello", 5, 0)
    n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
    got = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 10000), n.value, key.value, overlapped.value == addressof(o)
    more = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 20), w.GetLastError()
    w.closesocket(sock); w.CloseHandle(port); w.CloseHandle(other)
    return associated, tuple(again), refused, started, got, more

EXPECTED = {(True, ((None, 87), (None, 87)), (0, 87), (0, 997), (1, 5, 0xABCDEF, True), (0, 258))}
