"""user32: windows that nobody sees, posted messages, waits for messages.

Models:  RegisterClassExW to MsgWaitForMultipleObjectsEx; the messages of creation and destruction; DefWindowProcW for them.
Rejects: visible windows, child windows, broadcasts, keyboard translation, PeekMessageW for kinds of input other than posted.
Sources: learn.microsoft.com (winuser) page of each function; Wine user32/tests/msg.c (K-68 to K-71).
"""

from __future__ import annotations

import struct
from ctypes import Structure, addressof, c_char, c_int32, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ex.wait import waitable
from alertable.kernel_model.ke.wait import wait_for_multiple_objects
from alertable.kernel_model.ob.handle_table import entry_of
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.win32k.queue import (
    THREAD_MESSAGES,
    WM_QUIT,
    Filter,
    Message,
    MessageQueue,
    existing_queue,
    look,
    post,
    post_quit,
    queue_of,
)
from alertable.kernel_model.win32k.window import create_window, destroy_window, find_class, find_window, register_class
from alertable.sim.win32.door import WAIT_FAILED, Door, Handle, dword, handle_value, timeout_100ns
from alertable.sim.win32.memory import address_of

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.win32k.structures import Window
    from alertable.sim.win32.memory import Pointer

WNDCLASS_SIZE: Final = 80
CLASS_NAME_AT: Final = 64
NAME_MAX: Final = 256
MSG: Final = struct.Struct("<QI4xQqI8x4x")
MSG_WAIT_MAX: Final = 63
HWND_MESSAGE: Final = 2**64 - 3
HWND_BROADCAST: Final = 0xFFFF
WS_VISIBLE: Final = 0x10000000
WS_CHILD: Final = 0x40000000
WM_CREATE, WM_DESTROY, WM_CLOSE, WM_GETMINMAXINFO = 0x01, 0x02, 0x10, 0x24
WM_NCCREATE, WM_NCDESTROY, WM_NCCALCSIZE = 0x81, 0x82, 0x83
WM_KEYS: Final = (0x100, 0x101, 0x104, 0x105)
WM_TIMER: Final = 0x113
PM_REMOVE, PM_NOYIELD = 1, 2
QS_POSTED_HIGH: Final = 0x0108_0000
MWMO_WAITALL, MWMO_ALERTABLE, MWMO_INPUTAVAILABLE = 1, 2, 4
ERROR_INVALID_PARAMETER: Final = 87
ERROR_ACCESS_DENIED: Final = 5
ERROR_NOACCESS: Final = 998
ERROR_MESSAGE_SYNC_ONLY: Final = 1159
ERROR_INVALID_WINDOW_HANDLE: Final = 1400
ERROR_CANNOT_FIND_WND_CLASS: Final = 1407
ERROR_CLASS_ALREADY_EXISTS: Final = 1410
ERROR_INVALID_THREAD_ID: Final = 1444
ERROR_NOT_ENOUGH_QUOTA: Final = 1816


class CREATESTRUCTW(Structure):
    """What WM_NCCREATE and WM_CREATE point to."""

    _fields_ = (
        ("lpCreateParams", c_void_p),
        ("hInstance", c_void_p),
        ("hMenu", c_void_p),
        ("hwndParent", c_void_p),
        ("cy", c_int32),
        ("cx", c_int32),
        ("y", c_int32),
        ("x", c_int32),
        ("style", c_uint32),
        ("lpszName", c_void_p),
        ("lpszClass", c_void_p),
        ("dwExStyle", c_uint32),
    )


