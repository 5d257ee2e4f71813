"""ws2_32: select, with Winsock's own fd_set: a count and an array of handles of any length.

Sources: learn.microsoft.com select, fd_set, __WSAFDIsSet (S-34, S-86 to S-92).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.poll import Poll, exceptional, readable, writable
from alertable.sim.win32.memory import Pointer, address_of
from alertable.sim.win32.ws2_32_door import SOCKET_ERROR, WSAEFAULT, WSAEINVAL, Ws2Door

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.ke.structures import KThread

FD_SET_HEADER: Final = 8


class FdSet:
    """One set of a select call, as the program passed it."""

    def __init__(self, pointer: Pointer, handles: tuple[int, ...], endpoints: list[AfdEndpoint]) -> None:
        self.pointer = pointer
        self.handles = handles
        self.endpoints = endpoints

    def ready(self, test: Callable[[AfdEndpoint], bool]) -> list[int]:
        """The handles of the ready sockets, in their old order."""
        return [h for h, e in zip(self.handles, self.endpoints, strict=True) if test(e)]


class Ws2Select(Ws2Door):
    """select."""

    __slots__ = ()

    def select(self, nfds: int, readfds: Pointer, writefds: Pointer, exceptfds: Pointer, timeout: Pointer, /) -> int:
        t = self._enter()
        sets: list[FdSet] = []
        for pointer in (readfds, writefds, exceptfds):
            loaded = self._load_set(t, pointer)
            if isinstance(loaded, int):
                return loaded
            sets.append(loaded)
        if not any(s.handles for s in sets):
            return self._error(t, WSAEINVAL)
        wait_100ns = None
        if address_of(timeout):
            data = self._memory.load(timeout, 8)
            if data is None:
                return self._error(t, WSAEFAULT)
            seconds, microseconds = struct.unpack("<ii", data)
            if seconds < 0 or microseconds < 0:
                return self._error(t, WSAEINVAL)
            wait_100ns = seconds * 10_000_000 + microseconds * 10
        ready = self._poll(t, sets, wait_100ns)
        for fd_set, handles in zip(sets, ready, strict=True):
            self._store_set(fd_set, handles)
        total = sum(map(len, ready))
        if not total and wait_100ns == 0:
            self._m.polled_in_vain(t)
        return total

    def _poll(self, t: KThread, sets: list[FdSet], wait_100ns: int | None) -> list[list[int]]:
        """Look; wait, alertably, until something is ready or the time is over; look again (S-34)."""
        tests = (readable, writable, exceptional)

        def look() -> list[list[int]]:
            return [s.ready(test) for s, test in zip(sets, tests, strict=True)]

        ready = look()
        if any(ready) or wait_100ns == 0:
            return ready
        poll = Poll(self._k, t, *[s.endpoints for s in sets])
        self._wait_poll(t, poll, wait_100ns, "select", lambda: any(look()))
        return look()

    def _load_set(self, t: KThread, pointer: Pointer) -> FdSet | int:
        """The endpoints of a set; SOCKET_ERROR with the last error set for what is no socket."""
        if not address_of(pointer):
            return FdSet(None, (), [])
        head = self._memory.load_u32_at(pointer)
        if head is None:
            return self._error(t, WSAEFAULT)
        data = self._memory.load(pointer, FD_SET_HEADER + 8 * head)
        if data is None:
            return self._error(t, WSAEFAULT)
        handles = struct.unpack_from(f"<{head}Q", data, FD_SET_HEADER)
        endpoints = []
        for handle in handles:
            e = self._socket(t, handle)
            if e is None:
                return SOCKET_ERROR
            endpoints.append(e)
        return FdSet(pointer, handles, endpoints)

    def _store_set(self, fd_set: FdSet, handles: list[int]) -> None:
        if fd_set.pointer is None:
            return
        data = struct.pack(f"<I4x{len(handles)}Q", len(handles), *handles)
        self._memory.store(fd_set.pointer, data[:4])
        if handles:
            region = self._memory.region(fd_set.pointer, len(data))
            if region is not None:
                region.write(FD_SET_HEADER, data[FD_SET_HEADER:])

    def _fd_is_set(self, fd: int, set: Pointer, /) -> int:  # noqa: A002 - the Win32 name; exported as __WSAFDIsSet
        self._enter()
        head = self._memory.load_u32_at(set)
        data = self._memory.load(set, FD_SET_HEADER + 8 * head) if head else None
        return int(data is not None and head is not None and fd in struct.unpack_from(f"<{head}Q", data, FD_SET_HEADER))
