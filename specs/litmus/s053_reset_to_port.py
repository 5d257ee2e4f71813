"""S053  An RST reaches the completion port as a failed packet: GetQueuedCompletionStatus returns FALSE with
ERROR_NETNAME_DELETED (64), 0 bytes and the OVERLAPPED.
fact: S-52
source: Wine sock.c test_completion_port
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, packet, pair, post, reset
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 125, 0)
    buf, ov = create_string_buffer(8), OVERLAPPED()
    first = post(w, a, buf, ov)
    reset(w, b)
    got = packet(w, port, 3000, [ov]), packet(w, port, 50, [ov])
    close(w, a)
    w.CloseHandle(port)
    return first, got
EXPECTED = {(PENDING, ((0, 64, 0, 125, 0), (0, 258)))}
