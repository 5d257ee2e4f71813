"""Condition variables.

Models:  sleeping releases the lock and returns holding it again; time-outs; wakes without a sleeper are lost.
Differs: F-003 wake-ups are never spurious.
Sources: learn.microsoft.com "Condition Variables", SleepConditionVariableCS (K-51).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.footprint import Cell
from alertable.kernel_model.ke.structures import Wait
from alertable.kernel_model.ke.wait import block, end_wait
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class RtlCondition(Cell):
    """The sleepers, oldest first."""

    __slots__ = ("label", "sleepers")

    def __init__(self, k: Core, label: str) -> None:
        super().__init__(k.footprint, label)
        self.label = label
        self.sleepers: list[Wait] = []


def sleep_on(k: Core, t: KThread, condition: RtlCondition, timeout_100ns: int | None, reason: str) -> None:
    """Block until woken or timed out; the lock was released in the same transition."""
    condition.written()
    wait = Wait(t, (), False, False, reason)
    wait.condition = condition
    condition.sleepers.append(wait)

    def unlink(k: Core) -> None:
        if wait in condition.sleepers:
            condition.written()  # whoever is terminated or times out is not there for the next wake
            condition.sleepers.remove(wait)

    wait.on_abort = unlink
    block(k, wait, timeout_100ns)


def wake(k: Core, condition: RtlCondition, everyone: bool) -> None:
    """WakeConditionVariable, WakeAllConditionVariable."""
    condition.written()
    for wait in tuple(condition.sleepers) if everyone else tuple(condition.sleepers[:1]):
        k.handoff.hand(wait.thread)
        end_wait(k, wait, NtStatus.SUCCESS)
