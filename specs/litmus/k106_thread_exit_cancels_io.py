"""K106  A thread that ends has its pending I/O cancelled (STATUS_CANCELLED, 0xC0000120), except an operation without an event on a handle associated with a completion port, which goes on.
fact: K-67
source: ExitThread (processthreadsapi) Remarks; Wine ws2_32/tests/afd.c test_async_thread_termination
"""
from ctypes import Structure, byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports", "datagram")


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    port, event, log = w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0), w.CreateEventW(None, 1, 0, None), []
    n, key, overlapped = c_uint32(), c_size_t(), c_void_p()
    for associate in (0, 1):
        sock = w.WSASocketW(2, 2, 17, None, 0, 1)
        w.bind(sock, create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), 16)
        if associate:
            w.CreateIoCompletionPort(sock, port, 1, 0)
        buffer, o = create_string_buffer(16), OVERLAPPED(hEvent=None if associate else event)
        @w.CALLBACK(c_uint32, c_void_p)
        def routine(parameter):
            w.ReadFile(sock, buffer, 16, None, byref(o))
            return 0
        thread = w.CreateThread(None, 0, routine, None, 0, None)
        w.WaitForSingleObject(thread, 10000)
        if associate:
            log.append((w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 100), w.GetLastError(), o.Internal))
            w.CancelIoEx(sock, None)
            log.append((w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 2000), w.GetLastError(), o.Internal))
        else:
            log.append((w.WaitForSingleObject(event, 2000), o.Internal))
        w.closesocket(sock); w.CloseHandle(thread)
    w.CloseHandle(port); w.CloseHandle(event)
    return tuple(log)

EXPECTED = {((0, 0xC0000120), (0, 258, 0x103), (0, 995, 0xC0000120))}
