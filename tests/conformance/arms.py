"""The two arms, for tests that run one body on both."""

from __future__ import annotations

import ctypes
from typing import Any


def real_api() -> Any:
    """Real Winsock."""
    from winapi.real import real

    return real()


def under_wine() -> bool:
    """Wine's ntdll tells its version; Windows' has no such function."""
    loader = getattr(ctypes, "WinDLL")  # noqa: B009 - it exists on Windows only
    return hasattr(loader("ntdll"), "wine_get_version")
