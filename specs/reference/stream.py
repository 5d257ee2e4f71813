"""A TCP connection as its two users see it, when everything sent has arrived.

Law: S-40, S-41 bytes arrive in order and without boundaries, and a receive takes what is there, up to its size; S-39 a peek
     leaves it; S-66 nothing there is WSAEWOULDBLOCK.  S-48, S-49 after the peer's SD_SEND or close
     comes first the data, then 0 bytes for ever.  S-60 after SD_SEND one's own sends fail with WSAESHUTDOWN and receives go
     on.  S-51, S-55 after a hard close every call of the peer fails with WSAECONNRESET, whatever was still unread.
Source: learn.microsoft.com recv, send, shutdown, closesocket, "Graceful Shutdown, Linger Options, and Socket Closure".

Left out, because Windows leaves it open: a close with unread data, sends to an end that was closed, SD_RECEIVE, and what
comes first when a call could fail for two reasons; full buffers.
"""

from __future__ import annotations

from alertable.winapi import SOCKET_ERROR, WSAECONNRESET, WSAENOTSOCK, WSAESHUTDOWN, WSAEWOULDBLOCK

Answer = tuple[int, int | None]
Received = tuple[int | bytes, int | None]


class End:
    """One of the two sockets, non-blocking."""

    def __init__(self) -> None:
        self.unread = b""
        self.peer: End
        self.finished = False  # sends no more: SD_SEND, or closed
        self.closed = False
        self.was_reset = False

    def send(self, data: bytes) -> Answer:
        """send; the data have arrived when it returns."""
        error = self._error() or (WSAESHUTDOWN if self.finished else None)
        if error is not None:
            return SOCKET_ERROR, error
        self.peer.unread += data
        return len(data), None

    def recv(self, n: int, *, peek: bool = False) -> Received:
        """recv(s, buffer, n, MSG_PEEK or 0), n > 0: the bytes."""
        error = self._error()
        if error is None and not self.unread and not self.peer.finished:
            error = WSAEWOULDBLOCK
        if error is not None:
            return SOCKET_ERROR, error
        data = self.unread[:n]
        if not peek:
            self.unread = self.unread[n:]
        return data, None

    def shutdown(self) -> Answer:
        """shutdown(s, SD_SEND)."""
        if self.closed:
            return SOCKET_ERROR, WSAENOTSOCK
        self.finished = True
        return 0, None

    def close(self, *, hard: bool = False) -> Answer:
        """closesocket; hard: with linger on and 0 seconds."""
        if self.closed:
            return SOCKET_ERROR, WSAENOTSOCK
        self.closed = self.finished = True
        self.peer.was_reset |= hard
        return 0, None

    def _error(self) -> int | None:
        if self.closed:
            return WSAENOTSOCK
        return WSAECONNRESET if self.was_reset else None


def connection() -> tuple[End, End]:
    """Two connected ends."""
    a, b = End(), End()
    a.peer, b.peer = b, a
    return a, b
