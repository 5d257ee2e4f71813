"""select, WSAPoll, WSAEventSelect."""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer
from typing import TYPE_CHECKING

from alertable.specs.litmus.sockets import nonblocking, pair
from alertable.winapi import (
    FD_CLOSE,
    FD_READ,
    FD_WRITE,
    POLLRDNORM,
    POLLWRNORM,
    SO_RCVBUF,
    SO_SNDBUF,
    SOL_SOCKET,
    WSANETWORKEVENTS,
    WSAPOLLFD,
    fd_set,
    timeval,
)
from tests.audit.families.sockets import _pair
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared


def _readable(s: Shared) -> object:
    chosen, patience = fd_set(fd_count=1), timeval(tv_usec=1_000 * SHORT)
    chosen.fd_array[0] = s.far
    return s.w.select(0, byref(chosen), None, None, byref(patience))


def _watched(s: Shared) -> None:
    """A pair with little room, both ends non-blocking, and an event."""
    s.one, s.two = pair(s.w)
    s.w.setsockopt(s.one, SOL_SOCKET, SO_SNDBUF, byref(c_uint32(2)), 4)
    s.w.setsockopt(s.two, SOL_SOCKET, SO_RCVBUF, byref(c_uint32(2)), 4)
    nonblocking(s.w, s.one)
    nonblocking(s.w, s.two)
    s.ready = s.w.WSACreateEvent()


def _select(s: Shared, *, read: int | None = None, write: int | None = None, usec: int = 1_000 * SHORT) -> object:
    sets = []
    for end in (read, write):
        chosen = fd_set(fd_count=1 if end is not None else 0)
        if end is not None:
            chosen.fd_array[0] = end
        sets.append(chosen)
    reads, writes = (byref(chosen) if chosen.fd_count else None for chosen in sets)
    done = s.said(s.w.select(0, reads, writes, None, byref(timeval(tv_usec=usec))))
    return done, sets[0].fd_count, sets[1].fd_count


def _poll(s: Shared, end: int, events: int, patience: int) -> object:
    asked = (WSAPOLLFD * 1)(WSAPOLLFD(end, events, 0))
    return s.said(s.w.WSAPoll(asked, 1, patience)), asked[0].revents


def _enumerate(s: Shared, end: int, event: int | None) -> object:
    record = WSANETWORKEVENTS()
    return s.said(s.w.WSAEnumNetworkEvents(end, event, byref(record))), record.lNetworkEvents


def _receive(s: Shared) -> object:
    into = create_string_buffer(2)
    return s.said(s.w.recv(s.two, into, 2, 0)), into.raw


_TRAFFIC = {
    "send": lambda s: s.said(s.w.send(s.one, b"abc", 3, 0)),
    "receive": _receive,
    "end": lambda s: s.said(s.w.shutdown(s.one, 1)),
    "close": lambda s: s.said(s.w.closesocket(s.one)),
    "close two": lambda s: s.said(s.w.closesocket(s.two)),
}
NEEDS = {"select": _pair, "more select": _watched, "poll": _watched, "event select": _watched}
FAMILIES = {
    "select": {
        "select": _readable,
        "send": lambda s: s.w.send(s.near, b"ab", 2, 0),
        "receive": lambda s: s.w.recv(s.far, create_string_buffer(2), 2, 0),
    },
    "more select": {
        "readable": lambda s: _select(s, read=s.two),
        "readable now": lambda s: _select(s, read=s.two, usec=0),
        "writable": lambda s: _select(s, write=s.one),
        "writable now": lambda s: _select(s, write=s.one, usec=0),
        "both": lambda s: _select(s, read=s.two, write=s.one),
        **_TRAFFIC,
    },
    "poll": {
        "readable": lambda s: _poll(s, s.two, POLLRDNORM, SHORT),
        "readable now": lambda s: _poll(s, s.two, POLLRDNORM, 0),
        "writable": lambda s: _poll(s, s.one, POLLWRNORM, SHORT),
        "writable now": lambda s: _poll(s, s.one, POLLWRNORM, 0),
        **_TRAFFIC,
    },
    "event select": {
        "watch reading": lambda s: s.said(s.w.WSAEventSelect(s.two, s.ready, FD_READ | FD_CLOSE)),
        "watch writing": lambda s: s.said(s.w.WSAEventSelect(s.one, s.ready, FD_WRITE | FD_CLOSE)),
        "watch nothing": lambda s: s.said(s.w.WSAEventSelect(s.two, None, 0)),
        "wait": lambda s: s.w.WaitForSingleObject(s.ready, SHORT),
        "enumerate": lambda s: _enumerate(s, s.two, s.ready),
        "enumerate one": lambda s: _enumerate(s, s.one, None),
        "reset": lambda s: s.w.WSAResetEvent(s.ready),
        **_TRAFFIC,
    },
}
