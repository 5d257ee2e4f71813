"""ws2_32: options, ioctls, byte order, event objects.

Rejects: every option and ioctl that is not listed here.
Sources: learn.microsoft.com setsockopt, getsockopt, "SOL_SOCKET Socket Options",
         "Winsock IOCTLs" (S-29 to S-31, S-66, S-114, S-115).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.connect import inherit
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState, Sharing
from alertable.kernel_model.ex.objects import label
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ob.handle_table import close_handle, open_handle
from alertable.sim.win32.door import Handle, dword, handle_value, signed
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.kernel32_sync import Kernel32Sync
from alertable.sim.win32.kernel32_waits import Kernel32Waits
from alertable.sim.win32.memory import Pointer, address_of
from alertable.sim.win32.ws2_32_door import SO_RCVTIMEO, SO_SNDTIMEO, SOCKET_ERROR, SOL_SOCKET, WSAEFAULT, WSAEINVAL, Ws2Door

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

SO_ACCEPTCONN: Final = 0x2
SO_REUSEADDR: Final = 0x4
SO_KEEPALIVE: Final = 0x8
SO_BROADCAST: Final = 0x20
SO_LINGER: Final = 0x80
SO_OOBINLINE: Final = 0x100
SO_SNDBUF: Final = 0x1001
SO_RCVBUF: Final = 0x1002
SO_ERROR: Final = 0x1007
SO_TYPE: Final = 0x1008
SO_CONNECT_TIME: Final = 0x700C
SO_UPDATE_ACCEPT_CONTEXT: Final = 0x700B
SO_UPDATE_CONNECT_CONTEXT: Final = 0x7010
CONTEXTS: Final = (SO_UPDATE_ACCEPT_CONTEXT, SO_UPDATE_CONNECT_CONTEXT)
WSAENOTCONN: Final = 10057
SO_DONTLINGER: Final = 0xFFFFFF7F
SO_EXCLUSIVEADDRUSE: Final = 0xFFFFFFFB
IPPROTO_TCP: Final = 6
TCP_NODELAY: Final = 1
FIONBIO: Final = 0x8004667E
FIONREAD: Final = 0x4004667F
WSAENOPROTOOPT: Final = 10042
PLAIN_OPTIONS: Final = {
    (SOL_SOCKET, SO_KEEPALIVE), (SOL_SOCKET, SO_BROADCAST), (SOL_SOCKET, SO_OOBINLINE),
    (SOL_SOCKET, SO_SNDTIMEO), (SOL_SOCKET, SO_RCVTIMEO), (IPPROTO_TCP, TCP_NODELAY),
}  # fmt: skip
NUMBERS: Final = {
    (SOL_SOCKET, SO_LINGER), (SOL_SOCKET, SO_SNDBUF), (SOL_SOCKET, SO_RCVBUF), (SOL_SOCKET, SO_SNDTIMEO),
    (SOL_SOCKET, SO_RCVTIMEO),
}  # fmt: skip
SHARING: Final = {SO_REUSEADDR: Sharing.REUSE, SO_EXCLUSIVEADDRUSE: Sharing.EXCLUSIVE}
READ_ONLY: Final = {SO_ACCEPTCONN, SO_ERROR, SO_TYPE, SO_CONNECT_TIME}


class Ws2Options(Ws2Door, Kernel32Sync, Kernel32Waits):
    """Everything around the data path."""

    __slots__ = ()

    # ---- options ---------------------------------------------------------------------------------------------------------

    def setsockopt(self, s: Handle, level: int, optname: int, optval: Pointer, optlen: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        level, option, length = signed(level), dword(optname), signed(optlen)
        if level == SOL_SOCKET and option in CONTEXTS:
            return self._update_context(t, e, option, optval, length)
        data = self._memory.load(optval, length) if length > 0 and address_of(optval) else None
        if data is None or length < 1:
            return self._error(t, WSAEFAULT)
        if level == SOL_SOCKET and option in READ_ONLY:
            return self._error(t, WSAENOPROTOOPT)
        if length < 4:
            if (level, option) in NUMBERS:
                return self._error(t, WSAEFAULT)
            data = data.ljust(4, b"\0")  # a BOOL may be as short as a char
        value = int.from_bytes(data[:4], "little")
        if level == SOL_SOCKET and option in SHARING:
            return self._share(t, e, SHARING[option], bool(value))
        self._set_option(e, level, option, value, data)
        return 0

    def _share(self, t: KThread, e: AfdEndpoint, sharing: Sharing, on: bool) -> int:
        """SO_REUSEADDR and SO_EXCLUSIVEADDRUSE exclude each other, and mean something at the time of bind only."""
        if on and e.sharing not in (Sharing.DEFAULT, sharing):
            return self._error(t, WSAEINVAL)
        if e.local is not None:
            if sharing is Sharing.EXCLUSIVE:
                self._not_modelled("setsockopt", "SO_EXCLUSIVEADDRUSE of a socket that is bound")
        elif on:
            e.sharing = sharing
        elif e.sharing is sharing:
            e.sharing = Sharing.DEFAULT
        return 0

    def _update_context(self, t: KThread, e: AfdEndpoint, option: int, optval: Pointer, length: int) -> int:
        """SO_UPDATE_ACCEPT_CONTEXT takes the listener, SO_UPDATE_CONNECT_CONTEXT nothing (S-78, S-83)."""
        if option == SO_UPDATE_ACCEPT_CONTEXT:
            data = self._memory.load(optval, 8) if length >= 8 and address_of(optval) else None
            if data is None:
                return self._error(t, WSAEFAULT)
            listener = self._socket(t, int.from_bytes(data, "little"))
            if listener is None:
                return SOCKET_ERROR
            inherit(e, listener)
        if e.state is not EndpointState.CONNECTED:
            return self._error(t, WSAENOTCONN)
        e.without_context = False
        return 0

    def _set_option(self, e: AfdEndpoint, level: int, option: int, value: int, data: bytes) -> None:
        if (level, option) in PLAIN_OPTIONS:
            e.options[level, option] = value
        elif level != SOL_SOCKET:
            self._not_modelled("setsockopt", f"level {level}, option {option:#x}")
        elif option == SO_LINGER:
            on, seconds = struct.unpack("<HH", data[:4])
            e.linger = (bool(on), seconds)
        elif option == SO_DONTLINGER:
            e.linger = (not value, e.linger[1])
        elif option == SO_SNDBUF:
            e.send_buffer = value
            if e.outbound is not None:
                e.outbound.space.written()
        elif option == SO_RCVBUF:
            e.receive_buffer = value
            if e.inbound is not None:
                e.inbound.limits.written()
        else:
            self._not_modelled("setsockopt", f"option {option:#x}")

    def getsockopt(self, s: Handle, level: int, optname: int, optval: Pointer, optlen: Pointer, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        room = self._memory.load_u32(optlen) if address_of(optlen) else None
        if room is None or not address_of(optval):
            return self._error(t, WSAEFAULT)
        value = self._get_option(e, signed(level), dword(optname))
        if isinstance(value, int):
            value = (value & 0xFFFFFFFF).to_bytes(4, "little")
        if room < len(value):
            return self._error(t, WSAEFAULT)
        if not self._memory.store(optval, value):
            return self._error(t, WSAEFAULT)
        self._memory.store_u32(optlen, len(value))
        return 0

    def _get_option(self, e: AfdEndpoint, level: int, option: int) -> int | bytes:
        if (level, option) in PLAIN_OPTIONS:
            return e.options.get((level, option), 0)
        if level != SOL_SOCKET:
            self._not_modelled("getsockopt", f"level {level}, option {option:#x}")
        if option == SO_LINGER:
            return struct.pack("<HH", e.linger[0], e.linger[1])
        if option == SO_CONNECT_TIME:
            connected = e.state is EndpointState.CONNECTED
            return (self._k.told_time_100ns() - e.connected_at_100ns) // 10_000_000 if connected else 0xFFFFFFFF
        values = {
            SO_ACCEPTCONN: int(e.state is EndpointState.LISTENING),
            SO_TYPE: 1 if e.stream else 2,
            SO_ERROR: wsa_error(e.connect_error or 0),
            SO_SNDBUF: e.send_buffer,
            SO_RCVBUF: e.receive_buffer,
            SO_REUSEADDR: int(e.sharing is Sharing.REUSE),
            SO_EXCLUSIVEADDRUSE: int(e.sharing is Sharing.EXCLUSIVE),
            SO_DONTLINGER: int(not e.linger[0]),
        }
        if option not in values:
            self._not_modelled("getsockopt", f"option {option:#x}")
        return values[option]

    def ioctlsocket(self, s: Handle, cmd: int, argp: Pointer, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        command = dword(cmd)
        if command not in (FIONBIO, FIONREAD):
            self._not_modelled("ioctlsocket", f"command {command:#x}")
        value = self._memory.load_u32(argp) if address_of(argp) else None
        if value is None:
            return self._error(t, WSAEFAULT)
        if command == FIONBIO:
            if not value and e.selection is not None:
                return self._error(t, WSAEINVAL)  # until the selection is taken away (S-94)
            e.nonblocking = bool(value)
        else:
            available = len(e.received) if e.stream else len(e.datagrams[0][1]) if e.datagrams else 0
            self._memory.store_u32(argp, available)
            if not available:
                self._m.polled_in_vain(t)
        return 0

    # ---- byte order --------------------------------------------------------------------------------------------------------

    def htons(self, hostshort: int, /) -> int:
        return int.from_bytes((dword(hostshort) & 0xFFFF).to_bytes(2, "big"), "little")

    def ntohs(self, netshort: int, /) -> int:
        return self.htons(netshort)

    def htonl(self, hostlong: int, /) -> int:
        return int.from_bytes(dword(hostlong).to_bytes(4, "big"), "little")

    def ntohl(self, netlong: int, /) -> int:
        return self.htonl(netlong)

    # ---- event objects -------------------------------------------------------------------------------------------------------

    def WSACreateEvent(self) -> int | None:
        t = self._enter()
        return open_handle(self._k, t, KEvent(self._k, label(t, "event"), True, False))

    def WSACloseEvent(self, hEvent: Handle, /) -> int:
        t = self._enter()
        status = close_handle(self._k, t, handle_value(hEvent))
        return self._fail(t, status) if status else 1

    def WSASetEvent(self, hEvent: Handle, /) -> int:
        return self.SetEvent(hEvent)

    def WSAResetEvent(self, hEvent: Handle, /) -> int:
        return self.ResetEvent(hEvent)

    def WSAWaitForMultipleEvents(
        self, cEvents: int, lphEvents: Pointer, fWaitAll: int, dwTimeout: int, fAlertable: int, /
    ) -> int:
        return self._wait_many("WSAWaitForMultipleEvents", cEvents, lphEvents, fWaitAll, dwTimeout, fAlertable)