class User32(Door):
    """Windows and messages."""

    __slots__ = ()

    def _refuse(self, t: KThread, error: int) -> int:
        t.last_error = error
        return 0

    # ---- classes and windows ---------------------------------------------------------------------------------------------

    def RegisterClassExW(self, unnamedParam1: Pointer, /) -> int:
        t = self._enter()
        fields = self._need("RegisterClassExW", unnamedParam1, WNDCLASS_SIZE)
        size, _style, procedure = struct.unpack_from("<IIQ", fields.read(0, 16))
        name = self._class_name(int.from_bytes(fields.read(CLASS_NAME_AT, 8), "little"), unnamedParam1)
        if size != WNDCLASS_SIZE or not name or isinstance(name, int):
            return self._refuse(t, ERROR_INVALID_PARAMETER)
        atom = register_class(t.process, name, self._routine(c_void_p(procedure)))
        return atom if atom is not None else self._refuse(t, ERROR_CLASS_ALREADY_EXISTS)

    def _class_name(self, pointer: Pointer, holder: Pointer = None) -> str | int:
        """The text behind an LPCWSTR, or the atom that it is (MAKEINTATOM); "" for none."""
        if isinstance(pointer, str):
            return pointer
        address = address_of(pointer)
        if address < 0x10000:
            return address or ""
        text = bytearray()
        while len(text) < 2 * NAME_MAX:
            region = self._memory.region(address + len(text), 2, False, holder)
            unit = region.read(0, 2) if region is not None else b"\0\0"
            if unit == b"\0\0":
                break
            text += unit
        return text.decode("utf-16-le", "replace")

    def CreateWindowExW(
        self, dwExStyle: int, lpClassName: Pointer, lpWindowName: Pointer, dwStyle: int, X: int, Y: int, nWidth: int,
        nHeight: int, hWndParent: Handle, hMenu: Handle, hInstance: Handle, lpParam: Pointer, /,
    ) -> int | None:  # fmt: skip
        t = self._enter()
        queue_of(self._k, t)
        style, parent = dword(dwStyle), handle_value(hWndParent)
        if style & (WS_VISIBLE | WS_CHILD) or parent not in (0, HWND_MESSAGE):
            self._not_modelled("CreateWindowExW", "a window that can be seen, or a child (use HWND_MESSAGE)")
        window_class = find_class(t.process, self._class_name(lpClassName))
        if window_class is None:
            self._refuse(t, ERROR_CANNOT_FIND_WND_CLASS)
            return None
        window = create_window(self._k, t, window_class)
        created = CREATESTRUCTW(
            address_of(lpParam) or None, handle_value(hInstance) or None, handle_value(hMenu) or None, parent or None,
            dword(nHeight), dword(nWidth), dword(Y), dword(X), style, None, address_of(lpClassName) or None, dword(dwExStyle),
        )  # fmt: skip
        room = (c_char * 40)()  # a MINMAXINFO, then a RECT
        self._call_procedure(window, WM_GETMINMAXINFO, 0, addressof(room))
        if self._call_procedure(window, WM_NCCREATE, 0, addressof(created)):
            self._call_procedure(window, WM_NCCALCSIZE, 0, addressof(room))
            if self._call_procedure(window, WM_CREATE, 0, addressof(created)) != -1:
                return window.handle if find_window(self._k, window.handle) is not None else None
            self._call_procedure(window, WM_DESTROY, 0, 0)
        self._call_procedure(window, WM_NCDESTROY, 0, 0)
        destroy_window(self._k, window)
        return None

    def DestroyWindow(self, hWnd: Handle, /) -> int:
        t = self._enter()
        window = find_window(self._k, handle_value(hWnd))
        if window is None:
            return self._refuse(t, ERROR_INVALID_WINDOW_HANDLE)
        if window.thread is not t:
            return self._refuse(t, ERROR_ACCESS_DENIED)
        self._call_procedure(window, WM_DESTROY, 0, 0)
        self._call_procedure(window, WM_NCDESTROY, 0, 0)
        destroy_window(self._k, window)
        return 1

    def DefWindowProcW(self, hWnd: Handle, Msg: int, wParam: int, lParam: int, /) -> int:
        t = self._enter()
        window, message = find_window(self._k, handle_value(hWnd)), dword(Msg)
        if window is None:
            return self._refuse(t, ERROR_INVALID_WINDOW_HANDLE)
        if message == WM_CLOSE:
            self.DestroyWindow(hWnd)
        return 1 if message == WM_NCCREATE else 0

    def _call_procedure(self, window: Window, message: int, wparam: int, lparam: int) -> int:
        """Call the window's procedure, on the window's own thread."""
        procedure = window.window_class.procedure
        if procedure is None:
            return 1 if message == WM_NCCREATE else 0
        result = int(procedure(window.handle, message, wparam, lparam))
        return result - 2**64 if result >= 2**63 else result

    # ---- messages ----------------------------------------------------------------------------------------------------------

    def GetMessageW(self, lpMsg: Pointer, hWnd: Handle, wMsgFilterMin: int, wMsgFilterMax: int, /) -> int:
        t = self._enter()
        queue, wanted = queue_of(self._k, t), self._filter(t, hWnd, wMsgFilterMin, wMsgFilterMax)
        if wanted is None:
            return -1
        message = look(self._k, queue, wanted, remove=True)
        while message is None:
            self._await_input(t, queue)
            message = look(self._k, queue, wanted, remove=True)
        if not self._give(lpMsg, message):
            t.last_error = ERROR_NOACCESS
            return -1
        return int(message.number != WM_QUIT)

    def _await_input(self, t: KThread, queue: MessageQueue) -> None:
        queue.wake_mask, queue.available = QS_POSTED_HIGH >> 16, False
        if wait_for_multiple_objects(self._k, t, (queue,), False, None, False, "GetMessageW") is None:
            self._m.block()

    def PeekMessageW(self, lpMsg: Pointer, hWnd: Handle, wMsgFilterMin: int, wMsgFilterMax: int, wRemoveMsg: int, /) -> int:
        t = self._enter()
        flags = dword(wRemoveMsg)
        if flags & ~(PM_REMOVE | PM_NOYIELD | QS_POSTED_HIGH):
            self._not_modelled("PeekMessageW", f"wRemoveMsg {flags:#x}")
        queue, wanted = queue_of(self._k, t), self._filter(t, hWnd, wMsgFilterMin, wMsgFilterMax)
        if wanted is None:
            return 0
        message = look(self._k, queue, wanted, remove=bool(flags & PM_REMOVE))
        if message is None:
            self._m.polled_in_vain(t)
            return 0
        return 1 if self._give(lpMsg, message) else self._refuse(t, ERROR_NOACCESS)

    def _filter(self, t: KThread, hWnd: Handle, first: int, last: int) -> Filter | None:
        """None with the last error for a window that is not there; a window of another thread has no messages here."""
        window = handle_value(hWnd)
        if window == THREAD_MESSAGES or window & 0xFFFFFFFF == 0xFFFFFFFF:
            window = THREAD_MESSAGES
        elif window and find_window(self._k, window) is None:
            t.last_error = ERROR_INVALID_WINDOW_HANDLE
            return None
        return Filter(window, dword(first), dword(last))

    def _give(self, lpMsg: Pointer, message: Message) -> bool:
        lparam = message.lparam - 2**64 if message.lparam >= 2**63 else message.lparam
        self._k.clock_read = True
        packed = MSG.pack(message.window, message.number, message.wparam, lparam, message.time_ms)
        return bool(address_of(lpMsg)) and self._memory.store(lpMsg, packed)

    def TranslateMessage(self, lpMsg: Pointer, /) -> int:
        self._enter()
        number = int.from_bytes(self._need("TranslateMessage", lpMsg, MSG.size).read(8, 4), "little")
        if number in WM_KEYS:
            self._not_modelled("TranslateMessage", "keyboard messages")
        return 0

    def DispatchMessageW(self, lpMsg: Pointer, /) -> int:
        t = self._enter()
        handle, number, wparam, lparam, _ = MSG.unpack(self._need("DispatchMessageW", lpMsg, MSG.size).read(0, MSG.size))
        if not handle:
            return 0
        if number == WM_TIMER:
            self._not_modelled("DispatchMessageW", "WM_TIMER")
        window = find_window(self._k, handle)
        if window is None:
            return self._refuse(t, ERROR_INVALID_WINDOW_HANDLE)
        if window.thread is not t:
            return self._refuse(t, ERROR_MESSAGE_SYNC_ONLY)
        return self._call_procedure(window, number, wparam, lparam & 2**64 - 1)

    def PostMessageW(self, hWnd: Handle, Msg: int, wParam: Any, lParam: Any, /) -> int:  # noqa: ANN401 - numbers or ctypes' own
        t = self._enter()
        handle = handle_value(hWnd)
        if handle == HWND_BROADCAST:
            self._not_modelled("PostMessageW", "HWND_BROADCAST")
        window = find_window(self._k, handle)
        if handle and window is None:
            return self._refuse(t, ERROR_INVALID_WINDOW_HANDLE)
        queue = queue_of(self._k, window.thread if window is not None else t)
        return self._post(t, queue, handle, Msg, wParam, lParam)

    def PostThreadMessageW(self, idThread: int, Msg: int, wParam: Any, lParam: Any, /) -> int:  # noqa: ANN401 - as above
        t = self._enter()
        target = self._k.thread_by_tid(dword(idThread))
        queue = existing_queue(target) if target is not None else None
        if queue is None:
            return self._refuse(t, ERROR_INVALID_THREAD_ID)
        return self._post(t, queue, 0, Msg, wParam, lParam)

    def _post(self, t: KThread, queue: MessageQueue, window: int, number: int, wparam: Any, lparam: Any) -> int:  # noqa: ANN401 - checked here
        if post(self._k, queue, window, dword(number), handle_value(wparam), handle_value(lparam)):
            return 1
        return self._refuse(t, ERROR_NOT_ENOUGH_QUOTA)

    def PostQuitMessage(self, nExitCode: int, /) -> None:
        t = self._enter()
        post_quit(self._k, queue_of(self._k, t), dword(nExitCode))

    # ---- waiting ------------------------------------------------------------------------------------------------------------

    def MsgWaitForMultipleObjectsEx(
        self, nCount: int, pHandles: Pointer, dwMilliseconds: int, dwWakeMask: int, dwFlags: int, /
    ) -> int:
        t = self._enter()
        count, flags = dword(nCount), dword(dwFlags)
        if count > MSG_WAIT_MAX or flags & ~(MWMO_WAITALL | MWMO_ALERTABLE | MWMO_INPUTAVAILABLE):
            return self._failed(t, NtStatus.INVALID_PARAMETER)
        table = self._need("MsgWaitForMultipleObjectsEx", pHandles, 8 * count).read(0, 8 * count) if count else b""
        objects = []
        for handle in struct.unpack(f"<{count}Q", table):
            obj = waitable(t, handle) if entry_of(t, handle) is not None else NtStatus.INVALID_HANDLE
            if isinstance(obj, NtStatus):
                return self._failed(t, obj)
            objects.append(obj)
        queue, timeout = queue_of(self._k, t), timeout_100ns(dwMilliseconds)
        queue.wake_mask, queue.available = dword(dwWakeMask), bool(flags & MWMO_INPUTAVAILABLE)
        status = self._finish_wait(
            wait_for_multiple_objects(
                self._k,
                t,
                (*objects, queue),
                bool(flags & MWMO_WAITALL),
                timeout,
                bool(flags & MWMO_ALERTABLE),
                "MsgWaitForMultipleObjectsEx",
            )
        )
        if status == NtStatus.TIMEOUT and not timeout:
            self._m.polled_in_vain(t)
        return int(status)

    def _failed(self, t: KThread, status: int) -> int:
        self._fail(t, status)
        return WAIT_FAILED
