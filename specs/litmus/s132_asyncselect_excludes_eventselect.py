"""S132  WSAAsyncSelect cancels WSAEventSelect of the socket and the other way round: the last call alone is in force.
fact: S-106
source: WSAAsyncSelect, WSAEventSelect pages
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_READ, close, enum_events, message_window, next_message, pair
from alertable.winapi import WinApi

NEEDS = ("window", "event-select", "async-select")

def program(w: WinApi) -> object:
    a, b = pair(w)
    hwnd, wm, event, buf = message_window(w), 0x464, w.WSACreateEvent(), create_string_buffer(8)
    w.WSAEventSelect(a, event, FD_READ)
    w.WSAAsyncSelect(a, hwnd, wm, FD_READ)
    w.send(b, b"x", 1, 0)
    message = next_message(w, hwnd, wm), w.WaitForSingleObject(event, 0), enum_events(w, a, None)
    w.recv(a, buf, 8, 0)
    w.WSAEventSelect(a, event, FD_READ)
    w.send(b, b"y", 1, 0)
    by_event = w.WaitForSingleObject(event, 3000), next_message(w, hwnd, wm, 60)
    w.WSACloseEvent(event)
    close(w, a, b)
    w.DestroyWindow(hwnd)
    return (message[0] is not None, message[1], message[2]), by_event
EXPECTED = {((True, 258, (0, ())), (0, None))}
