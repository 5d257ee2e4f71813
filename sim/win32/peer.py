"""Scripted remote endpoints: a stream socket of another machine, without a Windows program around it.

A script is a function of the endpoint, or a list of its calls; each call is one step, or waits.  A peer connects once somebody
listens, so a server may take its time.  What the other side does to it (closing, resetting) is an answer, no exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.afd.close import SD_SEND, close_endpoint, shutdown_endpoint
from alertable.kernel_model.afd.connect import accept_connection, bind_endpoint, connect_endpoint, listen_endpoint
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState
from alertable.kernel_model.afd.read import break_while_idle, take_arrived
from alertable.kernel_model.afd.write import write_stream
from alertable.kernel_model.ex.objects import label
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.ke.gate import Gate, open_gate, stand_before
from alertable.kernel_model.ke.wait import delay_execution
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.network import LOOPBACK
from alertable.sim.runtime.process import Process
from alertable.sim.win32.ws2_32_door import Ws2Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alertable.kernel_model.ke.structures import KThread
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

    __slots__ = ("_e", "_finite", "_listener", "was_reset")

    def __init__(self, machine: Machine, *, finite: bool = False) -> None:
        super().__init__(machine)
        self._finite = finite  # it makes so many calls and no more
        self._e: AfdEndpoint | None = None
        self._listener: AfdEndpoint | None = None
        self.was_reset = False  # by the other side

    def connect(self, address: int | tuple[str, int]) -> bool:
        """Connect, as soon as somebody listens there; False if the attempt is refused or reset."""
        target = _address(address)
        t = self._when(self._k.network.served(self._k, target[1]), "connect", str(target[1]))
        e = self._e = self._endpoint(t, "data for {}")
        irp, over = self._irp(t, e, Major.CONNECT, [])
        status = connect_endpoint(self._k, t, e, target, irp)
        return not (self._outcome(irp, over, "connect") if status == PENDING else status)

    def listen(self, address: int | tuple[str, int]) -> None:
        """Listen; ValueError if the port is taken."""
        target = _address(address)
        t = self._step("listen", str(target[1]))
        e = self._listener = self._endpoint(t, "a connection for {}")
        if bind_endpoint(self._k, t, e, target) or listen_endpoint(self._k, e, BACKLOG):
            raise ValueError(f"a peer cannot listen on port {target[1]}: it is taken")

    def accept(self) -> bool:
        """Take the next connection; False if it failed."""
        listener = self._listener
        if listener is None:
            raise ValueError("a peer accepts after listen(port)")
        self._when(listener.gate, "accept", "")
        listener.written()
        taken = accept_connection(self._k, listener, None)
        if listener.gate is not None:
            listener.gate.is_open = bool(listener.accept_queue)
        if isinstance(taken, AfdEndpoint):
            self._e = taken
            return True
        return False

    def send(self, data: bytes) -> int:
        """Send everything, waiting for room; the bytes that were taken, 0 if the connection is gone."""
        t, e = self._step("send", f"{len(data)} bytes"), self._connection()
        e.written()
        irp, over = self._irp(t, e, Major.WRITE, [Bytes(data)])
        status: int = write_stream(self._k, e, irp, may_pend=True)
        if status == PENDING:
            status = self._outcome(irp, over, "send")
        self.was_reset = bool(status)
        return irp.information if not status else 0

    def receive(self, most: int = MOST) -> bytes:
        """What has arrived, up to `most` bytes, waiting for the first; b"" at the end of the stream or after a reset."""
        e, text = self._connection(), f"up to {most} bytes"
        connected = e.state is EndpointState.CONNECTED
        if connected and self._k.outcomes is not None and "reset" in self._k.outcomes.faults:
            self._step("receive", text)
            self._begin_to_wait(e)
        self._when(e.gate if connected else None, "receive", text)
        taken = take_arrived(self._k, e, most)
        self.was_reset = not isinstance(taken, bytes)
        return taken if isinstance(taken, bytes) else b""

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
        e = self._connection()
        e.written()
        shutdown_endpoint(self._k, e, SD_SEND)

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
            if t.wait is not None and t.wait.timeout is not None:
                t.wait.timeout.bounded = self._finite
            self._m.block()

    # ---- how ----------------------------------------------------------------------------------------------------------

    def _step(self, name: str, text: str) -> KThread:
        t = self._enter()
        self._tell(t, name, text)
        return t

    def _tell(self, t: KThread, name: str, text: str) -> None:
        """A call begins; for who records calls."""
        told = getattr(self._k.trace, "call", None)
        if told is not None:
            told(t, name, text)

    def _when(self, gate: Gate | None, name: str, text: str) -> KThread:
        """The step of a call that needs the gate open: it is one step, however long the thread stands there."""
        m = self._m
        if gate is None or (gate.is_open and not m.asked):
            t = self._step(name, text)
        else:
            m.check()
            t, waits = m.current, not gate.is_open
            if waits:
                self._tell(t, name, text)
            stand_before(self._k, t, gate, name)
            m.wait_to_be_let_in(t)
            if not waits:
                self._tell(t, name, text)
        if gate is not None:
            gate.passed()
        return t

    def _begin_to_wait(self, e: AfdEndpoint) -> None:
        """Where a connection may break while its receiver waits, that it begins to is a step, in which this may happen."""
        e.written()
        if e.gate is not None and not e.gate.is_open:
            break_while_idle(self._k, e)

    def _endpoint(self, t: KThread, what: str) -> AfdEndpoint:
        """A new one; what: the name of what it will take, with its own label for `{}`."""
        e = AfdEndpoint(self._k, label(t, "peer"), stream=True, overlapped=True)
        e.gate = Gate(self._k, what.format(e.label))
        return e

    def _connection(self) -> AfdEndpoint:
        if self._e is None:
            raise ValueError("a peer has no connection before connect(port) or accept()")
        return self._e

    def _irp(self, t: KThread, e: AfdEndpoint, major: Major, buffers: list[Any]) -> tuple[Irp, Gate]:
        """An operation, and the gate that its completion opens."""
        irp = Irp(t, e, major, buffers)
        over = Gate(self._k, f"the end of {major.value} {irp.number} of {t.label}")
        irp.on_complete = lambda k, _irp: open_gate(k, over)
        return irp, over

    def _outcome(self, irp: Irp, over: Gate, name: str) -> int:
        """The status of an operation that was begun; nothing that comes after its end changes it."""
        self._when(over, name, "")
        return irp.status

    def _close(self, linger: tuple[bool, int]) -> None:
        e = self._connection()
        e.written()
        e.linger = linger
        close_endpoint(self._k, e)
        self._e = None


class Peer(Process):
    """A script as a program of its own; nobody waits for it, but it is run as far as it gets."""

    followed = True

    def __init__(self, script: Callable[[RemoteEndpoint], Any] | Iterable[tuple[Any, ...]]) -> None:
        self.finite = not callable(script)
        program = script if callable(script) else _follow(list(script))
        super().__init__(program, daemon=True)

    def __call__(self, w: Any) -> object:  # noqa: ANN401 - the simulated API
        return self.program(RemoteEndpoint(w._m, finite=self.finite))

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
        answers = []  # a list, which a search of states sees grow; a tuple that is being made nobody can see
        for name, *arguments in calls:
            answers.append(getattr(endpoint, name)(*arguments))
        return tuple(answers)

    return peer


def _address(address: int | tuple[str, int]) -> tuple[bytes, int]:
    if isinstance(address, tuple):
        host, port = address
        return (LOOPBACK if host == "localhost" else bytes(int(part) for part in host.split("."))), port
    return LOOPBACK, address
