"""User APCs: one queue per thread, first in, first out (K-04 to K-14, K-18, K-19)."""

from __future__ import annotations

from alertable.kernel_model.ex.thread import NATIVE_DELAY, nt_alert_thread, nt_queue_apc_thread
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp
from alertable.kernel_model.iomgr.irp import FileObject, Irp, Major
from alertable.kernel_model.ke.apc import insert_queue_apc, insert_special_apc, remove_queue_apc
from alertable.kernel_model.ke.event import set_event
from alertable.kernel_model.ke.structures import ApcKind, KApc
from alertable.kernel_model.ke.timer import set_timer
from alertable.kernel_model.ke.wait import delay_execution, wait_for_single_object
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import KernelBuilder, ended


def test_apcs_run_in_the_order_in_which_they_were_queued(kernel: KernelBuilder) -> None:  # K-05
    t = kernel.thread()
    queued = [kernel.queue_user_apc(t, i) for i in range(5)]
    assert list(kernel.drain(t)) == queued
    assert not t.user_apcs


def test_the_drain_takes_what_is_queued_meanwhile(kernel: KernelBuilder) -> None:  # K-06
    t = kernel.thread()
    kernel.queue_user_apc(t, 3)
    ran = []
    for apc in kernel.drain(t):
        ran.append(apc.context)
        if apc.context:
            kernel.queue_user_apc(t, apc.context - 1)
    assert ran == [3, 2, 1, 0]


def test_all_kinds_share_one_queue(kernel: KernelBuilder) -> None:  # K-04
    t = kernel.thread()
    kernel.queue_user_apc(t)
    irp = Irp(t, FileObject(kernel.k, "file", True), Major.READ, apc_routine="completion")
    pend_irp(kernel.k, irp)
    complete_irp(kernel.k, irp, NtStatus.SUCCESS, 0)
    set_timer(kernel.k, t, kernel.timer(), 0, 0, "timer routine", None)
    nt_queue_apc_thread(kernel.k, t, kernel.handle(t, t), KApc(ApcKind.NATIVE, "native", (1, 2, 3)))
    assert [apc.kind for apc in t.user_apcs] == [ApcKind.USER, ApcKind.IO, ApcKind.TIMER, ApcKind.NATIVE]


def test_an_apc_ends_an_alertable_wait_and_no_other(kernel: KernelBuilder) -> None:  # K-08
    alertable, deaf = kernel.thread("alertable"), kernel.thread("deaf")
    event = kernel.event()
    kernel.wait(alertable, event, alertable=True)
    kernel.wait(deaf, event)
    kernel.queue_user_apc(alertable)
    kernel.queue_user_apc(deaf)
    assert ended(alertable) == NtStatus.USER_APC
    assert ended(deaf) is None


def test_an_apc_object_is_in_the_queue_once(kernel: KernelBuilder) -> None:  # K-46
    t = kernel.thread()
    apc = kernel.queue_user_apc(t)
    assert not insert_queue_apc(kernel.k, t, apc)
    assert len(t.user_apcs) == 1
    remove_queue_apc(t, apc)
    remove_queue_apc(t, apc)
    assert not t.user_apcs
    assert insert_queue_apc(kernel.k, t, apc)


def test_the_end_of_a_thread_drops_its_queue(kernel: KernelBuilder) -> None:  # K-11
    t = kernel.thread()
    kernel.queue_user_apc(t)
    insert_special_apc(kernel.k, t, KApc(ApcKind.USER, "special", 0))
    end_thread(kernel.k, t, 0)
    assert not t.user_apcs
    assert not t.special_apcs


def test_nothing_is_queued_to_a_thread_that_has_ended(kernel: KernelBuilder) -> None:  # K-12
    me, dead = kernel.thread(), kernel.thread("dead")
    handle = kernel.handle(me, dead)
    end_thread(kernel.k, dead, 0)
    apc = KApc(ApcKind.USER, "routine", 0)
    assert nt_queue_apc_thread(kernel.k, me, handle, apc) is NtStatus.UNSUCCESSFUL
    assert not insert_queue_apc(kernel.k, dead, apc)
    assert not insert_special_apc(kernel.k, dead, apc)
    assert not dead.user_apcs


def test_a_null_routine_succeeds_and_has_no_effect(kernel: KernelBuilder) -> None:  # K-14
    t = kernel.thread()
    assert nt_queue_apc_thread(kernel.k, t, kernel.handle(t, t), None) is NtStatus.SUCCESS
    assert kernel.wait(t, kernel.event(), ms=0, alertable=True) == NtStatus.TIMEOUT


def test_queueing_needs_set_context_access(kernel: KernelBuilder) -> None:  # K-32
    t = kernel.thread()
    poor = kernel.handle(t, t, access=0x0F)
    assert nt_queue_apc_thread(kernel.k, t, poor, None) is NtStatus.ACCESS_DENIED
    assert nt_queue_apc_thread(kernel.k, t, kernel.handle(t, kernel.event()), None) is NtStatus.OBJECT_TYPE_MISMATCH


def test_a_special_apc_has_a_queue_of_its_own_and_ends_only_alertable_waits(kernel: KernelBuilder) -> None:  # K-19
    t, event = kernel.thread(), kernel.event()
    kernel.wait(t, event)
    insert_special_apc(kernel.k, t, KApc(ApcKind.USER, "special", 0))
    assert ended(t) is None
    set_event(kernel.k, event)
    assert (len(t.special_apcs), len(t.user_apcs)) == (1, 0)
    kernel.wait(t, event, alertable=True)
    insert_special_apc(kernel.k, t, KApc(ApcKind.USER, "special", 0))
    assert ended(t) == NtStatus.USER_APC


def test_an_alert_ends_a_native_delay(kernel: KernelBuilder) -> None:  # K-18
    t = kernel.thread()
    delay_execution(kernel.k, t, None, True, NATIVE_DELAY)
    assert nt_alert_thread(kernel.k, t, kernel.handle(t, t)) is NtStatus.SUCCESS
    assert ended(t) == NtStatus.ALERTED


def test_an_alert_does_not_end_a_win32_wait_which_swallows_it(kernel: KernelBuilder) -> None:  # K-18
    t = kernel.thread()
    handle = kernel.handle(t, t)
    delay_execution(kernel.k, t, None, True, "SleepEx")
    nt_alert_thread(kernel.k, t, handle)
    assert ended(t) is None
    kernel.queue_user_apc(t)
    nt_alert_thread(kernel.k, t, handle)  # this one is set: the thread does not wait
    assert t.alerted
    assert wait_for_single_object(kernel.k, t, kernel.event(), 0, True, "WaitForSingleObjectEx") == NtStatus.USER_APC
    assert not t.alerted
