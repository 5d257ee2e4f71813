"""Completion ports: packets in their order, threads in the opposite one, the concurrency value (K-52 to K-62)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp, start_irp
from alertable.kernel_model.iomgr.irp import FileObject, Irp, Major
from alertable.kernel_model.ke.kqueue import CompletionPort, post_packet, remove_packets
from alertable.kernel_model.ke.structures import CompletionPacket
from alertable.kernel_model.ob.handle_table import close_handle
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import Iosb, KernelBuilder, ended

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread


def packet(key: int) -> CompletionPacket:
    return CompletionPacket(key, 0x1000, NtStatus.SUCCESS, 0)


def take(kernel: KernelBuilder, t: KThread, port: CompletionPort, count: int = 1, *, alertable: bool = False) -> int | None:
    """Remove packets without waiting."""
    return remove_packets(kernel.k, t, port, count, 0, alertable, "test")


def wait_for_one(kernel: KernelBuilder, t: KThread, port: CompletionPort) -> None:
    assert remove_packets(kernel.k, t, port, 1, None, False, "test") is None


def test_packets_are_removed_oldest_first_and_as_many_as_asked_for(kernel: KernelBuilder) -> None:  # K-58
    t, port = kernel.thread(), CompletionPort(kernel.k, "port", 1)
    for key in (1, 2, 3):
        post_packet(kernel.k, port, packet(key))
    assert take(kernel, t, port, 2) == NtStatus.SUCCESS
    assert t.packets == (packet(1), packet(2))
    assert list(port.packets) == [packet(3)]


def test_the_thread_that_waited_last_is_released_first(kernel: KernelBuilder) -> None:  # K-57
    first, last, port = kernel.thread("first"), kernel.thread("last"), CompletionPort(kernel.k, "port", 2)
    wait_for_one(kernel, first, port)
    wait_for_one(kernel, last, port)
    post_packet(kernel.k, port, packet(1))
    assert (ended(first), ended(last), last.packets) == (None, NtStatus.SUCCESS, (packet(1),))


def test_while_as_many_threads_run_as_the_concurrency_value_says_nobody_else_gets_a_packet(kernel: KernelBuilder) -> None:  # K-59
    runs, asks, port = kernel.thread("runs"), kernel.thread("asks"), CompletionPort(kernel.k, "port", 1)
    for key in (1, 2, 3):
        post_packet(kernel.k, port, packet(key))
    assert take(kernel, runs, port) == NtStatus.SUCCESS
    assert take(kernel, runs, port) == NtStatus.SUCCESS  # whoever comes back is not counted
    assert take(kernel, asks, port) == NtStatus.TIMEOUT
    assert list(port.packets) == [packet(3)]


def test_a_thread_that_blocks_elsewhere_lets_another_one_in(kernel: KernelBuilder) -> None:  # K-59
    runs, waits, port = kernel.thread("runs"), kernel.thread("waits"), CompletionPort(kernel.k, "port", 1)
    post_packet(kernel.k, port, packet(1))
    assert take(kernel, runs, port) == NtStatus.SUCCESS
    wait_for_one(kernel, waits, port)
    post_packet(kernel.k, port, packet(2))
    assert ended(waits) is None
    kernel.wait(runs, kernel.event())
    assert ended(waits) == NtStatus.SUCCESS


def test_closing_ends_the_waits_and_later_packets_go_nowhere(kernel: KernelBuilder) -> None:  # K-61
    t, port = kernel.thread(), CompletionPort(kernel.k, "port", 1)
    handle = kernel.handle(t, port)
    wait_for_one(kernel, t, port)
    close_handle(kernel.k, t, handle)
    assert ended(t) == NtStatus.ABANDONED_WAIT_0
    post_packet(kernel.k, port, packet(1))  # a file that is bound to it still refers to it
    assert not port.packets


def test_a_thread_of_the_port_sees_packets_first_any_other_its_apcs(kernel: KernelBuilder) -> None:  # K-56
    t, port = kernel.thread(), CompletionPort(kernel.k, "port", 1)
    post_packet(kernel.k, port, packet(1))
    kernel.queue_user_apc(t)
    assert take(kernel, t, port, alertable=True) == NtStatus.USER_APC
    assert take(kernel, t, port) == NtStatus.SUCCESS
    post_packet(kernel.k, port, packet(2))
    assert take(kernel, t, port, alertable=True) == NtStatus.SUCCESS


def test_an_operation_reports_by_its_routine_or_to_the_port(kernel: KernelBuilder) -> None:  # S-26
    t, port, file = kernel.thread(), CompletionPort(kernel.k, "port", 1), FileObject(kernel.k, "file", True)
    file.port = port
    for routine in ("routine", None):
        irp = Irp(t, file, Major.READ, iosb=Iosb(), apc_routine=routine)
        start_irp(kernel.k, irp)
        pend_irp(kernel.k, irp)
        complete_irp(kernel.k, irp, NtStatus.SUCCESS, 0)
        assert (len(t.user_apcs), len(port.packets)) == ((1, 0) if routine else (1, 1))
