"""What the model raises: never for something that Windows reports as a status."""

from __future__ import annotations


class NotModelled(Exception):
    """A function, flag or situation that Windows has and this model has not (law 5: nothing is invented)."""

    def __init__(self, function: str, what: str = "") -> None:
        super().__init__(function, what)
        self.function = function
        self.what = what

    def __str__(self) -> str:
        return f"{self.function}: {self.what} is not modelled" if self.what else f"{self.function} is not modelled"


class BugCheck(Exception):
    """An invariant of the model itself is broken: our fault, not the program's."""
