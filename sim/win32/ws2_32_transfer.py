"""ws2_32: sending and receiving; ReadFile, WriteFile and their kin on sockets.

Models:  plain and overlapped calls with event or completion routine, scatter/gather, MSG_PEEK, MSG_WAITALL, datagrams.
Models:  MSG_OOB in plain calls that need not wait.
Models:  WSAEOPNOTSUPP for flags that there are not.
Rejects: MSG_OOB with OVERLAPPED, MSG_INTERRUPT.
Sources: learn.microsoft.com send, recv, WSASend, WSARecv, WSASendTo, WSARecvFrom, WSAGetOverlappedResult;
         S-01 to S-52, S-90, S-108 to S-113.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.connect import bind_implicitly
from alertable.kernel_model.afd.datagram import read_datagram, write_datagram
from alertable.kernel_model.afd.read import read_stream, read_urgent
from alertable.kernel_model.afd.write import MSG_OOB, write_stream
from alertable.kernel_model.iomgr.irp import Irp, Major
from alertable.kernel_model.status import NtStatus, nt_error
from alertable.sim.win32.door import Callback, Handle, dword, signed
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.kernel32_io import Kernel32Io
from alertable.sim.win32.memory import Pointer, address_of
from alertable.sim.win32.ws2_32_door import (
    AF_INET,
    MSG_PEEK,
    MSG_WAITALL,
    PENDING,
    SO_RCVTIMEO,
    SO_SNDTIMEO,
    SOCKADDR,
    SOCKET_ERROR,
    WSAEFAULT,
    WSAEOPNOTSUPP,
    Ws2Door,
)

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.segment import Address

MSG_PARTIAL: Final = 0x8000
MSG_DONTROUTE: Final = 4
MSG_INTERRUPT: Final = 0x10
MSG_PUSH_IMMEDIATE: Final = 0x20  # a hint: receives complete with whatever there is anyway
RECEIVE_FLAGS: Final = MSG_OOB | MSG_PEEK | MSG_WAITALL | MSG_INTERRUPT | MSG_PUSH_IMMEDIATE | MSG_PARTIAL
SEND_FLAGS: Final = MSG_OOB | MSG_DONTROUTE | MSG_PARTIAL
BUFFER_OVERFLOW: Final = NtStatus.BUFFER_OVERFLOW
DEVICE_NOT_READY: Final = NtStatus.DEVICE_NOT_READY
WSA_IO_PENDING: Final = 997


class Ws2Transfer(Ws2Door, Kernel32Io):
    """Data."""

    __slots__ = ()

    # ---- receiving -----------------------------------------------------------------------------------------------------

    def recv(self, s: Handle, buf: Pointer, len: int, flags: int, /) -> int:  # noqa: A002 - the Win32 name
        return self._receive_plain("recv", s, buf, len, flags, None, None)

    def recvfrom(self, s: Handle, buf: Pointer, len: int, flags: int, from_: Pointer, fromlen: Pointer, /) -> int:  # noqa: A002 - the Win32 name
        return self._receive_plain("recvfrom", s, buf, len, flags, from_, fromlen)

    def _receive_plain(
        self, function: str, s: Handle, buf: Pointer, length: int, flags: int, name: Pointer, namelen: Pointer
    ) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        buffers = self._buffer(buf, signed(length), True)
        if buffers is None:
            return self._error(t, WSAEFAULT)
        flags = dword(flags)
        if flags and self._refuse_flags(function, e, flags, at_once=True):
            return self._error(t, WSAEOPNOTSUPP)
        irp = self._blocking_irp(t, e, Major.READ, buffers, flags)
        status = self._read_now(t, e, irp, function)
        if status and status != BUFFER_OVERFLOW:
            return self._fail_wsa(t, status)
        if address_of(name) and irp.result is not None:
            error = self._store_address(irp.result, name, namelen)
            if error:
                return self._error(t, error)
        return self._fail_wsa(t, status) if status else irp.information

    def WSARecv(
        self, s: Handle, lpBuffers: Pointer, dwBufferCount: int, lpNumberOfBytesRecvd: Pointer, lpFlags: Pointer,
        lpOverlapped: Pointer, lpCompletionRoutine: Callback, /,
    ) -> int:  # fmt: skip
        return self._receive(
            "WSARecv", s, lpBuffers, dwBufferCount, lpNumberOfBytesRecvd, lpFlags, None, None, lpOverlapped, lpCompletionRoutine
        )

    def WSARecvFrom(
        self, s: Handle, lpBuffers: Pointer, dwBufferCount: int, lpNumberOfBytesRecvd: Pointer, lpFlags: Pointer, lpFrom: Pointer,
        lpFromlen: Pointer, lpOverlapped: Pointer, lpCompletionRoutine: Callback, /,
    ) -> int:  # fmt: skip
        return self._receive(
            "WSARecvFrom",
            s,
            lpBuffers,
            dwBufferCount,
            lpNumberOfBytesRecvd,
            lpFlags,
            lpFrom,
            lpFromlen,
            lpOverlapped,
            lpCompletionRoutine,
        )

    def _receive(
        self, function: str, s: Handle, lpBuffers: Pointer, count: int, lpReceived: Pointer, lpFlags: Pointer, name: Pointer,
        namelen: Pointer, lpOverlapped: Pointer, lpRoutine: Callback,
    ) -> int:  # fmt: skip
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        memory = self._memory
        flags = memory.load_u32(lpFlags) if lpFlags is not None else None
        buffers = self._buffers(lpBuffers, count, True)
        overlapped_at = 0 if lpOverlapped is None or not e.overlapped else address_of(lpOverlapped)
        if flags is None or buffers is None or ((lpReceived or not overlapped_at) and self._no_count(lpReceived)):
            return self._error(t, WSAEFAULT)
        if flags and self._refuse_flags(function, e, flags, at_once=not overlapped_at):
            return self._error(t, WSAEOPNOTSUPP)
        if not overlapped_at:
            irp = self._blocking_irp(t, e, Major.READ, buffers, flags)
            status = self._read_now(t, e, irp, function)
            if not nt_error(status):
                self._report_address(irp, name, namelen)
                self._write_overlapped(lpOverlapped, irp)
        else:
            overlapped = memory.overlapped_at(overlapped_at, lpOverlapped)
            if overlapped is None:
                return self._error(t, WSAEFAULT)
            started = self._overlapped_irp(t, e, Major.READ, buffers, flags, overlapped, self._routine(lpRoutine))
            if isinstance(started, int):
                return self._error(t, started)
            irp = started
            if name is not None and address_of(name) and not self._report_address_later(irp, name, namelen):
                return self._error(t, WSAEFAULT)
            status = read_stream(self._k, e, irp, may_pend=True) if e.stream else read_datagram(self._k, e, irp, may_pend=True)
        if status == BUFFER_OVERFLOW:  # the count and MSG_PARTIAL tell of the part that is there
            memory.store_u32(lpReceived, irp.information)
            memory.store_u32(lpFlags, MSG_PARTIAL)
        if status:
            return self._fail_wsa(t, status)
        memory.store_u32(lpReceived, irp.information)
        memory.store_u32(lpFlags, 0)
        return 0

    def _read_now(self, t: KThread, e: AfdEndpoint, irp: Irp, function: str) -> int:
        """A receive without OVERLAPPED: at once, or blocking."""
        may_pend = not e.nonblocking
        if irp.flags & MSG_OOB:
            return self._read_urgent(t, e, irp, function)
        status: int = (
            read_stream(self._k, e, irp, may_pend=may_pend) if e.stream else read_datagram(self._k, e, irp, may_pend=may_pend)
        )
        if status == PENDING:
            return self._wait_irp(t, irp, self._timeout_option(e, SO_RCVTIMEO), function)
        if status == DEVICE_NOT_READY:
            self._m.polled_in_vain(t)
        return status

    def _read_urgent(self, t: KThread, e: AfdEndpoint, irp: Irp, function: str) -> int:
        if not e.stream:
            return NtStatus.NOT_SUPPORTED
        status = read_urgent(e, irp)
        if status == DEVICE_NOT_READY:
            if not e.nonblocking:
                self._not_modelled(function, "waiting for out-of-band data (use a non-blocking socket or select)")
            self._m.polled_in_vain(t)
        return status

    def _refuse_flags(self, function: str, e: AfdEndpoint, flags: int, *, at_once: bool) -> bool:
        """MSG_WAITALL goes with no other flag, no datagram socket and no call that must not wait (documented).

        What no flag has, as in a word that nobody set, is refused like all that the provider cannot do (WSAEOPNOTSUPP), and so
        is MSG_PARTIAL for datagrams, which the call itself leaves in lpFlags where it cut one short (WSARecvFrom page).
        """
        if flags & ~RECEIVE_FLAGS or (flags & MSG_PARTIAL and not e.stream):
            return True
        if flags & MSG_INTERRUPT or (flags & MSG_OOB and not at_once):
            self._not_modelled(function, f"flags {flags:#x}")
        alone = flags & ~MSG_PUSH_IMMEDIATE == MSG_WAITALL
        return bool(flags & MSG_WAITALL) and (not alone or not e.stream or (at_once and e.nonblocking))

    def _report_address(self, irp: Irp, name: Pointer, namelen: Pointer) -> None:
        if irp.result is not None and address_of(name):
            self._store_address(irp.result, name, namelen)

    def _report_address_later(self, irp: Irp, name: Pointer, namelen: Pointer) -> bool:
        """lpFrom and lpFromlen are part of the operation: they are written at completion and must live until then (S-108)."""
        where = self._memory.region(name, SOCKADDR.size, True)
        size = self._memory.region(namelen, 4, True)
        if where is None or size is None:
            return False

        def report(_k: Kernel, done: Irp) -> None:
            if done.result is not None:
                host, port = done.result
                where.write(0, SOCKADDR.pack(AF_INET, port.to_bytes(2, "big"), host))
                size.write(0, SOCKADDR.size.to_bytes(4, "little"))

        irp.on_complete = report
        irp.watched = (where, size)
        return True

    def _write_overlapped(self, lpOverlapped: Pointer, irp: Irp) -> None:
        """A socket without the overlapped attribute completes in the call and still fills the OVERLAPPED in (S-67)."""
        if lpOverlapped is not None and (overlapped := self._memory.overlapped(lpOverlapped)) is not None:
            overlapped.complete(irp.status, irp.information)

    # ---- sending -------------------------------------------------------------------------------------------------------

    def send(self, s: Handle, buf: Pointer, len: int, flags: int, /) -> int:  # noqa: A002 - the Win32 name
        return self._send_plain("send", s, buf, len, flags, None, 0)

    def sendto(self, s: Handle, buf: Pointer, len: int, flags: int, to: Pointer, tolen: int, /) -> int:  # noqa: A002 - the Win32 name
        return self._send_plain("sendto", s, buf, len, flags, to, tolen)

    def _send_plain(self, function: str, s: Handle, buf: Pointer, length: int, flags: int, to: Pointer, tolen: int) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        buffers = self._buffer(buf, signed(length), False)
        if buffers is None:
            return self._error(t, WSAEFAULT)
        target = self._target(t, e, to, tolen)
        if isinstance(target, int):
            return self._error(t, target)
        taken = self._send_flags(e, flags) if flags else 0
        if taken is None:
            return self._error(t, WSAEOPNOTSUPP)
        irp = self._blocking_irp(t, e, Major.WRITE, buffers, taken)
        status = self._write_now(t, e, irp, target, function)
        return self._fail_wsa(t, status) if status else irp.information

    def WSASend(
        self, s: Handle, lpBuffers: Pointer, dwBufferCount: int, lpNumberOfBytesSent: Pointer, dwFlags: int,
        lpOverlapped: Pointer, lpCompletionRoutine: Callback, /,
    ) -> int:  # fmt: skip
        return self._send(
            "WSASend", s, lpBuffers, dwBufferCount, lpNumberOfBytesSent, dwFlags, None, 0, lpOverlapped, lpCompletionRoutine
        )

    def WSASendTo(
        self, s: Handle, lpBuffers: Pointer, dwBufferCount: int, lpNumberOfBytesSent: Pointer, dwFlags: int, lpTo: Pointer,
        iTolen: int, lpOverlapped: Pointer, lpCompletionRoutine: Callback, /,
    ) -> int:  # fmt: skip
        return self._send(
            "WSASendTo",
            s,
            lpBuffers,
            dwBufferCount,
            lpNumberOfBytesSent,
            dwFlags,
            lpTo,
            iTolen,
            lpOverlapped,
            lpCompletionRoutine,
        )

    def _send(
        self, function: str, s: Handle, lpBuffers: Pointer, count: int, lpSent: Pointer, flags: int, to: Pointer, tolen: int,
        lpOverlapped: Pointer, lpRoutine: Callback,
    ) -> int:  # fmt: skip
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        buffers = self._buffers(lpBuffers, count, False)
        overlapped_at = 0 if lpOverlapped is None or not e.overlapped else address_of(lpOverlapped)
        if buffers is None or ((lpSent or not overlapped_at) and self._no_count(lpSent)):
            return self._error(t, WSAEFAULT)
        target = self._target(t, e, to, tolen)
        if isinstance(target, int):
            return self._error(t, target)
        taken = self._send_flags(e, flags) if flags else 0
        if taken is None:
            return self._error(t, WSAEOPNOTSUPP)
        if not overlapped_at:
            irp = self._blocking_irp(t, e, Major.WRITE, buffers, taken)
            status = self._write_now(t, e, irp, target, function)
            if not status:
                self._write_overlapped(lpOverlapped, irp)
        else:
            overlapped = self._memory.overlapped_at(overlapped_at, lpOverlapped)
            if overlapped is None:
                return self._error(t, WSAEFAULT)
            started = self._overlapped_irp(t, e, Major.WRITE, buffers, taken, overlapped, self._routine(lpRoutine))
            if isinstance(started, int):
                return self._error(t, started)
            irp = started
            status = write_stream(self._k, e, irp, may_pend=True) if e.stream else write_datagram(self._k, e, irp, target)
        if status:
            return self._fail_wsa(t, status)
        self._memory.store_u32(lpSent, irp.information)
        return 0

    def _write_now(self, t: KThread, e: AfdEndpoint, irp: Irp, target: Address | None, function: str) -> int:
        """A send without OVERLAPPED: at once, or blocking."""
        if not e.stream:
            return write_datagram(self._k, e, irp, target)
        status: int = write_stream(self._k, e, irp, may_pend=not e.nonblocking)
        if status == PENDING:
            return self._wait_irp(t, irp, self._timeout_option(e, SO_SNDTIMEO), function)
        if status == DEVICE_NOT_READY:
            self._m.polled_in_vain(t)
        return status

    def _send_flags(self, e: AfdEndpoint, flags: int) -> int | None:
        """Those that matter; None for unknown ones and where the socket has no out-of-band data (WSAEOPNOTSUPP)."""
        flags = dword(flags)
        if flags & ~SEND_FLAGS or (flags & MSG_OOB and not e.stream):
            return None
        return flags & MSG_OOB

    def _target(self, t: KThread, e: AfdEndpoint, to: Pointer, tolen: int) -> Address | int | None:
        """Where a datagram goes (None: to the connected peer), or an error code; binds implicitly (S-113)."""
        if e.stream or not address_of(to):
            return None
        address = self._load_address(to, tolen)
        if isinstance(address, int):
            return address
        if not self._k.network.local(address[0]):
            self._not_modelled("sendto", "an address outside the loopback")
        status = bind_implicitly(self._k, t, e)
        return wsa_error(status) if status else address

    # ---- results -------------------------------------------------------------------------------------------------------

    def WSAGetOverlappedResult(
        self, s: Handle, lpOverlapped: Pointer, lpcbTransfer: Pointer, fWait: int, lpdwFlags: Pointer, /
    ) -> int:
        t = self._enter()
        if self._socket(t, s) is None:
            return 0
        overlapped = self._memory.overlapped(lpOverlapped) if address_of(lpOverlapped) else None
        if overlapped is None or not address_of(lpcbTransfer) or not address_of(lpdwFlags):
            self._error(t, WSAEFAULT)
            return 0
        status = self._result(t, s, overlapped, bool(fWait), "WSAGetOverlappedResult")
        if status == PENDING:
            self._m.polled_in_vain(t)
            t.last_error = 996
            return 0
        self._memory.store(lpcbTransfer, struct.pack("<I", overlapped.internal_high & 0xFFFFFFFF))
        self._memory.store(lpdwFlags, bytes(4))
        error = wsa_error(status)
        if error:
            t.last_error = error
            return 0
        return 1
