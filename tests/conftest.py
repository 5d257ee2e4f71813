"""Marks that depend on where the tests run."""

from __future__ import annotations

import sys

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the real arm are skipped where there is none."""
    if sys.platform == "win32":
        return
    skip = pytest.mark.skip(reason="needs a real ws2_32 (Windows, or make test-wine)")
    for item in items:
        if "real_winsock" in item.keywords:
            item.add_marker(skip)
