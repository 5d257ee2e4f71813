"""IRPs: completed once, notified once, cancelled like any other completion (K-63 to K-67, S-12, S-18 to S-25, S-56 to S-59)."""

from __future__ import annotations

import pytest

from alertable.kernel_model.errors import BugCheck
from alertable.kernel_model.iomgr.cancel import cancel_io, cancel_io_ex, cancel_irp
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp, start_irp
from alertable.kernel_model.iomgr.irp import FileObject, Irp, IrpState, Major
from alertable.kernel_model.ke.kqueue import CompletionPort
from alertable.kernel_model.ke.structures import ApcKind, KThread
from alertable.kernel_model.outcomes import Outcomes
from alertable.kernel_model.ps.thread import end_thread
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import Buffer, Iosb, KernelBuilder, ended


def pending(kernel: KernelBuilder, t: KThread, file: FileObject, *, routine: object = None) -> Irp:
    irp = Irp(t, file, Major.READ, [Buffer(4)], 0, Iosb(), None if routine else kernel.event(manual=True), routine)
    start_irp(kernel.k, irp)
    assert pend_irp(kernel.k, irp) is NtStatus.PENDING
    return irp


def answer(irp: Irp) -> tuple[int, int]:
    assert isinstance(irp.iosb, Iosb)
    return irp.iosb.status, irp.iosb.information


def test_a_pending_operation_shows_its_status_and_keeps_the_old_count(kernel: KernelBuilder) -> None:  # K-63, S-20
    t, file = kernel.thread(), FileObject(kernel.k, "file", True)
    irp = pending(kernel, t, file)
    assert answer(irp) == (NtStatus.PENDING, -1)
    assert (list(t.irps), list(file.irps)) == ([irp], [irp])


def test_completion_fills_in_sets_the_event_and_lets_go_of_the_irp(kernel: KernelBuilder) -> None:  # K-63, S-18
    t, file = kernel.thread(), FileObject(kernel.k, "file", True)
    irp = pending(kernel, t, file)
    assert irp.event is not None
    complete_irp(kernel.k, irp, NtStatus.SUCCESS, 3)
    assert answer(irp) == (NtStatus.SUCCESS, 3)
    assert irp.event.signal_state == 1
    assert not t.irps
    assert not file.irps


def test_an_operation_resets_its_event_when_it_starts(kernel: KernelBuilder) -> None:  # S-18
    t, event = kernel.thread(), kernel.event(manual=True, signaled=True)
    start_irp(kernel.k, Irp(t, FileObject(kernel.k, "file", True), Major.READ, event=event))
    assert event.signal_state == 0


def test_a_routine_is_queued_at_completion_to_the_issuing_thread(kernel: KernelBuilder) -> None:  # S-02, S-11, K-65
    issuer, other, file = kernel.thread(), kernel.thread("other"), FileObject(kernel.k, "file", True)
    irp = pending(kernel, issuer, file, routine="routine")
    assert not issuer.user_apcs
    complete_irp(kernel.k, irp, NtStatus.SUCCESS, 3)
    [apc] = issuer.user_apcs
    assert (apc.kind, apc.routine, apc.context) == (ApcKind.IO, "routine", irp)
    assert not other.user_apcs


def test_an_operation_without_an_event_signals_the_file(kernel: KernelBuilder) -> None:  # K-63
    t, waiter, file = kernel.thread(), kernel.thread("waiter"), FileObject(kernel.k, "file", True)
    file.signal_state = 1
    irp = Irp(t, file, Major.READ, iosb=Iosb())
    start_irp(kernel.k, irp)
    pend_irp(kernel.k, irp)
    kernel.wait(waiter, file)
    complete_irp(kernel.k, irp, NtStatus.SUCCESS, 0)
    assert ended(waiter) == NtStatus.SUCCESS


@pytest.mark.parametrize("status", [NtStatus.SUCCESS, NtStatus.CANCELLED])
def test_completing_twice_is_a_bug_of_the_model(kernel: KernelBuilder, status: NtStatus) -> None:  # law 3
    irp = pending(kernel, kernel.thread(), FileObject(kernel.k, "file", True))
    complete_irp(kernel.k, irp, NtStatus.SUCCESS, 0)
    with pytest.raises(BugCheck, match="recv on file completed twice"):
        complete_irp(kernel.k, irp, status, 0)


