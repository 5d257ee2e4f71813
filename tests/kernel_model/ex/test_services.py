"""System services: handles are checked first, and a call that fails changes nothing (K-16, K-26 to K-33, K-40)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.ex.synch import (
    nt_cancel_timer,
    nt_pulse_event,
    nt_release_mutant,
    nt_release_semaphore,
    nt_reset_event,
    nt_set_event,
)
from alertable.kernel_model.ex.wait import nt_signal_and_wait, nt_wait_for_multiple_objects, nt_wait_for_single_object
from alertable.kernel_model.ob.handle_table import CURRENT_PROCESS, CURRENT_THREAD
from alertable.kernel_model.ob.object import SYNCHRONIZE
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from tests.kernel_model.builder import KernelBuilder


def wait_many(kernel: KernelBuilder, t: KThread, handles: list[int], *, all_: bool = False) -> int | None:
    return nt_wait_for_multiple_objects(kernel.k, t, handles, all_, 0, False, "test")


@pytest.mark.parametrize("count", [0, 65, 1_000])
def test_the_count_is_1_to_64(kernel: KernelBuilder, count: int) -> None:  # K-29
    t = kernel.thread()
    assert wait_many(kernel, t, [kernel.handle(t, kernel.event())] * count) == NtStatus.INVALID_PARAMETER


def test_64_handles_are_allowed(kernel: KernelBuilder) -> None:  # K-29
    t = kernel.thread()
    handles = [kernel.handle(t, kernel.event(signaled=i == 63)) for i in range(64)]
    assert wait_many(kernel, t, handles) == 63


def test_all_handles_are_checked_before_any_object_is_looked_at(kernel: KernelBuilder) -> None:  # K-31
    t, event = kernel.thread(), kernel.event(signaled=True)
    assert wait_many(kernel, t, [kernel.handle(t, event), 0]) == NtStatus.INVALID_HANDLE
    assert event.signal_state == 1


def test_a_bad_handle_counts_before_an_object_named_twice(kernel: KernelBuilder) -> None:  # K-30, K-31
    t, event = kernel.thread(), kernel.event(signaled=True)
    one, two = kernel.handle(t, event), kernel.handle(t, event)
    assert wait_many(kernel, t, [one, two], all_=True) == NtStatus.INVALID_PARAMETER_MIX
    assert wait_many(kernel, t, [one, two, 0], all_=True) == NtStatus.INVALID_HANDLE
    assert wait_many(kernel, t, [one, two]) == 0


def test_only_a_single_wait_takes_pseudo_handles(kernel: KernelBuilder) -> None:  # K-26
    t = kernel.thread()
    for pseudo in (CURRENT_THREAD, CURRENT_PROCESS):
        assert nt_wait_for_single_object(kernel.k, t, pseudo, 0, False, "test") == NtStatus.TIMEOUT
        assert wait_many(kernel, t, [pseudo]) == NtStatus.INVALID_HANDLE


def test_waiting_needs_synchronize_access(kernel: KernelBuilder) -> None:  # K-32
    t = kernel.thread()
    poor = kernel.handle(t, kernel.event(signaled=True), access=2)
    assert nt_wait_for_single_object(kernel.k, t, poor, 0, False, "test") == NtStatus.ACCESS_DENIED
    assert wait_many(kernel, t, [poor]) == NtStatus.ACCESS_DENIED


def test_changing_needs_modify_state_access(kernel: KernelBuilder) -> None:  # K-32
    t, event = kernel.thread(), kernel.event()
    poor = kernel.handle(t, event, access=SYNCHRONIZE)
    assert nt_set_event(kernel.k, t, poor) is NtStatus.ACCESS_DENIED
    assert nt_reset_event(kernel.k, t, poor) is NtStatus.ACCESS_DENIED
    assert nt_pulse_event(kernel.k, t, poor) is NtStatus.ACCESS_DENIED
    assert nt_release_semaphore(kernel.k, t, kernel.handle(t, kernel.semaphore(0, 1), SYNCHRONIZE), 1) is NtStatus.ACCESS_DENIED
    assert nt_cancel_timer(kernel.k, t, kernel.handle(t, kernel.timer(), SYNCHRONIZE)) is NtStatus.ACCESS_DENIED
    assert event.signal_state == 0


def test_a_mutex_is_released_without_any_access(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    assert nt_release_mutant(kernel.k, t, kernel.handle(t, kernel.mutex(t), access=0)) is NtStatus.SUCCESS


@pytest.mark.parametrize("count", [0, -1, -(2**31)])
def test_releasing_fewer_than_one_is_refused_before_the_handle_is_looked_at(kernel: KernelBuilder, count: int) -> None:  # K-40
    t, semaphore = kernel.thread(), kernel.semaphore(1, 5)
    assert nt_release_semaphore(kernel.k, t, kernel.handle(t, semaphore), count) is NtStatus.INVALID_PARAMETER
    assert nt_release_semaphore(kernel.k, t, 0, count) is NtStatus.INVALID_PARAMETER
    assert semaphore.signal_state == 1


# ---- SignalObjectAndWait --------------------------------------------------------------------------------------------------


def signal_and_wait(kernel: KernelBuilder, t: KThread, signal: int, handle: int, *, alertable: bool = False) -> int | None:
    return nt_signal_and_wait(kernel.k, t, signal, handle, 0, alertable, "test")


def test_it_signals_whatever_follows(kernel: KernelBuilder) -> None:  # K-16
    t, signal = kernel.thread(), kernel.event()
    handle, other = kernel.handle(t, signal), kernel.handle(t, kernel.event())
    kernel.queue_user_apc(t)
    assert signal_and_wait(kernel, t, handle, other, alertable=True) == NtStatus.USER_APC
    assert signal.signal_state == 1


def test_naming_one_auto_reset_event_twice_sets_and_consumes_it(kernel: KernelBuilder) -> None:  # K-33
    t, event = kernel.thread(), kernel.event()
    handle = kernel.handle(t, event)
    assert signal_and_wait(kernel, t, handle, handle) == NtStatus.SUCCESS
    assert event.signal_state == 0


def test_it_releases_a_mutex_once_and_a_semaphore_by_one(kernel: KernelBuilder) -> None:  # K-33
    t, semaphore = kernel.thread(), kernel.semaphore(0, 1)
    mutex = kernel.mutex(t)
    waited = kernel.handle(t, kernel.event(manual=True, signaled=True))
    assert signal_and_wait(kernel, t, kernel.handle(t, mutex), waited) == NtStatus.SUCCESS
    assert signal_and_wait(kernel, t, kernel.handle(t, semaphore), waited) == NtStatus.SUCCESS
    assert (mutex.owner, semaphore.signal_state) == (None, 1)


def test_if_signalling_fails_it_does_not_wait(kernel: KernelBuilder) -> None:  # K-33
    t, waited = kernel.thread(), kernel.event(signaled=True)
    good = kernel.handle(t, waited)
    full, timer = kernel.handle(t, kernel.semaphore(1, 1)), kernel.handle(t, kernel.timer())
    poor = kernel.handle(t, kernel.semaphore(0, 1), access=SYNCHRONIZE)
    answers = [signal_and_wait(kernel, t, bad, good) for bad in (full, kernel.handle(t, kernel.mutex()), timer, poor, 0)]
    assert answers == [
        NtStatus.SEMAPHORE_LIMIT_EXCEEDED, NtStatus.MUTANT_NOT_OWNED, NtStatus.OBJECT_TYPE_MISMATCH, NtStatus.ACCESS_DENIED,
        NtStatus.INVALID_HANDLE,
    ]  # fmt: skip
    assert waited.signal_state == 1


def test_a_bad_handle_to_wait_for_leaves_the_first_object_alone(kernel: KernelBuilder) -> None:  # K-31, K-33
    t, signal = kernel.thread(), kernel.event()
    assert signal_and_wait(kernel, t, kernel.handle(t, signal), 0) == NtStatus.INVALID_HANDLE
    assert signal.signal_state == 0
