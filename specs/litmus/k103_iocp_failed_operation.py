"""K103  The packet of a failed operation makes GetQueuedCompletionStatus return 0 with the operation's error (here 995, cancelled) and a non-NULL OVERLAPPED with key and bytes filled in; GetQueuedCompletionStatusEx returns it as a success, with the NTSTATUS in Internal.
fact: K-53
source: GetQueuedCompletionStatus (ioapiset) Remarks; GetQueuedCompletionStatusEx Remarks
"""
from ctypes import Structure, addressof, byref, c_size_t, c_uint32, c_void_p, create_string_buffer

from alertable.winapi import WinApi

NEEDS = ("ports", "datagram")


class OVERLAPPED(Structure):
    _fields_ = [("Internal", c_size_t), ("InternalHigh", c_size_t), ("Offset", c_uint32), ("OffsetHigh", c_uint32), ("hEvent", c_void_p)]
class ENTRY(Structure):
    _fields_ = [("key", c_size_t), ("overlapped", c_void_p), ("internal", c_size_t), ("bytes", c_uint32)]

def program(w: WinApi) -> object:
    sock, port = w.WSASocketW(2, 2, 17, None, 0, 1), w.CreateIoCompletionPort(2 ** 64 - 1, None, 0, 0)
    w.bind(sock, create_string_buffer(b"\2\0\0\0\x7f\0\0\1" + bytes(8), 16), 16)
    w.CreateIoCompletionPort(sock, port, 42, 0)
    buffer, o, log = create_string_buffer(16), OVERLAPPED(), []
    n, key, overlapped, entries = c_uint32(77), c_size_t(), c_void_p(), (ENTRY * 2)()
    w.ReadFile(sock, buffer, 16, None, byref(o))
    log.append(w.CancelIoEx(sock, None))
    result = w.GetQueuedCompletionStatus(port, byref(n), byref(key), byref(overlapped), 10000)
    log.append((result, w.GetLastError(), n.value, key.value, overlapped.value == addressof(o), o.Internal))
    w.ReadFile(sock, buffer, 16, None, byref(o))
    log.append(w.CancelIoEx(sock, byref(o)))
    result = w.GetQueuedCompletionStatusEx(port, entries, 2, byref(n), 10000, 0)
    log.append((result, n.value, entries[0].key, entries[0].bytes, entries[0].overlapped == addressof(o), o.Internal))
    w.closesocket(sock); w.CloseHandle(port)
    return tuple(log)

EXPECTED = {(1, (0, 995, 0, 42, True, 0xC0000120), 1, (1, 1, 42, 0, True, 0xC0000120))}