def test_out_parameters_are_filled_before_anybody_is_notified(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    irp = pending(kernel, t, FileObject(kernel.k, "file", True), routine="routine")
    seen: list[tuple[int, int]] = []
    irp.on_complete = lambda _k, done: seen.append((len(t.user_apcs), answer(done)[0]))
    complete_irp(kernel.k, irp, NtStatus.SUCCESS, 0)
    assert seen == [(0, NtStatus.PENDING)]


# ---- cancelling -----------------------------------------------------------------------------------------------------------


def test_a_cancelled_operation_completes_like_any_other(kernel: KernelBuilder) -> None:  # K-66
    t, file = kernel.thread(), FileObject(kernel.k, "file", True)
    with_event, with_routine = pending(kernel, t, file), pending(kernel, t, file, routine="routine")
    taken: list[Irp] = []
    with_event.cancel = lambda _k, irp: taken.append(irp)
    cancel_irp(kernel.k, with_event)
    cancel_irp(kernel.k, with_routine)
    assert taken == [with_event]
    assert answer(with_event) == answer(with_routine) == (NtStatus.CANCELLED, 0)
    assert with_event.event is not None
    assert with_event.event.signal_state == 1
    assert len(t.user_apcs) == 1


def test_cancel_io_covers_the_callers_operations_on_that_file_only(kernel: KernelBuilder) -> None:  # S-56, S-57
    me, other, file, another = (
        kernel.thread(),
        kernel.thread("other"),
        FileObject(kernel.k, "a", True),
        FileObject(kernel.k, "b", True),
    )
    mine, theirs, elsewhere = pending(kernel, me, file), pending(kernel, other, file), pending(kernel, me, another)
    cancel_io(kernel.k, me, file)
    assert [irp.state for irp in (mine, theirs, elsewhere)] == [IrpState.COMPLETED, IrpState.PENDING, IrpState.PENDING]


def test_cancel_io_ex_takes_any_threads_operations_or_just_one(kernel: KernelBuilder) -> None:  # S-58, S-59
    me, other, file = kernel.thread(), kernel.thread("other"), FileObject(kernel.k, "file", True)
    first, second, third = pending(kernel, me, file), pending(kernel, other, file), pending(kernel, me, file)
    assert cancel_io_ex(kernel.k, file, second.iosb) is NtStatus.SUCCESS
    assert [irp.state for irp in (first, second, third)] == [IrpState.PENDING, IrpState.COMPLETED, IrpState.PENDING]
    assert cancel_io_ex(kernel.k, file, second.iosb) is NtStatus.NOT_FOUND
    assert cancel_io_ex(kernel.k, file, None) is NtStatus.SUCCESS
    assert cancel_io_ex(kernel.k, file, None) is NtStatus.NOT_FOUND
    assert not file.irps


def test_the_end_of_a_thread_cancels_its_operations_and_drops_their_routines(kernel: KernelBuilder) -> None:  # K-67, S-12, S-25
    t, other, file = kernel.thread(), kernel.thread("other"), FileObject(kernel.k, "file", True)
    with_event, with_routine = pending(kernel, t, file), pending(kernel, t, file, routine="routine")
    kept = pending(kernel, other, file)
    end_thread(kernel.k, t, 0)
    assert answer(with_event) == answer(with_routine) == (NtStatus.CANCELLED, 0)
    assert with_event.event is not None
    assert with_event.event.signal_state == 1
    assert not t.user_apcs
    assert kept.state is IrpState.PENDING


@pytest.mark.parametrize("with_event", [True, False])
def test_only_what_reports_to_a_port_survives_its_thread(kernel: KernelBuilder, with_event: bool) -> None:  # S-26
    t, file = kernel.thread(), FileObject(kernel.k, "file", True)
    file.port = CompletionPort(kernel.k, "port", 1)
    irp = pending(kernel, t, file)
    if not with_event:
        irp.event = None
    end_thread(kernel.k, t, 0)
    assert (irp.state is IrpState.PENDING) is not with_event


def test_an_abort_that_comes_late_leaves_alone_what_is_over(kernel: KernelBuilder) -> None:  # S-12
    t, file = kernel.thread(), FileObject(kernel.k, "file", True)
    irp = pending(kernel, t, file)
    kernel.k.outcomes = Outcomes(lambda _options: 1, {"slow-device": 1}, documented=False)
    cancel_io_ex(kernel.k, file, None)
    assert irp.state is IrpState.PENDING
    complete_irp(kernel.k, irp, NtStatus.CONNECTION_RESET, 0)  # meanwhile
    kernel.pass_time(1)
    assert answer(irp) == (NtStatus.CONNECTION_RESET, 0)


# ---- buffers -------------------------------------------------------------------------------------------------------------------


def test_buffers_are_filled_in_order_without_holes(kernel: KernelBuilder) -> None:  # S-36
    buffers = [Buffer(n) for n in (2, 0, 3, 4)]
    irp = Irp(kernel.thread(), FileObject(kernel.k, "file", True), Major.READ, buffers)
    for part in (b"a", b"bc", b"defg"):
        irp.scatter(part)
    assert [bytes(b.data) for b in buffers] == [b"ab", b"", b"cde", b"fg\0\0"]
    assert (irp.done, irp.length) == (7, 9)


@pytest.mark.parametrize("start", range(8))
@pytest.mark.parametrize("count", range(8))
def test_any_part_of_the_buffers_is_read_as_if_concatenated(kernel: KernelBuilder, start: int, count: int) -> None:  # S-37
    for parts in ((b"abcdefg",), (b"ab", b"", b"cdef", b"g"), (b"", b"abcdefg", b"")):
        irp = Irp(kernel.thread(), FileObject(kernel.k, "file", True), Major.WRITE, [Buffer(part) for part in parts])
        count = min(count, 7 - start) if start < 7 else 0
        assert irp.gather(start, count) == b"abcdefg"[start : start + count]
