"""Alertable: a Windows I/O kernel that you can model-check.

A program is a function of `w`, the Win32 API: one attribute per exported function, by its exact name.  `run` executes
programs on the simulated kernel, `check` explores their interleavings, `replay` follows a schedule exactly, `real` is the
real API.

    execution = alertable.run(program)
    execution.outcome      what program(w) returned
    execution.violation    None, or which law was broken, where, and what to do
    execution.trace        the events
    execution.schedule     readable text that replays the run

    alertable.run(program, clock=alertable.timed())   the same, with costs for everything: see `timed`

    report = alertable.check(program)
    report.verdict         FAILED, COMPLETE, BOUNDED, SAMPLED or INCONCLUSIVE
    report.outcomes        every outcome that was seen, with a schedule that leads to it
    report.violations      what was broken, each with its schedule
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alertable.api import check, example, explain, peer, process, real, replay, run, schedules, target, timed
    from alertable.sim import Execution, NotModelled, ReplayDivergence, ScheduleError, Violation
    from alertable.sim.explore.drawing.stateful import KernelMachine
    from alertable.sim.explore.report import Report
    from alertable.sim.runtime.program_file import ProgramFileError, load_program
    from alertable.sim.win32.memory import free
    from alertable.specs.properties import ALL, DEFAULT, always, eventually, mark, sometimes
    from alertable.testing import StaleExample, register_profile

__all__ = [
    "ALL", "DEFAULT", "Execution", "KernelMachine", "NotModelled", "ProgramFileError", "ReplayDivergence", "Report",
    "ScheduleError", "StaleExample", "Violation", "always", "check", "eventually", "example", "explain", "free", "load_program",
    "mark", "peer", "process", "real", "register_profile", "replay", "run", "schedules", "sometimes", "target", "timed",
]  # fmt: skip

__version__ = "0.1.0"

# Where each name is from.  Nothing is loaded before somebody asks: a program that wants `alertable.winapi` gets no simulator.
_HOMES: Final = {
    **dict.fromkeys(("ALL", "DEFAULT", "always", "eventually", "mark", "sometimes"), "alertable.specs.properties"),
    **dict.fromkeys(("Execution", "NotModelled", "ReplayDivergence", "ScheduleError", "Violation"), "alertable.sim"),
    **dict.fromkeys(("ProgramFileError", "load_program"), "alertable.sim.runtime.program_file"),
    **dict.fromkeys(("StaleExample", "register_profile"), "alertable.testing"),
    "KernelMachine": "alertable.sim.explore.drawing.stateful",
    "Report": "alertable.sim.explore.report",
    "free": "alertable.sim.win32.memory",
}

_CHECKOUT: Final = Path(__file__).resolve().parents[1]
if (_CHECKOUT / "kernel_model").is_dir() and not Path(__file__).with_name("kernel_model").exists():
    # In a checkout the layers stand beside this folder; installed they stand in it.
    __path__.append(str(_CHECKOUT))


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has this name
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "alertable.api")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
