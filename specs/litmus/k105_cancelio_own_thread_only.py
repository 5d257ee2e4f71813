"""K105  CancelIo cancels only what the calling thread has pending on the handle; CancelIoEx(handle, NULL) cancels what any thread has; CancelIo with nothing to cancel still succeeds.
fact: K-66
source: FileIO/cancelio, FileIO/cancelioex-func
"""
from ctypes import Structure, byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("datagram",)


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]

def program(w: WinApi) -> object:
    sock = w.WSASocketW(2, 2, 17, None, 0, 1)
    w.bind(sock, create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), 16)
    event, ready, leave = (w.CreateEventW(None, 1, 0, None) for _ in range(3))
    buffer, o, log = create_string_buffer(16), OVERLAPPED(hEvent=event), []
    @w.CALLBACK(c_uint32, c_void_p)
    def routine(parameter):
        w.ReadFile(sock, buffer, 16, None, byref(o))
        w.SetEvent(ready)
        w.WaitForSingleObject(leave, 10000)   # it stays alive: its I/O would end with it
        return 0
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.WaitForSingleObject(ready, 10000)
    log.append((w.CancelIo(sock), w.WaitForSingleObject(event, 50), o.Internal))
    log.append((w.CancelIoEx(sock, None), w.WaitForSingleObject(event, 10000), o.Internal))
    w.SetEvent(leave)
    w.WaitForSingleObject(thread, 10000)
    w.closesocket(sock)
    for handle in (thread, event, ready, leave):
        w.CloseHandle(handle)
    return tuple(log)

EXPECTED = {((1, 258, 0x103), (1, 0, 0xC0000120))}
