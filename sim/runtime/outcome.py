"""What an execution leaves behind, and how it can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alertable.sim.trace.event import Event
    from alertable.sim.view.columns import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A law that was broken: which, where, and what to read about it; schedule: how to get there, where a search found it.

    where: places in the program, `thread: path:line in function`: of the thread that broke the law; where nobody in particular
    did (a deadlock, a step of the environment) of all that have not ended.
    laws: ids of the sanitizers that it stands for where `id` names something more general (a deadlock is S8, perhaps S8b).
    From a search also: story (at most 15 lines, as wide as they are), rows (the same as data, at most 13, for whoever knows how
    wide a line may be), switches (the choices without which it does not happen, each with the step that it must precede),
    race (the one whose reversal makes the run pass, or empty), note (what could not be said, and why).
    """

    id: str
    title: str
    message: str
    step: int
    source: str
    schedule: str = ""
    where: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    story: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    switches: tuple[str, ...] = ()
    race: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution of one or several programs.

    outcome: what program(w) returned; a tuple of results where several programs ran; None for what did not return.
    schedule: readable text; `alertable.replay(program, schedule=...)` does the same again; empty under a timed clock, whose
        seed repeats the run.
    """

    outcome: Any
    violation: Violation | None
    trace: tuple[Event, ...] = field(repr=False)
    schedule: str
    steps: int

    @property
    def ok(self) -> bool:
        """No violation."""
        return self.violation is None


class ReplayDivergence(Exception):
    """A schedule does not fit the program: it names the step, what was recorded and what is offered now."""

    def __init__(self, step: int, expected: str, options: tuple[str, ...], why: str = "") -> None:
        super().__init__(step, expected, options)
        self.step = step
        self.expected = expected
        self.options = options
        self.why = why

    def __str__(self) -> str:
        offered = ", ".join(self.options) or "nothing"
        tail = f" ({self.why})" if self.why else ""
        return f"step {self.step}: the schedule says {self.expected!r}, the program offers [{offered}]{tail}"


class ScheduleError(ValueError):
    """A text that is no schedule."""


class ForbiddenCall(RuntimeError):
    """A program reached for a clock, a thread, a socket or a die of its own; the message names the replacement."""


class NotAProgram(TypeError):
    """What was given, or what it gave back, is no program that could run: one line that says why and what to do."""
