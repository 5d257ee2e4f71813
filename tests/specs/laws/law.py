"""A small program for one branch of a sanitizer: what it reports, and the twins that differ in just that and are right."""

from __future__ import annotations

from ctypes import byref, c_int32
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.execution import execute
from alertable.sim.runtime.settings import Settings
from alertable.sim.trace.traced import api_of
from alertable.specs.litmus.sockets import SO_SNDBUF, SOL_SOCKET, pair

if TYPE_CHECKING:
    from collections.abc import Callable

ENDLESS: Final = ("step-bound", "deadlock")


@dataclass(frozen=True, slots=True)
class Law:
    """id: the sanitizer; program(w, wrong); message: part of what it says about the wrong form; options: of a run.

    twins: how many right forms there are: program(w, 0), program(w, -1), ...
    """

    id: str
    program: Callable[[Any, Any], object]
    message: str
    twins: int
    options: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.id}-{self.program.__name__}"

    def found(self, form: int) -> tuple[str, str]:
        """What a run of the form ends in."""

        def subject(w: Any) -> object:
            return self.program(w, form)

        machine = Settings(specs=(self.id,), **self.options).machine()  # untraced, as in a search
        execute([subject], machine, api_of(machine))
        violation = machine.violation
        return (violation.id, violation.message) if violation is not None else ("", "")

    def silent(self, form: int) -> bool:
        """Does the sanitizer say nothing?  Some right forms run for ever, or wait for ever."""
        return self.found(form)[0] in ("", *ENDLESS)

    def holds(self) -> bool:
        """Is the wrong form reported for the right reason, and no twin at all?"""
        try:
            identity, message = self.found(1)
            return identity == self.id and self.message in message and all(self.silent(-n) for n in range(self.twins))
        except Exception:  # a planted fault may do anything
            return False


LAWS: list[Law] = []


def law(identity: str, message: str, twins: int = 1, **options: Any) -> Callable[[Any], Any]:
    """Registers program(w, form): form 1 is wrong, 0, -1, ... are right."""

    def register(program: Any) -> Any:
        LAWS.append(Law(identity, program, message, twins, options))
        return program

    return register


def slow_send(w: Any, size: int = 100) -> tuple[Any, Any]:
    """A connection whose overlapped sends pend until the peer reads: (it, the peer)."""
    s, peer = pair(w)
    w.setsockopt(s, SOL_SOCKET, SO_SNDBUF, byref(c_int32(0)), 4)
    return s, peer


def with_port(w: Any, s: Any) -> Any:
    port = w.CreateIoCompletionPort(2**64 - 1, None, 0, 1)
    w.CreateIoCompletionPort(s, port, 7, 0)
    return port


def manual(w: Any) -> Any:
    return w.CreateEventW(None, True, False, None)
