"""I/O request packets: created, pending or completed at once, completed exactly once, notified exactly once (law 3).

Sources: learn.microsoft.com "Synchronization and Overlapped Input and Output", WSARecv, WSASend (K-63 to K-67, S-01 to S-20).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.kernel_model.ke.event import KEvent
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.ob.object import Footprints


class UserBuffer(Protocol):
    """A range of the program's memory, as the kernel sees it."""

    @property
    def length(self) -> int:
        """Bytes."""

    def read(self, offset: int, count: int, /) -> bytes:
        """Copy out."""

    def write(self, offset: int, data: bytes, /) -> None:
        """Copy in."""


class UserIosb(Protocol):
    """The program's OVERLAPPED: Internal and InternalHigh."""

    @property
    def address(self) -> int:
        """Where it lies; completion packets carry it."""

    def pend(self) -> None:
        """Internal = STATUS_PENDING; InternalHigh stays (S-20)."""

    def complete(self, status: int, information: int, /) -> None:
        """The result."""


class Major(Enum):
    """What an IRP asks for."""

    READ = "recv"
    WRITE = "send"
    ACCEPT = "accept"
    CONNECT = "connect"
    CLOSE = "close"
    DISCONNECT = "disconnect"
    POLL = "poll"


class IrpState(Enum):
    """The life of an IRP."""

    CREATED = "created"
    PENDING = "pending"
    COMPLETED = "completed"


class FileObject(Dispatcher):
    """What a socket handle names (NT: FILE_OBJECT); pending operations oldest first.

    It is a dispatcher object too: without an event of its own an operation signals the file (K-63, S-76 litmus).
    """

    __slots__ = ("closed", "completion_key", "irps", "overlapped", "port", "skip_event", "skip_packet")

    def __init__(self, k: Footprints, label: str, overlapped: bool) -> None:
        super().__init__(k, label)
        self.overlapped = overlapped
        self.irps: dict[Irp, None] = {}
        self.closed = False
        self.port: CompletionPort | None = None  # where completions are reported
        self.completion_key = 0
        self.skip_packet = False  # FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
        self.skip_event = False  # FILE_SKIP_SET_EVENT_ON_HANDLE

    def data_under_way(self, _irp: Irp) -> bool:
        """Is what would complete this operation in flight already?"""
        return False


class Irp:
    """One operation on a file object.

    buffers: the program's memory, in order; done: bytes transferred so far.
    event: set at completion; apc_routine with apc_context: queued to the issuing thread at completion.
    result: what else an operation leaves behind (the accepted endpoint, a sender's address).
    """

    __slots__ = (
        "apc_context", "apc_routine", "buffers", "cancel", "done", "event", "file", "flags", "information", "iosb", "late",
        "length", "major", "number", "on_accept", "on_complete", "quiet", "result", "state", "status", "thread", "watched",
    )  # fmt: skip

    def __init__(
        self,
        thread: KThread,
        file: FileObject,
        major: Major,
        buffers: Sequence[UserBuffer] = (),
        flags: int = 0,
        iosb: UserIosb | None = None,
        event: KEvent | None = None,
        apc_routine: Any = None,  # noqa: ANN401 - a user-mode routine, opaque to the kernel
        apc_context: Any = None,  # noqa: ANN401 - as above
    ) -> None:
        self.thread = thread
        thread.irps_made += 1
        self.number = thread.irps_made
        self.late = 0  # how often a device took its time
        self.file = file
        self.major = major
        self.buffers = buffers
        self.flags = flags
        self.iosb = iosb
        self.event = event
        self.apc_routine = apc_routine
        self.apc_context = apc_context
        self.length = sum(b.length for b in buffers) if len(buffers) != 1 else buffers[0].length
        self.watched: tuple[UserBuffer, ...] = ()  # out-parameters that the operation writes at completion
        self.quiet = False  # the low bit of hEvent: no completion packet (S-27)
        self.done = 0
        self.state = IrpState.CREATED
        self.status: int = NtStatus.PENDING
        self.information = 0
        self.result: Any = None
        self.cancel: Callable[[Any, Irp], None] | None = None  # takes the IRP off the driver's queues
        self.on_accept: Callable[[Any, Any], None] | None = None  # what an arriving connection does with it
        self.on_complete: Callable[[Any, Irp], None] | None = None  # fills out-parameters before anybody is notified

    def pending(self) -> bool:
        """Is it begun, and not over?"""
        (self.event or self.file).read()
        return self.state is IrpState.PENDING

    def scatter(self, data: bytes) -> None:
        """Fill the buffers on from `done`, in order, without holes (S-36)."""
        self.thread.process.memory_written(self)
        buffers = self.buffers
        if len(buffers) == 1:
            buffers[0].write(self.done, data)
            self.done += len(data)
            return
        start = self.done
        self.done += len(data)
        for buffer in buffers:
            if start >= buffer.length:
                start -= buffer.length
                continue
            part = data[: buffer.length - start]
            if part:
                buffer.write(start, part)
            data, start = data[len(part) :], 0

    def gather(self, offset: int, count: int) -> bytes:
        """Bytes offset .. offset + count of the buffers, as if concatenated (S-37)."""
        self.thread.process.memory_read(self)
        buffers = self.buffers
        if len(buffers) == 1:
            return buffers[0].read(offset, count)
        parts = []
        for buffer in buffers:
            if offset >= buffer.length:
                offset -= buffer.length
                continue
            take = min(count, buffer.length - offset)
            parts.append(buffer.read(offset, take))
            count, offset = count - take, 0
        return b"".join(parts)
