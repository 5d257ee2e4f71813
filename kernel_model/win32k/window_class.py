"""What a process registers: a class of windows."""

from __future__ import annotations

from typing import Any


class WindowClass:
    """A registered class; procedure None is DefWindowProcW."""

    __slots__ = ("atom", "name", "procedure")

    def __init__(self, name: str, atom: int, procedure: Any) -> None:  # noqa: ANN401 - a user-mode routine
        self.name = name
        self.atom = atom
        self.procedure = procedure
