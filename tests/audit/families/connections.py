"""Binding, listening, connecting, accepting, their overlapped forms, ephemeral ports."""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer
from typing import TYPE_CHECKING

from alertable.specs.litmus.sockets import bound, loopback, name, nonblocking, tcp
from alertable.winapi import INVALID_SOCKET, SO_RCVTIMEO, SOL_SOCKET
from tests.audit.shared import SHORT

if TYPE_CHECKING:
    from tests.audit.shared import Shared

PORT = 0x8813  # 5000 in network byte order
ROOM = 32


def _listening(s: Shared) -> None:
    s.listening = tcp(s.w)
    s.at = bound(s.w, s.listening)
    s.w.listen(s.listening, 1)
    nonblocking(s.w, s.listening)
    s.arrived = s.w.CreateEventW(None, 1, 0, None)


def _connect(s: Shared, *, blocking: bool) -> object:
    client = tcp(s.w)
    if not blocking:
        nonblocking(s.w, client)
    s.mine("clients").append(client)
    return s.said(s.w.connect(client, byref(s.at), 16))


def _accept(s: Shared) -> object:
    made = s.w.accept(s.listening, None, None)
    if made == INVALID_SOCKET:
        return s.w.WSAGetLastError()
    s.mine("accepted").append(made)
    s.w.setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, byref(c_uint32(SHORT)), 4)
    return "accepted"


def _receive(s: Shared) -> object:
    return s.said(s.w.recv(s.mine("accepted")[-1], create_string_buffer(2), 2, 0))


def _accept_later(s: Shared) -> object:
    into = tcp(s.w)
    room = s.buffer(2 * ROOM)
    count = s.keep(c_uint32())
    return s.said(s.w.AcceptEx(s.listening, into, room, 0, ROOM, ROOM, byref(count), byref(s.overlapped(s.arrived))))


def _connect_later(s: Shared) -> object:
    client = tcp(s.w)
    s.w.bind(client, byref(loopback()), 16)
    s.mine("clients").append(client)
    return s.said(s.w.ConnectEx(client, byref(s.at), 16, None, 0, None, byref(s.overlapped(s.arrived))))


def _bind(s: Shared, port: int) -> object:
    made = tcp(s.w)
    done = s.said(s.w.bind(made, byref(loopback(port)), 16))
    s.mine("bound").append(made)
    return done, name(s.w, made).sin_port if not port else 0


def _unbind(s: Shared) -> object:
    mine = s.mine("bound")
    return s.said(s.w.closesocket(mine.pop())) if mine else "none"


def _listen(s: Shared) -> object:
    mine = s.mine("bound")
    return s.said(s.w.listen(mine[-1], 1)) if mine else "none"


def _knock(s: Shared) -> object:
    client = tcp(s.w)
    done = s.said(s.w.connect(client, byref(loopback(PORT)), 16))
    s.w.closesocket(client)
    return done


NEEDS = {"connections": _listening}
FAMILIES = {
    "connections": {
        "connect": lambda s: _connect(s, blocking=True),
        "connect later": lambda s: _connect(s, blocking=False),
        "accept": _accept,
        "AcceptEx": _accept_later,
        "ConnectEx": _connect_later,
        "wait": lambda s: s.w.WaitForSingleObject(s.arrived, SHORT),
        "send": lambda s: s.said(s.w.send(s.mine("clients")[-1], b"ab", 2, 0)) if s.mine("clients") else "none",
        "receive": lambda s: _receive(s) if s.mine("accepted") else "none",
        "hang up": lambda s: s.said(s.w.closesocket(s.mine("clients").pop())) if s.mine("clients") else "none",
        "close": lambda s: s.said(s.w.closesocket(s.listening)),
        "cancel": lambda s: s.said(s.w.CancelIoEx(s.listening, None)),
    },
    "names": {
        "bind": lambda s: _bind(s, PORT),
        "bind any": lambda s: _bind(s, 0),
        "unbind": _unbind,
        "listen": _listen,
        "knock": _knock,
    },
}
