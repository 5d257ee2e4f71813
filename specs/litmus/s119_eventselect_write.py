"""S119  FD_WRITE is recorded once when the connected socket is selected and then only after a send failed with WSAEWOULDBLOCK
and space became free: it is edge-triggered.
fact: S-98
source: WSAEventSelect page (FD_WRITE); Wine sock.c test_write_events
"""
from ctypes import byref, create_string_buffer, sizeof

from alertable.specs.litmus.sockets import FD_WRITE, LINGER, SO_LINGER, SOL_SOCKET, close, enum_events, nonblocking, pair
from alertable.winapi import WinApi

NEEDS = ("event-select",)

def program(w: WinApi) -> object:
    a, b = pair(w)
    event, chunk = w.WSACreateEvent(), create_string_buffer(1 << 20)
    w.WSAEventSelect(a, event, FD_WRITE)
    first = w.WaitForSingleObject(event, 2000), enum_events(w, a, event)
    w.send(a, b"data", 4, 0)
    quiet = w.WaitForSingleObject(event, 80), enum_events(w, a, event)
    for _ in range(200):
        if w.send(a, chunk, sizeof(chunk), 0) < 0:
            break
    full = w.WSAGetLastError()
    nonblocking(w, b)
    for _ in range(2000):
        if w.recv(b, chunk, sizeof(chunk), 0) < 0 and w.WaitForSingleObject(event, 5) == 0:
            break
    space = w.WaitForSingleObject(event, 3000), enum_events(w, a, event)
    w.setsockopt(a, SOL_SOCKET, SO_LINGER, byref(LINGER(1, 0)), 4)
    w.WSACloseEvent(event)
    close(w, a, b)
    return first, quiet, full, space
EXPECTED = {((0, (2, (0,))), (258, (0, ())), 10035, (0, (2, (0,))))}
