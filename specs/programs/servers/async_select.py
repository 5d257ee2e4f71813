"""WSAAsyncSelect: network events come as messages to a window, so one message loop serves all clients.

No second FD_READ message comes before the receive that the first one is for (S-105); FD_WRITE is an edge (S-98).

Run it with its clients: async_select.py async_select.py:three_clients
"""

from __future__ import annotations

from ctypes import addressof, byref, c_void_p, cast, create_string_buffer
from typing import Any, Final

from alertable.specs.programs.servers.client import crowd
from alertable.specs.programs.servers.framing import RECEIVE_SIZE, Assembler, EchoError, checked, listen
from alertable.winapi import (
    FD_ACCEPT,
    FD_CLOSE,
    FD_READ,
    FD_WRITE,
    HWND_MESSAGE,
    MSG,
    SOCKET_ERROR,
    WM_USER,
    WNDCLASSEXW,
    WNDPROC,
    WSAEWOULDBLOCK,
    WinApi,
)

PORT: Final = 7794
CLIENTS: Final = 3
WM_SOCKET: Final = WM_USER + 1
CLASS_NAME: Final = "EchoServer\0".encode("utf-16-le")


class Session:
    """A client."""

    def __init__(self) -> None:
        self.assembler = Assembler()
        self.outbox = b""
        self.closing = False  # FD_CLOSE has come; data may still be left (S-101)


class Server:
    """The window's sockets."""

    def __init__(self, w: WinApi, listener: int, clients: int) -> None:
        self.w = w
        self.listener = listener
        self.left = clients
        self.sessions: dict[int, Session] = {}
        self.echoed = 0
        self.buffer = create_string_buffer(RECEIVE_SIZE)

    def message(self, s: int, event: int) -> None:
        """One network event."""
        if event == FD_ACCEPT:
            self.sessions[checked(self.w, "accept", self.w.accept(s, None, None))] = Session()
            return
        session = self.sessions.get(s)
        if session is None:
            return  # a message that was in the queue when its socket was closed (S-107)
        if event == FD_WRITE:
            self.send(s, session)
            return
        session.closing = session.closing or event == FD_CLOSE
        while self.receive(s, session) and session.closing:
            pass

    def receive(self, s: int, session: Session) -> bool:
        """One receive; False when nothing is left."""
        w = self.w
        got = w.recv(s, self.buffer, RECEIVE_SIZE, 0)
        if got == SOCKET_ERROR:
            if w.WSAGetLastError() != WSAEWOULDBLOCK:
                raise EchoError("recv", w.WSAGetLastError())
            return False
        if not got:
            self.close(s)
            return False
        whole = session.assembler.feed(self.buffer.raw[:got])
        self.echoed += len(whole)
        session.outbox += whole
        self.send(s, session)
        return True

    def send(self, s: int, session: Session) -> None:
        """As much as there is room for."""
        w = self.w
        while session.outbox:
            sent = w.send(s, session.outbox, len(session.outbox), 0)
            if sent == SOCKET_ERROR:
                if w.WSAGetLastError() != WSAEWOULDBLOCK:
                    raise EchoError("send", w.WSAGetLastError())
                return
            session.outbox = session.outbox[sent:]

    def close(self, s: int) -> None:
        """The client has gone; after the last one the message loop ends."""
        self.w.closesocket(s)
        del self.sessions[s]
        self.left -= 1
        if not self.left:
            self.w.PostQuitMessage(0)


def serve(w: WinApi, port: int, clients: int) -> int:
    """Bytes echoed."""
    listener = listen(w, port)
    server = Server(w, listener, clients)
    errors: list[EchoError] = []

    @w.CALLBACK(*WNDPROC)
    def procedure(hwnd: int, message: int, wparam: int, lparam: int) -> int:
        if message != WM_SOCKET:
            return w.DefWindowProcW(hwnd, message, wparam, lparam)
        try:
            server.message(wparam, lparam & 0xFFFF)
        except EchoError as error:  # no exception leaves a window procedure on Windows
            errors.append(error)
            w.PostQuitMessage(1)
        return 0

    name = create_string_buffer(CLASS_NAME)
    entry: Any = procedure
    window_class = WNDCLASSEXW(cbSize=80, lpfnWndProc=cast(entry, c_void_p), lpszClassName=addressof(name))
    w.RegisterClassExW(byref(window_class))
    hwnd = w.CreateWindowExW(0, cast(name, c_void_p), None, 0, 0, 0, 0, 0, c_void_p(HWND_MESSAGE), None, None, None)
    events = FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE  # accepted sockets inherit them (S-71)
    checked(w, "WSAAsyncSelect", w.WSAAsyncSelect(listener, hwnd, WM_SOCKET, events))
    message = MSG()
    while w.GetMessageW(byref(message), None, 0, 0) > 0:
        w.TranslateMessage(byref(message))
        w.DispatchMessageW(byref(message))
    w.closesocket(listener)
    w.DestroyWindow(hwnd)
    if errors:
        raise errors[0]
    return server.echoed


def program(w: WinApi) -> int:
    """Serves `three_clients`."""
    return serve(w, PORT, CLIENTS)


three_clients = crowd(PORT, CLIENTS, 3)
