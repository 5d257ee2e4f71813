"""What counts in every execution, whatever laws somebody asks for: an error of the program, the step bound, a deadlock."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Final

from alertable.sim.runtime.deadlock import describe, laws
from alertable.sim.runtime.outcome import ForbiddenCall, Violation
from alertable.sim.runtime.own import is_ours
from alertable.sim.runtime.passing import is_of_a_runner
from alertable.sim.runtime.watchdog import LIMIT_SECONDS, Stuck
from alertable.sim.runtime.whereabouts import raised_at

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel

STEP_BOUND: Final = "step-bound"
STUCK: Final = "stuck"  # the id of a computation without a system call


def program_error(t: KThread, error: BaseException, step: int) -> Violation:
    """The program raised: its traceback, without our own frames."""
    where = raised_at(t, error.__traceback__)
    if isinstance(error, Stuck):
        message = f"{t.label} computed for {LIMIT_SECONDS} s without a system call"
        source = "alertable.sim.runtime.watchdog"
        return Violation(id=STUCK, title="no system call", message=message, step=step, source=source, where=where)
    if isinstance(error, ForbiddenCall):
        return Violation(
            id="ProgramError", title="a call outside the Win32 API", message=str(error), step=step, source="docs/tutorial",
            where=where,
        )  # fmt: skip
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not is_ours(f.filename) and not is_of_a_runner(f.filename)]
    text = "".join(traceback.format_list(own)) + "".join(traceback.format_exception_only(error))
    return Violation(
        id="ProgramError", title="the program raised", message=f"{t.label}: {text.rstrip()}", step=step, source="Python",
        where=where,
    )  # fmt: skip


def step_bound(bound: int, who: str, where: tuple[str, ...]) -> Violation:
    """The execution was cut."""
    message = f"not over after {bound} steps; {who} was to move. A loop without progress, or raise max_steps."
    return Violation(id=STEP_BOUND, title="too many steps", message=message, step=bound, source="max_steps", where=where)


def deadlock(k: Kernel, step: int, where: tuple[str, ...]) -> Violation:
    """Nothing can happen any more, and somebody still waits."""
    return Violation(
        id="deadlock", title="blocked for ever", message=describe(k), step=step, laws=laws(k), where=where,
        source='learn.microsoft.com "Wait Functions"',
    )  # fmt: skip
