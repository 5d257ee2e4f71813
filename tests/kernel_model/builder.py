"""KernelBuilder: a kernel with a process, and short words for what tests do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.afd.connect import accept_connection, bind_endpoint, connect_endpoint, listen_endpoint
from alertable.kernel_model.afd.endpoint import AfdEndpoint
from alertable.kernel_model.afd.read import read_stream
from alertable.kernel_model.afd.write import write_stream
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.ke.apc import insert_queue_apc, next_apc
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ke.mutant import KMutant
from alertable.kernel_model.ke.semaphore import KSemaphore
from alertable.kernel_model.ke.structures import ApcKind, KApc
from alertable.kernel_model.ke.timer import KTimer
from alertable.kernel_model.ke.timerq import due_entries, fire_timer
from alertable.kernel_model.ke.wait import wait_for_multiple_objects, wait_for_single_object
from alertable.kernel_model.kernel import Kernel
from alertable.kernel_model.ob.handle_table import open_handle
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.deliver import deliver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.kernel_model.ke.structures import Dispatcher, KThread
    from alertable.kernel_model.tcpip.segment import Address

MS = 10_000  # 100 ns in a millisecond
HOST = b"\x7f\0\0\1"


class Buffer:
    """Memory of a program: the kernel's UserBuffer."""

    def __init__(self, data: bytes | int) -> None:
        self.data = bytearray(data)

    @property
    def length(self) -> int:
        return len(self.data)

    def read(self, offset: int, count: int, /) -> bytes:
        return bytes(self.data[offset : offset + count])

    def write(self, offset: int, data: bytes, /) -> None:
        self.data[offset : offset + len(data)] = data


class Iosb:
    """An OVERLAPPED: the kernel's UserIosb."""

    def __init__(self) -> None:
        self.status = -1
        self.information = -1
        self.address = 0x1000

    def pend(self) -> None:
        self.status = NtStatus.PENDING

    def complete(self, status: int, information: int, /) -> None:
        self.status, self.information = status, information


