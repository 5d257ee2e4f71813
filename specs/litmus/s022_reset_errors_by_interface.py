"""S022  One failed receive, three error numbers: Internal holds STATUS_CONNECTION_RESET (0xC000020D), WSAGetOverlappedResult
says WSAECONNRESET (10054), GetOverlappedResult says ERROR_NETNAME_DELETED (64).
fact: S-24
source: Wine sock.c test_tcp_reset
"""
from ctypes import byref, c_uint32, create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, berr, overlapped_result, pair, post, reset
from alertable.winapi import WinApi

NEEDS = ()

def program(w: WinApi) -> object:
    a, b = pair(w)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov, n = create_string_buffer(8), OVERLAPPED(hEvent=event), c_uint32()
    first = post(w, a, buf, ov)
    reset(w, b)
    done = w.WaitForSingleObject(event, 3000)
    status = ov.Internal & 0xFFFFFFFF, ov.InternalHigh
    wsa = overlapped_result(w, a, ov)
    dos = berr(w, w.GetOverlappedResult(a, byref(ov), byref(n), 0))
    w.closesocket(a)
    w.CloseHandle(event)
    return first, done, status, wsa, dos
EXPECTED = {(PENDING, 0, (0xC000020D, 0), (0, 10054), (0, 64))}
