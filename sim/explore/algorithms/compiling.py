"""What modules that mypyc may compile say to it; without mypyc it means nothing.  This module itself stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr
else:

    def mypyc_attr(**_):  # noqa: ANN003, ANN201 - as there, and no tool but ruff reads it
        """A decorator of classes that leaves them as they are."""
        return lambda cls: cls


__all__ = ["mypyc_attr"]
