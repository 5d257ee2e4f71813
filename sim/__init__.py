"""Runs programs on the kernel model: greenlet threads, simulated DLLs, choosers, traces, views."""

from kernel_model.errors import NotModelled
from sim.runtime.outcome import Execution, ReplayDivergence, ScheduleError, Violation

__all__ = ["Execution", "NotModelled", "ReplayDivergence", "ScheduleError", "Violation"]
