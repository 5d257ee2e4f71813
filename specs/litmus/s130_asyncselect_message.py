"""S130  WSAAsyncSelect posts the chosen message with wParam = socket and lParam = event in the low word, error in the high
word - one message per event - and makes the socket non-blocking.
fact: S-104
source: WSAAsyncSelect page; Wine sock.c test_events (is_message)
"""
from ctypes import create_string_buffer

from alertable.specs.litmus.sockets import FD_CLOSE, FD_READ, close, err, message_window, next_message, pair
from alertable.winapi import WinApi

NEEDS = ("window", "async-select")

def program(w: WinApi) -> object:
    a, b = pair(w)
    hwnd, wm, buf = message_window(w), 0x464, create_string_buffer(8)
    selected = w.WSAAsyncSelect(a, hwnd, wm, FD_READ | FD_CLOSE)
    empty = err(w, w.recv(a, buf, 8, 0))
    w.send(b, b"hello", 5, 0)
    m = next_message(w, hwnd, wm)
    only = next_message(w, hwnd, wm, 60)
    w.recv(a, buf, 8, 0)
    w.closesocket(b)
    end = next_message(w, hwnd, wm)
    result = bool(hwnd), selected, empty, (m[0] == a, m[1]), only, (end[0] == a, end[1])
    close(w, a)
    w.DestroyWindow(hwnd)
    return result
EXPECTED = {(True, 0, (-1, 10035), (True, 1), None, (True, 32))}
