"""A session whose operations are overlapped, and the accept that makes one: for events, completion routines and ports alike."""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, c_uint64, create_string_buffer, memmove, sizeof, string_at
from typing import TYPE_CHECKING, Final

from specs.programs.echo.framing import BUFSIZE, MAX_UNSENT, Echo
from winapi import (
    AF_INET,
    SO_UPDATE_ACCEPT_CONTEXT,
    SOCK_STREAM,
    SOCKET_ERROR,
    SOL_SOCKET,
    WSA_IO_PENDING,
    WSABUF,
    WSAOVERLAPPED,
    WinApi,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS_ROOM: Final = 32  # for each address that AcceptEx stores: a sockaddr_in and 16 bytes (S-77)


class OverlappedSession:
    """A client with one operation under way: a receive, or a send of what is still unsent.

    OVERLAPPED and buffers belong to the operation until its completion was delivered (S-28): whoever keeps the sessions must keep
    this one until then.
    """

    def __init__(self, w: WinApi, s: int, event: int | None = None, routine: Callable[..., object] | None = None) -> None:
        self.w = w
        self.socket = s
        self.echo = Echo()
        self.overlapped = WSAOVERLAPPED(hEvent=event)
        self.address = addressof(self.overlapped)  # what a completion names the session by
        self.routine = routine
        self.data = WSABUF()
        self.incoming = create_string_buffer(BUFSIZE)
        self.outgoing = create_string_buffer(MAX_UNSENT)
        self.sending = False

    def start(self) -> bool:
        """Start the next operation; its completion is told also if it is over at once (S-03, S-19, S-62).

        False if it could not start; then no completion comes (S-17) and the session is over.
        """
        w, data, overlapped, unsent = self.w, self.data, byref(self.overlapped), self.echo.unsent
        if self.echo.broken:
            return False
        self.sending = bool(unsent)
        if self.sending:
            memmove(self.outgoing, unsent, len(unsent))
            data.len, data.buf = len(unsent), addressof(self.outgoing)
            result = w.WSASend(self.socket, byref(data), 1, None, 0, overlapped, self.routine)
        else:
            data.len, data.buf, flags = BUFSIZE, addressof(self.incoming), c_uint32()
            result = w.WSARecv(self.socket, byref(data), 1, None, byref(flags), overlapped, self.routine)
        return result != SOCKET_ERROR or w.WSAGetLastError() == WSA_IO_PENDING

    def completed(self, count: int) -> bool:
        """The operation has transferred so many bytes. False at the end of the stream, which a receive of 0 bytes is (S-48)."""
        if self.sending:
            self.echo.sent(count)
        elif count:
            self.echo.received(string_at(self.incoming, count))
        return count > 0


class Acceptor:
    """The listening socket with its one AcceptEx."""

    def __init__(self, w: WinApi, listener: int, event: int | None = None) -> None:
        self.w = w
        self.listener = listener
        self.overlapped = WSAOVERLAPPED(hEvent=event)
        self.address = addressof(self.overlapped)
        self.room = create_string_buffer(2 * ADDRESS_ROOM)
        self.socket = 0  # the socket that the connection will have

    def start(self) -> None:
        """Accept the next connection, without waiting for its first data (S-75)."""
        w, received = self.w, c_uint32()
        self.socket = w.socket(AF_INET, SOCK_STREAM, 0)
        accepted = w.AcceptEx(
            self.listener, self.socket, self.room, 0, ADDRESS_ROOM, ADDRESS_ROOM, byref(received), byref(self.overlapped)
        )
        assert accepted or w.WSAGetLastError() == WSA_IO_PENDING, w.WSAGetLastError()

    def accepted(self) -> int:
        """The connected socket, which gets the listening socket's properties by this (S-78)."""
        listener = c_uint64(self.listener)
        self.w.setsockopt(self.socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, byref(listener), sizeof(listener))
        return self.socket
