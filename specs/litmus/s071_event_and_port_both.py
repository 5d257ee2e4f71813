"""S071  With both an hEvent and a completion port a completion sets the event and queues the packet.
fact: S-64
source: Wine sock.c test_connect_completion_port (waits for the event, then takes the packet)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import OVERLAPPED, PENDING, close, packet, pair, post
from alertable.winapi import WinApi

NEEDS = ("ports",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    port = w.CreateIoCompletionPort(a, None, 4, 0)
    event = w.CreateEventW(None, 1, 0, None)
    buf, ov = create_string_buffer(8), OVERLAPPED(hEvent=event)
    first = post(w, a, buf, ov)
    w.send(b, b"data", 4, 0)
    done = w.WaitForSingleObject(event, 3000)
    got = packet(w, port, 1000, [ov])
    close(w, a, b)
    w.CloseHandle(port), w.CloseHandle(event)
    return first, done, got
EXPECTED = {(PENDING, 0, (1, 0, 4, 4, 0))}
