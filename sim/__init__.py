"""Runs programs on the kernel model: greenlet threads, simulated DLLs, choosers, traces, views."""

from kernel_model.choice import Chooser
from kernel_model.errors import NotModelled
from sim.runtime.outcome import Execution, ReplayDivergence, ScheduleError, Violation

__all__ = ["Chooser", "Execution", "NotModelled", "ReplayDivergence", "ScheduleError", "Violation"]
