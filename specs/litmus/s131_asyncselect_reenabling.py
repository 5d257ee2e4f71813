"""S131  After an FD_READ message no further one is posted until recv is called; if data is left after it, a new message comes.
fact: S-105
source: WSAAsyncSelect page (re-enabling functions); Wine sock.c test_read_events
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_READ, close, message_window, next_message, pair
from alertable.winapi import WinApi

NEEDS = ("window", "async-select")

def program(w: WinApi) -> object:
    a, b = pair(w)
    hwnd, wm, buf = message_window(w), 0x464, create_string_buffer(8)
    w.WSAAsyncSelect(a, hwnd, wm, FD_READ)
    w.send(b, b"abc", 3, 0)
    first = next_message(w, hwnd, wm)
    w.send(b, b"def", 3, 0)
    silent = next_message(w, hwnd, wm, 80)
    part = w.recv(a, buf, 2, 0)
    second = next_message(w, hwnd, wm)
    rest = w.recv(a, buf, 8, 0)
    drained = next_message(w, hwnd, wm, 80)
    close(w, a, b)
    w.DestroyWindow(hwnd)
    return first[1], silent, part, second[1], rest, drained
EXPECTED = {(1, None, 2, 1, 4, None)}
