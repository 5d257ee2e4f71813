"""What every Winsock function shares: sockets by handle, addresses, buffers, blocking calls.

Blocking calls wait alertably without being ended by the APCs that they run (S-32 to S-34).
Sources: learn.microsoft.com WSARecv, accept (notes on alertable waits); S-* section 19.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import AfdEndpoint
from alertable.kernel_model.iomgr.cancel import cancel_irp
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.ke.event import KEvent, reset_event
from alertable.kernel_model.ke.timerq import Deadline
from alertable.kernel_model.ke.wait import wait_for_single_object
from alertable.kernel_model.ob.handle_table import reference
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import WSAENOBUFS, Door, Handle, dword, handle_value
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.memory import EMPTY, U32, CArgument, Overlapped, Pointer, Region, address_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.afd.poll import Poll
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.tcpip.segment import Address
    from alertable.sim.win32.callback import Routine

INVALID_SOCKET: Final = 2**64 - 1
SOCKET_ERROR: Final = -1
AF_INET: Final = 2
WSAEFAULT: Final = 10014
WSAEINTR: Final = 10004
WSAEINVAL: Final = 10022
WSAENOTSOCK: Final = 10038
WSAEOPNOTSUPP: Final = 10045
WSAEAFNOSUPPORT: Final = 10047
SOL_SOCKET: Final = 0xFFFF
SO_SNDTIMEO: Final = 0x1005
SO_RCVTIMEO: Final = 0x1006
MSG_PEEK: Final = 2
MSG_WAITALL: Final = 8
SOCKADDR: Final = struct.Struct("<H2s4s8x")
WSABUF: Final = struct.Struct("<I4xQ")
WSABUF_SIZE: Final = WSABUF.size
WSABUFS_MAX: Final = 1 << 16
PENDING: Final = NtStatus.PENDING
USER_APC: Final = NtStatus.USER_APC


class Ws2Door(Door):
    """Helpers of the Winsock functions; all report errors as Winsock codes in the thread's one last-error slot."""

    __slots__ = ()

    def _error(self, t: KThread, code: int) -> int:
        """SOCKET_ERROR with this code."""
        t.last_error = code
        return SOCKET_ERROR

    def _socket(self, t: KThread, s: Handle) -> AfdEndpoint | None:
        """The endpoint behind a SOCKET; None with WSAENOTSOCK."""
        found = reference(t, s if type(s) is int else handle_value(s), AfdEndpoint, 0)
        if isinstance(found, NtStatus):
            t.last_error = WSAENOTSOCK
            return None
        found.written()
        return found

    # ---- addresses ------------------------------------------------------------------------------------------------------

    def _load_address(self, name: Pointer, length: int) -> Address | int:
        """A sockaddr_in that the program passes: (host, port), or the error code."""
        if dword(length) < SOCKADDR.size or not address_of(name):
            return WSAEFAULT
        data = self._memory.load(name, SOCKADDR.size)
        if data is None:
            return WSAEFAULT
        family, port, host = SOCKADDR.unpack(data)
        if family != AF_INET:
            return WSAEAFNOSUPPORT
        return host, int.from_bytes(port, "big")

    def _store_address(self, address: Address, name: Pointer, length: Pointer) -> int:
        """Give an address to the program: 0, or WSAEFAULT with nothing changed (the length stays, S-72)."""
        room = self._memory.load_u32(length) if address_of(length) else None
        if room is None or room < SOCKADDR.size:
            return WSAEFAULT
        data = SOCKADDR.pack(AF_INET, address[1].to_bytes(2, "big"), address[0])
        if not self._memory.store(name, data) or not self._memory.store_u32(length, SOCKADDR.size):
            return WSAEFAULT
        return 0

    # ---- buffers ----------------------------------------------------------------------------------------------------------

    def _buffer(self, pointer: Pointer, length: int, write: bool) -> list[Region] | None:
        """One buffer of a plain call; None for memory that is not the program's, or that it may not write."""
        if not length:
            return [EMPTY]
        region = self._memory.region(pointer, length, write) if pointer is not None and length > 0 else None
        return None if region is None else [region]

    def _buffers(self, lpBuffers: Pointer, count: int, write: bool) -> list[Region] | None:
        """A WSABUF array; the array itself is captured now, the memory behind it stays the program's."""
        count = count if type(count) is int else dword(count)
        if not count:
            return []  # as if one empty buffer had been passed
        table = self._memory.load(lpBuffers, WSABUF_SIZE * count) if 0 < count <= WSABUFS_MAX else None
        if table is None:
            return None
        regions = []
        for length, address in WSABUF.iter_unpack(table):
            region = EMPTY if not length else self._memory.region(address, length, write, lpBuffers) if address else None
            if region is None:
                return None
            regions.append(region)
        return regions

    def _no_count(self, lpCount: Pointer) -> bool:
        """Is this no place for a byte count (NULL is, for overlapped calls only)?"""
        if type(lpCount) is CArgument and type(lpCount._obj) is U32:
            return False
        return self._memory.region(lpCount, 4, True) is None

    # ---- operations -------------------------------------------------------------------------------------------------------

    def _overlapped_irp(
        self,
        t: KThread,
        e: AfdEndpoint,
        major: Major,
        buffers: list[Region],
        flags: int,
        overlapped: Overlapped,
        routine: Routine | None,
    ) -> Irp | int:
        """An IRP that reports to the program's OVERLAPPED; or the error code for a bad hEvent (ignored with a routine, S-13)."""
        event = None
        handle = overlapped.event
        if routine is None and handle & ~1:
            found = reference(t, handle & ~1, KEvent, 0)
            if isinstance(found, NtStatus):
                return wsa_error(found)
            event = found
        elif routine is not None and e.port is not None:
            return WSAEINVAL  # a port and a routine exclude each other (S-14)
        if self._out_of(t, WSAENOBUFS):
            return WSAENOBUFS
        overlapped.used(t, e)
        irp = Irp(t, e, major, buffers, flags, overlapped, event, routine)
        irp.quiet = bool(handle & 1)
        return irp

    def _blocking_irp(self, t: KThread, e: AfdEndpoint, major: Major, buffers: list[Region], flags: int = 0) -> Irp:
        """An IRP that the calling thread itself waits for."""
        return Irp(t, e, major, buffers, flags, None, KEvent(self._k, f"{major.value} on {e.label}", True, False))

    def _wait_irp(self, t: KThread, irp: Irp, timeout_ms: int, function: str) -> int:
        """Wait, alertably, until the operation is complete; its status, IO_TIMEOUT when SO_RCVTIMEO or SO_SNDTIMEO ends it."""
        k = self._k
        deadline = Deadline(k, timeout_ms * 10_000) if timeout_ms else None
        assert irp.event is not None
        while irp.pending():
            left = None if deadline is None else deadline.left(k)
            status = wait_for_single_object(k, t, irp.event, left, True, function)
            if status is None:
                status = self._m.block()
            if status == USER_APC:
                self._deliver_apcs(t)
            elif status == NtStatus.TIMEOUT and irp.pending():
                cancel_irp(k, irp)
                return NtStatus.IO_TIMEOUT
        return irp.status

    def _timeout_option(self, e: AfdEndpoint, option: int) -> int:
        """SO_RCVTIMEO or SO_SNDTIMEO in milliseconds; 0 is none."""
        return e.options.get((SOL_SOCKET, option), 0)

    def _wait_poll(self, t: KThread, poll: Poll, wait_100ns: int | None, function: str, done: Callable[[], bool]) -> None:
        """Wait, alertably and without being ended by APCs, until done() or the time is over (S-34)."""
        k = self._k
        deadline = None if wait_100ns is None else Deadline(k, wait_100ns)
        poll.begin()
        try:
            while not done():
                left = None if deadline is None else deadline.left(k)
                status = wait_for_single_object(k, t, poll.event, left, True, function)
                if status is None:
                    status = self._m.block()
                if status == USER_APC:
                    self._deliver_apcs(t)
                reset_event(poll.event)
                if status == NtStatus.TIMEOUT:
                    break
        finally:
            poll.end()
