"""A listener that a scripted remote endpoint talks to, and one that it offers; the generator writes its script (`CALLS`)."""

from __future__ import annotations

from ctypes import byref, create_string_buffer
from typing import TYPE_CHECKING

from alertable.specs.litmus.sockets import loopback, nonblocking, tcp
from alertable.winapi import INVALID_SOCKET

if TYPE_CHECKING:
    from tests.audit.shared import Shared

PORT = 5000
THEIRS = 5001
CALLS = {
    "listen": ("listen", THEIRS), "accept": ("accept",), "connect": ("connect", PORT), "send": ("send", b"hello"),
    "receive": ("receive", 2), "end": ("shutdown",), "close": ("close",), "reset": ("reset",), "sleep": ("sleep", 1),
}  # fmt: skip
_NEEDS_A_CONNECTION = {"send", "receive", "end"}
_ENDS_IT = {"close", "reset"}


def script(calls: tuple[str, ...]) -> list[tuple[object, ...]]:
    """What of these calls makes sense, after a connect, or after it listens."""
    listening = calls[:1] == ("listen",)
    kept: list[tuple[object, ...]] = [CALLS["listen" if listening else "connect"]]
    connected = not listening
    for call in calls:
        if call in {"listen", "accept"}:
            if call == "accept" and listening and not connected:
                kept.append(CALLS[call])
                connected = True
        elif call in _ENDS_IT or call in _NEEDS_A_CONNECTION:
            if connected:
                kept.append(CALLS[call])
            connected = connected and call not in _ENDS_IT
        elif call == "connect":
            if not connected:
                kept.append(CALLS[call])
            connected = True
        else:
            kept.append(CALLS[call])
    return kept


def _listening(s: Shared) -> None:
    s.door = tcp(s.w)
    s.w.bind(s.door, byref(loopback(s.w.htons(PORT))), 16)
    s.w.listen(s.door, 2)
    nonblocking(s.w, s.door)


def _accept(s: Shared) -> object:
    made = s.w.accept(s.door, None, None)
    if made == INVALID_SOCKET:
        return s.w.WSAGetLastError()
    s.mine("guests").append(made)
    return "accepted"


def _dial(s: Shared) -> object:
    made = tcp(s.w)
    s.mine("guests").append(made)
    nonblocking(s.w, made)
    return s.said(s.w.connect(made, byref(loopback(s.w.htons(THEIRS))), 16))


def _receive(s: Shared) -> object:
    into = create_string_buffer(3)
    return (s.said(s.w.recv(s.mine("guests")[-1], into, 3, 0)), into.raw) if s.mine("guests") else "none"


NEEDS = {"peers": _listening}
FAMILIES = {
    "peers": {
        "accept": _accept,
        "dial": _dial,
        "receive": _receive,
        "send": lambda s: s.said(s.w.send(s.mine("guests")[-1], b"xy", 2, 0)) if s.mine("guests") else "none",
        "close": lambda s: s.said(s.w.closesocket(s.mine("guests").pop())) if s.mine("guests") else "none",
        "close the door": lambda s: s.said(s.w.closesocket(s.door)),
        "sleep": lambda s: s.w.Sleep(1),
    },
}
