"""Windows and messages on both arms: what the litmus tests leave out of user32 and WSAAsyncSelect."""

from __future__ import annotations

from ctypes import addressof, byref, c_uint32, c_void_p, cast, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import (
    FD_ACCEPT,
    FD_CLOSE,
    FD_READ,
    MSG_OOB,
    bound,
    err,
    message_window,
    name,
    next_message,
    pair,
)
from alertable.winapi import FIONBIO, HWND_MESSAGE, MSG, PM_REMOVE, WM_QUIT, WM_USER, WNDCLASSEXW, WNDPROC
from tests.conformance.arms import real_api

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def wide(text: str) -> Any:
    """UTF-16 wherever this runs."""
    return create_string_buffer((text + "\0").encode("utf-16-le"))


def own_window(w: WinApi, name: str, log: list[Any]) -> tuple[int | None, Any]:
    """A window whose procedure logs every message; and what must be kept alive."""

    @w.CALLBACK(*WNDPROC)
    def procedure(hwnd: int, message: int, wparam: int, lparam: int) -> int:
        log.append(message)
        return w.DefWindowProcW(hwnd, message, wparam, lparam)

    text, pointer = wide(name), procedure  # type: Any, Any
    kind = WNDCLASSEXW(cbSize=80, lpfnWndProc=cast(pointer, c_void_p), lpszClassName=addressof(text))
    log.append((bool(w.RegisterClassExW(byref(kind))), w.RegisterClassExW(byref(kind)), w.GetLastError()))
    parent = c_void_p(HWND_MESSAGE)
    return w.CreateWindowExW(0, cast(text, c_void_p), None, 0, 0, 0, 0, 0, parent, None, None, None), (procedure, text, kind)


def creation_and_dispatch(w: WinApi) -> object:
    log: list[Any] = []
    m = MSG()
    hwnd, _kept = own_window(w, "Creation", log)
    w.PostMessageW(hwnd, WM_USER, 1, 2)
    w.PostMessageW(hwnd, 0x10, 0, 0)
    for _ in range(2):
        log.append((w.GetMessageW(byref(m), None, 0, 0), m.message, m.wParam, m.lParam, w.DispatchMessageW(byref(m))))
    log.append((w.PostMessageW(hwnd, WM_USER, 0, 0), w.GetLastError()))
    log.append((w.GetMessageW(byref(m), hwnd, 0, 0), w.GetLastError()))
    return tuple(log)


def order_and_filters(w: WinApi) -> object:
    m, hwnd, me = MSG(), message_window(w), w.GetCurrentThreadId()
    log: list[Any] = []
    w.PostQuitMessage(7)
    for number in (1, 2, 3):
        w.PostThreadMessageW(me, WM_USER + number, 0, 0)
    w.PostMessageW(hwnd, WM_USER + 4, 0, 0)
    log.append((w.PeekMessageW(byref(m), None, WM_USER + 2, WM_USER + 2, PM_REMOVE), m.message - WM_USER))
    log.append((w.PeekMessageW(byref(m), hwnd, WM_USER, WM_USER + 9, PM_REMOVE), m.message - WM_USER))
    log.append((w.PeekMessageW(byref(m), c_void_p(2**64 - 1), WM_USER, WM_USER + 9, 0), m.message - WM_USER, m.hwnd))
    for _ in range(2):
        log.append((w.GetMessageW(byref(m), None, 0, 0), m.message - WM_USER))
    log.append((w.GetMessageW(byref(m), None, 0, 0), m.message == WM_QUIT, m.wParam))
    w.PostMessageW(hwnd, WM_USER, 0, 0)
    log.append((w.DestroyWindow(hwnd), w.PeekMessageW(byref(m), None, 0, 0, PM_REMOVE)))
    return tuple(log)


def accepted_sockets_inherit(w: WinApi) -> object:
    listener, hwnd, wm, buffer = w.socket(2, 1, 6), message_window(w), WM_USER + 1, create_string_buffer(8)
    bound(w, listener)
    w.WSAAsyncSelect(listener, hwnd, wm, FD_ACCEPT | FD_READ | FD_CLOSE)
    w.listen(listener, 5)
    client = w.socket(2, 1, 6)
    w.connect(client, byref(name(w, listener)), 16)
    accept = next_message(w, hwnd, wm)
    server = w.accept(listener, None, None)
    w.send(client, b"hello", 5, 0)
    read = next_message(w, hwnd, wm)
    got = w.recv(server, buffer, 8, 0), buffer.value
    w.closesocket(client)
    closed = next_message(w, hwnd, wm)
    for s in (server, listener):
        w.closesocket(s)
    w.DestroyWindow(hwnd)
    assert accept is not None
    assert read is not None
    assert closed is not None
    return (accept[0] == listener, accept[1]), (read[0] == server, read[1]), got, (closed[0] == server, closed[1])


def urgent_data(w: WinApi) -> object:
    a, b = pair(w)
    buffer = create_string_buffer(8)
    w.ioctlsocket(a, FIONBIO, byref(c_uint32(1)))
    none = err(w, w.recv(a, buffer, 8, MSG_OOB))
    sent = w.send(b, b"abc", 3, MSG_OOB)
    w.Sleep(50)
    urgent = w.recv(a, buffer, 8, MSG_OOB), buffer.value[:1]
    stream = w.recv(a, buffer, 8, 0), buffer.value[:2]
    for s in (a, b):
        w.closesocket(s)
    return none, sent, urgent, stream


CASES = {
    creation_and_dispatch: (
        (True, 0, 1410), 0x24, 0x81, 0x83, 0x01,
        WM_USER, (1, WM_USER, 1, 2, 0),
        0x10, 0x02, 0x82, (1, 0x10, 0, 0, 0),
        (0, 1400), (-1, 1400),
    ),
    order_and_filters: ((1, 2), (1, 4), (1, 1, None), (1, 1), (1, 3), (0, True, 7), (1, 0)),
    accepted_sockets_inherit: ((True, FD_ACCEPT), (True, FD_READ), (5, b"hello"), (True, FD_CLOSE)),
    urgent_data: ((-1, 10035), 3, (1, b"c"), (2, b"ab")),
}  # fmt: skip
each = pytest.mark.parametrize("program", CASES, ids=lambda program: program.__name__)


@each
def test_on_the_model(program: Any) -> None:
    for seed in (None, *range(20)):
        execution = run([program], seed=seed)
        assert execution.violation is None, execution.violation
        assert execution.outcome == CASES[program], seed


@pytest.mark.real_winsock
@each
def test_on_real_winsock(program: Any) -> None:
    assert program(real_api()) == CASES[program]


def test_a_queue_takes_ten_thousand_messages() -> None:
    def program(w: WinApi) -> object:
        me = w.GetCurrentThreadId()
        w.PeekMessageW(byref(MSG()), None, 0, 0, 0)
        posted = sum(w.PostThreadMessageW(me, WM_USER, 0, 0) for _ in range(10_001))
        return posted, w.GetLastError()

    assert run([program], max_steps=20_000).outcome == (10_000, 1816)
