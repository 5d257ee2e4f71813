"""Streams: sending and receiving, windows, buffers (S-36 to S-47)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertable.kernel_model.afd.close import shutdown_endpoint
from alertable.kernel_model.afd.read import MSG_PEEK, MSG_WAITALL, read_urgent
from alertable.kernel_model.afd.write import MSG_OOB, write_stream
from alertable.kernel_model.iomgr.cancel import cancel_irp
from alertable.kernel_model.iomgr.irp import Irp, IrpState, Major
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import Buffer, Iosb, KernelBuilder, received

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint


def test_receives_are_filled_in_posting_order(kernel: KernelBuilder) -> None:  # S-08
    t = kernel.thread()
    client, server = kernel.pair(t)
    irps = [kernel.receive(t, server, 2)[1] for _ in range(3)]
    kernel.send(t, client, b"abcde")
    kernel.settle()
    assert [received(irp) for irp in irps] == [b"ab", b"cd", b"e"]


def test_a_receive_completes_with_what_has_arrived(kernel: KernelBuilder) -> None:  # S-40, S-41
    t = kernel.thread()
    client, server = kernel.pair(t)
    for part in (b"ab", b"cd"):
        kernel.send(t, client, part)
    kernel.settle()
    status, irp = kernel.receive(t, server, 100)
    assert (status, received(irp)) == (NtStatus.SUCCESS, b"abcd")


def test_a_receive_that_must_not_wait_says_not_ready(kernel: KernelBuilder) -> None:  # S-66
    t = kernel.thread()
    client, server = kernel.pair(t)
    assert kernel.receive(t, server, may_pend=False)[0] is NtStatus.DEVICE_NOT_READY
    kernel.send(t, client, b"x")
    kernel.settle()
    assert kernel.receive(t, server, may_pend=False)[0] is NtStatus.SUCCESS
    kernel.receive(t, server)
    kernel.send(t, client, b"y")
    assert kernel.receive(t, server, may_pend=False)[0] is NtStatus.DEVICE_NOT_READY  # another receive waits before it


def test_a_zero_byte_receive_waits_for_data_and_leaves_it(kernel: KernelBuilder) -> None:  # S-38
    t = kernel.thread()
    client, server = kernel.pair(t)
    _, irp = kernel.receive(t, server, 0)
    assert irp.state is IrpState.PENDING
    kernel.send(t, client, b"abc")
    kernel.settle()
    assert (irp.status, irp.information, bytes(server.received)) == (NtStatus.SUCCESS, 0, b"abc")


@pytest.mark.parametrize("size", [0, 2])
def test_data_arrives_although_the_socket_buffers_nothing(kernel: KernelBuilder, size: int) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    server.receive_buffer = 0
    _, irp = kernel.receive(t, server, size)
    kernel.send(t, client, b"abc")
    kernel.settle()
    assert received(irp) == b"abc"[:size]
    assert bytes(server.received) == b"abc"[size:]


def test_peeking_leaves_the_data(kernel: KernelBuilder) -> None:  # S-39
    t = kernel.thread()
    client, server = kernel.pair(t)
    _, peek = kernel.receive(t, server, 2, flags=MSG_PEEK)
    kernel.send(t, client, b"abc")
    kernel.settle()
    assert received(peek) == b"ab"
    assert received(kernel.receive(t, server)[1]) == b"abc"


def test_waitall_fills_the_buffer_or_takes_what_came_before_the_end(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    kernel.send(t, client, b"ab")
    kernel.settle()
    irps = [kernel.receive(t, server, 4, flags=MSG_WAITALL)[1] for _ in range(2)]
    kernel.send(t, client, b"cdefg")
    kernel.settle()
    assert (received(irps[0]), irps[1].state) == (b"abcd", IrpState.PENDING)
    shutdown_endpoint(kernel.k, client, 1)
    kernel.settle()
    assert received(irps[1]) == b"efg"


def test_a_send_that_fits_the_buffer_completes_at_once(kernel: KernelBuilder) -> None:  # S-44, S-45
    t = kernel.thread()
    client, server = kernel.pair(t)
    status, irp = kernel.send(t, client, b"ab", b"", b"cd", routine="routine")
    assert (status, irp.information, len(t.user_apcs)) == (NtStatus.SUCCESS, 4, 1)
    kernel.settle()
    assert bytes(server.received) == b"abcd"


def test_without_a_send_buffer_a_send_pends_until_the_peers_side_has_all(kernel: KernelBuilder) -> None:  # S-46
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = 0, 4
    status, irp = kernel.send(t, client, b"abcdef")
    assert status is NtStatus.PENDING
    kernel.settle()
    assert irp.state is IrpState.PENDING
    kernel.receive(t, server, 4)
    kernel.settle()
    assert (irp.status, irp.information) == (NtStatus.SUCCESS, 6)


def test_a_send_larger_than_the_buffer_completes_when_the_rest_fits(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = 4, 4
    _, irp = kernel.send(t, client, b"abcdefghij")
    kernel.settle()
    assert irp.state is IrpState.PENDING
    kernel.receive(t, server, 4)
    kernel.settle()
    assert (irp.status, irp.information) == (NtStatus.SUCCESS, 10)
    assert bytes(server.received) == b"efgh"


def test_sends_go_out_in_the_order_of_the_calls(kernel: KernelBuilder) -> None:  # S-47
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = 3, 3
    irps = [kernel.send(t, client, part)[1] for part in (b"aaaa", b"bb", b"cccc")]
    done = []
    for _ in range(6):
        kernel.settle()
        done.append([irp.state is IrpState.COMPLETED for irp in irps])
        if server.received:
            kernel.receive(t, server, 2)
    assert all(done[-1])
    for states in done:
        assert states == sorted(states, reverse=True)


def test_a_non_blocking_send_takes_what_fits(kernel: KernelBuilder) -> None:  # S-66
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = 4, 2
    status, irp = kernel.send(t, client, b"abcdefgh", may_pend=False)
    assert (status, irp.information) == (NtStatus.SUCCESS, 4)
    assert kernel.send(t, client, b"x", may_pend=False)[0] is NtStatus.DEVICE_NOT_READY
    kernel.settle()
    assert kernel.send(t, client, b"xyz", may_pend=False)[1].information == 2


def test_a_send_without_a_buffer_is_taken_one_at_a_time_by_a_non_blocking_socket(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, _ = kernel.pair(t)
    client.send_buffer = 0
    assert kernel.send(t, client, b"abc", may_pend=False)[1].information == 3
    assert kernel.send(t, client, b"d", may_pend=False)[0] is NtStatus.DEVICE_NOT_READY
    kernel.settle()
    assert kernel.send(t, client, b"d", may_pend=False)[0] is NtStatus.SUCCESS


def test_a_cancelled_send_sends_nothing_more_and_the_next_one_follows(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = 0, 4
    _, first = kernel.send(t, client, b"aaaaaaaa")
    _, second = kernel.send(t, client, b"bb")
    kernel.settle()
    cancel_irp(kernel.k, first)
    got = b""
    for _ in range(4):
        kernel.settle()
        status, irp = kernel.receive(t, server, 4, may_pend=False)
        if status is NtStatus.SUCCESS:
            got += received(irp)
    assert got == b"aaaabb"
    assert (first.status, second.status) == (NtStatus.CANCELLED, NtStatus.SUCCESS)


def test_the_directions_are_independent(kernel: KernelBuilder) -> None:  # S-43
    t = kernel.thread()
    client, server = kernel.pair(t)
    server.receive_buffer = 1
    client.send_buffer = 0
    kernel.send(t, client, b"stuck")
    kernel.settle()
    kernel.send(t, server, b"free")
    kernel.settle()
    assert bytes(client.received) == b"free"


@pytest.mark.parametrize("unconnected", ["receive", "send"])
def test_an_unconnected_socket_neither_sends_nor_receives(kernel: KernelBuilder, unconnected: str) -> None:  # S-68
    t, e = kernel.thread(), kernel.tcp()
    kernel.bound(t, e)
    status, irp = kernel.receive(t, e) if unconnected == "receive" else kernel.send(t, e, b"x")
    assert status is NtStatus.INVALID_CONNECTION
    assert irp.state is IrpState.CREATED


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.binary(max_size=40), max_size=8),
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    send_buffer=st.integers(0, 20),
    receive_buffer=st.integers(0, 20),
    posted=st.booleans(),
)
def test_the_stream_arrives_whole_and_in_order_whatever_the_buffers(
    parts: list[bytes], sizes: list[int], send_buffer: int, receive_buffer: int, posted: bool
) -> None:
    kernel = KernelBuilder()
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = send_buffer, receive_buffer
    reads: list[Irp] = []
    if posted:
        reads += [kernel.receive(t, server, size)[1] for size in sizes]
    sends = [_send(kernel, client, part) for part in parts]
    total = sum(map(len, parts))
    for i in range(total + len(sizes) + 1):
        kernel.settle()
        status, irp = kernel.receive(t, server, sizes[i % len(sizes)], may_pend=False)
        if status is NtStatus.SUCCESS:
            reads.append(irp)
    assert b"".join(received(irp) for irp in reads if irp.state is IrpState.COMPLETED) == b"".join(parts)
    assert [(s.status, s.information) for s in sends] == [(NtStatus.SUCCESS, len(part)) for part in parts]
    assert client.outbound is not None
    assert (client.outbound.buffered, client.outbound.in_flight) == (0, 0)


def _send(kernel: KernelBuilder, e: AfdEndpoint, data: bytes) -> Irp:
    irp = Irp(kernel.k.threads[0], e, Major.WRITE, [Buffer(data)], 0, Iosb())
    write_stream(kernel.k, e, irp, may_pend=True)
    return irp


def test_waitall_takes_what_came_before_an_end_that_is_there_already(kernel: KernelBuilder) -> None:  # S-90
    t = kernel.thread()
    client, server = kernel.pair(t)
    kernel.send(t, client, b"abc")
    shutdown_endpoint(kernel.k, client, 1)
    kernel.settle()
    status, irp = kernel.receive(t, server, 8, flags=MSG_WAITALL)
    assert (status, irp.state, received(irp)) == (NtStatus.SUCCESS, IrpState.COMPLETED, b"abc")


def test_a_small_send_waits_behind_a_large_one(kernel: KernelBuilder) -> None:  # S-46
    t = kernel.thread()
    client, server = kernel.pair(t)
    client.send_buffer, server.receive_buffer = 4, 2
    large = kernel.send(t, client, b"123456789")[1]
    status, small = kernel.send(t, client, b"x")
    assert (status, large.state, small.state) == (NtStatus.PENDING, IrpState.PENDING, IrpState.PENDING)


def test_peeking_leaves_the_urgent_byte(kernel: KernelBuilder) -> None:  # S-90
    t = kernel.thread()
    client, server = kernel.pair(t)
    write_stream(kernel.k, client, Irp(t, client, Major.WRITE, [Buffer(b"!")], MSG_OOB, Iosb()), may_pend=True)
    kernel.settle()
    for flags, left in ((MSG_PEEK, b"!"), (0, b"")):
        irp = Irp(t, server, Major.READ, [Buffer(1)], flags, Iosb())
        assert read_urgent(server, irp) is NtStatus.SUCCESS
        assert (irp.information, irp.buffers[0].read(0, 1), server.urgent) == (1, b"!", left)
