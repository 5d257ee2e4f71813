"""The fixture of all kernel tests."""

from __future__ import annotations

import pytest

from tests.kernel_model.builder import KernelBuilder


@pytest.fixture
def kernel() -> KernelBuilder:
    """A fresh machine with one process and no threads."""
    return KernelBuilder()
