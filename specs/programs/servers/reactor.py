"""The reactor: wait until something *can* be done, then do it.  Beside proactor.py it shows the difference.

The framework waits for readiness (here with WSAPoll, which has no limit of 64); the handler makes the calls, and owns the
buffers only while it runs.

Run it with its clients: reactor.py reactor.py:three_clients
"""

from __future__ import annotations

from ctypes import byref, c_uint32, create_string_buffer
from typing import TYPE_CHECKING, Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, checked, listen
from alertable.winapi import FIONBIO, POLLOUT, POLLRDNORM, WSAPOLLFD, WinApi

if TYPE_CHECKING:
    from collections.abc import Callable

PORT: Final = 7798
CLIENTS: Final = 3


class Reactor:
    """Handlers by socket, for one direction at a time."""

    def __init__(self, w: WinApi) -> None:
        self.w = w
        self.handlers: dict[int, tuple[int, Callable[[], None]]] = {}

    def when_readable(self, s: int, handler: Callable[[], None]) -> None:
        """Call the handler whenever a receive (or accept) would not wait."""
        self.handlers[s] = POLLRDNORM, handler

    def when_writable(self, s: int, handler: Callable[[], None]) -> None:
        """Call the handler whenever a send would take something."""
        self.handlers[s] = POLLOUT, handler

    def forget(self, s: int) -> None:
        """No more calls for this socket."""
        del self.handlers[s]

    def run(self) -> None:
        """Until nobody is left."""
        w = self.w
        while self.handlers:
            entries = (WSAPOLLFD * len(self.handlers))(*[WSAPOLLFD(s, kind) for s, (kind, _) in self.handlers.items()])
            checked(w, "WSAPoll", w.WSAPoll(entries, len(entries), -1))
            for entry in entries:
                if entry.revents and entry.fd in self.handlers:
                    self.handlers[entry.fd][1]()


class Echo:
    """A client's handler."""

    def __init__(self, reactor: Reactor, s: int, count: Callable[[int], None]) -> None:
        self.reactor = reactor
        self.s = s
        self.count = count
        self.assembler = Assembler()
        self.outbox = b""
        reactor.when_readable(s, self.readable)

    def readable(self) -> None:
        """A receive does not wait now."""
        w, buffer = self.reactor.w, create_string_buffer(RECEIVE_SIZE)
        got = checked(w, "recv", w.recv(self.s, buffer, RECEIVE_SIZE, 0))
        if not got:
            self.reactor.forget(self.s)
            w.closesocket(self.s)
            return
        self.outbox = self.assembler.feed(buffer.raw[:got])
        self.count(len(self.outbox))
        if self.outbox:
            self.reactor.when_writable(self.s, self.writable)

    def writable(self) -> None:
        """A send takes something now, perhaps not all."""
        w = self.reactor.w
        self.outbox = self.outbox[checked(w, "send", w.send(self.s, self.outbox, len(self.outbox), 0)) :]
        if not self.outbox:
            self.reactor.when_readable(self.s, self.readable)


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed."""
    listener, reactor, counts = listen(w, port), Reactor(w), list[int]()
    w.ioctlsocket(listener, FIONBIO, byref(c_uint32(1)))
    accepted = list[Echo]()

    def acceptable() -> None:
        accepted.append(Echo(reactor, checked(w, "accept", w.accept(listener, None, None)), counts.append))
        if len(accepted) == clients:
            reactor.forget(listener)

    reactor.when_readable(listener, acceptable)
    reactor.run()
    w.closesocket(listener)
    return sum(counts)


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
