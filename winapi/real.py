"""The real Win32 API: `real()` gives it in the shape that programs expect, or says clearly why it cannot.

Needs:   64-bit Windows, or a 64-bit Windows Python under Wine.
Sources: learn.microsoft.com WSAStartup.
"""

from __future__ import annotations

import sys
from ctypes import byref, c_void_p, sizeof
from threading import Lock
from typing import TYPE_CHECKING, cast

from alertable.winapi.abi import WSADATA
from alertable.winapi.errors import meaning
from alertable.winapi.interlocked import Interlocked

if TYPE_CHECKING:
    from alertable.winapi.surface import WinApi

__all__ = ["Interlocked", "RealWinApiUnavailable", "real", "windows_version", "wine_version"]

_WINSOCK_2_2 = 0x0202
_lock = Lock()
_instance: WinApi | None = None


class RealWinApiUnavailable(OSError):
    """There is no usable Win32 API here; the message says what is missing and what to do."""


def real() -> WinApi:
    """The real Win32 API, one object per process, with Winsock started.

    Raises RealWinApiUnavailable where there is none.
    """
    global _instance
    with _lock:
        if _instance is None:
            _instance = _start()
        return _instance


def wine_version() -> str | None:
    """Wine's version; None on Windows, and where there is no Win32 at all."""
    if sys.platform == "win32":
        from ctypes import WinDLL, c_char_p

        function = getattr(WinDLL("ntdll"), "wine_get_version", None)  # Windows' ntdll has no such export
        if function is not None:
            function.restype = c_char_p
            return str(function().decode("ascii"))
    return None


def windows_version() -> str | None:
    """Major, minor and build number; None elsewhere.  Under Wine: of the Windows that it claims to be."""
    if sys.platform == "win32":
        version = sys.getwindowsversion()
        return f"{version.major}.{version.minor}.{version.build}"
    return None


def _start() -> WinApi:
    if sys.platform == "win32":
        from alertable.winapi.binding import RealWinApi  # only here, for it needs Windows

        if sizeof(c_void_p) != 8:
            raise RealWinApiUnavailable("this Python is a 32-bit one: install the 64-bit (x64) Python for Windows")
        w = cast("WinApi", RealWinApi())
        error = w.WSAStartup(_WINSOCK_2_2, byref(WSADATA()))
        if error:
            raise RealWinApiUnavailable(f"WSAStartup failed with error {error}: {meaning(error)}")
        return w
    raise RealWinApiUnavailable(
        "no Win32 API here: it takes Windows, or a Windows Python under Wine; "
        "run this on Windows, or `make test-wine`, or use the simulated kernel (alertable.run)"
    )
