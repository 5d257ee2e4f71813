"""S026  A pending operation whose completion goes to a completion port (no event) is not cancelled by the exit of its thread.
fact: S-26
source: Wine afd.c test_async_thread_termination (Windows Vista and later); Wine sock.c iocp_async_read_thread
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, close, join, packet, pair, post, thread
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 5, 0)
    buf, ov = create_string_buffer(8), OVERLAPPED()
    join(w, thread(w, lambda: post(w, a, buf, ov) and 0))
    nothing = packet(w, port, 100, [ov])
    w.send(b, b"hello", 5, 0)
    got = packet(w, port, 3000, [ov])
    close(w, a, b)
    w.CloseHandle(port)
    return nothing, got, buf.value
EXPECTED = {((0, 258), (1, 0, 5, 5, 0), b"hello")}
