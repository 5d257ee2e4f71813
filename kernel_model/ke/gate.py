"""Gates: what guarded steps wait for.  A thread whose next step needs a gate open is ready exactly while it is open.

A guarded step is one event, the step; that its thread began to wait for it is none, for nobody can tell whether the thread stood
there before the gate opened or came after.  The step happens after the opening (`joins`) and does not race with it: while the
gate is shut there is no such step.  That is sound where nobody shuts the gate but whoever passes it: a step that is enabled stays
enabled (law 1), so there is no execution in which it would have come between an opening and a shutting of others.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alertable.kernel_model.footprint import Cell
from alertable.kernel_model.ke.structures import Wait
from alertable.kernel_model.ke.wait import block, end_wait

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class Gate(Cell):
    """A condition, and the waits for it; it is written only when it becomes true, so its last writer is whoever opened it."""

    __slots__ = ("is_open", "label", "waits")

    def __init__(self, k: Core, label: str) -> None:
        super().__init__(k.footprint, label)
        self.label = label  # what it is for: "data for peer#1"
        self.is_open = False
        self.waits: dict[Wait, None] = {}

    def passed(self) -> None:
        """The step that needed it open."""
        self.footprint.joins |= self.bit


def open_gate(k: Core, gate: Gate) -> None:
    """The condition holds."""
    if not gate.is_open:
        gate.is_open = True
        gate.written()
        if gate.waits:
            let_in(k, gate)


def let_in(k: Core, gate: Gate) -> None:
    """Whoever stands there is ready; that is no event of its own."""
    mark = k.footprint.mark()
    for wait in tuple(gate.waits):
        end_wait(k, wait, 0)
    k.footprint.rewind(mark)


def stand_before(k: Core, t: KThread, gate: Gate, reason: str) -> None:
    """The thread's next step needs the gate open; reason: the call, for the wait-for chain."""
    if gate.is_open:
        k.make_ready(t)
        return
    wait = Wait(t, (), False, False, reason)
    wait.gate = gate
    gate.waits[wait] = None
    wait.on_abort = partial(_leave, gate, wait)  # no function within this one: compiled, it could not be read
    block(k, wait, None)


def _leave(gate: Gate, wait: Wait, _k: Core) -> None:
    """Nobody stands there any more."""
    gate.waits.pop(wait)
