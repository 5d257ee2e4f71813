"""Critical sections, SRW locks, condition variables (K-49 to K-51)."""

from __future__ import annotations

from alertable.kernel_model.ps.thread import end_thread, resume_thread, suspend_thread
from alertable.kernel_model.rtl.condition import RtlCondition, sleep_on, wake
from alertable.kernel_model.rtl.lock import RtlLock, release, take_lock, try_acquire, want_lock
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import MS, KernelBuilder, ended


def section(kernel: KernelBuilder) -> RtlLock:
    return RtlLock(kernel.k, "critical section", recursive=True, key="section")


def srw(kernel: KernelBuilder) -> RtlLock:
    return RtlLock(kernel.k, "SRW lock", recursive=False, key="srw")


def test_a_critical_section_is_recursive_for_its_owner_only(kernel: KernelBuilder) -> None:  # K-49
    owner, other, lock = kernel.thread(), kernel.thread("other"), section(kernel)
    assert try_acquire(kernel.k, owner, lock, False)
    assert try_acquire(kernel.k, owner, lock, False)
    assert not try_acquire(kernel.k, other, lock, False)
    release(kernel.k, owner, lock, False)
    assert not try_acquire(kernel.k, other, lock, False)
    release(kernel.k, owner, lock, False)
    assert try_acquire(kernel.k, other, lock, False)


def test_only_the_owner_leaves_a_critical_section(kernel: KernelBuilder) -> None:
    owner, other, lock = kernel.thread(), kernel.thread("other"), section(kernel)
    assert not release(kernel.k, owner, lock, False)
    try_acquire(kernel.k, owner, lock, False)
    assert not release(kernel.k, other, lock, False)


def test_an_srw_lock_held_exclusively_admits_nobody(kernel: KernelBuilder) -> None:  # K-50
    owner, other, lock = kernel.thread(), kernel.thread("other"), srw(kernel)
    try_acquire(kernel.k, owner, lock, False)
    assert not any(try_acquire(kernel.k, t, lock, shared) for t in (owner, other) for shared in (False, True))


def test_an_srw_lock_held_shared_admits_the_shared_and_an_exclusive_one_when_all_are_gone(kernel: KernelBuilder) -> None:  # K-50
    one, two, lock = kernel.thread("one"), kernel.thread("two"), srw(kernel)
    assert all(try_acquire(kernel.k, t, lock, True) for t in (one, two, one))
    assert not try_acquire(kernel.k, two, lock, False)
    assert [release(kernel.k, t, lock, True) for t in (one, two, two)] == [True] * 3  # it has no owners
    assert not release(kernel.k, one, lock, True)
    assert try_acquire(kernel.k, two, lock, False)


def test_any_thread_may_release_an_srw_lock(kernel: KernelBuilder) -> None:  # K-50: no owner
    one, two, lock = kernel.thread("one"), kernel.thread("two"), srw(kernel)
    try_acquire(kernel.k, one, lock, False)
    assert release(kernel.k, two, lock, False)
    assert not lock.held


def test_a_waiter_is_ready_exactly_while_the_lock_admits_it(kernel: KernelBuilder) -> None:  # law 1
    owner, waiters, lock = kernel.thread("owner"), [kernel.thread(str(i)) for i in range(2)], section(kernel)
    for t in waiters:
        kernel.k.unready(t)
    try_acquire(kernel.k, owner, lock, False)
    for t in waiters:
        want_lock(kernel.k, t, lock, False, "test")
    assert not any(t.listed for t in waiters)
    release(kernel.k, owner, lock, False)
    assert all(t.listed for t in waiters)  # any of them may come next
    kernel.k.unready(waiters[1])
    assert take_lock(kernel.k, waiters[1], lock)
    assert not waiters[0].listed
    release(kernel.k, waiters[1], lock, False)
    assert waiters[0].listed


def test_a_barging_thread_sends_the_waiters_back(kernel: KernelBuilder) -> None:  # K-49: the order is unspecified
    owner, waiter, lock = kernel.thread("owner"), kernel.thread("waiter"), srw(kernel)
    kernel.k.unready(waiter)
    try_acquire(kernel.k, owner, lock, False)
    want_lock(kernel.k, waiter, lock, True, "test")
    release(kernel.k, owner, lock, False)
    assert waiter.listed
    try_acquire(kernel.k, owner, lock, False)
    assert not waiter.listed
    assert ended(waiter) is None


def test_the_end_of_a_waiting_thread_takes_it_off_the_lock(kernel: KernelBuilder) -> None:  # K-24
    owner, waiter, lock = kernel.thread("owner"), kernel.thread("waiter"), section(kernel)
    kernel.k.unready(waiter)
    try_acquire(kernel.k, owner, lock, False)
    want_lock(kernel.k, waiter, lock, False, "test")
    end_thread(kernel.k, waiter, 0)
    release(kernel.k, owner, lock, False)
    assert not lock.waiting
    assert not waiter.listed


def test_a_suspended_waiter_that_comes_too_late_waits_again(kernel: KernelBuilder) -> None:  # F-003
    owner, waiter, lock = kernel.thread("owner"), kernel.thread("waiter"), section(kernel)
    kernel.k.unready(waiter)
    try_acquire(kernel.k, owner, lock, False)
    want_lock(kernel.k, waiter, lock, False, "test")
    suspend_thread(kernel.k, waiter)
    release(kernel.k, owner, lock, False)
    assert not waiter.listed
    try_acquire(kernel.k, owner, lock, False)
    resume_thread(kernel.k, waiter)
    assert not waiter.listed
    release(kernel.k, owner, lock, False)
    assert waiter.listed


# ---- condition variables ----------------------------------------------------------------------------------------------------


def test_a_wake_releases_one_sleeper_wake_all_every_one(kernel: KernelBuilder) -> None:  # K-51
    sleepers, condition = [kernel.thread(str(i)) for i in range(3)], RtlCondition(kernel.k, "condition")
    for t in sleepers:
        sleep_on(kernel.k, t, condition, None, "test")
    wake(kernel.k, condition, False)
    assert [ended(t) is not None for t in sleepers] == [True, False, False]
    wake(kernel.k, condition, True)
    assert all(ended(t) is not None for t in sleepers)
    assert not condition.sleepers


def test_a_wake_without_a_sleeper_is_lost(kernel: KernelBuilder) -> None:  # K-51
    t, condition = kernel.thread(), RtlCondition(kernel.k, "condition")
    wake(kernel.k, condition, True)
    sleep_on(kernel.k, t, condition, None, "test")
    assert ended(t) is None


def test_a_sleep_times_out_and_is_forgotten(kernel: KernelBuilder) -> None:  # K-51
    t, condition = kernel.thread(), RtlCondition(kernel.k, "condition")
    sleep_on(kernel.k, t, condition, 10 * MS, "test")
    kernel.pass_time(10)
    assert ended(t) == NtStatus.TIMEOUT
    assert not condition.sleepers


def test_the_end_of_a_sleeper_wakes_nobody_in_its_place_later(kernel: KernelBuilder) -> None:
    dead, other, condition = kernel.thread("dead"), kernel.thread("other"), RtlCondition(kernel.k, "condition")
    sleep_on(kernel.k, dead, condition, None, "test")
    sleep_on(kernel.k, other, condition, None, "test")
    end_thread(kernel.k, dead, 0)
    wake(kernel.k, condition, False)
    assert ended(other) == NtStatus.SUCCESS
