"""Calls with bad input: one program for both arms, a row per call.

Poisoned out-parameters show that a failed call has changed nothing.
"""

from __future__ import annotations

from ctypes import byref, c_int32, c_int64, c_size_t, c_uint32, c_void_p, create_string_buffer
from functools import partial
from typing import TYPE_CHECKING, Any

from alertable.specs.litmus.sockets import bound, bufs, listener, loopback, message_window, pair, tcp, udp
from alertable.winapi import FIONBIO, MSG, OVERLAPPED, SO_RCVBUF, SOL_SOCKET, WNDCLASSEXW

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

POISON = 0xCCCCCCCC
ACCESS_VIOLATION = 0xC0000005
NEVER = 0x7FFFFFF0  # a handle value that was never given


class Rows:
    """What each call answered: (result, last error)."""

    def __init__(self, w: WinApi, failures: tuple[int, ...] = ()) -> None:
        self.w = w
        self.failures = failures
        self.rows: dict[str, tuple[int | None, int]] = {}

    def __call__(self, name: str, call: Callable[[], Any]) -> None:
        self.w.SetLastError(0x1234)
        try:
            result = call()
            error = self.w.GetLastError()
            # what Winsock leaves in the slot after a success is nobody's promise
            self.rows[name] = (result, error if result in self.failures or self.failures == () else 0)
        except OSError:  # ctypes turns an access violation inside the DLL into this
            self.rows[name] = (None, ACCESS_VIOLATION)


def objects(w: WinApi) -> dict[str, tuple[int | None, int]]:
    """Events, mutexes, semaphores, timers, threads, waits, handles."""
    row = Rows(w)
    event, mutex = w.CreateEventW(None, 1, 0, None), w.CreateMutexW(None, 0, None)
    semaphore, timer = w.CreateSemaphoreW(None, 1, 2, None), w.CreateWaitableTimerW(None, 0, None)
    closed = w.CreateEventW(None, 1, 0, None)
    w.CloseHandle(closed)
    due, previous, code = c_int64(-10_000), c_int32(-1), c_uint32(POISON)
    for label, handle in (("NULL", None), ("closed", closed), ("never", NEVER), ("mutex", mutex), ("semaphore", semaphore)):
        row(f"SetEvent({label})", partial(w.SetEvent, handle))
        row(f"ResetEvent({label})", partial(w.ResetEvent, handle))
        row(f"PulseEvent({label})", partial(w.PulseEvent, handle))
    for label, handle in (("NULL", None), ("closed", closed), ("never", NEVER), ("event", event)):
        row(f"ReleaseMutex({label})", partial(w.ReleaseMutex, handle))
        row(f"ReleaseSemaphore({label})", partial(w.ReleaseSemaphore, handle, 1, byref(previous)))
        row(f"SetWaitableTimer({label})", partial(w.SetWaitableTimer, handle, byref(due), 0, None, None, 0))
        row(f"CancelWaitableTimer({label})", partial(w.CancelWaitableTimer, handle))
        row(f"ResumeThread({label})", partial(w.ResumeThread, handle))
        row(f"SuspendThread({label})", partial(w.SuspendThread, handle))
        row(f"TerminateThread({label})", partial(w.TerminateThread, handle, 1))
        row(f"GetExitCodeThread({label})", partial(w.GetExitCodeThread, handle, byref(code)))
    for label, handle in (("NULL", None), ("closed", closed), ("never", NEVER)):
        row(f"WaitForSingleObject({label})", partial(w.WaitForSingleObject, handle, 0))
        row(f"CloseHandle({label})", partial(w.CloseHandle, handle))
        row(f"SignalObjectAndWait({label}, event)", partial(w.SignalObjectAndWait, handle, event, 0, 0))
        row(f"SignalObjectAndWait(event, {label})", partial(w.SignalObjectAndWait, event, handle, 0, 0))
    row("SignalObjectAndWait(timer, event)", lambda: w.SignalObjectAndWait(timer, event, 0, 0))
    row("ReleaseSemaphore(3 of 2)", lambda: w.ReleaseSemaphore(semaphore, 3, byref(previous)))
    row("CreateSemaphoreW(2 of 1)", lambda: w.CreateSemaphoreW(None, 2, 1, None))
    row("CreateSemaphoreW(-1 of 1)", lambda: w.CreateSemaphoreW(None, -1, 1, None))
    row("CreateSemaphoreW(0 of 0)", lambda: w.CreateSemaphoreW(None, 0, 0, None))
    row("OpenEventW(no such name)", lambda: w.OpenEventW(0x1F0003, 0, "no such name"))
    row("OpenThread(0xFFFFFFF0)", lambda: w.OpenThread(0x1FFFFF, 0, 0xFFFFFFF0))
    handles = (c_void_p * 2)(event, NEVER)
    row("WaitForMultipleObjects(one never valid)", lambda: w.WaitForMultipleObjects(2, handles, 0, 0))
    row("WaitForMultipleObjects(0)", lambda: w.WaitForMultipleObjects(0, handles, 0, 0))
    row("WaitForMultipleObjects(65)", lambda: w.WaitForMultipleObjects(65, (c_void_p * 65)(*[event] * 65), 0, 0))
    row("CancelIo(event)", lambda: w.CancelIo(event))
    row("CancelIoEx(never)", lambda: w.CancelIoEx(NEVER, None))
    target = c_void_p(0)
    me = w.GetCurrentProcess()
    row("DuplicateHandle(never)", lambda: w.DuplicateHandle(me, NEVER, me, byref(target), 0, 0, 2))
    row("DuplicateHandle(from an event)", lambda: w.DuplicateHandle(event, event, me, byref(target), 0, 0, 2))
    row("untouched", lambda: (previous.value, code.value, target.value))
    for handle in (event, mutex, semaphore, timer):
        w.CloseHandle(handle)
    return row.rows


