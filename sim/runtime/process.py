"""Programs in processes of their own: own memory, own handles.  Threads of different processes share kernel objects only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.sim.runtime.outcome import NotAProgram
from alertable.sim.runtime.refuse import why_not

if TYPE_CHECKING:
    from collections.abc import Callable


class Process:
    """A program with its arguments: program(w, *args).

    daemon: nobody waits for it, so it is no deadlock if it is blocked in the end.
    """

    followed = False  # a daemon that is run as far as it gets, for what it returns

    def __init__(self, program: Callable[..., Any], arguments: tuple[Any, ...] = (), *, daemon: bool = False) -> None:
        why = why_not(program, 1 + len(arguments))
        if why:
            raise NotAProgram(why)
        self.program = program
        self.arguments = arguments
        self.daemon = daemon or bool(getattr(program, "daemon", False))
        self.__name__ = getattr(program, "__name__", "program")
        self.__module__ = getattr(program, "__module__", None) or __name__
        self.__globals__: dict[str, Any] = getattr(program, "__globals__", {})

    def __call__(self, w: object) -> object:
        return self.program(w, *self.arguments)

    def fresh(self, *, watched: bool = False) -> Process:
        """For one execution: a program from a file with newly executed module code."""
        again = getattr(self.program, "fresh", None)
        return self if again is None else Process(again(watched=watched), self.arguments, daemon=self.daemon)
