"""AcceptEx and ConnectEx in the kernel (S-75 to S-84)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.endpoint import EndpointState
from alertable.kernel_model.afd.extension import super_accept, super_connect
from alertable.kernel_model.iomgr.cancel import cancel_irp
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.status import NtStatus
from tests.kernel_model.builder import Buffer, Iosb

if TYPE_CHECKING:
    from tests.kernel_model.builder import KernelBuilder


def test_a_socket_of_a_cancelled_accept_may_be_named_in_another(kernel: KernelBuilder) -> None:  # S-77
    t, target = kernel.thread(), kernel.tcp("target")
    listener, address = kernel.listener(t)
    for _ in range(2):
        irp = Irp(t, listener, Major.ACCEPT, iosb=Iosb())
        assert super_accept(kernel.k, listener, target, irp) is NtStatus.PENDING
        cancel_irp(kernel.k, irp)
        assert (target.state, list(listener.accepts)) == (EndpointState.CREATED, [])
    irp = Irp(t, listener, Major.ACCEPT, iosb=Iosb())
    super_accept(kernel.k, listener, target, irp)
    kernel.connect(t, address)
    kernel.settle()
    assert (target.state, irp.status) == (EndpointState.CONNECTED, NtStatus.SUCCESS)


def test_the_first_data_counts_as_the_connects_bytes(kernel: KernelBuilder) -> None:  # S-82
    t, client, iosb = kernel.thread(), kernel.tcp("client"), Iosb()
    _, address = kernel.listener(t)
    kernel.bound(t, client)
    super_connect(kernel.k, t, client, address, Irp(t, client, Major.CONNECT, [Buffer(b"hello")], iosb=iosb))
    kernel.settle()
    assert (iosb.status, iosb.information) == (NtStatus.SUCCESS, 5)
