"""The machine's loopback: who is bound to which port.

Differs: F-006 only 127.0.0.0/8 and 0.0.0.0 exist.
Differs: F-007 there is no TIME_WAIT: a closed socket's port is free at once.
Sources: learn.microsoft.com bind, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kernel_model.afd.endpoint import AfdEndpoint
    from kernel_model.ke.event import KEvent
    from kernel_model.ps.thread import KThread
    from kernel_model.tcpip.segment import Address

ANY_ADDRESS: Final = b"\0\0\0\0"
LOOPBACK: Final = b"\x7f\0\0\1"
FIRST_EPHEMERAL: Final = 49_152  # IANA dynamic ports, the default range since Windows Vista
EPHEMERAL_PORTS: Final = 65_536 - FIRST_EPHEMERAL
PORT_STRIDE: Final = 1_021  # a prime: where each thread's search begins, so that threads rarely meet


class Network:
    """Bound endpoints by (is stream, port), oldest first."""

    __slots__ = ("awaited", "bindings")

    def __init__(self) -> None:
        self.bindings: dict[tuple[bool, int], list[AfdEndpoint]] = {}
        self.awaited: dict[int, list[KEvent]] = {}  # remote endpoints connect once somebody listens on the port

    def local(self, host: bytes) -> bool:
        """Is this one of the machine's own addresses?"""
        return host == ANY_ADDRESS or host[0] == 127

    def in_use(self, endpoint: AfdEndpoint, address: Address) -> bool:
        """Would binding to address collide (WSAEADDRINUSE)?"""
        host, port = address
        for other in self.bindings.get((endpoint.stream, port), ()):
            if other.local is None or endpoint.reuse_address:
                continue
            bound = other.local[0]
            if bound == host or ANY_ADDRESS in (bound, host):
                return True
        return False

    def free_port(self, t: KThread, endpoint: AfdEndpoint) -> int | None:
        """An ephemeral port, searched from a place of the thread's own (F-001); None when all are taken."""
        for _ in range(EPHEMERAL_PORTS):
            port = FIRST_EPHEMERAL + (t.arena * PORT_STRIDE + t.ports_made) % EPHEMERAL_PORTS
            t.ports_made += 1
            if not self.bindings.get((endpoint.stream, port)):
                return port
        return None

    def bind(self, endpoint: AfdEndpoint, address: Address) -> None:
        """Give the endpoint its local address."""
        endpoint.local = address
        self.bindings.setdefault((endpoint.stream, address[1]), []).append(endpoint)

    def unbind(self, endpoint: AfdEndpoint) -> None:
        """The endpoint is closed; its port is free."""
        if endpoint.local is None:
            return
        key = (endpoint.stream, endpoint.local[1])
        bound = self.bindings.get(key, [])
        if endpoint in bound:
            bound.remove(endpoint)
            if not bound:
                del self.bindings[key]

    def lookup(self, stream: bool, address: Address) -> list[AfdEndpoint]:
        """Endpoints that packets to address may be for; exact addresses before wildcards, oldest first."""
        host, port = address
        bound = self.bindings.get((stream, port), [])
        exact = [e for e in bound if e.local is not None and e.local[0] == host]
        return exact + [e for e in bound if e.local is not None and e.local[0] == ANY_ADDRESS != host]
