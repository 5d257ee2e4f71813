"""The two arms, for tests that run one body on both."""

from __future__ import annotations

from typing import Any

from alertable.winapi.real import wine_version


def real_api() -> Any:
    """Real Winsock."""
    from alertable.winapi.real import real

    return real()


def under_wine() -> bool:
    """Is the real arm Wine's?"""
    return wine_version() is not None