def sockets(w: WinApi) -> dict[str, tuple[int | None, int]]:
    """Sockets: no sockets, wrong states, NULL and short buffers."""
    row = Rows(w, (-1, 2**64 - 1))
    event = w.CreateEventW(None, 1, 0, None)
    s, u, (listening, address), (a, b) = tcp(w), udp(w), listener(w), pair(w)
    name, size, short, got = create_string_buffer(16), c_int32(16), c_int32(15), c_uint32(POISON)
    buffer, flags, ov, value = create_string_buffer(8), c_uint32(0), OVERLAPPED(), c_uint32(1)
    handle: Any  # an event is none of these
    for label, handle in (("NULL", 0), ("never", NEVER), ("event", event), ("INVALID_SOCKET", 2**64 - 1)):
        row(f"closesocket({label})", partial(w.closesocket, handle))
        row(f"bind({label})", partial(w.bind, handle, byref(loopback()), 16))
        row(f"listen({label})", partial(w.listen, handle, 1))
        row(f"accept({label})", partial(w.accept, handle, None, None))
        row(f"connect({label})", partial(w.connect, handle, byref(address), 16))
        row(f"send({label})", partial(w.send, handle, buffer, 8, 0))
        row(f"recv({label})", partial(w.recv, handle, buffer, 8, 0))
        row(f"shutdown({label})", partial(w.shutdown, handle, 0))
        row(f"getsockname({label})", partial(w.getsockname, handle, name, byref(size)))
        row(f"getpeername({label})", partial(w.getpeername, handle, name, byref(size)))
        row(f"ioctlsocket({label})", partial(w.ioctlsocket, handle, FIONBIO, byref(value)))
        row(f"setsockopt({label})", partial(w.setsockopt, handle, SOL_SOCKET, SO_RCVBUF, byref(value), 4))
        row(f"getsockopt({label})", partial(w.getsockopt, handle, SOL_SOCKET, SO_RCVBUF, byref(value), byref(size)))
        row(f"WSARecv({label})", partial(w.WSARecv, handle, bufs(buffer), 1, byref(got), byref(flags), None, None))
        row(f"WSASend({label})", partial(w.WSASend, handle, bufs(buffer), 1, byref(got), 0, None, None))
    row("bind(short)", lambda: w.bind(s, byref(loopback()), 15))
    row("bind(NULL)", lambda: w.bind(s, None, 16))  # not connect(NULL): Wine crashes there
    row("bind(in use)", lambda: w.bind(s, byref(address), 16))
    row("connect(short)", lambda: w.connect(s, byref(address), 15))
    row("listen(unbound)", lambda: w.listen(s, 1))
    row("accept(unbound)", lambda: w.accept(s, None, None))
    row("accept(connected)", lambda: w.accept(a, None, None))
    row("connect(connected)", lambda: w.connect(a, byref(address), 16))
    row("listen(connected)", lambda: w.listen(a, 1))
    row("bind(connected)", lambda: w.bind(a, byref(loopback()), 16))
    row("bind(bound)", lambda: (bound(w, u), w.bind(u, byref(loopback()), 16))[1])
    row("getsockname(short)", lambda: w.getsockname(listening, name, byref(short)))
    row("getsockname(NULL)", lambda: w.getsockname(listening, None, byref(size)))
    row("getpeername(not connected)", lambda: w.getpeername(s, name, byref(size)))
    row("shutdown(3)", lambda: w.shutdown(a, 3))
    row("socket(9999)", lambda: w.socket(9999, 1, 6))
    row("socket(type 9)", lambda: w.socket(2, 9, 0))
    row("socket(UDP over stream)", lambda: w.socket(2, 1, 17))
    row("getsockopt(NULL)", lambda: w.getsockopt(s, SOL_SOCKET, SO_RCVBUF, None, byref(size)))
    row("setsockopt(NULL)", lambda: w.setsockopt(s, SOL_SOCKET, SO_RCVBUF, None, 4))
    row("WSARecv(no buffers)", lambda: w.WSARecv(a, None, 0, byref(got), byref(flags), byref(ov), None))
    row("WSARecv(no flags)", lambda: w.WSARecv(a, bufs(buffer), 1, byref(got), None, byref(ov), None))
    w.send(b, buffer, 1, 0)
    w.Sleep(50)
    row("WSARecv(no count)", lambda: w.WSARecv(a, bufs(buffer), 1, None, byref(flags), None, None))
    row("WSASend(no buffers)", lambda: w.WSASend(a, None, 0, byref(got), 0, byref(ov), None))
    row("WSASend(no count)", lambda: w.WSASend(a, bufs(buffer), 1, None, 0, None, None))
    row(
        "WSARecv(bad hEvent)",
        lambda: w.WSARecv(a, bufs(buffer), 1, byref(got), byref(flags), byref(OVERLAPPED(hEvent=NEVER)), None),
    )
    row("untouched", lambda: (size.value, short.value, got.value, ov.Internal, name.raw == bytes(16)))
    for handle in (s, u, listening, a, b):
        w.closesocket(handle)
    w.CloseHandle(event)
    return row.rows


