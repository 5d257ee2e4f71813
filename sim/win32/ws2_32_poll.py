"""ws2_32: WSAPoll; addresses as text.

Models:  POLLRDNORM, POLLWRNORM, POLLHUP, POLLERR, POLLNVAL; dotted IPv4 addresses.
Rejects: POLLPRI and POLLRDBAND never show (no out-of-band data); IPv6 text.
Sources: learn.microsoft.com WSAPoll, inet_addr, inet_pton, inet_ntop; Wine ws2_32/tests/sock.c test_WSAPoll (S-93).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.afd.endpoint import AfdEndpoint
from alertable.kernel_model.afd.poll import Poll, readable, writable
from alertable.kernel_model.ob.handle_table import reference
from alertable.sim.win32.door import dword, signed
from alertable.sim.win32.memory import address_of
from alertable.sim.win32.ws2_32_door import AF_INET, WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL, Ws2Door

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.win32.memory import Pointer

POLLFD: Final = struct.Struct("<Qhh4x")
POLLERR, POLLHUP, POLLNVAL, POLLWRNORM, POLLRDNORM = 1, 2, 4, 0x10, 0x100
POLLRDBAND: Final = 0x200
POLLIN: Final = 0x300
INADDR_NONE: Final = 0xFFFFFFFF
ERROR_INSUFFICIENT_BUFFER: Final = 122


class Ws2Poll(Ws2Door):
    """Polling, and text."""

    __slots__ = ()

    def WSAPoll(self, fdArray: Pointer, fds: int, timeout: int, /) -> int:
        t = self._enter()
        count, ms = dword(fds), signed(timeout)
        if not count:
            return self._error(t, WSAEINVAL)
        table = self._memory.region(fdArray, POLLFD.size * count) if address_of(fdArray) else None
        if table is None:
            return self._error(t, WSAEFAULT)
        entries = [(h, wanted) for h, wanted, _ in POLLFD.iter_unpack(table.read(0, POLLFD.size * count))]
        found = [reference(t, handle, AfdEndpoint, 0) for handle, _ in entries]
        endpoints = [e if isinstance(e, AfdEndpoint) else None for e in found]
        wait_100ns = None if ms < 0 else ms * 10_000
        revents = self._poll_entries(t, endpoints, [wanted for _, wanted in entries], wait_100ns)
        for i, bits in enumerate(revents):
            table.write(POLLFD.size * i + 10, struct.pack("<h", bits))
        ready = sum(1 for bits, e in zip(revents, endpoints, strict=True) if bits and e is not None)
        if not ready and wait_100ns == 0:
            self._m.polled_in_vain(t)
        return ready if any(e is not None for e in endpoints) else count

    def _poll_entries(
        self, t: KThread, endpoints: list[AfdEndpoint | None], wanted: list[int], wait_100ns: int | None
    ) -> list[int]:
        """The revents of all entries; waits, alertably, until one is ready or the time is over."""

        def look() -> list[int]:
            return [POLLNVAL if e is None else _revents(e, bits) for e, bits in zip(endpoints, wanted, strict=True)]

        revents = look()
        valid = [e for e in endpoints if e is not None]
        if any(revents) or not valid or wait_100ns == 0:
            return revents
        writers = [e for e, bits in zip(endpoints, wanted, strict=True) if e is not None and bits & POLLWRNORM]
        poll = Poll(self._k, t, valid, writers, valid)
        self._wait_poll(t, poll, wait_100ns, "WSAPoll", lambda: any(look()))
        return look()

    def _text(self, pointer: Pointer) -> bytes | None:
        """The text at a pointer, up to its NUL or the end of the object that holds it; None outside the program's objects."""
        if type(pointer) is bytes:
            return pointer
        region = self._memory.region(pointer, 1) if address_of(pointer) else None
        if region is None:
            return None
        rest = region.block.base + region.block.size - region.address
        return region.read(0, rest).partition(b"\0")[0]

    # ---- addresses as text -----------------------------------------------------------------------------------------------

    def inet_addr(self, cp: Any, /) -> int:  # noqa: ANN401 - what ctypes takes for a char pointer
        text = self._text(cp)
        host = _dotted(text) if text is not None else None
        return INADDR_NONE if host is None else int.from_bytes(host, "little")

    def inet_pton(self, Family: int, pszAddrString: Any, pAddrBuf: Pointer, /) -> int:  # noqa: ANN401 - str or bytes, as ctypes takes them
        t = self._enter()
        if signed(Family) != AF_INET:
            if signed(Family) == 23:
                self._not_modelled("inet_pton", "IPv6")
            return self._error(t, WSAEAFNOSUPPORT)
        text = self._text(pszAddrString)
        host = _dotted(text) if text is not None else None
        if text is None:
            return self._error(t, WSAEFAULT)
        if host is None:
            return 0
        return 1 if self._memory.store(pAddrBuf, host) else self._error(t, WSAEFAULT)

    def inet_ntop(self, Family: int, pAddr: Pointer, pStringBuf: Pointer, StringBufSize: int, /) -> bytes | None:
        t = self._enter()
        if signed(Family) != AF_INET:
            self._not_modelled("inet_ntop", f"address family {signed(Family)}")
        host = self._memory.load(pAddr, 4)
        text = b"" if host is None else ".".join(map(str, host)).encode() + b"\0"
        if host is None or len(text) > dword(StringBufSize) or not self._memory.store(pStringBuf, text):
            self._error(t, WSAEINVAL)
            return None
        return text[:-1]


def _revents(e: AfdEndpoint, wanted: int) -> int:
    bits = 0
    e.read()
    if e.abort_status is not None or e.connect_error is not None:
        bits |= POLLERR | POLLHUP
    elif e.fin_received and not e.received:
        bits |= POLLHUP
    if wanted & POLLIN and readable(e) and not bits:
        bits |= POLLRDNORM
    if wanted & POLLRDBAND and e.urgent:
        bits |= POLLRDBAND
    if wanted & POLLWRNORM and writable(e):
        bits |= POLLWRNORM
    return bits


def _dotted(text: bytes) -> bytes | None:
    parts = text.split(b".")
    if len(parts) != 4 or not all(p.isdigit() and len(p) <= 3 and int(p) <= 255 for p in parts):
        return None
    return bytes(int(p) for p in parts)
