"""Waits: the order of decisions, hand-off, atomicity of a wait for all (K-01 to K-03, K-27, K-28)."""

from __future__ import annotations

import pytest

from alertable.kernel_model.ke.event import reset_event, set_event
from alertable.kernel_model.ke.mutant import abandon_mutants, release_mutant
from alertable.kernel_model.ke.semaphore import release_semaphore
from alertable.kernel_model.ke.structures import ThreadState
from alertable.kernel_model.ke.wait import delay_execution
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import MS, KernelBuilder, ended


def test_a_signaled_object_wins_over_a_queued_apc(kernel: KernelBuilder) -> None:  # K-01
    t, event = kernel.thread(), kernel.event(signaled=True)
    kernel.queue_user_apc(t)
    assert kernel.wait(t, event, alertable=True) == NtStatus.SUCCESS
    assert len(t.user_apcs) == 1
    assert event.signal_state == 0


def test_a_queued_apc_wins_over_a_zero_time_out(kernel: KernelBuilder) -> None:  # K-01
    t, event = kernel.thread(), kernel.event()
    kernel.queue_user_apc(t)
    assert kernel.wait(t, event, ms=0, alertable=True) == NtStatus.USER_APC


def test_a_wait_that_is_not_alertable_does_not_see_the_apc(kernel: KernelBuilder) -> None:  # K-08
    t, event = kernel.thread(), kernel.event()
    kernel.queue_user_apc(t)
    assert kernel.wait(t, event, ms=0) == NtStatus.TIMEOUT
    assert kernel.wait(t, event) is None
    assert t.state is ThreadState.WAITING


@pytest.mark.parametrize("alertable", [False, True])
def test_a_zero_time_out_polls_and_takes_nothing(kernel: KernelBuilder, alertable: bool) -> None:  # K-03
    t, taken = kernel.thread(), kernel.event()
    assert kernel.wait(t, taken, ms=0, alertable=alertable) == NtStatus.TIMEOUT
    assert not taken.waiters
    assert t.wait is None


def test_whoever_signals_satisfies_the_waiter_in_the_same_transition(kernel: KernelBuilder) -> None:
    t, event = kernel.thread(), kernel.event()
    assert kernel.wait(t, event) is None
    set_event(kernel.k, event)
    assert (ended(t), event.signal_state) == (NtStatus.SUCCESS, 0)


def test_an_apc_that_comes_first_leaves_the_object_to_others(kernel: KernelBuilder) -> None:  # K-02
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event, alertable=True)
    kernel.queue_user_apc(t)
    set_event(kernel.k, event)
    assert t.wait_status == NtStatus.USER_APC
    assert event.signal_state == 1


def test_an_object_that_comes_first_leaves_the_apc_queued(kernel: KernelBuilder) -> None:  # K-02
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event, alertable=True)
    set_event(kernel.k, event)
    kernel.queue_user_apc(t)
    assert t.wait_status == NtStatus.SUCCESS
    assert len(t.user_apcs) == 1


def test_a_time_out_ends_the_wait_and_takes_nothing(kernel: KernelBuilder) -> None:  # K-03
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event, ms=30)
    kernel.pass_time(29)
    assert ended(t) is None
    kernel.pass_time(1)
    assert ended(t) == NtStatus.TIMEOUT
    set_event(kernel.k, event)
    assert event.signal_state == 1


def test_a_satisfied_wait_has_no_time_out_left(kernel: KernelBuilder) -> None:
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event, ms=30)
    set_event(kernel.k, event)
    assert kernel.k.live_timers == 0


def test_a_delay_ends_with_success_and_an_alertable_one_by_an_apc(kernel: KernelBuilder) -> None:  # K-09
    t = kernel.thread()
    assert delay_execution(kernel.k, t, 5 * MS, True, "SleepEx") is None
    kernel.pass_time(5)
    assert t.wait_status == NtStatus.SUCCESS
    delay_execution(kernel.k, t, None, True, "SleepEx")
    kernel.queue_user_apc(t)
    assert t.wait_status == NtStatus.USER_APC


# ---- several objects ----------------------------------------------------------------------------------------------------


def test_any_takes_the_lowest_signaled_index_and_only_that(kernel: KernelBuilder) -> None:  # K-27
    t, events = kernel.thread(), [kernel.event(), kernel.event(signaled=True), kernel.event(signaled=True)]
    assert kernel.wait_any(t, *events) == 1
    assert [e.signal_state for e in events] == [0, 0, 1]


