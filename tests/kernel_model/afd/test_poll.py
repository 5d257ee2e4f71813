"""Readiness (S-86 to S-92)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.close import reset
from alertable.kernel_model.afd.connect import connect_endpoint
from alertable.kernel_model.afd.poll import Poll, readable, writable
from alertable.kernel_model.ob.handle_table import close_handle
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from tests.kernel_model.builder import KernelBuilder


def test_readable_is_data_the_end_a_reset_or_a_waiting_connection(kernel: KernelBuilder) -> None:  # S-88
    t = kernel.thread()
    listener, address = kernel.listener(t)
    client, server = kernel.pair(t)
    assert [readable(e) for e in (listener, client, server, kernel.tcp())] == [False] * 4
    kernel.connect(t, address)
    kernel.send(t, client, b"x")
    kernel.settle()
    assert readable(listener)
    assert readable(server)
    ended, _ = kernel.pair(t)
    ended.fin_received = True
    assert readable(ended)


def test_writable_is_connected_with_room(kernel: KernelBuilder) -> None:  # S-89
    t = kernel.thread()
    client, server = kernel.pair(t)
    assert [writable(e) for e in (client, server, kernel.tcp(), kernel.udp())] == [True, True, False, True]
    client.send_buffer, server.receive_buffer = 4, 4
    kernel.send(t, client, b"x" * 8)
    kernel.settle()
    assert not writable(client)
    kernel.receive(t, server, 8)
    kernel.settle()
    kernel.receive(t, server, 8)
    kernel.settle()
    assert writable(client)


def test_a_reset_connection_is_writable_for_a_send_would_not_block(kernel: KernelBuilder) -> None:  # S-89
    t = kernel.thread()
    client, server = kernel.pair(t)
    kernel.send(t, client, b"unread")
    reset(kernel.k, server)
    kernel.settle()
    assert client.abort_status is NtStatus.CONNECTION_RESET
    assert writable(client)
    assert readable(client)


def test_a_poll_is_told_when_something_becomes_ready_and_not_before(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    client, server = kernel.pair(t)
    poll = Poll(kernel.k, kernel.thread(), [server], [], [])
    poll.begin()
    kernel.send(t, server, b"other direction")
    kernel.settle()
    assert not poll.event.signal_state
    kernel.send(t, client, b"x")
    kernel.settle()
    assert poll.event.signal_state
    poll.end()
    assert not server.polls


def test_a_poll_is_told_of_a_connection_that_comes_up(kernel: KernelBuilder) -> None:  # S-89
    t, client = kernel.thread(), kernel.tcp()
    _, address = kernel.listener(t)
    poll = Poll(kernel.k, kernel.thread(), [], [client], [])
    poll.begin()
    connect_endpoint(kernel.k, t, client, address, None)
    kernel.settle()
    assert poll.event.signal_state
    assert writable(client)


def test_closing_a_socket_ends_a_poll_that_reads_it(kernel: KernelBuilder) -> None:
    """Wine ws2_32/tests/sock.c test_select: closesocket wakes a waiting select, which reports the socket."""
    t = kernel.thread()
    listener, _ = kernel.listener(t)
    poll = Poll(kernel.k, kernel.thread(), [listener], [], [])
    poll.begin()
    close_handle(kernel.k, t, next(iter(t.process.handles)))
    assert poll.event.signal_state
    assert readable(listener)
