"""Runs programs on the kernel model: greenlet threads, simulated DLLs, choosers, traces, views."""

from alertable.kernel_model.choice import Chooser
from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.outcome import Execution, ReplayDivergence, ScheduleError, Violation

__all__ = ["Chooser", "Execution", "NotModelled", "ReplayDivergence", "ScheduleError", "Violation"]
