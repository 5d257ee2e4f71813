"""Addresses of what programs mark."""

from __future__ import annotations

import ctypes
from typing import Any


def address(value: Any) -> int:  # noqa: ANN401 - an address, or a ctypes object
    """The address that a mark names."""
    if isinstance(value, int):
        return value
    inner = getattr(value, "_obj", value)  # byref(x)
    return ctypes.addressof(inner)
