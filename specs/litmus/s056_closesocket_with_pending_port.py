"""S056  closesocket still delivers the packet of a pending operation to the port, as a failure: ERROR_OPERATION_ABORTED (995) or,
for connected TCP, ERROR_CONNECTION_ABORTED (1236; 64 on old Windows).
fact: S-54
source: closesocket page (any completion port action is performed); Wine sock.c iocp_async_read_closesocket
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, packet, pair, post
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 9, 0)
    buf, ov = create_string_buffer(8), OVERLAPPED()
    post(w, a, buf, ov)
    w.closesocket(a)
    got = packet(w, port, 2000, [ov]), packet(w, port, 50, [ov])
    w.CloseHandle(port)
    close(w, b)
    return got
EXPECTED = {((0, error, 0, 9, 0), (0, 258)) for error in (995, 1236, 64)}
WINE = {((0, 676, 0, 9, 0), (0, 258))}      # Wine: ERROR_HANDLES_CLOSED (todo_wine in test_iocp)
