"""Message queues, windows, WSAAsyncSelect, waits for messages."""

from __future__ import annotations

from ctypes import byref, c_void_p, create_string_buffer
from typing import TYPE_CHECKING

from alertable.specs.litmus.sockets import message_window, nonblocking, pair
from alertable.winapi import FD_CLOSE, FD_READ, FD_WRITE, MSG
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared

WM_USER = 0x400
QS_ALLINPUT = 0x4FF


def _messages(s: Shared) -> None:
    if "pulse" not in s.__dict__:
        s.window = s.w.Interlocked(0)  # the latest window, anybody's
        s.pulse = s.w.CreateEventW(None, 0, 0, None)


def _async(s: Shared) -> None:
    _messages(s)
    s.near, s.far = pair(s.w)
    nonblocking(s.w, s.far)


def _window(s: Shared) -> object:
    made = message_window(s.w)
    s.window.store(made or 0)
    return made is not None


def _latest(s: Shared) -> int:
    made: int = s.window.load()
    return made


def _peek(s: Shared, window: int | None, remove: int) -> object:
    message = MSG()
    found = s.w.PeekMessageW(byref(message), window, 0, 0, remove)
    return found, message.message if found else 0, message.lParam if found else 0, message.time if found else 0


def _wait(s: Shared, flags: int) -> object:
    return s.said(s.w.MsgWaitForMultipleObjectsEx(1, (c_void_p * 1)(s.pulse), SHORT, QS_ALLINPUT, flags))


NEEDS = {"messages": _messages, "async select": _async}
FAMILIES = {
    "messages": {
        "window": _window,
        "destroy": lambda s: s.said(s.w.DestroyWindow(_latest(s))),
        "post": lambda s: s.said(s.w.PostMessageW(_latest(s), WM_USER, 1, 2)),
        "post to the first": lambda s: s.said(s.w.PostThreadMessageW(s.tids[0], WM_USER + 1, 3, 4)),
        "peek": lambda s: _peek(s, None, 1),
        "peek window": lambda s: _peek(s, _latest(s), 1),
        "look": lambda s: _peek(s, None, 0),
        "wait": lambda s: _wait(s, 0),
        "wait, alertable": lambda s: _wait(s, 2),
        "wait for available": lambda s: _wait(s, 4),
        "set": lambda s: s.w.SetEvent(s.pulse),
        "quit": lambda s: s.w.PostQuitMessage(5),
    },
    "async select": {
        "window": _window,
        "watch": lambda s: s.said(s.w.WSAAsyncSelect(s.far, _latest(s), WM_USER + 2, FD_READ | FD_CLOSE)),
        "watch writing": lambda s: s.said(s.w.WSAAsyncSelect(s.near, _latest(s), WM_USER + 3, FD_WRITE | FD_CLOSE)),
        "ignore": lambda s: s.said(s.w.WSAAsyncSelect(s.far, _latest(s), 0, 0)),
        "send": lambda s: s.said(s.w.send(s.near, b"ab", 2, 0)),
        "receive": lambda s: s.said(s.w.recv(s.far, create_string_buffer(2), 2, 0)),
        "peek": lambda s: _peek(s, None, 1),
        "wait": lambda s: _wait(s, 4),
        "destroy": lambda s: s.said(s.w.DestroyWindow(_latest(s))),
        "close": lambda s: s.said(s.w.closesocket(s.near)),
    },
}
