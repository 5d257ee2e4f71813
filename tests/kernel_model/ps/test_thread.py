"""Threads: the end, suspension, identifiers (K-20 to K-25, F-002, F-003)."""

from __future__ import annotations

import pytest

from alertable.kernel_model.ex.thread import nt_resume_thread, nt_suspend_thread, open_thread
from alertable.kernel_model.ke.event import set_event
from alertable.kernel_model.ke.structures import STILL_ACTIVE, ThreadState
from alertable.kernel_model.kernel import Kernel
from alertable.kernel_model.ps.thread import MAXIMUM_SUSPEND_COUNT, end_thread, resume_thread, suspend_thread
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import KernelBuilder, ended


def test_a_thread_is_signaled_for_ever_once_it_has_ended(kernel: KernelBuilder) -> None:  # K-23
    t, waiter = kernel.thread(), kernel.thread("waiter")
    assert t.exit_code == STILL_ACTIVE
    kernel.wait(waiter, t)
    end_thread(kernel.k, t, 7)
    assert ended(waiter) == NtStatus.SUCCESS
    assert [kernel.wait(waiter, t, ms=0) for _ in range(2)] == [NtStatus.SUCCESS] * 2
    end_thread(kernel.k, t, 8)
    assert t.exit_code == 7


def test_ending_a_blocked_thread_takes_its_wait_blocks_away(kernel: KernelBuilder) -> None:  # K-24
    t, other, event = kernel.thread(), kernel.thread("other"), kernel.event()
    kernel.wait(t, event, ms=100)
    end_thread(kernel.k, t, 0)
    set_event(kernel.k, event)
    assert kernel.k.live_timers == 0
    assert kernel.wait(other, event, ms=0) == NtStatus.SUCCESS


def test_suspend_and_resume_return_the_previous_count(kernel: KernelBuilder) -> None:  # K-20
    t = kernel.thread()
    assert [suspend_thread(kernel.k, t) for _ in range(3)] == [0, 1, 2]
    assert t.state is ThreadState.SUSPENDED
    assert not t.listed
    assert [resume_thread(kernel.k, t) for _ in range(4)] == [3, 2, 1, 0]
    assert t.listed


def test_a_thread_created_suspended_has_count_one(kernel: KernelBuilder) -> None:  # K-20
    t = kernel.thread(suspended=True)
    assert not t.listed
    assert resume_thread(kernel.k, t) == 1
    assert t.listed


def test_the_count_has_a_limit(kernel: KernelBuilder) -> None:  # K-20
    t = kernel.thread()
    for _ in range(MAXIMUM_SUSPEND_COUNT):
        suspend_thread(kernel.k, t)
    assert suspend_thread(kernel.k, t) is NtStatus.SUSPEND_COUNT_EXCEEDED
    assert t.suspend_count == MAXIMUM_SUSPEND_COUNT


def test_an_ended_thread_cannot_be_suspended_and_resumes_as_zero(kernel: KernelBuilder) -> None:  # K-21
    me, dead = kernel.thread(), kernel.thread("dead")
    handle = kernel.handle(me, dead)
    suspend_thread(kernel.k, dead)
    end_thread(kernel.k, dead, 0)
    assert nt_suspend_thread(kernel.k, me, handle) == NtStatus.THREAD_IS_TERMINATING
    assert nt_resume_thread(kernel.k, me, handle) == 0


# ---- a suspended thread that waits takes nothing: F-003 ----------------------------------------------------------------------


def test_a_suspended_waiter_takes_nothing_and_another_may(kernel: KernelBuilder) -> None:
    t, other, event = kernel.thread(), kernel.thread("other"), kernel.event()
    kernel.wait(t, event)
    suspend_thread(kernel.k, t)
    kernel.wait(other, event)
    set_event(kernel.k, event)
    assert ended(other) == NtStatus.SUCCESS
    resume_thread(kernel.k, t)
    assert ended(t) is None


def test_a_resumed_waiter_starts_again_and_takes_what_is_signaled(kernel: KernelBuilder) -> None:
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event, alertable=True)
    suspend_thread(kernel.k, t)
    kernel.queue_user_apc(t)
    set_event(kernel.k, event)
    assert (ended(t), event.signal_state) == (None, 1)
    resume_thread(kernel.k, t)
    assert (ended(t), event.signal_state, len(t.user_apcs)) == (NtStatus.SUCCESS, 0, 1)  # the object is tested first


def test_a_resumed_waiter_then_sees_its_apcs(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    kernel.wait(t, kernel.event(), alertable=True)
    suspend_thread(kernel.k, t)
    kernel.queue_user_apc(t)
    assert ended(t) is None
    resume_thread(kernel.k, t)
    assert ended(t) == NtStatus.USER_APC


@pytest.mark.parametrize("signal", [False, True])
def test_a_time_out_during_suspension_counts_only_if_nothing_else_does(kernel: KernelBuilder, signal: bool) -> None:
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event, ms=10)
    suspend_thread(kernel.k, t)
    kernel.pass_time(20)
    assert ended(t) is None
    if signal:
        set_event(kernel.k, event)
    resume_thread(kernel.k, t)
    assert ended(t) == (NtStatus.SUCCESS if signal else NtStatus.TIMEOUT)
    assert not event.waiters


def test_a_suspended_thread_whose_wait_is_over_runs_only_when_resumed(kernel: KernelBuilder) -> None:  # K-22
    t = kernel.thread()
    kernel.k.unready(t)
    kernel.wait(t, kernel.event(), ms=1)
    kernel.pass_time(1)
    assert t.listed
    suspend_thread(kernel.k, t)
    assert not t.listed
    resume_thread(kernel.k, t)
    assert t.listed


# ---- identifiers --------------------------------------------------------------------------------------------------------


def test_a_thread_is_opened_by_its_identifier(kernel: KernelBuilder) -> None:
    t, other = kernel.thread(), kernel.thread("other")
    handle = open_thread(kernel.k, t, other.tid, 0x1FFFFF)
    assert isinstance(handle, int)
    assert t.process.handles[handle][0] is other
    assert open_thread(kernel.k, t, 0, 0) is NtStatus.INVALID_PARAMETER
    assert open_thread(kernel.k, t, other.tid + 400_000_000, 0) is NtStatus.INVALID_PARAMETER


def test_an_ended_thread_without_handles_is_gone(kernel: KernelBuilder) -> None:
    t, dead, held = kernel.thread(), kernel.thread("dead"), kernel.thread("held")
    kernel.handle(t, held)
    for thread in (dead, held):
        end_thread(kernel.k, thread, 0)
    assert open_thread(kernel.k, t, dead.tid, 0x1FFFFF) is NtStatus.INVALID_PARAMETER
    assert isinstance(open_thread(kernel.k, t, held.tid, 0x1FFFFF), int)


def test_identifiers_depend_on_the_creator_alone_and_never_repeat(kernel: KernelBuilder) -> None:  # F-002
    def family(order: tuple[int, ...]) -> dict[str, int]:
        k = Kernel()
        process = k.create_process()
        roots = [k.create_thread(process, None, str(i), daemon=False, suspended=False) for i in range(2)]
        made = [0, 0]
        tids = {}
        for i in order:
            made[i] += 1
            label = f"{i}.{made[i]}"
            tids[label] = k.create_thread(process, roots[i], label, daemon=False, suspended=False).tid
        return tids

    one, two = family((0, 0, 1, 1)), family((1, 0, 1, 0))
    assert one == two
    assert len(set(one.values())) == 4
    assert all(tid % 4 == 0 for tid in one.values())