def ports_and_windows(w: WinApi) -> dict[str, tuple[Any, int]]:
    """Completion ports and windows that are gone, or never were; arrays that are too long."""
    row = Rows(w)
    count, key, overlapped = c_uint32(7), c_size_t(7), c_void_p(7)
    event, s = w.CreateEventW(None, 1, 0, None), udp(w)
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 0)
    closed = w.CreateIoCompletionPort(2**64 - 1, None, 0, 0)
    w.CloseHandle(closed)
    out = byref(count), byref(key), byref(overlapped)
    for label, handle in (("closed", closed), ("never", NEVER), ("event", event), ("NULL", None)):
        row(f"GetQueuedCompletionStatus({label})", partial(w.GetQueuedCompletionStatus, handle, *out, 0))
        row(f"PostQueuedCompletionStatus({label})", partial(w.PostQueuedCompletionStatus, handle, 1, 2, None))
    row("CreateIoCompletionPort(never, port)", lambda: w.CreateIoCompletionPort(NEVER, port, 0, 0))
    row("CreateIoCompletionPort(socket, closed)", lambda: w.CreateIoCompletionPort(c_void_p(s), closed, 0, 0))
    row("CreateIoCompletionPort(event, port)", lambda: w.CreateIoCompletionPort(event, port, 0, 0))
    entries = create_string_buffer(64)
    row("GetQueuedCompletionStatusEx(0)", lambda: w.GetQueuedCompletionStatusEx(port, entries, 0, byref(count), 0, 0))
    hwnd = message_window(w)
    w.DestroyWindow(hwnd)
    message = MSG()
    row("PostMessageW(destroyed)", lambda: w.PostMessageW(hwnd, 0x400, 0, 0))
    row("GetMessageW(destroyed)", lambda: w.GetMessageW(byref(message), hwnd, 0, 0))
    row("PeekMessageW(destroyed)", lambda: w.PeekMessageW(byref(message), hwnd, 0, 0, 1))
    row("DestroyWindow(destroyed)", lambda: w.DestroyWindow(hwnd))
    row("RegisterClassExW(wrong size)", lambda: w.RegisterClassExW(byref(WNDCLASSEXW(cbSize=79))))
    row("WSAAsyncSelect(no socket)", lambda: w.WSAAsyncSelect(NEVER, hwnd, 0x400, 1))
    row("WSAAsyncSelect(destroyed)", lambda: w.WSAAsyncSelect(s, hwnd, 0x400, 1))
    events = (c_void_p * 65)(*[event] * 65)
    row("MsgWaitForMultipleObjectsEx(64)", lambda: w.MsgWaitForMultipleObjectsEx(64, events, 0, 8, 0))
    row("MsgWaitForMultipleObjectsEx(never)", lambda: w.MsgWaitForMultipleObjectsEx(1, (c_void_p * 1)(NEVER), 0, 8, 0))
    row("WSAWaitForMultipleEvents(65)", lambda: w.WSAWaitForMultipleEvents(65, events, 0, 0, 0))
    row("untouched", lambda: (count.value, key.value, message.message))
    w.closesocket(s)
    w.CloseHandle(port)
    w.CloseHandle(event)
    return row.rows