class KernelBuilder:
    """One machine with one process."""

    def __init__(self) -> None:
        self.k = Kernel()
        self.process = self.k.create_process()

    # ---- threads and objects ---------------------------------------------------------------------------------------------

    def thread(self, label: str = "T", *, suspended: bool = False) -> KThread:
        return self.k.create_thread(self.process, None, label, daemon=False, suspended=suspended)

    def event(self, *, manual: bool = False, signaled: bool = False) -> KEvent:
        return KEvent(self.k, "event", manual, signaled)

    def mutex(self, owner: KThread | None = None) -> KMutant:
        mutex = KMutant(self.k, "mutex")
        if owner is not None:
            mutex.satisfy(owner)
        return mutex

    def semaphore(self, count: int, limit: int) -> KSemaphore:
        return KSemaphore(self.k, "semaphore", count, limit)

    def timer(self, *, manual: bool = False) -> KTimer:
        return KTimer(self.k, "timer", manual)

    def handle(self, t: KThread, obj: Any, access: int = 0x1FFFFF) -> int:
        return open_handle(self.k, t, obj, access)

    # ---- waits and APCs -----------------------------------------------------------------------------------------------------

    def wait(self, t: KThread, obj: Dispatcher, *, ms: int | None = None, alertable: bool = False) -> int | None:
        timeout = None if ms is None else ms * MS
        return wait_for_single_object(self.k, t, obj, timeout, alertable, "test")

    def wait_any(self, t: KThread, *objects: Dispatcher, ms: int | None = None, alertable: bool = False) -> int | None:
        timeout = None if ms is None else ms * MS
        return wait_for_multiple_objects(self.k, t, objects, False, timeout, alertable, "test")

    def wait_all(self, t: KThread, *objects: Dispatcher, ms: int | None = None, alertable: bool = False) -> int | None:
        timeout = None if ms is None else ms * MS
        return wait_for_multiple_objects(self.k, t, objects, True, timeout, alertable, "test")

    def queue_user_apc(self, t: KThread, what: object = None) -> KApc:
        apc = KApc(ApcKind.USER, "routine", what)
        insert_queue_apc(self.k, t, apc)
        return apc

    def drain(self, t: KThread) -> Iterator[KApc]:
        """What the way back to user mode runs: the queue until it is empty."""
        while (apc := next_apc(self.k, t)) is not None:
            yield apc

    # ---- time and wire -------------------------------------------------------------------------------------------------------

    def pass_time(self, ms: int) -> None:
        """Let time pass, and everything that is due happen, in due order."""
        end = self.k.now_100ns + ms * MS
        while entries := due_entries(self.k, end):
            fire_timer(self.k, entries[0])
        self.k.now_100ns = end

    def settle(self) -> None:
        """Deliver whatever is in flight, and what that sends."""
        while self.k.wire:
            deliver(self.k, next(iter(self.k.wire)))

    # ---- sockets --------------------------------------------------------------------------------------------------------

    def tcp(self, label: str = "tcp") -> AfdEndpoint:
        return AfdEndpoint(self.k, label, stream=True, overlapped=True)

    def udp(self, label: str = "udp") -> AfdEndpoint:
        return AfdEndpoint(self.k, label, stream=False, overlapped=True)

    def bound(self, t: KThread, e: AfdEndpoint, port: int = 0) -> Address:
        assert bind_endpoint(self.k, t, e, (HOST, port)) is NtStatus.SUCCESS
        assert e.local is not None
        return e.local

    def listener(self, t: KThread, backlog: int = 5) -> tuple[AfdEndpoint, Address]:
        e = self.tcp("listener")
        address = self.bound(t, e)
        assert listen_endpoint(self.k, e, backlog) is NtStatus.SUCCESS
        self.handle(t, e)
        return e, address

    def connect(self, t: KThread, address: Address, e: AfdEndpoint | None = None) -> tuple[AfdEndpoint, Irp]:
        e = e or self.tcp("client")
        self.handle(t, e)
        irp = Irp(t, e, Major.CONNECT, iosb=Iosb())
        assert connect_endpoint(self.k, t, e, address, irp) is NtStatus.PENDING
        return e, irp

    def pair(self, t: KThread) -> tuple[AfdEndpoint, AfdEndpoint]:
        """A connected (client, server)."""
        listener, address = self.listener(t)
        client, _ = self.connect(t, address)
        self.settle()
        server = accept_connection(self.k, listener, None)
        assert isinstance(server, AfdEndpoint)
        self.handle(t, server)
        return client, server

    # ---- transfers ------------------------------------------------------------------------------------------------------

    def receive(
        self, t: KThread, e: AfdEndpoint, *sizes: int, flags: int = 0, may_pend: bool = True, routine: object = None
    ) -> tuple[NtStatus, Irp]:
        """Start a receive into buffers of these sizes."""
        buffers = [Buffer(size) for size in sizes or (64,)]
        irp = Irp(t, e, Major.READ, buffers, flags, Iosb(), self.event(manual=True), routine)
        return read_stream(self.k, e, irp, may_pend=may_pend), irp

    def send(
        self, t: KThread, e: AfdEndpoint, *parts: bytes, may_pend: bool = True, routine: object = None
    ) -> tuple[NtStatus, Irp]:
        """Start a send of these parts."""
        irp = Irp(t, e, Major.WRITE, [Buffer(part) for part in parts], 0, Iosb(), self.event(manual=True), routine)
        return write_stream(self.k, e, irp, may_pend=may_pend), irp


def ended(t: KThread) -> int | None:
    """The status with which the thread's wait ended; None while it waits."""
    return t.wait_status if t.wait is None else None


def received(irp: Irp) -> bytes:
    """What a receive has put into its buffers."""
    everything = b"".join(b.read(0, b.length) for b in irp.buffers)
    return everything[: irp.information]
