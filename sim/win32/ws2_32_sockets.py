"""ws2_32: making, naming, connecting and ending sockets.

Models:  TCP and UDP over IPv4 loopback.
Rejects: other address families, protocol information blocks, groups, socket duplication.
Sources: learn.microsoft.com socket, WSASocketW, bind, listen, accept, connect, shutdown, closesocket (S-48 to S-73).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.close import begin_lingering_close, linger_irp_wanted, shutdown_endpoint
from alertable.kernel_model.afd.connect import (
    accept_connection,
    bind_endpoint,
    bind_implicitly,
    connect_endpoint,
    listen_endpoint,
)
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState
from alertable.kernel_model.afd.event_select import accepted
from alertable.kernel_model.ex.objects import label
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ob.handle_table import close_handle, open_handle
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import WSAENOBUFS, Callback, Handle, dword, handle_value, signed
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.memory import Pointer, address_of
from alertable.sim.win32.ws2_32_door import (
    AF_INET,
    INVALID_SOCKET,
    PENDING,
    SOCKET_ERROR,
    WSAEAFNOSUPPORT,
    WSAEFAULT,
    WSAEINTR,
    WSAEINVAL,
    Ws2Door,
)

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

SOCK_STREAM: Final = 1
SOCK_DGRAM: Final = 2
SOCK_RAW: Final = 3
PROTOCOLS: Final = {SOCK_STREAM: 6, SOCK_DGRAM: 17}
WSA_FLAG_OVERLAPPED: Final = 1
WSA_FLAG_NO_HANDLE_INHERIT: Final = 0x80
OTHER_FAMILIES: Final = {1: "AF_UNIX", 23: "IPv6", 32: "Bluetooth", 34: "AF_HYPERV"}
WSAEALREADY: Final = 10037
WSAEWOULDBLOCK: Final = 10035
WSAEPROTONOSUPPORT: Final = 10043
WSAESOCKTNOSUPPORT: Final = 10044
WSAENOTCONN: Final = 10057
WSAVERNOTSUPPORTED: Final = 10092
WSADATA_SIZE: Final = 408


class Ws2Sockets(Ws2Door):
    """The life of sockets."""

    __slots__ = ()

    # ---- Winsock itself --------------------------------------------------------------------------------------------------

    def WSAStartup(self, wVersionRequested: int, lpWSAData: Pointer, /) -> int:
        self._enter()
        version = dword(wVersionRequested) & 0xFFFF
        if not version & 0xFF:
            return WSAVERNOTSUPPORTED
        data = (
            version.to_bytes(2, "little")
            + 0x0202.to_bytes(2, "little")
            + bytes(12)
            + b"WinSock 2.0".ljust(257, b"\0")
            + b"Running"
        )
        region = self._memory.region(lpWSAData, WSADATA_SIZE) if lpWSAData is not None else None
        if region is None:
            return WSAEFAULT
        region.write(0, data.ljust(WSADATA_SIZE, b"\0"))
        return 0

    def WSACleanup(self) -> int:
        self._enter()
        return 0

    def WSAGetLastError(self) -> int:
        t: KThread = self._m.current
        return t.last_error

    def WSASetLastError(self, iError: int, /) -> None:
        t: KThread = self._m.current
        t.last_error = dword(iError)

    # ---- creation ----------------------------------------------------------------------------------------------------------

    def socket(self, af: int, type: int, protocol: int, /) -> int:  # noqa: A002 - the Win32 name
        return self._open("socket", af, type, protocol, WSA_FLAG_OVERLAPPED)

    def WSASocketW(self, af: int, type: int, protocol: int, lpProtocolInfo: Pointer, g: int, dwFlags: int, /) -> int:  # noqa: A002 - the Win32 name
        flags = dword(dwFlags)
        if address_of(lpProtocolInfo):
            self._not_modelled("WSASocketW", "lpProtocolInfo")
        if dword(g):
            self._not_modelled("WSASocketW", "socket groups")
        if flags & ~(WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT):
            self._not_modelled("WSASocketW", f"dwFlags {flags:#x}")
        return self._open("WSASocketW", af, type, protocol, flags)

    def _open(self, function: str, af: int, kind: int, protocol: int, flags: int) -> int:
        t = self._enter()
        af, kind, protocol = signed(af), signed(kind), signed(protocol)
        if af in OTHER_FAMILIES or kind == SOCK_RAW:
            self._not_modelled(function, OTHER_FAMILIES.get(af, "SOCK_RAW"))
        error = 0
        if af not in (0, AF_INET):
            error = WSAEAFNOSUPPORT
        elif kind not in PROTOCOLS:
            error = WSAESOCKTNOSUPPORT
        elif protocol not in (0, PROTOCOLS[kind]):
            error = WSAEPROTONOSUPPORT
        if error:
            t.last_error = error
            return INVALID_SOCKET
        if self._out_of(t, WSAENOBUFS):
            return INVALID_SOCKET
        stream = kind == SOCK_STREAM
        name = label(t, "tcp" if stream else "udp")
        return open_handle(self._k, t, AfdEndpoint(self._k, name, stream=stream, overlapped=bool(flags & WSA_FLAG_OVERLAPPED)))

    def closesocket(self, s: Handle, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        if linger_irp_wanted(e):
            if e.nonblocking:
                return self._error(t, WSAEWOULDBLOCK)
            irp = self._blocking_irp(t, e, Major.CLOSE, [])
            begin_lingering_close(self._k, e, irp)
            if self._wait_irp(t, irp, e.linger[1] * 1_000, "closesocket") == NtStatus.IO_TIMEOUT:
                e.linger = (True, 0)  # what is unsent after the time is lost: a hard close
        close_handle(self._k, t, handle_value(s))
        return 0

    def shutdown(self, s: Handle, how: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        if e.without_context:
            return self._error(t, WSAENOTCONN)
        status = shutdown_endpoint(self._k, e, signed(how))
        return self._fail_wsa(t, status) if status else 0

    # ---- naming ------------------------------------------------------------------------------------------------------------

    def bind(self, s: Handle, name: Pointer, namelen: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        address = self._load_address(name, namelen)
        if isinstance(address, int):
            return self._error(t, address)
        status = bind_endpoint(self._k, t, e, address)
        return self._fail_wsa(t, status) if status else 0

    def getsockname(self, s: Handle, name: Pointer, namelen: Pointer, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        if e.local is None:
            return self._error(t, WSAEINVAL)
        error = self._store_address(e.local, name, namelen)
        return self._error(t, error) if error else 0

    def getpeername(self, s: Handle, name: Pointer, namelen: Pointer, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        if e.peer is None or e.without_context or (e.stream and e.state is not EndpointState.CONNECTED):
            return self._error(t, WSAENOTCONN)
        error = self._store_address(e.peer, name, namelen)
        return self._error(t, error) if error else 0

    # ---- connections ---------------------------------------------------------------------------------------------------------

    def listen(self, s: Handle, backlog: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        status = listen_endpoint(self._k, e, signed(backlog))
        return self._fail_wsa(t, status) if status else 0

    def accept(self, s: Handle, addr: Pointer, addrlen: Pointer, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return INVALID_SOCKET
        if address_of(addr) and (not address_of(addrlen) or (self._memory.load_u32(addrlen) or 0) < 16):
            self._error(t, WSAEFAULT)
            return INVALID_SOCKET
        irp = None if e.nonblocking else self._blocking_irp(t, e, Major.ACCEPT, [])
        taken = accept_connection(self._k, e, irp)
        if taken == PENDING and irp is not None:
            status = self._wait_irp(t, irp, 0, "accept")
            taken = NtStatus(status) if status else irp.result
        if isinstance(taken, NtStatus):
            if taken == NtStatus.DEVICE_NOT_READY:
                self._m.polled_in_vain(t)
            t.last_error = WSAEINTR if taken == NtStatus.CANCELLED else wsa_error(taken)  # closed under the call
            return INVALID_SOCKET
        assert isinstance(taken, AfdEndpoint)
        if address_of(addr) and taken.peer is not None:
            self._store_address(taken.peer, addr, addrlen)
        handle = open_handle(self._k, t, taken)
        accepted(self._k, taken, e, handle)
        return handle

    def WSAAccept(self, s: Handle, addr: Pointer, addrlen: Pointer, lpfnCondition: Callback, dwCallbackData: int, /) -> int:
        if address_of(lpfnCondition):
            self._not_modelled("WSAAccept", "a condition function")
        return self.accept(s, addr, addrlen)

    def connect(self, s: Handle, name: Pointer, namelen: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        address = self._load_address(name, namelen)
        if isinstance(address, int):
            return self._error(t, address)
        if not self._k.network.local(address[0]):
            self._not_modelled("connect", "an address outside the loopback")
        if not e.stream:
            status: int = bind_implicitly(self._k, t, e, address[0])
            if status:
                return self._fail_wsa(t, status)
            e.peer = address if any(address[0]) or address[1] else None  # the null address takes the peer away
            return 0
        if e.state is EndpointState.CONNECTING:
            return self._error(t, WSAEALREADY)
        irp: Irp | None = None
        if not e.nonblocking:
            irp = Irp(t, e, Major.CONNECT, event=KEvent(self._k, f"connect on {e.label}", True, False))
        status = connect_endpoint(self._k, t, e, address, irp)
        if status == PENDING:
            if irp is None:
                return self._error(t, WSAEWOULDBLOCK)
            status = self._wait_irp(t, irp, 0, "connect")
        return self._fail_wsa(t, status) if status else 0

    def WSAConnect(
        self,
        s: Handle,
        name: Pointer,
        namelen: int,
        lpCallerData: Pointer,
        lpCalleeData: Pointer,
        lpSQOS: Pointer,
        lpGQOS: Pointer,
        /,
    ) -> int:
        if any(address_of(extra) for extra in (lpCallerData, lpCalleeData, lpSQOS, lpGQOS)):
            self._not_modelled("WSAConnect", "caller data, callee data or quality of service")
        return self.connect(s, name, namelen)
