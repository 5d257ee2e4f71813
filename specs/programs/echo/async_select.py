"""WSAAsyncSelect: the sockets send messages to a window, as the mouse does.

One thread, without a limit: whoever has a window has a message loop already. The window here is never seen; it only receives.
"""

from __future__ import annotations

from ctypes import addressof, byref, c_void_p, cast, create_string_buffer, sizeof
from typing import TYPE_CHECKING, Final

from specs.programs.echo.sockets import CLIENTS, Session, listen, serving_by, startup
from winapi import (
    FD_ACCEPT,
    FD_CLOSE,
    FD_READ,
    FD_WRITE,
    HWND_MESSAGE,
    INVALID_SOCKET,
    MSG,
    WM_USER,
    WNDCLASSEXW,
    WNDPROC,
    WinApi,
)

if TYPE_CHECKING:
    from specs.programs.echo.sockets import Program

PORT: Final = 7804
WM_SOCKET: Final = WM_USER + 1


class WindowServer:
    """The window and the sessions."""

    def __init__(self, w: WinApi, clients: int, port: int) -> None:
        self.w = w
        self.to_accept = clients
        self.sessions: dict[int, Session] = {}  # by socket
        self.echoed: list[int] = []
        self.procedure = w.CALLBACK(*WNDPROC)(self.message)
        self.window = self.create_window()
        self.listener = listen(w, port)
        w.WSAAsyncSelect(self.listener, self.window, WM_SOCKET, FD_ACCEPT)

    def create_window(self) -> int | None:
        """A window that only has messages. Its class is named after its procedure, so a class of this name leads here."""
        w = self.w
        procedure = cast(self.procedure, c_void_p)  # type: ignore[arg-type]  # a ctypes function pointer
        name = create_string_buffer(f"Echo {procedure.value:x}\0".encode("utf-16-le"))  # UTF-16 wherever this runs
        window_class = WNDCLASSEXW(sizeof(WNDCLASSEXW), lpfnWndProc=procedure, lpszClassName=addressof(name))
        w.RegisterClassExW(byref(window_class))
        window = w.CreateWindowExW(0, name, None, 0, 0, 0, 0, 0, HWND_MESSAGE, None, None, None)
        assert window, w.GetLastError()
        return window

    def serve(self) -> tuple[int, ...]:
        """The message loop; it ends with WM_QUIT."""
        w, msg = self.w, MSG()
        while w.GetMessageW(byref(msg), None, 0, 0) > 0:
            w.DispatchMessageW(byref(msg))
        w.DestroyWindow(self.window)
        return tuple(sorted(self.echoed))

    def message(self, window: int | None, message: int, wparam: int, lparam: int) -> int:
        """The window procedure: the socket is in wparam, what happened in the low word of lparam (S-104)."""
        if message != WM_SOCKET:
            return self.w.DefWindowProcW(window, message, wparam, lparam)
        if lparam & 0xFFFF == FD_ACCEPT:
            self.accept()
        else:
            session = self.sessions.get(wparam)  # None: the message was in the queue when the session ended
            if session is not None and not session.advance():
                self.end(session)
        return 0

    def accept(self) -> None:
        """A new session, if the connection is still there; if there is another, a message comes again (S-105)."""
        w = self.w
        s = w.accept(self.listener, None, None) if self.to_accept else INVALID_SOCKET
        if s != INVALID_SOCKET:
            self.to_accept -= 1
            if not self.to_accept:
                w.closesocket(self.listener)
            self.sessions[s] = Session(w, s)
            w.WSAAsyncSelect(s, self.window, WM_SOCKET, FD_READ | FD_WRITE | FD_CLOSE)

    def end(self, session: Session) -> None:
        """The client has left; the last one ends the message loop."""
        self.w.closesocket(session.socket)
        self.echoed.append(session.echo.echoed)
        del self.sessions[session.socket]
        if not self.sessions and not self.to_accept:
            self.w.PostQuitMessage(0)


def serve(w: WinApi, clients: int, port: int = PORT) -> tuple[int, ...]:
    """Bytes echoed to each client, sorted."""
    startup(w)
    return WindowServer(w, clients, port).serve()


def program(w: WinApi) -> tuple[int, ...]:
    """A few clients."""
    return serve(w, CLIENTS)


def serving(clients: int, port: int = PORT) -> Program:
    """A program that serves so many clients."""
    return serving_by(serve, clients, port)
