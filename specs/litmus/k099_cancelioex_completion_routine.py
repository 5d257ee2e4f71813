"""K099  CancelIoEx on a pending ReadFileEx makes it complete: the routine still runs, in an alertable wait, with ERROR_OPERATION_ABORTED (995) and 0 bytes; cancelling again finds nothing (ERROR_NOT_FOUND, 1168).
fact: K-66
source: FileIO/cancelioex-func; ReadFileEx (fileapi) Remarks
"""
from ctypes import Structure, addressof, byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("datagram",)


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    sock = w.WSASocketW(2, 2, 17, None, 0, 1)
    name = create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16)
    w.bind(sock, name, 16)
    buffer, o, log = create_string_buffer(16), OVERLAPPED(), []
    @w.CALLBACK(None, c_uint32, c_uint32, c_void_p)
    def routine(error, n, overlapped):
        log.append((error, n, overlapped == addressof(o)))
    started = w.ReadFileEx(sock, buffer, 16, byref(o), routine)
    pending = o.Internal
    cancelled = w.CancelIoEx(sock, byref(o))
    w.Sleep(50)
    before = len(log)
    drained = w.SleepEx(1000, 1)
    w.SetLastError(0x1234)
    again = w.CancelIoEx(sock, byref(o)), w.GetLastError()
    w.closesocket(sock)
    return started, pending, cancelled, before, drained, tuple(log), again, o.Internal

EXPECTED = {(1, 0x103, 1, 0, 0xC0, ((995, 0, True),), (0, 1168), 0xC0000120)}
