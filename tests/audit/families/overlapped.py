"""Overlapped operations with an event, a routine or a port; their results; cancelling."""

from __future__ import annotations

from ctypes import byref, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

from alertable.specs.litmus.sockets import pair
from alertable.winapi import INVALID_HANDLE_VALUE, SO_SNDBUF, SOL_SOCKET
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared


def _ends(s: Shared) -> None:
    if "left" not in s.__dict__:
        s.left, s.right = pair(s.w)
        s.done = s.w.CreateEventW(None, 1, 0, None)


def _ported(s: Shared) -> None:
    _ends(s)
    s.completions = s.w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 1)
    s.w.CreateIoCompletionPort(s.left, s.completions, 1, 0)


def _receive(s: Shared, end: int, event: int | None = None, routine: Any = None, size: int = 2) -> object:
    into = s.buffer(size)
    flags = s.keep(c_uint32())
    overlapped = s.overlapped(event)
    return s.said(s.w.WSARecv(end, s.buffers(into, size), 1, None, byref(flags), byref(overlapped), routine))


def _send(s: Shared, end: int, event: int | None = None, routine: Any = None) -> object:
    out = s.buffer(3, b"pq")
    return s.said(s.w.WSASend(end, s.buffers(out, 3), 1, None, 0, byref(s.overlapped(event)), routine))


def _result(s: Shared, end: int, overlapped: Any, wait: int) -> object:
    count, flags = c_uint32(), c_uint32()
    return s.said(s.w.WSAGetOverlappedResult(end, byref(overlapped), byref(count), wait, byref(flags))), count.value


def _packet(s: Shared) -> object:
    count, key, at = c_uint32(), c_size_t(), c_void_p()
    done = s.w.GetQueuedCompletionStatus(s.completions, byref(count), byref(key), byref(at), SHORT)
    return done, 0 if done else s.w.GetLastError(), count.value, key.value, at.value is not None


def _no_buffer(s: Shared) -> object:
    return s.said(s.w.setsockopt(s.right, SOL_SOCKET, SO_SNDBUF, byref(c_uint32()), 4))


NEEDS = {"overlapped": _ends, "routines": _ends, "port io": _ported}
FAMILIES = {
    "overlapped": {
        "receive": lambda s: _receive(s, s.left, s.done),
        "receive without event": lambda s: _receive(s, s.left),
        "send": lambda s: _send(s, s.right, s.done),
        "plain send": lambda s: s.said(s.w.send(s.right, b"abc", 3, 0)),
        "no buffer": _no_buffer,
        "result": lambda s: _result(s, s.left, s.latest(), 0),
        "result of the first": lambda s: _result(s, s.left, s.first(), 0),
        "wait": lambda s: s.w.WaitForSingleObject(s.done, SHORT),
        "wait for the socket": lambda s: s.said(s.w.WaitForSingleObject(s.left, SHORT)),
        "reset": lambda s: s.w.WSAResetEvent(s.done),
        "cancel mine": lambda s: s.said(s.w.CancelIo(s.left)),
        "cancel all": lambda s: s.said(s.w.CancelIoEx(s.left, None)),
        "cancel the first": lambda s: s.said(s.w.CancelIoEx(s.left, byref(s.first()))),
        "close": lambda s: s.said(s.w.closesocket(s.left)),
        "end": lambda s: s.said(s.w.shutdown(s.right, 1)),
    },
    "routines": {
        "receive": lambda s: _receive(s, s.left, None, s.routine),
        "send": lambda s: _send(s, s.right, None, s.routine),
        "plain send": lambda s: s.said(s.w.send(s.right, b"abc", 3, 0)),
        "sleep": lambda s: s.w.SleepEx(SHORT, 1),
        "peek": lambda s: s.w.SleepEx(0, 1),
        "queue": lambda s: s.said(s.w.QueueUserAPC(s.apc, s.thread(0), 1)),
        "cancel mine": lambda s: s.said(s.w.CancelIo(s.left)),
        "cancel all": lambda s: s.said(s.w.CancelIoEx(s.left, None)),
        "close": lambda s: s.said(s.w.closesocket(s.left)),
        "close right": lambda s: s.said(s.w.closesocket(s.right)),
    },
    "port io": {
        "receive": lambda s: _receive(s, s.left),
        "send": lambda s: _send(s, s.left),
        "plain send": lambda s: s.said(s.w.send(s.right, b"abc", 3, 0)),
        "packet": _packet,
        "post": lambda s: s.w.PostQueuedCompletionStatus(s.completions, 1, 9, None),
        "cancel all": lambda s: s.said(s.w.CancelIoEx(s.left, None)),
        "close": lambda s: s.said(s.w.closesocket(s.left)),
        "close port": lambda s: s.said(s.w.CloseHandle(s.completions)),
    },
}
