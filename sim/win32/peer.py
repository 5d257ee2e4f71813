"""Scripted remote endpoints: a stream socket of another machine, without a Windows program around it.

A script is a function of the endpoint, or a list of its calls; each call is one step, or waits.  A peer connects once somebody
listens, so a server may take its time.  What the other side does to it (closing, resetting) is an answer, no exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.afd.close import SD_SEND, close_endpoint, shutdown_endpoint
from alertable.kernel_model.afd.connect import accept_connection, bind_endpoint, connect_endpoint, listen_endpoint
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState
from alertable.kernel_model.afd.read import read_stream
from alertable.kernel_model.afd.write import write_stream
from alertable.kernel_model.ex.objects import label
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ke.wait import delay_execution, wait_for_single_object
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.network import LOOPBACK
from alertable.sim.runtime.process import Process
from alertable.sim.win32.ws2_32_door import Ws2Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alertable.kernel_model.ps.thread import KThread
    from alertable.sim.runtime.machine import Machine

PENDING: Final = NtStatus.PENDING
BACKLOG: Final = 200
MOST: Final = 65_536


class Bytes:
    """Memory of the remote machine: a UserBuffer."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)

    @property
    def length(self) -> int:
        return len(self.data)

    def read(self, offset: int, count: int, /) -> bytes:
        return bytes(self.data[offset : offset + count])

    def write(self, offset: int, data: bytes, /) -> None:
        self.data[offset : offset + len(data)] = data


class RemoteEndpoint(Ws2Door):
    """What a script talks to.  One connection at a time; addresses are ports, or (host, port) of the loopback."""

    __slots__ = ("_e", "_listener", "was_reset")

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._e: AfdEndpoint | None = None
        self._listener: AfdEndpoint | None = None
        self.was_reset = False  # by the other side

    def connect(self, address: int | tuple[str, int]) -> bool:
        """Connect, as soon as somebody listens there; False if the attempt is refused or reset."""
        target = _address(address)
        t = self._step("connect", str(target[1]))
        self._wait_for_listener(t, target[1])
        e = self._e = AfdEndpoint(self._k, label(t, "peer"), stream=True, overlapped=True)
        irp = self._blocking_irp(t, e, Major.CONNECT, [])
        status = connect_endpoint(self._k, t, e, target, irp)
        if status == PENDING:
            status = NtStatus(self._wait_irp(t, irp, 0, "connect"))
        return not status

    def listen(self, address: int | tuple[str, int]) -> None:
        """Listen; ValueError if the port is taken."""
        target = _address(address)
        t = self._step("listen", str(target[1]))
        e = self._listener = AfdEndpoint(self._k, label(t, "peer"), stream=True, overlapped=True)
        if bind_endpoint(self._k, t, e, target) or listen_endpoint(self._k, e, BACKLOG):
            raise ValueError(f"a peer cannot listen on port {target[1]}: it is taken")

    def accept(self) -> bool:
        """Take the next connection; False if it failed."""
        t = self._step("accept", "")
        listener = self._listener
        if listener is None:
            raise ValueError("a peer accepts after listen(port)")
        irp = self._blocking_irp(t, listener, Major.ACCEPT, [])
        taken = accept_connection(self._k, listener, irp)
        if taken == PENDING:
            status = self._wait_irp(t, irp, 0, "accept")
            taken = irp.result if not status else NtStatus(status)
        if isinstance(taken, AfdEndpoint):
            self._e = taken
            return True
        return False

    def send(self, data: bytes) -> int:
        """Send everything, waiting for room; the bytes that were taken, 0 if the connection is gone."""
        t, e = self._step("send", f"{len(data)} bytes"), self._connection()
        irp = self._blocking_irp(t, e, Major.WRITE, [Bytes(data)])  # type: ignore[list-item]  # UserBuffers, not only Regions
        return irp.information if self._done(t, irp, write_stream(self._k, e, irp, may_pend=True), "send") else 0

    def receive(self, most: int = MOST) -> bytes:
        """What has arrived, up to `most` bytes, waiting for the first; b"" at the end of the stream or after a reset."""
        t, e = self._step("receive", f"up to {most} bytes"), self._connection()
        memory = Bytes(bytes(most))
        irp = self._blocking_irp(t, e, Major.READ, [memory])  # type: ignore[list-item]  # as above
        taken = self._done(t, irp, read_stream(self._k, e, irp, may_pend=True), "receive")
        return memory.read(0, irp.information) if taken else b""

    def receive_exactly(self, count: int) -> bytes:
        """So many bytes; fewer if the stream ends before."""
        data = b""
        while len(data) < count and (part := self.receive(count - len(data))):
            data += part
        return data

    def receive_all(self) -> bytes:
        """Everything up to the end of the stream."""
        data = b""
        while part := self.receive():
            data += part
        return data

    def shutdown(self) -> None:
        """Send no more: the other side sees the end of the stream."""
        self._step("shutdown", "")
        shutdown_endpoint(self._k, self._connection(), SD_SEND)

    def close(self) -> None:
        """Close gracefully; with unread data, or data still coming, that is a reset, as TCP has it."""
        self._step("close", "")
        self._close((False, 0))

    def reset(self) -> None:
        """Close with an RST."""
        self._step("reset", "")
        self._close((True, 0))

    def sleep(self, milliseconds: float) -> None:
        """Let time pass."""
        t = self._step("sleep", f"{milliseconds:g} ms")
        if delay_execution(self._k, t, int(milliseconds * 10_000), False, "sleep") is None:
            self._m.block()

    # ---- how ----------------------------------------------------------------------------------------------------------

    def _step(self, name: str, text: str) -> KThread:
        t = self._enter()
        told = getattr(self._k.trace, "call", None)
        if told is not None:
            told(t, name, text)
        return t

    def _connection(self) -> AfdEndpoint:
        e = self._e
        if e is None:
            raise ValueError("a peer has no connection before connect(port) or accept()")
        e.written()
        return e

    def _done(self, t: KThread, irp: Irp, status: int, name: str) -> bool:
        if status == PENDING:
            status = self._wait_irp(t, irp, 0, name)
        self.was_reset = bool(status)
        return not status

    def _wait_for_listener(self, t: KThread, port: int) -> None:
        k = self._k
        k.network.ports[port].written()
        bound = k.network.lookup(True, (LOOPBACK, port))
        if any(e.state is EndpointState.LISTENING for e in bound):
            return
        event = KEvent(k, f"a listener on port {port}", True, False)
        k.network.awaited.setdefault(port, []).append(event)
        if wait_for_single_object(k, t, event, None, False, "connect") is None:
            self._m.block()

    def _close(self, linger: tuple[bool, int]) -> None:
        e = self._connection()
        e.linger = linger
        close_endpoint(self._k, e)
        self._e = None


