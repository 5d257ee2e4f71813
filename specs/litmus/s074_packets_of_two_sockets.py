"""S074  One port serves many sockets: every packet carries its socket's key and its own OVERLAPPED, and the receives of one
socket come out in posting order.
fact: S-65
source: CreateIoCompletionPort, GetQueuedCompletionStatus pages (packets are queued first-in first-out)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, packet, pair, post
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    (a, b), (c, d) = pair(w), pair(w)
    port = w.CreateIoCompletionPort(a, None, 10, 0)
    w.CreateIoCompletionPort(c, port, 20, 0)
    buffers, ovs = [create_string_buffer(3) for _ in range(4)], (OVERLAPPED * 4)()
    for i, s in enumerate((a, c, a, c)):
        post(w, s, buffers[i], ovs[i])
    w.send(d, b"cccddd", 6, 0)
    second = packet(w, port, 3000, ovs), packet(w, port, 3000, ovs)
    w.send(b, b"aaabbb", 6, 0)
    first = packet(w, port, 3000, ovs), packet(w, port, 3000, ovs)
    close(w, a, b, c, d)
    w.CloseHandle(port)
    return second, first, tuple(x.raw for x in buffers)
EXPECTED = {(((1, 0, 3, 20, 1), (1, 0, 3, 20, 3)), ((1, 0, 3, 10, 0), (1, 0, 3, 10, 2)), (b"aaa", b"ccc", b"bbb", b"ddd"))}
