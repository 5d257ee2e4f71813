"""The machine's loopback: who is bound to which port.

Differs: F-006 only 127.0.0.0/8 and 0.0.0.0 exist.
Differs: F-007 there is no TIME_WAIT: a closed socket's port is free at once.
Sources: learn.microsoft.com bind, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", "Sharing Transport Addresses" (its table).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import Sharing
from alertable.kernel_model.ke.gate import Gate
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.footprint import Cells
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.tcpip.segment import Address

ANY_ADDRESS: Final = b"\0\0\0\0"
LOOPBACK: Final = b"\x7f\0\0\1"
FIRST_EPHEMERAL: Final = 49_152  # IANA dynamic ports, the default range since Windows Vista
EPHEMERAL_PORTS: Final = 65_536 - FIRST_EPHEMERAL
PORT_STRIDE: Final = 1_021  # a prime: where each thread's search begins, so that threads rarely meet


_D, _R, _E = Sharing
_OK, _INUSE, _DENIED = NtStatus.SUCCESS, NtStatus.SHARING_VIOLATION, NtStatus.ACCESS_DENIED
# (second, first) -> the status of the second bind, where (both are wildcards, the second only, the first only, both are the same
# specific address).  One user owns all sockets here, so the security check of the table ("CHECK") succeeds.
COLLISIONS: Final[Mapping[tuple[Sharing, Sharing], tuple[NtStatus, NtStatus, NtStatus, NtStatus]]] = {
    (_D, _D): (_INUSE, _OK, _OK, _INUSE),
    (_D, _R): (_INUSE, _OK, _OK, _DENIED),
    (_D, _E): (_INUSE, _OK, _DENIED, _INUSE),
    (_R, _D): (_DENIED, _OK, _OK, _DENIED),
    (_R, _R): (_OK, _OK, _OK, _OK),
    (_R, _E): (_DENIED, _OK, _DENIED, _DENIED),
    (_E, _D): (_INUSE, _INUSE, _OK, _INUSE),
    (_E, _R): (_INUSE, _INUSE, _OK, _INUSE),
    (_E, _E): (_INUSE, _INUSE, _DENIED, _INUSE),
}


class Network:
    """Bound endpoints by (is stream, port), oldest first."""

    __slots__ = ("bindings", "gates", "ports")

    def __init__(self) -> None:
        self.ports: Cells  # by number; what the kernel is explored with gives them
        self.bindings: dict[tuple[bool, int], list[AfdEndpoint]] = {}
        self.gates: dict[int, Gate] = {}  # by port: somebody listens there, or has

    def served(self, k: Core, port: int) -> Gate:
        """What remote endpoints wait for before they connect: that somebody has begun to listen on the port."""
        gate = self.gates.get(port)
        if gate is None:
            gate = self.gates[port] = Gate(k, f"a listener on port {port}")
        return gate

    def local(self, host: bytes) -> bool:
        """Is this one of the machine's own addresses?"""
        return host == ANY_ADDRESS or host[0] == 127

    def collision(self, endpoint: AfdEndpoint, address: Address) -> NtStatus:
        """May the endpoint be bound to the address?  SUCCESS | SHARING_VIOLATION | ACCESS_DENIED."""
        host, port = address
        self.ports[port].read()
        for other in self.bindings.get((endpoint.stream, port), ()):
            if other.local is None:
                continue
            bound = other.local[0]
            if ANY_ADDRESS not in (host, bound) and host != bound:
                continue
            place = (0 if host == bound else 1) if host == ANY_ADDRESS else (2 if bound == ANY_ADDRESS else 3)
            status = COLLISIONS[endpoint.sharing, other.sharing][place]
            if status:
                return status
        return NtStatus.SUCCESS

    def free_port(self, t: KThread, endpoint: AfdEndpoint) -> int | None:
        """An ephemeral port, searched from a place of the thread's own (F-001); None when all are taken."""
        for _ in range(EPHEMERAL_PORTS):
            port = FIRST_EPHEMERAL + (t.arena * PORT_STRIDE + t.ports_made) % EPHEMERAL_PORTS
            t.ports_made += 1
            self.ports[port].read()
            if not self.bindings.get((endpoint.stream, port)):
                return port
        return None

    def bind(self, endpoint: AfdEndpoint, address: Address) -> None:
        """Give the endpoint its local address."""
        endpoint.local = address
        endpoint.holds_port = True
        self.ports[address[1]].written()
        self.bindings.setdefault((endpoint.stream, address[1]), []).append(endpoint)

    def settle(self, endpoint: AfdEndpoint, host: bytes) -> None:
        """An endpoint that was bound to any address has one from now on: connecting chooses it."""
        if endpoint.local is not None and endpoint.local[0] == ANY_ADDRESS:
            self.ports[endpoint.local[1]].written()
            endpoint.local = (host, endpoint.local[1])

    def unbind(self, endpoint: AfdEndpoint) -> None:
        """The endpoint is closed; its port is free."""
        if not endpoint.holds_port or endpoint.local is None:
            return
        endpoint.holds_port = False
        key = (endpoint.stream, endpoint.local[1])
        self.ports[key[1]].written()
        bound = self.bindings[key]
        bound.remove(endpoint)
        if not bound:
            del self.bindings[key]

    def lookup(self, stream: bool, address: Address) -> list[AfdEndpoint]:
        """Endpoints that packets to address may be for; exact addresses before wildcards, oldest first."""
        host, port = address
        self.ports[port].read()
        bound = self.bindings.get((stream, port), [])
        exact = [e for e in bound if e.local is not None and e.local[0] == host]
        return exact + [e for e in bound if e.local is not None and e.local[0] == ANY_ADDRESS != host]
