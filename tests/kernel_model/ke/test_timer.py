"""Waitable timers (K-42 to K-48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.core import BOOT_TIME_100NS
from alertable.kernel_model.ex.synch import nt_cancel_timer, nt_set_timer
from alertable.kernel_model.ke.timer import KTimer, set_timer
from alertable.kernel_model.ke.timerq import due_entries, fire_timer
from alertable.kernel_model.ob.handle_table import close_handle
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import MS, KernelBuilder, ended

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


def start(kernel: KernelBuilder, t: KThread, timer: KTimer, due_ms: int, period_ms: int = 0, routine: object = None) -> None:
    set_timer(kernel.k, t, timer, kernel.k.now_100ns + due_ms * MS, period_ms * MS, routine, "argument")


def test_a_timer_is_created_inactive_and_unsignaled(kernel: KernelBuilder) -> None:  # K-42
    assert kernel.timer().signal_state == 0
    assert kernel.k.live_timers == 0


@pytest.mark.parametrize("manual", [False, True])
def test_a_due_timer_is_signaled_a_synchronization_timer_until_one_wait(kernel: KernelBuilder, manual: bool) -> None:  # K-42
    t, timer = kernel.thread(), kernel.timer(manual=manual)
    start(kernel, t, timer, 10)
    kernel.pass_time(9)
    assert kernel.wait(t, timer, ms=0) == NtStatus.TIMEOUT
    kernel.pass_time(1)
    assert kernel.wait(t, timer, ms=0) == NtStatus.SUCCESS
    assert kernel.wait(t, timer, ms=0) == (NtStatus.SUCCESS if manual else NtStatus.TIMEOUT)


def test_setting_anew_unsignals_and_drops_the_queued_routine(kernel: KernelBuilder) -> None:  # K-43
    t, timer = kernel.thread(), kernel.timer(manual=True)
    start(kernel, t, timer, 1, routine="first")
    kernel.pass_time(1)
    assert (timer.signal_state, len(t.user_apcs)) == (1, 1)
    start(kernel, t, timer, 5, routine="second")
    assert (timer.signal_state, len(t.user_apcs)) == (0, 0)
    kernel.pass_time(5)
    assert [apc.routine for apc in t.user_apcs] == ["second"]


def test_cancelling_drops_the_queued_routine_and_leaves_the_signal(kernel: KernelBuilder) -> None:  # K-43
    t, timer = kernel.thread(), kernel.timer(manual=True)
    handle = kernel.handle(t, timer)
    start(kernel, t, timer, 1, period_ms=1, routine="routine")
    kernel.pass_time(1)
    assert nt_cancel_timer(kernel.k, t, handle) is NtStatus.SUCCESS
    kernel.pass_time(100)
    assert (timer.signal_state, len(t.user_apcs), kernel.k.live_timers) == (1, 0, 0)


def test_the_routine_is_an_apc_of_the_thread_that_set_the_timer(kernel: KernelBuilder) -> None:  # K-44
    setter, waiter, timer = kernel.thread("setter"), kernel.thread("waiter"), kernel.timer()
    start(kernel, setter, timer, 3, routine="routine")
    kernel.wait(waiter, timer, alertable=True)
    kernel.pass_time(3)
    assert ended(waiter) == NtStatus.SUCCESS
    assert not waiter.user_apcs
    [apc] = setter.user_apcs
    assert apc.context == ("argument", BOOT_TIME_100NS + 3 * MS)  # the time at which it was signalled


def test_a_timer_releases_the_waiters_before_it_queues_its_apc(kernel: KernelBuilder) -> None:  # K-45
    t, timer = kernel.thread(), kernel.timer()
    start(kernel, t, timer, 3, routine="routine")
    kernel.wait(t, timer, alertable=True)
    kernel.pass_time(3)
    assert ended(t) == NtStatus.SUCCESS
    assert len(t.user_apcs) == 1


def test_periods_do_not_count_and_the_routine_is_queued_once(kernel: KernelBuilder) -> None:  # K-46
    t, timer = kernel.thread(), kernel.timer()
    start(kernel, t, timer, 10, period_ms=10, routine="routine")
    kernel.pass_time(55)
    assert len(t.user_apcs) == 1
    assert kernel.wait(t, timer, ms=0) == NtStatus.SUCCESS
    assert kernel.wait(t, timer, ms=0) == NtStatus.TIMEOUT
    list(kernel.drain(t))
    kernel.pass_time(5)  # 60: the next period
    assert len(t.user_apcs) == 1


def test_a_period_is_counted_from_when_the_timer_was_due_however_late_it_fires(kernel: KernelBuilder) -> None:  # K-46
    t, timer = kernel.thread(), kernel.timer()
    start(kernel, t, timer, 10, period_ms=10)
    assert timer.entry is not None
    kernel.k.now_100ns = 35 * MS  # with a free clock, or a busy processor
    fire_timer(kernel.k, timer.entry)
    assert timer.entry.due_100ns == 20 * MS


def test_timers_due_at_the_same_time_fire_in_the_order_in_which_they_were_set(kernel: KernelBuilder) -> None:
    t, timers = kernel.thread(), [kernel.timer() for _ in range(3)]
    for timer in timers:
        start(kernel, t, timer, 5)
    assert [entry.context for entry in due_entries(kernel.k, 5 * MS)] == timers


def test_a_manual_reset_timer_queues_its_routine_at_every_period(kernel: KernelBuilder) -> None:  # K-46
    t, timer, ran = kernel.thread(), kernel.timer(manual=True), 0
    start(kernel, t, timer, 10, period_ms=10, routine="routine")
    for _ in range(4):
        kernel.pass_time(10)
        ran += len(list(kernel.drain(t)))
    assert ran == 4


@pytest.mark.parametrize(("routine", "stopped"), [("routine", True), (None, False)])
def test_a_timer_with_a_routine_dies_with_its_thread(kernel: KernelBuilder, routine: str | None, stopped: bool) -> None:  # K-47
    setter, other, timer = kernel.thread("setter"), kernel.thread("other"), kernel.timer()
    start(kernel, setter, timer, 10, routine=routine)
    end_thread(kernel.k, setter, 0)
    kernel.wait(other, timer)
    kernel.pass_time(100)
    assert (ended(other) is None) is stopped


def test_a_timer_that_ran_out_keeps_its_signal_when_its_thread_ends(kernel: KernelBuilder) -> None:  # K-47
    setter, timer = kernel.thread(), kernel.timer()
    start(kernel, setter, timer, 1, period_ms=1, routine="routine")
    kernel.pass_time(1)
    end_thread(kernel.k, setter, 0)
    assert (timer.signal_state, kernel.k.live_timers) == (1, 0)


@pytest.mark.parametrize(
    ("due_100ns", "after_ms"),
    [
        (-30 * MS, 30),
        (BOOT_TIME_100NS + 30 * MS, 30),
        (0, 0),
        (1, 0),  # long past
        (BOOT_TIME_100NS - 5, 0),
    ],
)
def test_due_times_are_relative_when_negative_else_utc_and_past_ones_fire_at_once(
    kernel: KernelBuilder, due_100ns: int, after_ms: int
) -> None:  # K-48
    t, timer = kernel.thread(), kernel.timer()
    assert nt_set_timer(kernel.k, t, kernel.handle(t, timer), due_100ns, 0, None, None) is NtStatus.SUCCESS
    if after_ms:
        kernel.pass_time(after_ms - 1)
        assert timer.signal_state == 0
        kernel.pass_time(1)
    assert timer.signal_state == 1


def test_a_negative_period_is_refused_and_changes_nothing(kernel: KernelBuilder) -> None:  # K-48
    t, timer = kernel.thread(), kernel.timer()
    handle = kernel.handle(t, timer)
    nt_set_timer(kernel.k, t, handle, -10 * MS, 0, None, None)
    assert nt_set_timer(kernel.k, t, handle, -99 * MS, -1, None, None) is NtStatus.INVALID_PARAMETER
    kernel.pass_time(10)
    assert timer.signal_state == 1


def test_a_periodic_timer_that_fires_at_once_goes_on_from_there(kernel: KernelBuilder) -> None:
    t, timer = kernel.thread(), kernel.timer()
    nt_set_timer(kernel.k, t, kernel.handle(t, timer), 0, 20, None, None)
    assert kernel.wait(t, timer, ms=0) == NtStatus.SUCCESS
    kernel.pass_time(20)
    assert kernel.wait(t, timer, ms=0) == NtStatus.SUCCESS


def test_closing_the_last_handle_stops_the_timer_unless_something_refers_to_it(kernel: KernelBuilder) -> None:  # K-72
    t, waiter = kernel.thread(), kernel.thread("waiter")
    plain, with_routine, waited = kernel.timer(), kernel.timer(), kernel.timer()
    start(kernel, t, plain, 10, period_ms=10)
    start(kernel, t, with_routine, 10, routine="routine")
    start(kernel, t, waited, 10)
    kernel.wait(waiter, waited)
    for timer in (plain, with_routine, waited):
        close_handle(kernel.k, t, kernel.handle(t, timer))
    assert kernel.k.live_timers == 2
    kernel.pass_time(10)
    assert ended(waiter) == NtStatus.SUCCESS
    assert len(t.user_apcs) == 1
