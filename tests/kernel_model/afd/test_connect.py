"""Binding, connecting, accepting, refusing (S-69 to S-73, F-009, F-010)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alertable.kernel_model.afd.connect import SYN_RETRIES, accept_connection, bind_endpoint, connect_endpoint
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState, Sharing
from alertable.kernel_model.afd.poll import exceptional, readable, writable
from alertable.kernel_model.iomgr.cancel import cancel_irp
from alertable.kernel_model.iomgr.irp import Irp, IrpState, Major
from alertable.kernel_model.ob.handle_table import close_handle
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.deliver import deliver
from tests.kernel_model.builder import HOST, KernelBuilder

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

ANY = b"\0\0\0\0"


def accept(kernel: KernelBuilder, listener: AfdEndpoint) -> AfdEndpoint:
    server = accept_connection(kernel.k, listener, None)
    assert isinstance(server, AfdEndpoint)
    return server


def close(kernel: KernelBuilder, t: KThread, e: AfdEndpoint) -> None:
    handle = next(h for h, (obj, _) in t.process.handles.items() if obj is e)
    close_handle(kernel.k, t, handle)


def test_a_connection_exists_before_it_is_accepted(kernel: KernelBuilder) -> None:  # S-73
    t = kernel.thread()
    listener, address = kernel.listener(t)
    client, irp = kernel.connect(t, address)
    kernel.settle()
    assert (irp.status, client.state) == (NtStatus.SUCCESS, EndpointState.CONNECTED)
    assert kernel.send(t, client, b"early")[0] is NtStatus.SUCCESS
    kernel.settle()
    server = accept(kernel, listener)
    assert bytes(server.received) == b"early"
    assert (server.local, server.peer, client.peer) == (address, client.local, address)


def test_accept_returns_the_connections_in_their_order(kernel: KernelBuilder) -> None:  # S-73
    t = kernel.thread()
    listener, address = kernel.listener(t)
    clients = [kernel.connect(t, address)[0] for _ in range(3)]
    kernel.settle()
    assert [accept(kernel, listener).peer for _ in clients] == [c.local for c in clients]


def test_a_pending_accept_takes_the_connection_at_once(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    listener, address = kernel.listener(t)
    irps = [Irp(t, listener, Major.ACCEPT) for _ in range(2)]
    for irp in irps:
        assert accept_connection(kernel.k, listener, irp) is NtStatus.PENDING
    first, _ = kernel.connect(t, address)
    kernel.settle()
    assert [irp.state for irp in irps] == [IrpState.COMPLETED, IrpState.PENDING]
    assert irps[0].result.peer == first.local
    assert not listener.accept_queue


def test_an_accepted_socket_has_the_listeners_options_and_mode(kernel: KernelBuilder) -> None:  # S-71
    t = kernel.thread()
    listener, address = kernel.listener(t)
    listener.nonblocking, listener.linger, listener.receive_buffer = True, (True, 3), 4_096
    kernel.connect(t, address)
    kernel.settle()
    server = accept(kernel, listener)
    assert (server.nonblocking, server.linger, server.receive_buffer) == (True, (True, 3), 4_096)


def test_a_full_backlog_refuses(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    listener, address = kernel.listener(t, backlog=2)
    clients = [kernel.connect(t, address)[0] for _ in range(3)]
    kernel.settle()
    assert [c.state for c in clients] == [EndpointState.CONNECTED] * 2 + [EndpointState.CONNECTING]
    accept(kernel, listener)
    kernel.pass_time(500)  # the SYN is tried again
    kernel.settle()
    assert clients[2].state is EndpointState.CONNECTED


def test_a_refused_syn_is_retried_and_then_fails_and_the_socket_may_connect_again(kernel: KernelBuilder) -> None:  # S-69, F-010
    t = kernel.thread()
    client = kernel.tcp()
    _, irp = kernel.connect(t, (HOST, 9), client)
    for _ in range(SYN_RETRIES):
        kernel.settle()
        assert irp.state is IrpState.PENDING
        kernel.pass_time(500)
    kernel.settle()
    assert (irp.status, client.state, client.peer) == (NtStatus.CONNECTION_REFUSED, EndpointState.BOUND, None)
    _, address = kernel.listener(t)
    assert connect_endpoint(kernel.k, t, client, address, None) is NtStatus.PENDING
    kernel.settle()
    assert client.state is EndpointState.CONNECTED


def test_a_failed_non_blocking_connect_is_an_exception_not_writable(kernel: KernelBuilder) -> None:  # S-90
    t, client = kernel.thread(), kernel.tcp()
    connect_endpoint(kernel.k, t, client, (HOST, 9), None)
    for _ in range(SYN_RETRIES + 1):
        kernel.settle()
        kernel.pass_time(500)
    assert (exceptional(client), writable(client), readable(client)) == (True, False, False)
    assert client.connect_error is NtStatus.CONNECTION_REFUSED


@pytest.mark.parametrize("address", [(ANY, 80), (HOST, 0)])
def test_the_wildcard_and_port_0_are_nobodys_address(kernel: KernelBuilder, address: tuple[bytes, int]) -> None:
    t, client = kernel.thread(), kernel.tcp()
    assert connect_endpoint(kernel.k, t, client, address, None) is NtStatus.INVALID_ADDRESS_COMPONENT
    assert (client.state, client.local) == (EndpointState.CREATED, None)


def test_connecting_binds_and_chooses_the_local_address(kernel: KernelBuilder) -> None:  # S-72
    t = kernel.thread()
    _, address = kernel.listener(t)
    unbound, wild = kernel.tcp(), kernel.tcp()
    bind_endpoint(kernel.k, t, wild, (ANY, 5_000))
    for e in (unbound, wild):
        kernel.connect(t, address, e)
    assert unbound.local is not None
    assert unbound.local[0] == HOST
    assert wild.local == (HOST, 5_000)


@pytest.mark.parametrize("delivered", [0, 1, 2])
def test_an_abandoned_attempt_resets_what_the_listener_took(kernel: KernelBuilder, delivered: int) -> None:
    """The SYN still in flight, arrived, and answered: the listener's side never hangs."""
    t = kernel.thread()
    listener, address = kernel.listener(t)
    client, irp = kernel.connect(t, address)
    for _ in range(delivered):
        deliver(kernel.k, next(iter(kernel.k.wire)))
    if irp.state is IrpState.PENDING:
        cancel_irp(kernel.k, irp)
        assert client.state is EndpointState.BOUND
    else:
        client.linger = (True, 0)
    close(kernel, t, client)
    kernel.settle()
    assert accept(kernel, listener).abort_status is NtStatus.CONNECTION_RESET


