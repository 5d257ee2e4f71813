"""Gates: a thread is ready exactly while what its next step needs is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.footprint import Footprint
from alertable.kernel_model.ke.gate import Gate, open_gate, stand_before
from alertable.kernel_model.kernel import Kernel
from alertable.kernel_model.ps.thread import end_thread, resume_thread, suspend_thread

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


@pytest.fixture
def k() -> Kernel:
    kernel = Kernel()
    kernel.explored_with(Footprint())
    return kernel


def a_thread(k: Kernel, label: str) -> KThread:
    t = k.create_thread(k.create_process(), None, label, daemon=False, suspended=False)
    k.unready(t)
    k.footprint.clear()
    return t


def test_whoever_stands_before_an_open_gate_is_ready(k: Kernel) -> None:
    t, gate = a_thread(k, "t"), Gate(k, "data")
    open_gate(k, gate)
    stand_before(k, t, gate, "receive")
    assert list(k.ready) == [t]
    assert t.wait is None
    assert not gate.waits


def test_opening_lets_everybody_in_and_is_no_event_of_theirs(k: Kernel) -> None:
    threads, gate = [a_thread(k, label) for label in "ab"], Gate(k, "data")
    for t in threads:
        stand_before(k, t, gate, "receive")
    assert not k.ready
    k.footprint.clear()
    open_gate(k, gate)
    assert list(k.ready) == threads
    assert not gate.waits
    assert k.footprint.names(k.footprint.writes) == ["data"]
    assert not k.footprint.woken


def test_only_the_first_opening_writes(k: Kernel) -> None:
    gate = Gate(k, "data")
    open_gate(k, gate)
    k.footprint.clear()
    open_gate(k, gate)
    assert not k.footprint.writes


def test_who_passes_comes_after_the_opening_and_races_with_nobody(k: Kernel) -> None:
    gate = Gate(k, "data")
    gate.passed()
    assert k.footprint.names(k.footprint.joins) == ["data"]
    assert not k.footprint.reads
    assert not k.footprint.writes


def test_a_suspended_thread_is_let_in_when_it_is_resumed(k: Kernel) -> None:
    t, gate = a_thread(k, "t"), Gate(k, "data")
    stand_before(k, t, gate, "receive")
    suspend_thread(k, t)
    open_gate(k, gate)
    assert not k.ready
    resume_thread(k, t)
    assert list(k.ready) == [t]


def test_a_thread_that_ends_before_the_gate_is_forgotten(k: Kernel) -> None:
    t, gate = a_thread(k, "t"), Gate(k, "data")
    stand_before(k, t, gate, "receive")
    end_thread(k, t, 0)
    assert not gate.waits
    open_gate(k, gate)
    assert not k.ready
