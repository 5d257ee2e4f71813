"""The functions of the real DLLs, bound through ctypes. For Windows only; the door to it is `winapi.real.real()`.

Each attribute of `RealWinApi` is the exported function with the prototype of `winapi.surface`, bound at its first use and kept,
so that a call costs one attribute look-up. ctypes keeps the last error of each thread from the end of one call to the start of
the next (`use_last_error=True`); GetLastError reads that copy, so nothing that Python does in between changes it.

An exception in a callback cannot pass through Windows: ctypes hands it to `sys.unraisablehook`, which prints it with its
traceback unless a runner collects it there, and the callback returns 0.

Sources: docs.python.org ctypes (use_last_error, callback functions); learn.microsoft.com WSAIoctl
         (SIO_GET_EXTENSION_FUNCTION_POINTER); K-75, S-74, S-85.
"""

import ctypes
import sys
from ctypes import byref, c_uint32, c_void_p, sizeof
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from alertable.winapi.constants import AF_INET, INVALID_SOCKET, IPPROTO_TCP, SIO_GET_EXTENSION_FUNCTION_POINTER, SOCK_STREAM
from alertable.winapi.errors import meaning
from alertable.winapi.interlocked import INTRINSICS, Interlocked, intrinsic
from alertable.winapi.surface import FUNCTIONS, Function

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi.wsaid import GUID

assert sys.platform == "win32"  # ctypes has no WinDLL elsewhere; type checkers skip the rest there


class RealWinApi:
    """The real Win32 API; `winapi.surface.WinApi` has the type of each attribute."""

    GetLastError = staticmethod(ctypes.get_last_error)
    WSAGetLastError = staticmethod(ctypes.get_last_error)
    CALLBACK = staticmethod(ctypes.WINFUNCTYPE)
    Interlocked = Interlocked

    def __init__(self) -> None:
        self._dlls: dict[str, ctypes.WinDLL] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # each function has a type of its own: see WinApi
        if name in INTRINSICS:
            return intrinsic(name)
        function = FUNCTIONS.get(name)
        if function is None:
            raise AttributeError(self._unknown(name), name=name)
        bound = self._exported(function) if function.wsaid is None else self._extension(function, function.wsaid)
        setattr(self, name, bound)
        return bound

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *FUNCTIONS})

    def _exported(self, function: Function) -> Any:  # noqa: ANN401  # ctypes' function objects have no public type
        dll = self._dlls.get(function.dll)
        if dll is None:
            dll = self._dlls[function.dll] = ctypes.WinDLL(function.dll, use_last_error=True)
        try:
            bound = dll[function.name]
        except AttributeError:
            what = f"{function.dll}.dll here has no {function.name}: it needs a newer Windows, or Wine does not offer it"
            raise AttributeError(what, name=function.name) from None
        bound.restype, bound.argtypes = function.restype, function.argtypes
        return bound

    def _extension(self, function: Function, wsaid: "GUID") -> "Callable[..., Any]":
        """A function that only WSAIoctl finds. The last error stays as it is: to look a name up is no call of the program."""
        last_error = ctypes.get_last_error()
        address, size, code = c_void_p(), c_uint32(), SIO_GET_EXTENSION_FUNCTION_POINTER
        s = self.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
        self.WSAIoctl(s, code, byref(wsaid), sizeof(wsaid), byref(address), sizeof(address), byref(size), None, None)
        error = ctypes.get_last_error()
        if s != INVALID_SOCKET:
            self.closesocket(s)
        ctypes.set_last_error(last_error)
        if address.value is None:
            what = f"WSAIoctl finds no {function.name} (mswsock, {wsaid}): error {error}, {meaning(error)}"
            raise AttributeError(what, name=function.name)
        return ctypes.WINFUNCTYPE(function.restype, *function.argtypes, use_last_error=True)(address.value)

    def _unknown(self, name: str) -> str:
        close = get_close_matches(name, dir(self), n=3, cutoff=0.75)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"the Win32 API here has no {name}{hint}"