def test_a_late_answer_to_an_abandoned_attempt_does_not_connect_the_next_one(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    _, address = kernel.listener(t)
    client, irp = kernel.connect(t, address)
    deliver(kernel.k, next(iter(kernel.k.wire)))  # the SYN; its SYN-ACK is in flight now
    cancel_irp(kernel.k, irp)
    connect_endpoint(kernel.k, t, client, (HOST, 9), None)
    kernel.settle()
    assert client.state is EndpointState.CONNECTING


def test_closing_a_listener_resets_the_waiting_and_cancels_the_pending(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    listener, address = kernel.listener(t)
    client, _ = kernel.connect(t, address)
    kernel.settle()
    lonely, _ = kernel.listener(t)
    irp = Irp(t, lonely, Major.ACCEPT)
    accept_connection(kernel.k, lonely, irp)
    close(kernel, t, listener)
    close(kernel, t, lonely)
    kernel.settle()
    assert client.abort_status is NtStatus.CONNECTION_RESET
    assert (irp.status, len(lonely.accepts)) == (NtStatus.CANCELLED, 0)


# ---- bindings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "two", "status"),
    [
        (HOST, HOST, NtStatus.SHARING_VIOLATION),
        (ANY, ANY, NtStatus.SHARING_VIOLATION),
        (HOST, ANY, NtStatus.SUCCESS),
        (ANY, HOST, NtStatus.SUCCESS),
        (HOST, b"\x7f\0\0\2", NtStatus.SUCCESS),
        (b"\x08\x08\x08\x08", HOST, NtStatus.SUCCESS),
    ],
)
def test_who_collides_on_a_port(kernel: KernelBuilder, one: bytes, two: bytes, status: NtStatus) -> None:
    t = kernel.thread()
    bind_endpoint(kernel.k, t, kernel.tcp(), (one, 80))
    assert bind_endpoint(kernel.k, t, kernel.tcp(), (two, 80)) is status
    assert bind_endpoint(kernel.k, t, kernel.udp(), (two, 80)) is NtStatus.SUCCESS  # another protocol, another space


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (Sharing.REUSE, Sharing.REUSE, NtStatus.SUCCESS),
        (Sharing.DEFAULT, Sharing.REUSE, NtStatus.ACCESS_DENIED),  # the first has to allow it too (since Windows Server 2003)
        (Sharing.REUSE, Sharing.DEFAULT, NtStatus.ACCESS_DENIED),
        (Sharing.EXCLUSIVE, Sharing.REUSE, NtStatus.ACCESS_DENIED),
        (Sharing.EXCLUSIVE, Sharing.DEFAULT, NtStatus.SHARING_VIOLATION),
        (Sharing.DEFAULT, Sharing.EXCLUSIVE, NtStatus.SHARING_VIOLATION),
    ],
)
def test_who_may_share_an_address(kernel: KernelBuilder, first: Sharing, second: Sharing, status: NtStatus) -> None:
    t, owner, other = kernel.thread(), kernel.tcp(), kernel.tcp()
    owner.sharing, other.sharing = first, second
    kernel.bound(t, owner, 80)
    assert bind_endpoint(kernel.k, t, other, (HOST, 80)) is status


