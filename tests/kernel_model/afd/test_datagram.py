"""Datagrams: boundaries, truncation, peers, unreachable ports (S-108 to S-113)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.close import shutdown_endpoint
from alertable.kernel_model.afd.connect import bind_endpoint
from alertable.kernel_model.afd.datagram import DATAGRAM_MAX, read_datagram, write_datagram
from alertable.kernel_model.afd.poll import readable
from alertable.kernel_model.afd.read import MSG_PEEK
from alertable.kernel_model.iomgr.irp import Irp, IrpState, Major
from alertable.kernel_model.ob.handle_table import close_handle
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import HOST, Buffer, Iosb, KernelBuilder, received

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.tcpip.segment import Address


def send(kernel: KernelBuilder, e: AfdEndpoint, data: bytes, to: Address | None) -> NtStatus:
    irp = Irp(kernel.k.threads[0], e, Major.WRITE, [Buffer(data)], 0, Iosb())
    status = write_datagram(kernel.k, e, irp, to)
    kernel.settle()
    return status


def receive(kernel: KernelBuilder, e: AfdEndpoint, size: int = 64, flags: int = 0) -> tuple[NtStatus, Irp]:
    irp = Irp(kernel.k.threads[0], e, Major.READ, [Buffer(size)], flags, Iosb())
    return read_datagram(kernel.k, e, irp, may_pend=True), irp


def two(kernel: KernelBuilder) -> tuple[KThread, AfdEndpoint, AfdEndpoint]:
    t, a, b = kernel.thread(), kernel.udp("a"), kernel.udp("b")
    kernel.bound(t, a)
    kernel.bound(t, b)
    return t, a, b


def test_datagrams_keep_their_boundaries_and_an_empty_one_is_no_end(kernel: KernelBuilder) -> None:  # S-110
    _, a, b = two(kernel)
    for data in (b"one", b"", b"three"):
        assert send(kernel, a, data, b.local) is NtStatus.SUCCESS
    got = [receive(kernel, b)[1] for _ in range(3)]
    assert [received(irp) for irp in got] == [b"one", b"", b"three"]
    assert {irp.result for irp in got} == {a.local}
    assert receive(kernel, b)[0] is NtStatus.PENDING


def test_a_pending_receive_learns_the_sender_at_completion(kernel: KernelBuilder) -> None:  # S-108
    _, a, b = two(kernel)
    status, irp = receive(kernel, b)
    assert status is NtStatus.PENDING
    send(kernel, a, b"data", b.local)
    assert (irp.status, received(irp), irp.result) == (NtStatus.SUCCESS, b"data", a.local)


def test_what_does_not_fit_is_lost(kernel: KernelBuilder) -> None:  # S-109
    _, a, b = two(kernel)
    for data in (b"12345678", b"next"):
        send(kernel, a, data, b.local)
    status, irp = receive(kernel, b, 4)
    assert (status, irp.information, received(irp)) == (NtStatus.BUFFER_OVERFLOW, 4, b"1234")
    assert received(receive(kernel, b)[1]) == b"next"


def test_peeking_leaves_the_datagram(kernel: KernelBuilder) -> None:  # S-39
    _, a, b = two(kernel)
    send(kernel, a, b"data", b.local)
    assert received(receive(kernel, b, flags=MSG_PEEK)[1]) == b"data"
    assert received(receive(kernel, b)[1]) == b"data"


def test_a_datagram_to_nobody_fails_the_senders_next_receive_once(kernel: KernelBuilder) -> None:  # S-111
    _, a, b = two(kernel)
    send(kernel, a, b"lost", (HOST, 9))
    assert readable(a)
    assert receive(kernel, a)[0] is NtStatus.PORT_UNREACHABLE
    _, irp = receive(kernel, a)
    send(kernel, b, b"works on", a.local)
    assert received(irp) == b"works on"
    _, waiting = receive(kernel, a)
    send(kernel, a, b"lost", (HOST, 9))
    assert waiting.status == NtStatus.PORT_UNREACHABLE


def test_a_connected_socket_hears_only_its_peer(kernel: KernelBuilder) -> None:  # S-112
    t, a, b = two(kernel)
    stranger = kernel.udp("stranger")
    kernel.bound(t, stranger)
    b.peer = a.local
    send(kernel, stranger, b"no", b.local)
    send(kernel, a, b"yes", b.local)
    assert received(receive(kernel, b)[1]) == b"yes"
    assert not stranger.unreachable
    assert send(kernel, b, b"back", None) is NtStatus.SUCCESS
    assert received(receive(kernel, a)[1]) == b"back"


def test_what_is_refused(kernel: KernelBuilder) -> None:  # S-112
    t, a, b = two(kernel)
    unbound = kernel.udp()
    assert send(kernel, a, b"x", None) is NtStatus.INVALID_CONNECTION
    assert receive(kernel, unbound)[0] is NtStatus.INVALID_PARAMETER
    assert send(kernel, a, bytes(DATAGRAM_MAX + 1), b.local) is NtStatus.BUFFER_OVERFLOW
    assert send(kernel, a, bytes(DATAGRAM_MAX), b.local) is NtStatus.SUCCESS
    a.peer = b.local
    shutdown_endpoint(kernel.k, a, 2)
    assert send(kernel, a, b"x", None) is NtStatus.PIPE_DISCONNECTED
    assert receive(kernel, a)[0] is NtStatus.PIPE_DISCONNECTED
    assert t.irps == {}


def test_a_wildcard_socket_is_seen_with_the_address_that_it_sends_from(kernel: KernelBuilder) -> None:
    t, b, wild = kernel.thread(), kernel.udp("b"), kernel.udp("wild")
    kernel.bound(t, b)
    bind_endpoint(kernel.k, t, wild, (b"\0\0\0\0", 7_000))
    send(kernel, wild, b"x", b.local)
    assert receive(kernel, b)[1].result == (HOST, 7_000)
    send(kernel, b, b"y", (HOST, 7_000))
    assert received(receive(kernel, wild)[1]) == b"y"


def test_closing_cancels_pending_receives(kernel: KernelBuilder) -> None:  # S-53
    t, a, _ = two(kernel)
    handle = kernel.handle(t, a)
    _, irp = receive(kernel, a)
    close_handle(kernel.k, t, handle)
    assert (irp.state, irp.status) == (IrpState.COMPLETED, NtStatus.CANCELLED)
