"""Blocking calls, a thread per client: the simplest server, and the one whose threads cost most.

Run it with its clients: blocking.py blocking.py:three_clients
"""

from __future__ import annotations

from ctypes import c_void_p
from typing import Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import Assembler, checked, listen, receive_some, send_all
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE, WinApi

PORT: Final = 7791
CLIENTS: Final = 3


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed, headers included."""
    listener = listen(w, port)
    echoed = [0] * clients
    sockets = [0] * clients

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def session(number: int | None) -> int:
        number = number or 0
        s, assembler = sockets[number], Assembler()
        while piece := receive_some(w, s):
            whole = assembler.feed(piece)
            send_all(w, s, whole)
            echoed[number] += len(whole)
        w.closesocket(s)
        return 0

    threads = []
    for number in range(clients):
        sockets[number] = checked(w, "accept", w.accept(listener, None, None))
        threads.append(c_void_p(w.CreateThread(None, 0, session, number, 0, None)))
    for thread in threads:
        w.WaitForSingleObject(thread, INFINITE)
        w.CloseHandle(thread)
    w.closesocket(listener)
    return sum(echoed)


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