def test_any_with_an_apc_pending_still_returns_the_index(kernel: KernelBuilder) -> None:  # K-17
    t = kernel.thread()
    kernel.queue_user_apc(t)
    assert kernel.wait_any(t, kernel.event(), kernel.event(signaled=True), alertable=True) == 1
    assert kernel.wait_any(t, kernel.event(), kernel.event(), alertable=True) == NtStatus.USER_APC


def test_one_object_may_be_named_twice_in_a_wait_for_any(kernel: KernelBuilder) -> None:  # K-30
    t, event = kernel.thread(), kernel.event()
    kernel.wait_any(t, event, event)
    set_event(kernel.k, event)
    assert t.wait_status == 0
    assert not event.waiters


def test_all_takes_nothing_before_all_are_signaled(kernel: KernelBuilder) -> None:  # K-28
    t, other, a, b = kernel.thread(), kernel.thread("other"), kernel.event(signaled=True), kernel.event()
    assert kernel.wait_all(t, a, b) is None
    assert a.signal_state == 1
    assert kernel.wait(other, a, ms=0) == NtStatus.SUCCESS  # another may take it meanwhile
    set_event(kernel.k, b)
    assert t.wait is not None
    assert b.signal_state == 1
    set_event(kernel.k, a)
    assert (t.wait_status, a.signal_state, b.signal_state) == (NtStatus.SUCCESS, 0, 0)


def test_all_takes_every_kind_of_object_in_one_step(kernel: KernelBuilder) -> None:  # K-28
    t, event, semaphore, mutex = kernel.thread(), kernel.event(), kernel.semaphore(0, 5), kernel.mutex()
    kernel.wait_all(t, event, semaphore, mutex)
    set_event(kernel.k, event)
    assert (mutex.owner, event.signal_state) == (None, 1)
    release_semaphore(kernel.k, semaphore, 2)
    assert (mutex.owner, event.signal_state, semaphore.signal_state) == (t, 0, 1)
    assert not event.waiters
    assert not mutex.waiters


def test_a_waiter_for_all_does_not_hold_up_a_waiter_for_one(kernel: KernelBuilder) -> None:
    greedy, modest, a, b = kernel.thread("greedy"), kernel.thread("modest"), kernel.event(), kernel.event()
    kernel.wait_all(greedy, a, b)
    kernel.wait(modest, a)
    set_event(kernel.k, a)
    assert modest.wait is None
    assert greedy.wait is not None


def test_a_mutex_that_the_waiter_owns_counts_as_signaled_in_a_wait_for_all(kernel: KernelBuilder) -> None:  # K-37
    t, event = kernel.thread(), kernel.event()
    mutex = kernel.mutex(owner=t)
    kernel.wait_all(t, mutex, event)
    set_event(kernel.k, event)
    assert t.wait is None
    assert mutex.signal_state == -1  # held twice now


def test_an_abandoned_mutex_gives_0x80_plus_index_for_any_and_0x80_for_all(kernel: KernelBuilder) -> None:  # K-39
    t, dead = kernel.thread(), kernel.thread("dead")
    event = kernel.event(signaled=True)
    mutex = kernel.mutex(owner=dead)
    abandon_mutants(kernel.k, dead)
    assert kernel.wait_all(t, event, mutex) == NtStatus.ABANDONED_WAIT_0
    release_mutant(kernel.k, t, mutex)
    again = kernel.mutex(owner=dead)
    abandon_mutants(kernel.k, dead)
    assert kernel.wait_any(t, event, again) == NtStatus.ABANDONED_WAIT_0 + 1


def test_a_wait_for_all_says_abandoned_wherever_the_mutex_stands(kernel: KernelBuilder) -> None:  # K-39
    t, dead, event = kernel.thread(), kernel.thread("dead"), kernel.event(signaled=True)
    mutex = kernel.mutex(owner=dead)
    abandon_mutants(kernel.k, dead)
    assert kernel.wait_all(t, mutex, event) == NtStatus.ABANDONED_WAIT_0


def test_waiters_are_released_in_the_order_in_which_they_came(kernel: KernelBuilder) -> None:  # K-35: NT's order, not promised
    threads = [kernel.thread(f"T{i}") for i in range(3)]
    semaphore = kernel.semaphore(0, 10)
    for t in threads:
        kernel.wait(t, semaphore)
    release_semaphore(kernel.k, semaphore, 2)
    assert [t.wait is None for t in threads] == [True, True, False]
    assert semaphore.signal_state == 0


def test_resetting_takes_the_signal_back_before_a_suspended_waiter_sees_it(kernel: KernelBuilder) -> None:  # F-003
    t, event = kernel.thread(), kernel.event(manual=True)
    kernel.wait(t, event)
    t.suspend_count = 1
    set_event(kernel.k, event)
    reset_event(event)
    assert t.wait is not None
