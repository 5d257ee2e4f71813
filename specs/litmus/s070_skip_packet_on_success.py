"""S070  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS drops the packet of an operation that completes at once; one that pended first
still queues its packet.
fact: S-63
source: SetFileCompletionNotificationModes page; Wine sock.c test_connect_completion_port ("Skip completion on success")
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, bufs, close, packet, pair, post, readable, wsarecv
from alertable.winapi import WinApi

NEEDS = ("ports", "select")

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 77, 0)
    mode = w.SetFileCompletionNotificationModes(a, 1)
    buf, ov = create_string_buffer(8), OVERLAPPED()
    w.send(b, b"data", 4, 0)
    readable(w, a)
    at_once = wsarecv(w, a, bufs(buf), ov)[0], packet(w, port, 50, [ov]), ov.Internal, ov.InternalHigh
    pended = post(w, a, buf, ov)
    w.send(b, b"more!", 5, 0)
    later = packet(w, port, 3000, [ov])
    close(w, a, b)
    w.CloseHandle(port)
    return mode, at_once, pended, later
EXPECTED = {(1, ((0, 0), (0, 258), 0, 4), PENDING, (1, 0, 5, 77, 0))}
