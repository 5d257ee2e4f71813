"""mswsock: AcceptEx, ConnectEx, DisconnectEx, GetAcceptExSockaddrs, and how to get at them.

Rejects: flags of DisconnectEx other than TF_REUSE_SOCKET, every ioctl but SIO_GET_EXTENSION_FUNCTION_POINTER and
         SIO_UDP_CONNRESET.
Sources: learn.microsoft.com AcceptEx, GetAcceptExSockaddrs, ConnectEx, DisconnectEx, WSAIoctl (S-75 to S-85).
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.afd.extension import super_accept, super_connect, super_disconnect
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.sim.win32.door import Callback, Handle, dword
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.memory import EMPTY, Region, address_of
from alertable.sim.win32.ws2_32_door import AF_INET, PENDING, SOCKADDR, SOCKET_ERROR, WSAEFAULT, WSAEINVAL, Ws2Door
from alertable.winapi.surface import FUNCTIONS
from alertable.winapi.wsaid import EXTENSIONS, OTHER_EXTENSIONS

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.segment import Address
    from alertable.sim.win32.memory import Overlapped, Pointer

ERROR_INVALID_PARAMETER: Final = 87
ADDRESS_MIN: Final = SOCKADDR.size + 16
TF_REUSE_SOCKET: Final = 2
SIO_UDP_CONNRESET: Final = 0x9800000C
SIO_GET_EXTENSION_FUNCTION_POINTER: Final = 0xC8000006


class Mswsock(Ws2Door):
    """Extension functions: BOOL results, Winsock error codes."""

    __slots__ = ()

    def _refuse(self, t: KThread, code: int) -> int:
        t.last_error = code
        return 0

    def _operation(
        self, t: KThread, e: AfdEndpoint, major: Major, buffers: list[Region], lpOverlapped: Pointer
    ) -> tuple[Irp, Overlapped] | int:
        overlapped = self._memory.overlapped(lpOverlapped)
        if overlapped is None:
            return WSAEFAULT
        irp = self._overlapped_irp(t, e, major, buffers, 0, overlapped, None)
        return irp if isinstance(irp, int) else (irp, overlapped)

    def AcceptEx(
        self, sListenSocket: Handle, sAcceptSocket: Handle, lpOutputBuffer: Pointer, dwReceiveDataLength: int,
        dwLocalAddressLength: int, dwRemoteAddressLength: int, lpdwBytesReceived: Pointer, lpOverlapped: Pointer, /,
    ) -> int:  # fmt: skip
        t = self._enter()
        if not address_of(lpOverlapped):
            return self._refuse(t, ERROR_INVALID_PARAMETER)
        listener = self._socket(t, sListenSocket)
        target = self._socket(t, sAcceptSocket) if listener is not None else None
        if listener is None or target is None:
            return 0
        data, local, remote = dword(dwReceiveDataLength), dword(dwLocalAddressLength), dword(dwRemoteAddressLength)
        if remote < ADDRESS_MIN or local < ADDRESS_MIN:
            return self._refuse(t, WSAEFAULT if not remote else WSAEINVAL)
        out = self._memory.region(lpOutputBuffer, data + local + remote) if address_of(lpOutputBuffer) else None
        if out is None:
            return self._refuse(t, WSAEFAULT)
        into = Region(out.block, out.address, data) if data else EMPTY
        made = self._operation(t, listener, Major.ACCEPT, [into], lpOverlapped)
        if isinstance(made, int):
            return self._refuse(t, made)
        irp = made[0]
        irp.watched = (out,)

        def write_addresses(_k: Kernel, done: Irp) -> None:
            if not done.status:
                out.write(data, _sockaddr(target.local))
                out.write(data + local, _sockaddr(target.peer))

        irp.on_complete = write_addresses
        return self._refuse(t, wsa_error(super_accept(self._k, listener, target, irp)))

    def GetAcceptExSockaddrs(
        self, lpOutputBuffer: Pointer, dwReceiveDataLength: int, dwLocalAddressLength: int, dwRemoteAddressLength: int,
        LocalSockaddr: Pointer, LocalSockaddrLength: Pointer, RemoteSockaddr: Pointer, RemoteSockaddrLength: Pointer, /,
    ) -> None:  # fmt: skip
        self._enter()
        name = "GetAcceptExSockaddrs"
        base = address_of(lpOutputBuffer) + dword(dwReceiveDataLength)
        for place, pointer, length in (
            (base, LocalSockaddr, LocalSockaddrLength),
            (base + dword(dwLocalAddressLength), RemoteSockaddr, RemoteSockaddrLength),
        ):
            self._need(name, pointer, 8).write(0, place.to_bytes(8, "little"))
            self._need(name, length, 4).write(0, SOCKADDR.size.to_bytes(4, "little"))

    def ConnectEx(
        self, s: Handle, name: Pointer, namelen: int, lpSendBuffer: Pointer, dwSendDataLength: int, lpdwBytesSent: Pointer,
        lpOverlapped: Pointer, /,
    ) -> int:  # fmt: skip
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return 0
        address = self._load_address(name, namelen)
        if isinstance(address, int):
            return self._refuse(t, address)
        if not self._k.network.local(address[0]):
            self._not_modelled("ConnectEx", "an address outside the loopback")
        if not address_of(lpOverlapped):
            return self._refuse(t, ERROR_INVALID_PARAMETER)
        length = dword(dwSendDataLength) if address_of(lpSendBuffer) else 0
        data = self._memory.region(lpSendBuffer, length) if length else EMPTY
        if data is None:
            return self._refuse(t, WSAEFAULT)
        made = self._operation(t, e, Major.CONNECT, [data], lpOverlapped)
        if isinstance(made, int):
            return self._refuse(t, made)
        return self._refuse(t, wsa_error(super_connect(self._k, t, e, address, made[0])))

    def DisconnectEx(self, s: Handle, lpOverlapped: Pointer, dwFlags: int, dwReserved: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return 0
        if dword(dwFlags) & ~TF_REUSE_SOCKET:
            self._not_modelled("DisconnectEx", f"dwFlags {dword(dwFlags):#x}")
        reuse = bool(dword(dwFlags) & TF_REUSE_SOCKET)
        if not address_of(lpOverlapped):
            irp = self._blocking_irp(t, e, Major.DISCONNECT, [])
            status: int = super_disconnect(self._k, e, irp, reuse=reuse)
            if status == PENDING:
                status = self._wait_irp(t, irp, 0, "DisconnectEx")
            return self._refuse(t, wsa_error(status)) if status else 1
        made = self._operation(t, e, Major.DISCONNECT, [], lpOverlapped)
        if isinstance(made, int):
            return self._refuse(t, made)
        return self._refuse(t, wsa_error(super_disconnect(self._k, e, made[0], reuse=reuse)))

    def WSAIoctl(
        self, s: Handle, dwIoControlCode: int, lpvInBuffer: Pointer, cbInBuffer: int, lpvOutBuffer: Pointer, cbOutBuffer: int,
        lpcbBytesReturned: Pointer, lpOverlapped: Pointer, lpCompletionRoutine: Callback, /,
    ) -> int:  # fmt: skip
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        code = dword(dwIoControlCode)
        if code == SIO_UDP_CONNRESET and not e.stream:
            wanted = self._memory.load_u32(lpvInBuffer) if address_of(lpvInBuffer) and dword(cbInBuffer) >= 4 else None
            if wanted is None:
                return self._error(t, WSAEFAULT)
            e.hears_unreachable = bool(wanted)
            self._memory.store_u32(lpcbBytesReturned, 0)
            return 0
        if code != SIO_GET_EXTENSION_FUNCTION_POINTER:
            self._not_modelled("WSAIoctl", f"code {code:#x}")
        guid = self._memory.load(lpvInBuffer, 16) if address_of(lpvInBuffer) and dword(cbInBuffer) >= 16 else None
        if guid is None or dword(cbOutBuffer) < 8:
            return self._error(t, WSAEFAULT)
        name = next((name for name, wsaid in EXTENSIONS.items() if bytes(wsaid) == guid), None)
        if name is None:
            missing = next((name for name, wsaid in OTHER_EXTENSIONS.items() if bytes(wsaid) == guid), None)
            if missing is not None:
                self._not_modelled("WSAIoctl", f"the extension function {missing}")
            return self._error(t, WSAEINVAL)
        if not self._memory.store(lpvOutBuffer, self._thunk(name).to_bytes(8, "little")):
            return self._error(t, WSAEFAULT)
        self._memory.store_u32(lpcbBytesReturned, 8)
        return 0

    def _thunk(self, name: str) -> int:
        """An address that calls the function: real machine code, so that a prototype of the program's works on it."""
        function = FUNCTIONS[name]
        prototype: Any = ctypes.CFUNCTYPE(function.restype, *function.argtypes)
        thunk = self._thunks.get(name)
        if thunk is None:
            thunk = self._thunks[name] = prototype(getattr(self, name))
        return ctypes.cast(thunk, ctypes.c_void_p).value or 0


def _sockaddr(address: Address | None) -> bytes:
    host, port = address or (b"\0\0\0\0", 0)
    return SOCKADDR.pack(AF_INET, port.to_bytes(2, "big"), host)
