"""WSAEventSelect: an event per socket, signalled when something can be done; non-blocking calls do it.

FD_WRITE is an edge: it comes once, and again only after a send that found no room (S-98).  One wait takes 64 events.

Run it with its clients: event_select.py event_select.py:three_clients
"""

from __future__ import annotations

from ctypes import byref, create_string_buffer
from typing import Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, EchoError, checked
from alertable.specs.programs.servers.hand_over import serve_by
from alertable.winapi import FD_CLOSE, FD_READ, FD_WRITE, SOCKET_ERROR, WSAEWOULDBLOCK, WSANETWORKEVENTS, WinApi

PORT: Final = 7793
CLIENTS: Final = 3


class Session:
    """A client and its event."""

    def __init__(self, w: WinApi, s: int) -> None:
        self.w = w
        self.s = s
        self.event = w.WSACreateEvent() or 0
        self.assembler = Assembler()
        self.outbox = b""
        self.count = 0
        self.buffer = create_string_buffer(RECEIVE_SIZE)

    def echoed(self) -> int:
        """Bytes so far."""
        return self.count

    def begin(self) -> bool:
        """Events that are due already are recorded at once (S-103)."""
        checked(self.w, "WSAEventSelect", self.w.WSAEventSelect(self.s, self.event, FD_READ | FD_WRITE | FD_CLOSE))
        return True

    def happened(self) -> bool:
        """Enumerating also resets the event; then everything is done that can be done without waiting."""
        w, found = self.w, WSANETWORKEVENTS()
        checked(w, "WSAEnumNetworkEvents", w.WSAEnumNetworkEvents(self.s, self.event, byref(found)))
        if found.lNetworkEvents & FD_WRITE and self.outbox:
            self.send()
        if found.lNetworkEvents & (FD_READ | FD_CLOSE) and not self.receive():
            w.closesocket(self.s)
            w.WSACloseEvent(self.event)
            return False
        return True

    def receive(self) -> bool:
        """One receive; if more is left the event is signalled again (S-96).  False at the end of the stream."""
        w = self.w
        got = w.recv(self.s, self.buffer, RECEIVE_SIZE, 0)
        if got == SOCKET_ERROR:
            if w.WSAGetLastError() != WSAEWOULDBLOCK:
                raise EchoError("recv", w.WSAGetLastError())
            return True
        whole = self.assembler.feed(self.buffer.raw[:got])
        self.count += len(whole)
        self.outbox += whole
        self.send()
        return bool(got)

    def send(self) -> None:
        """As much as there is room for; FD_WRITE tells of the next."""
        w = self.w
        while self.outbox:
            sent = w.send(self.s, self.outbox, len(self.outbox), 0)
            if sent == SOCKET_ERROR:
                if w.WSAGetLastError() != WSAEWOULDBLOCK:
                    raise EchoError("send", w.WSAGetLastError())
                return
            self.outbox = self.outbox[sent:]


def serve_in_one_thread(w: WinApi, port: int, clients: int) -> tuple[int, int]:
    """(bytes echoed, error of the wait): the 64th client makes 65 events, which no wait takes."""
    return serve_by(w, Session, port, clients, limit=clients)


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed."""
    return serve_by(w, Session, port, clients)[0]


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
