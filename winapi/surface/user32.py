"""user32.dll: the message queue that WSAAsyncSelect and MsgWaitForMultipleObjectsEx work with.

Sources: learn.microsoft.com page of each function (winuser); K-68 to K-71, S-104 to S-107.
"""

from typing import Protocol

from alertable.winapi.surface.typedefs import (
    ATOM,
    BOOL,
    DWORD,
    HANDLE_RESULT,
    HINSTANCE,
    HMENU,
    HWND,
    INT,
    LPARAM,
    LPCWSTR,
    LPHANDLE,
    LPMSG,
    LPVOID,
    LPWNDCLASSEXW,
    LPWORD_TEXT,
    LRESULT,
    UINT,
    WPARAM,
)


class MessageFunctions(Protocol):
    """Windows, messages, waits for messages."""

    def RegisterClassExW(self, unnamedParam1: LPWNDCLASSEXW, /) -> ATOM: ...
    def CreateWindowExW(
        self,
        dwExStyle: DWORD,
        lpClassName: LPWORD_TEXT,
        lpWindowName: LPCWSTR,
        dwStyle: DWORD,
        X: INT,
        Y: INT,
        nWidth: INT,
        nHeight: INT,
        hWndParent: HWND,
        hMenu: HMENU,
        hInstance: HINSTANCE,
        lpParam: LPVOID,
        /,
    ) -> HANDLE_RESULT: ...
    def DestroyWindow(self, hWnd: HWND, /) -> BOOL: ...
    def DefWindowProcW(self, hWnd: HWND, Msg: UINT, wParam: WPARAM, lParam: LPARAM, /) -> LRESULT: ...
    def GetMessageW(self, lpMsg: LPMSG, hWnd: HWND, wMsgFilterMin: UINT, wMsgFilterMax: UINT, /) -> BOOL: ...
    def PeekMessageW(self, lpMsg: LPMSG, hWnd: HWND, wMsgFilterMin: UINT, wMsgFilterMax: UINT, wRemoveMsg: UINT, /) -> BOOL: ...
    def TranslateMessage(self, lpMsg: LPMSG, /) -> BOOL: ...
    def DispatchMessageW(self, lpMsg: LPMSG, /) -> LRESULT: ...
    def PostMessageW(self, hWnd: HWND, Msg: UINT, wParam: WPARAM, lParam: LPARAM, /) -> BOOL: ...
    def PostThreadMessageW(self, idThread: DWORD, Msg: UINT, wParam: WPARAM, lParam: LPARAM, /) -> BOOL: ...
    def PostQuitMessage(self, nExitCode: INT, /) -> None: ...
    def MsgWaitForMultipleObjectsEx(
        self, nCount: DWORD, pHandles: LPHANDLE, dwMilliseconds: DWORD, dwWakeMask: DWORD, dwFlags: DWORD, /
    ) -> DWORD: ...
