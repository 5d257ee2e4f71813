"""Datagram sockets."""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer
from typing import TYPE_CHECKING

from alertable.specs.litmus.sockets import bound, nonblocking, udp
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared


def _two(s: Shared) -> None:
    s.sender, s.taker = udp(s.w), udp(s.w)
    s.target = bound(s.w, s.taker)
    s.origin = bound(s.w, s.sender)
    nonblocking(s.w, s.taker)
    s.came = s.w.CreateEventW(None, 1, 0, None)


def _take(s: Shared, end: int, size: int) -> object:
    into = create_string_buffer(size)
    return s.said(s.w.recvfrom(end, into, size, 0, None, None)), into.raw


def _post(s: Shared) -> object:
    into, flags = s.buffer(4), s.keep(c_uint32())
    return s.said(
        s.w.WSARecvFrom(s.taker, s.buffers(into, 4), 1, None, byref(flags), None, None, byref(s.overlapped(s.came)), None)
    )


NEEDS = {"datagrams": _two}
FAMILIES = {
    "datagrams": {
        "send": lambda s: s.said(s.w.sendto(s.sender, b"abc", 3, 0, byref(s.target), 16)),
        "send one": lambda s: s.said(s.w.sendto(s.sender, b"x", 1, 0, byref(s.target), 16)),
        "send back": lambda s: s.said(s.w.sendto(s.taker, b"yz", 2, 0, byref(s.origin), 16)),
        "take": lambda s: _take(s, s.taker, 3),
        "take short": lambda s: _take(s, s.taker, 2),
        "post": _post,
        "wait": lambda s: s.w.WaitForSingleObject(s.came, SHORT),
        "connect": lambda s: s.said(s.w.connect(s.sender, byref(s.target), 16)),
        "send connected": lambda s: s.said(s.w.send(s.sender, b"c", 1, 0)),
        "close": lambda s: s.said(s.w.closesocket(s.taker)),
        "close sender": lambda s: s.said(s.w.closesocket(s.sender)),
    },
}
