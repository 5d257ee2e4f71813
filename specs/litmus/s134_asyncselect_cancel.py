"""S134  WSAAsyncSelect(s, hwnd, 0, 0) stops the messages; the socket stays non-blocking until FIONBIO 0, which then works.
fact: S-107
source: WSAAsyncSelect page
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_READ, close, err, message_window, next_message, nonblocking, pair
from alertable.winapi import WinApi

NEEDS = ("window", "async-select")

def program(w: WinApi) -> object:
    a, b = pair(w)
    hwnd, wm, buf = message_window(w), 0x464, create_string_buffer(8)
    w.WSAAsyncSelect(a, hwnd, wm, FD_READ)
    refused = err(w, nonblocking(w, a, 0))
    stopped = w.WSAAsyncSelect(a, hwnd, 0, 0)
    empty = err(w, w.recv(a, buf, 8, 0))
    w.send(b, b"x", 1, 0)
    nothing = next_message(w, hwnd, wm, 80)
    allowed = err(w, nonblocking(w, a, 0))
    close(w, a, b)
    w.DestroyWindow(hwnd)
    return refused, stopped, empty, nothing, allowed
EXPECTED = {((-1, 10022), 0, (-1, 10035), None, (0, 0))}
