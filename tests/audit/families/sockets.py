"""Connected streams: blocking and not, shutdown, close, linger, buffers, options."""

from __future__ import annotations

from ctypes import byref, c_int32, c_uint32, create_string_buffer
from typing import TYPE_CHECKING

from alertable.specs.litmus.sockets import nonblocking, pair
from alertable.winapi import (
    FIONREAD,
    LINGER,
    MSG_OOB,
    MSG_PEEK,
    SO_CONNECT_TIME,
    SO_ERROR,
    SO_LINGER,
    SO_RCVBUF,
    SO_RCVTIMEO,
    SO_SNDBUF,
    SOL_SOCKET,
)
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared


def _pair(s: Shared) -> None:
    s.near, s.far = pair(s.w)
    nonblocking(s.w, s.far)


def _blocking_pair(s: Shared) -> None:
    s.here, s.there = pair(s.w)
    for end in (s.here, s.there):
        s.w.setsockopt(end, SOL_SOCKET, SO_RCVTIMEO, byref(c_uint32(SHORT)), 4)


def _tight_pair(s: Shared) -> None:
    """A receive window of four bytes and a send buffer of three."""
    s.source, s.drain = pair(s.w)
    s.w.setsockopt(s.source, SOL_SOCKET, SO_SNDBUF, byref(c_uint32(3)), 4)
    s.w.setsockopt(s.drain, SOL_SOCKET, SO_RCVBUF, byref(c_uint32(4)), 4)
    nonblocking(s.w, s.source)
    nonblocking(s.w, s.drain)


def _receive(s: Shared, end: int, size: int, flags: int = 0) -> object:
    into = create_string_buffer(size)
    got = s.said(s.w.recv(end, into, size, flags))
    return got, into.raw


def _option(s: Shared, end: int, option: int, value: int) -> object:
    return s.said(s.w.setsockopt(end, SOL_SOCKET, option, byref(c_uint32(value)), 4))


def _asked(s: Shared, end: int, option: int) -> object:
    value, size = c_int32(), c_int32(4)
    return s.said(s.w.getsockopt(end, SOL_SOCKET, option, byref(value), byref(size))), value.value


def _waiting(s: Shared, end: int) -> object:
    count = c_uint32()
    return s.said(s.w.ioctlsocket(end, FIONREAD, byref(count))), count.value


def _lingering(s: Shared, end: int, on: int, seconds: int) -> object:
    s.w.setsockopt(end, SOL_SOCKET, SO_LINGER, byref(LINGER(on, seconds)), 4)
    return s.said(s.w.closesocket(end))


NEEDS = {"sockets": _pair, "blocking": _blocking_pair, "space": _tight_pair}
FAMILIES = {
    "sockets": {
        "send": lambda s: s.w.send(s.near, b"ab", 2, 0),
        "receive": lambda s: s.w.recv(s.far, create_string_buffer(2), 2, 0),
        "shutdown": lambda s: s.w.shutdown(s.near, 1),
        "close": lambda s: s.w.closesocket(s.near),
        "receive one": lambda s: _receive(s, s.far, 1),
        "peek": lambda s: _receive(s, s.far, 2, MSG_PEEK),
        "close far": lambda s: s.said(s.w.closesocket(s.far)),
        "reset": lambda s: _lingering(s, s.near, 1, 0),
        "waiting": lambda s: _waiting(s, s.far),
        "error": lambda s: _asked(s, s.far, SO_ERROR),
        "stop receiving": lambda s: s.said(s.w.shutdown(s.far, 0)),
        "urgent": lambda s: s.said(s.w.send(s.near, b"!", 1, MSG_OOB)),
        "receive urgent": lambda s: _receive(s, s.far, 1, MSG_OOB),
        "connected for": lambda s: _asked(s, s.near, SO_CONNECT_TIME),
    },
    "blocking": {
        "send": lambda s: s.said(s.w.send(s.here, b"abc", 3, 0)),
        "answer": lambda s: s.said(s.w.send(s.there, b"xy", 2, 0)),
        "receive": lambda s: _receive(s, s.there, 2),
        "receive here": lambda s: _receive(s, s.here, 2),
        "queue": lambda s: s.said(s.w.QueueUserAPC(s.apc, s.thread(0), 1)),
        "end": lambda s: s.said(s.w.shutdown(s.here, 1)),
        "close, lingering": lambda s: _lingering(s, s.here, 1, 1),
        "close there": lambda s: s.said(s.w.closesocket(s.there)),
    },
    "space": {
        "send": lambda s: s.said(s.w.send(s.source, b"abc", 3, 0)),
        "send more": lambda s: s.said(s.w.send(s.source, b"abcdefgh", 8, 0)),
        "receive": lambda s: _receive(s, s.drain, 3),
        "receive all": lambda s: _receive(s, s.drain, 9),
        "larger window": lambda s: _option(s, s.drain, SO_RCVBUF, 6),
        "larger buffer": lambda s: _option(s, s.source, SO_SNDBUF, 5),
        "no buffer": lambda s: _option(s, s.source, SO_SNDBUF, 0),
        "window": lambda s: _asked(s, s.drain, SO_RCVBUF),
        "end": lambda s: s.said(s.w.shutdown(s.source, 1)),
        "close": lambda s: s.said(s.w.closesocket(s.source)),
        "close, lingering": lambda s: _lingering(s, s.source, 1, 1),
    },
}
