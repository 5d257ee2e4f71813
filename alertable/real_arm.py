"""The real arm: programs on a real ws2_32.dll, each on an OS thread of its own, in this process."""

from __future__ import annotations

import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from alertable.sim import Execution, Violation
from alertable.winapi.real import real

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.runtime.program_file import ProgramFile


def run_real(programs: Sequence[ProgramFile]) -> Execution:
    """Run the programs until all that are no daemons have returned.

    An exception in a program or in one of its callbacks is the violation `program-error`.
    """
    w = real()
    results: list[Any] = [None] * len(programs)
    errors: list[str] = []

    def body(index: int) -> None:
        try:
            results[index] = programs[index].fresh()(w)
        except Exception:  # whatever the program raised is its result
            errors.append(f"{programs[index].__name__}: {traceback.format_exc().rstrip()}")

    def in_callback(unraisable: sys.UnraisableHookArgs) -> None:
        errors.append("".join(traceback.format_exception(unraisable.exc_value)).rstrip())

    hook, sys.unraisablehook = sys.unraisablehook, in_callback
    try:
        threads = [threading.Thread(target=body, args=(i,), daemon=True) for i in range(len(programs))]
        for thread in threads:
            thread.start()
        for thread, program in zip(threads, programs, strict=True):
            while thread.is_alive() and not program.daemon:
                thread.join(0.2)  # so that Ctrl-C is heard
    finally:
        sys.unraisablehook = hook
    violation = None
    if errors:
        violation = Violation(id="ProgramError", title="the program raised", message="\n".join(errors), step=0, source="Python")
    outcome = results[0] if len(programs) == 1 else tuple(results)
    return Execution(outcome=outcome, violation=violation, trace=(), schedule="", steps=0)