class Peer(Process):
    """A script as a program of its own; nobody waits for it, but it is run as far as it gets."""

    followed = True

    def __init__(self, script: Callable[[RemoteEndpoint], Any] | Iterable[tuple[Any, ...]]) -> None:
        program = script if callable(script) else _follow(list(script))
        super().__init__(program, daemon=True)

    def __call__(self, w: Any) -> object:  # noqa: ANN401 - the simulated API
        return self.program(RemoteEndpoint(w._m))

    def fresh(self, *, watched: bool = False) -> Peer:
        again = getattr(self.program, "fresh", None)
        return self if again is None else Peer(again())


def _follow(calls: list[tuple[Any, ...]]) -> Callable[[RemoteEndpoint], tuple[Any, ...]]:
    """The script that makes these calls, ("send", b"x") and so on, and returns what they answered."""
    for call in calls:
        name: object = call[0] if call else call
        if not isinstance(name, str) or name.startswith("_") or not callable(getattr(RemoteEndpoint, name, None)):
            raise ValueError(f"{call!r} is no call of a peer; there are connect, listen, accept, send, receive, shutdown, ...")

    def peer(endpoint: RemoteEndpoint) -> tuple[Any, ...]:
        return tuple(getattr(endpoint, name)(*arguments) for name, *arguments in calls)

    return peer


def _address(address: int | tuple[str, int]) -> tuple[bytes, int]:
    if isinstance(address, tuple):
        host, port = address
        return (LOOPBACK if host == "localhost" else bytes(int(part) for part in host.split("."))), port
    return LOOPBACK, address
