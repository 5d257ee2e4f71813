"""The end of a connection: half-close, graceful and hard close, linger, reset (S-48 to S-55, S-60, S-61)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.afd.close import begin_lingering_close, linger_irp_wanted, shutdown_endpoint
from alertable.kernel_model.iomgr.cancel import cancel_io_ex
from alertable.kernel_model.iomgr.irp import Irp, IrpState, Major
from alertable.kernel_model.ob.handle_table import close_handle
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import KernelBuilder, received

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.ke.structures import KThread

SD_RECEIVE, SD_SEND, SD_BOTH = 0, 1, 2


def close(kernel: KernelBuilder, t: KThread, e: AfdEndpoint) -> None:
    handle = next(h for h, (obj, _) in t.process.handles.items() if obj is e)
    close_handle(kernel.k, t, handle)


def test_a_graceful_close_ends_the_stream_after_the_data(kernel: KernelBuilder) -> None:  # S-48, S-49
    t = kernel.thread()
    client, server = kernel.pair(t)
    _, first = kernel.receive(t, server, 3)
    kernel.send(t, client, b"abcde")
    close(kernel, t, client)
    kernel.settle()
    assert received(first) == b"abc"
    assert received(kernel.receive(t, server)[1]) == b"de"
    for _ in range(2):
        status, irp = kernel.receive(t, server, routine="routine")
        assert (status, irp.information) == (NtStatus.SUCCESS, 0)
    assert len(t.user_apcs) == 2  # each with its routine


def test_a_half_close_leaves_the_other_direction_usable(kernel: KernelBuilder) -> None:  # S-49, S-60
    t = kernel.thread()
    client, server = kernel.pair(t)
    assert shutdown_endpoint(kernel.k, client, SD_SEND) is NtStatus.SUCCESS
    kernel.settle()
    assert kernel.send(t, client, b"x")[0] is NtStatus.PIPE_DISCONNECTED
    assert kernel.receive(t, server)[1].information == 0
    _, answer = kernel.receive(t, client)
    kernel.send(t, server, b"still here")
    kernel.settle()
    assert received(answer) == b"still here"
    assert shutdown_endpoint(kernel.k, client, SD_SEND) is NtStatus.SUCCESS  # repeating is allowed


def test_what_shutdown_refuses(kernel: KernelBuilder) -> None:  # S-60, S-61
    t = kernel.thread()
    client, _ = kernel.pair(t)
    listener, _ = kernel.listener(t)
    assert shutdown_endpoint(kernel.k, kernel.tcp(), SD_SEND) is NtStatus.INVALID_CONNECTION
    assert shutdown_endpoint(kernel.k, listener, SD_SEND) is NtStatus.INVALID_CONNECTION
    assert shutdown_endpoint(kernel.k, kernel.udp(), SD_SEND) is NtStatus.INVALID_CONNECTION
    assert [shutdown_endpoint(kernel.k, client, how) for how in (3, -1)] == [NtStatus.INVALID_PARAMETER] * 2
    shutdown_endpoint(kernel.k, client, SD_BOTH)
    assert kernel.receive(t, client)[0] is NtStatus.PIPE_DISCONNECTED
    assert kernel.send(t, client, b"x")[0] is NtStatus.PIPE_DISCONNECTED


def test_a_hard_close_resets(kernel: KernelBuilder) -> None:  # S-50, S-51, S-55
    t = kernel.thread()
    client, server = kernel.pair(t)
    _, irp = kernel.receive(t, server, routine="routine")
    client.linger = (True, 0)
    close(kernel, t, client)
    kernel.settle()
    assert (irp.status, irp.information, len(t.user_apcs)) == (NtStatus.CONNECTION_RESET, 0, 1)
    for _ in range(2):
        assert kernel.receive(t, server)[0] is NtStatus.CONNECTION_RESET
        assert kernel.send(t, server, b"x")[0] is NtStatus.CONNECTION_RESET
    assert len(t.user_apcs) == 1  # refused operations report nothing (S-17)


def test_closing_with_unread_data_resets(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    kernel.send(t, client, b"never read")
    kernel.settle()
    close(kernel, t, server)
    kernel.settle()
    assert client.abort_status is NtStatus.CONNECTION_RESET


def test_data_for_a_socket_that_is_gone_is_answered_by_a_reset(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    close(kernel, t, server)
    kernel.settle()
    assert kernel.send(t, client, b"x")[0] is NtStatus.SUCCESS
    kernel.settle()
    assert client.abort_status is NtStatus.CONNECTION_RESET


def test_closing_completes_what_is_pending_with_aborted(kernel: KernelBuilder) -> None:  # S-53
    t = kernel.thread()
    client, server = kernel.pair(t)
    _, receive = kernel.receive(t, client, routine="routine")
    client.send_buffer = 0
    _, send = kernel.send(t, client, b"x" * 200_000, routine="routine")
    close(kernel, t, client)
    assert (receive.status, send.status) == (NtStatus.CONNECTION_ABORTED, NtStatus.CONNECTION_ABORTED)
    assert len(t.user_apcs) == 2
    kernel.settle()
    assert server.abort_status is NtStatus.CONNECTION_RESET  # a receive was pending


def test_a_reset_fails_pending_sends_too(kernel: KernelBuilder) -> None:  # S-50
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer = 0
    sends = [kernel.send(t, client, b"x" * 100_000)[1] for _ in range(3)]
    server.linger = (True, 0)
    close(kernel, t, server)
    kernel.settle()
    assert [irp.status for irp in sends] == [NtStatus.CONNECTION_RESET] * 3
    assert not client.irps


def test_data_after_shutting_down_receiving_aborts_and_loses_no_operation(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer = 0
    _, send = kernel.send(t, client, b"x" * 200_000)
    kernel.settle()
    assert send.state is IrpState.PENDING
    shutdown_endpoint(kernel.k, client, SD_RECEIVE)
    kernel.send(t, server, b"unwanted")
    kernel.settle()
    assert send.status == NtStatus.CONNECTION_ABORTED
    assert server.abort_status is NtStatus.CONNECTION_RESET


def test_a_fin_waits_for_the_sends_before_it_and_goes_when_they_are_cancelled(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer = 0
    _, send = kernel.send(t, client, b"x" * 200_000)
    kernel.settle()
    shutdown_endpoint(kernel.k, client, SD_SEND)
    kernel.settle()
    assert not server.fin_received
    assert cancel_io_ex(kernel.k, client, send.iosb) is NtStatus.SUCCESS
    kernel.settle()
    assert server.fin_received


# ---- linger ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("linger", "wanted"), [((False, 0), False), ((False, 5), False), ((True, 0), False), ((True, 5), True)])
def test_a_close_waits_only_with_linger_time_and_something_unsent(
    kernel: KernelBuilder, linger: tuple[bool, int], wanted: bool
) -> None:  # S-55
    t = kernel.thread()
    client, _ = kernel.pair(t)
    client.linger = linger
    assert not linger_irp_wanted(client)
    kernel.send(t, client, b"data")
    assert linger_irp_wanted(client) is wanted


def test_a_lingering_close_completes_when_the_peer_has_everything(kernel: KernelBuilder) -> None:  # S-55
    t = kernel.thread()
    client, server = kernel.pair(t)
    server.receive_buffer = 4
    client.linger = (True, 5)
    kernel.send(t, client, b"12345678")
    irp = Irp(t, client, Major.CLOSE)
    begin_lingering_close(kernel.k, client, irp)
    kernel.settle()
    assert irp.state is IrpState.PENDING
    for _ in range(2):
        assert received(kernel.receive(t, server)[1])
        kernel.settle()
    assert (irp.state, irp.status) == (IrpState.COMPLETED, NtStatus.SUCCESS)
    assert server.fin_received


def test_a_reset_ends_a_lingering_close(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    server.receive_buffer = 4
    client.linger = (True, 5)
    kernel.send(t, client, b"12345678")
    irp = Irp(t, client, Major.CLOSE)
    begin_lingering_close(kernel.k, client, irp)
    kernel.settle()
    close(kernel, t, server)
    kernel.settle()
    assert irp.status == NtStatus.CONNECTION_RESET
