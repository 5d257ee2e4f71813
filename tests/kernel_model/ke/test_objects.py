"""Events, mutexes, semaphores (K-34 to K-40)."""

from __future__ import annotations

import pytest

from alertable.kernel_model.ke.event import pulse_event, reset_event, set_event
from alertable.kernel_model.ke.mutant import release_mutant
from alertable.kernel_model.ke.semaphore import release_semaphore
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import KernelBuilder, ended


def test_an_auto_reset_event_releases_one_and_ends_reset(kernel: KernelBuilder) -> None:  # K-35
    event, threads = kernel.event(), [kernel.thread(str(i)) for i in range(3)]
    for t in threads:
        kernel.wait(t, event)
    set_event(kernel.k, event)
    assert sum(ended(t) is not None for t in threads) == 1
    assert event.signal_state == 0


def test_a_manual_reset_event_releases_all_and_stays(kernel: KernelBuilder) -> None:  # K-34, K-35
    event, threads = kernel.event(manual=True), [kernel.thread(str(i)) for i in range(3)]
    for t in threads:
        kernel.wait(t, event)
    set_event(kernel.k, event)
    assert all(ended(t) is not None for t in threads)
    assert kernel.wait(threads[0], event) == NtStatus.SUCCESS
    reset_event(event)
    assert kernel.wait(threads[0], event, ms=0) == NtStatus.TIMEOUT


def test_setting_a_set_event_changes_nothing(kernel: KernelBuilder) -> None:  # K-34
    event, t = kernel.event(signaled=True), kernel.thread()
    set_event(kernel.k, event)
    assert kernel.wait(t, event, ms=0) == NtStatus.SUCCESS
    assert kernel.wait(t, event, ms=0) == NtStatus.TIMEOUT


@pytest.mark.parametrize(("manual", "released"), [(False, 1), (True, 3)])
def test_a_pulse_releases_as_many_as_a_set_and_leaves_it_reset(kernel: KernelBuilder, manual: bool, released: int) -> None:
    """K-36."""
    event, threads = kernel.event(manual=manual), [kernel.thread(str(i)) for i in range(3)]
    for t in threads:
        kernel.wait(t, event)
    pulse_event(kernel.k, event)
    assert sum(ended(t) is not None for t in threads) == released
    assert event.signal_state == 0


def test_a_pulse_without_waiters_just_resets(kernel: KernelBuilder) -> None:  # K-36
    event, t = kernel.event(signaled=True), kernel.thread()
    pulse_event(kernel.k, event)
    assert kernel.wait(t, event, ms=0) == NtStatus.TIMEOUT


# ---- mutexes --------------------------------------------------------------------------------------------------------------


def test_a_mutex_is_free_after_as_many_releases_as_acquisitions(kernel: KernelBuilder) -> None:  # K-37
    owner, other, mutex = kernel.thread(), kernel.thread("other"), kernel.mutex()
    for _ in range(3):
        assert kernel.wait(owner, mutex) == NtStatus.SUCCESS
    for _ in range(2):
        assert release_mutant(kernel.k, owner, mutex) is NtStatus.SUCCESS
        assert kernel.wait(other, mutex, ms=0) == NtStatus.TIMEOUT
    release_mutant(kernel.k, owner, mutex)
    assert kernel.wait(other, mutex, ms=0) == NtStatus.SUCCESS


def test_only_the_owner_releases(kernel: KernelBuilder) -> None:  # K-37
    owner, other = kernel.thread(), kernel.thread("other")
    mutex = kernel.mutex(owner)
    assert release_mutant(kernel.k, other, mutex) is NtStatus.MUTANT_NOT_OWNED
    assert release_mutant(kernel.k, owner, mutex) is NtStatus.SUCCESS
    assert release_mutant(kernel.k, owner, mutex) is NtStatus.MUTANT_NOT_OWNED
    assert mutex.signal_state == 1


def test_a_release_hands_the_mutex_over(kernel: KernelBuilder) -> None:
    owner, other = kernel.thread(), kernel.thread("other")
    mutex = kernel.mutex(owner)
    kernel.wait(other, mutex)
    release_mutant(kernel.k, owner, mutex)
    assert mutex.owner is other
    assert kernel.wait(owner, mutex, ms=0) == NtStatus.TIMEOUT


def test_an_abandoned_mutex_says_so_once_and_recursion_starts_again(kernel: KernelBuilder) -> None:  # K-38
    owner, waiter, third = kernel.thread("owner"), kernel.thread("waiter"), kernel.thread("third")
    mutex = kernel.mutex(owner)
    kernel.wait(owner, mutex)  # held twice
    kernel.wait(waiter, mutex)
    end_thread(kernel.k, owner, 0)
    assert ended(waiter) == NtStatus.ABANDONED_WAIT_0
    assert release_mutant(kernel.k, waiter, mutex) is NtStatus.SUCCESS
    assert kernel.wait(third, mutex) == NtStatus.SUCCESS


def test_all_mutexes_of_a_thread_are_abandoned(kernel: KernelBuilder) -> None:  # K-38
    owner, other = kernel.thread(), kernel.thread("other")
    mutexes = [kernel.mutex(owner) for _ in range(3)]
    end_thread(kernel.k, owner, 0)
    assert [kernel.wait(other, m, ms=0) for m in mutexes] == [NtStatus.ABANDONED_WAIT_0] * 3
    assert not owner.owned_mutants


# ---- semaphores -------------------------------------------------------------------------------------------------------------


def test_a_release_past_the_limit_changes_nothing(kernel: KernelBuilder) -> None:  # K-40
    semaphore = kernel.semaphore(2, 3)
    assert release_semaphore(kernel.k, semaphore, 2) is None
    assert release_semaphore(kernel.k, semaphore, 2**31 - 1) is None
    assert semaphore.signal_state == 2
    assert release_semaphore(kernel.k, semaphore, 1) == 2
    assert semaphore.signal_state == 3


def test_a_release_of_several_wakes_as_many_and_keeps_the_rest(kernel: KernelBuilder) -> None:
    semaphore, threads = kernel.semaphore(0, 10), [kernel.thread(str(i)) for i in range(3)]
    for t in threads[:2]:
        kernel.wait(t, semaphore)
    release_semaphore(kernel.k, semaphore, 3)
    assert semaphore.signal_state == 1
    assert kernel.wait(threads[2], semaphore) == NtStatus.SUCCESS