def test_an_exclusive_wildcard_keeps_specific_addresses_out(kernel: KernelBuilder) -> None:
    t, owner = kernel.thread(), kernel.tcp()
    owner.sharing = Sharing.EXCLUSIVE
    bind_endpoint(kernel.k, t, owner, (ANY, 80))
    assert bind_endpoint(kernel.k, t, kernel.tcp(), (HOST, 80)) is NtStatus.ACCESS_DENIED


def test_an_address_of_another_machine_cannot_be_bound(kernel: KernelBuilder) -> None:  # WSAEADDRNOTAVAIL
    e = kernel.tcp()
    assert bind_endpoint(kernel.k, kernel.thread(), e, (b"\x0a\0\0\1", 80)) is NtStatus.INVALID_ADDRESS_COMPONENT
    assert (e.local, e.state) == (None, EndpointState.CREATED)


def test_a_closed_sockets_port_is_free_at_once(kernel: KernelBuilder) -> None:  # F-009
    t, e = kernel.thread(), kernel.tcp()
    kernel.bound(t, e, 80)
    kernel.handle(t, e)
    close(kernel, t, e)
    kernel.bound(t, kernel.tcp(), 80)


def test_port_0_gives_free_ports_of_the_dynamic_range(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    ports = [kernel.bound(t, kernel.tcp())[1] for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(49_152 <= port < 65_536 for port in ports)


def test_a_packet_is_for_the_exact_address_before_the_wildcard(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    everywhere, exact = kernel.tcp("everywhere"), kernel.tcp("exact")
    assert bind_endpoint(kernel.k, t, everywhere, (ANY, 7000)) is NtStatus.SUCCESS
    assert bind_endpoint(kernel.k, t, exact, (HOST, 7000)) is NtStatus.SUCCESS
    assert kernel.k.network.lookup(True, (HOST, 7000)) == [exact, everywhere]


def test_nobody_takes_an_address_from_a_socket_that_does_not_share_it(kernel: KernelBuilder) -> None:
    t = kernel.thread()
    for host in (ANY, HOST):
        owner, thief = kernel.tcp("owner"), kernel.tcp("thief")
        assert bind_endpoint(kernel.k, t, owner, (host, 7000 + host[0])) is NtStatus.SUCCESS
        thief.sharing = Sharing.REUSE
        assert bind_endpoint(kernel.k, t, thief, (host, 7000 + host[0])) is NtStatus.ACCESS_DENIED
