"""Executions that never end: a schedule `v1: a b [ c d ]*inf` is followed once round its loop.

Fingerprints say whether the state after the round is the one before it.  It is a violation if a property says so, else a
livelock (S12): whoever wrote the schedule says that nothing in the loop is progress.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.execution import run as run_once
from alertable.sim.runtime.outcome import ReplayDivergence, Violation
from alertable.sim.runtime.schedule import is_lasso, steps_of_lasso
from alertable.sim.runtime.whereabouts import standing
from alertable.specs.properties import SANITIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.runtime.outcome import Execution
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.win32.api import SimWinApi

LIVELOCK: Final = "S12"
ANOTHER: Final = "the loop does not lead back to the state that it began in"


def run(
    programs: Sequence[Program], *, schedule: Any = None, settings: Settings, text: str = "", **options: Any  # noqa: ANN401 - as run
) -> Execution:
    """The same as `execution.run`, for lassos too.  text: what a chooser that is given as the schedule follows."""
    text = schedule if isinstance(schedule, str) else text
    if not is_lasso(text):
        return run_once(programs, schedule=schedule, settings=settings, **options)
    circle = Circle(*steps_of_lasso(text), schedule)
    execution = run_once(programs, schedule=schedule, settings=settings, prepare=circle.attach, **options)
    is_closed = execution.violation is not None and execution.violation is circle.violation
    return replace(execution, schedule=text) if is_closed else execution


class Circle:
    """Looks at the states after so many steps, and a round later."""

    def __init__(self, prefix: int, loop: int, chooser: object) -> None:
        self._begin = prefix
        self._end = prefix + loop
        self._chooser = chooser
        self._first = b""
        self.violation: Violation | None = None

    def attach(self, machine: Machine, api: SimWinApi) -> None:
        """An execution begins."""
        from alertable.sim.fingerprint.state import Fingerprints

        hear, fingerprints = machine.on_step, Fingerprints()

        def look() -> None:
            if hear is not None:
                hear()
            if machine.violation is not None or getattr(self._chooser, "parted", None) is not None:
                return
            if machine.steps == self._begin and not self._first:
                self._first = fingerprints.take(machine, api)
            elif machine.steps == self._end and self.violation is None:
                if fingerprints.take(machine, api) != self._first:
                    raise ReplayDivergence(self._end, "]*inf", ("another state",), ANOTHER)
                self.violation = machine.violation = closed(machine)
                machine.poke()

        machine.on_step = look


def closed(machine: Machine) -> Violation:
    """What is wrong with an execution that goes round."""
    if machine.watch is not None:
        machine.watch.circles()
    if machine.violation is not None:
        return machine.violation
    return livelock(machine.steps, "a round leads back to the state that it began in", standing(machine))


def livelock(step: int, message: str, where: tuple[str, ...]) -> Violation:
    """S12, wherever it is found."""
    law = SANITIZERS[LIVELOCK]
    return Violation(id=law.id, title=law.title, message=f"{message}. {law.instead}", step=step, source=law.source, where=where)
