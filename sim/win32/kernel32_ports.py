"""kernel32: I/O completion ports.

Sources: learn.microsoft.com CreateIoCompletionPort, GetQueuedCompletionStatus(Ex), PostQueuedCompletionStatus,
         SetFileCompletionNotificationModes (K-52 to K-62, S-62 to S-65).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.ex.objects import label
from alertable.kernel_model.iomgr.irp import FileObject
from alertable.kernel_model.ke.kqueue import CompletionPort, post_packet, remove_packets
from alertable.kernel_model.ke.structures import CompletionPacket
from alertable.kernel_model.ob.handle_table import open_handle, reference
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import ERROR_NO_SYSTEM_RESOURCES, Door, Handle, dword, handle_value, timeout_100ns
from alertable.sim.win32.errormap import dos_error
from alertable.sim.win32.memory import address_of

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.win32.memory import Pointer

INVALID_HANDLE_VALUE: Final = 2**64 - 1
IO_COMPLETION_MODIFY_STATE: Final = 2
ENTRY: Final = struct.Struct("<QQQI4x")
ERROR_ABANDONED_WAIT_0: Final = 735
SKIP_COMPLETION_PORT_ON_SUCCESS: Final = 1
SKIP_SET_EVENT_ON_HANDLE: Final = 2


class Kernel32Ports(Door):
    """Completion ports."""

    __slots__ = ()

    def CreateIoCompletionPort(
        self, FileHandle: Handle, ExistingCompletionPort: Handle, CompletionKey: int, NumberOfConcurrentThreads: int, /
    ) -> int | None:
        t = self._enter()
        file, existing = handle_value(FileHandle), handle_value(ExistingCompletionPort)
        if file == INVALID_HANDLE_VALUE:
            if existing:
                self._fail(t, NtStatus.INVALID_PARAMETER)
                return None
            if self._out_of(t, ERROR_NO_SYSTEM_RESOURCES):
                return None
            return open_handle(self._k, t, CompletionPort(self._k, label(t, "port"), dword(NumberOfConcurrentThreads)))
        target = reference(t, file, FileObject, 0)
        if isinstance(target, NtStatus):
            self._fail(t, target)
            return None
        port = reference(t, existing, CompletionPort, IO_COMPLETION_MODIFY_STATE) if existing else None
        if isinstance(port, NtStatus):
            self._fail(t, port)
            return None
        target.written()
        if target.port is not None or not target.overlapped:
            self._fail(t, NtStatus.INVALID_PARAMETER)
            return None
        if port is None:
            port = CompletionPort(self._k, label(t, "port"), dword(NumberOfConcurrentThreads))
            existing = open_handle(self._k, t, port)
        target.port, target.completion_key = port, handle_value(CompletionKey)
        return existing

    def PostQueuedCompletionStatus(
        self, CompletionPort_: Handle, dwNumberOfBytesTransferred: int, dwCompletionKey: int, lpOverlapped: Pointer, /
    ) -> int:
        t = self._enter()
        port = reference(t, handle_value(CompletionPort_), CompletionPort, IO_COMPLETION_MODIFY_STATE)
        if isinstance(port, NtStatus):
            return self._fail(t, port)
        if self._out_of(t, ERROR_NO_SYSTEM_RESOURCES):
            return 0
        packet = CompletionPacket(handle_value(dwCompletionKey), address_of(lpOverlapped), 0, dword(dwNumberOfBytesTransferred))
        post_packet(self._k, port, packet)
        return 1

    def GetQueuedCompletionStatus(
        self,
        CompletionPort_: Handle,
        lpNumberOfBytesTransferred: Pointer,
        lpCompletionKey: Pointer,
        lpOverlapped: Pointer,
        dwMilliseconds: int,
        /,
    ) -> int:
        t = self._enter()
        name = "GetQueuedCompletionStatus"
        overlapped = self._need(name, lpOverlapped, 8)
        status = self._remove(t, CompletionPort_, 1, dwMilliseconds, False, name)
        if status:
            overlapped.write(0, bytes(8))
            return 0
        packet = t.packets[0]
        t.packets = ()
        self._need(name, lpNumberOfBytesTransferred, 4).write(0, packet.information.to_bytes(4, "little"))
        self._need(name, lpCompletionKey, 8).write(0, packet.key.to_bytes(8, "little"))
        overlapped.write(0, packet.overlapped.to_bytes(8, "little"))
        error = dos_error(packet.status)
        if error:
            t.last_error = error
            return 0
        return 1

    def GetQueuedCompletionStatusEx(
        self,
        CompletionPort_: Handle,
        lpCompletionPortEntries: Pointer,
        ulCount: int,
        ulNumEntriesRemoved: Pointer,
        dwMilliseconds: int,
        fAlertable: int,
        /,
    ) -> int:
        t = self._enter()
        name = "GetQueuedCompletionStatusEx"
        count = dword(ulCount)
        if not count:
            return self._fail(t, NtStatus.INVALID_PARAMETER)
        entries = self._need(name, lpCompletionPortEntries, ENTRY.size * count)
        removed = self._need(name, ulNumEntriesRemoved, 4)
        if self._remove(t, CompletionPort_, count, dwMilliseconds, bool(fAlertable), name):
            return 0
        packets, t.packets = t.packets, ()
        data = b"".join(ENTRY.pack(p.key, p.overlapped, p.status, p.information) for p in packets)
        entries.write(0, data)
        removed.write(0, len(packets).to_bytes(4, "little"))
        return 1

    def _remove(self, t: KThread, handle: Handle, count: int, milliseconds: int, alertable: bool, name: str) -> int:
        """Packets into t.packets: 0, or the status with the last error set."""
        port = reference(t, handle_value(handle), CompletionPort, IO_COMPLETION_MODIFY_STATE)
        if isinstance(port, NtStatus):
            self._fail(t, port)
            return port
        timeout = timeout_100ns(milliseconds)
        status = self._finish_wait(remove_packets(self._k, t, port, count, timeout, alertable, name))
        if status == NtStatus.ABANDONED_WAIT_0:
            t.last_error = ERROR_ABANDONED_WAIT_0
        elif status:
            self._fail(t, status)
            if timeout == 0:
                self._m.polled_in_vain(t)
        return status

    def SetFileCompletionNotificationModes(self, FileHandle: Handle, Flags: int, /) -> int:
        t = self._enter()
        file = reference(t, handle_value(FileHandle), FileObject, 0)
        if isinstance(file, NtStatus):
            return self._fail(t, file)
        file.written()
        flags = dword(Flags) & 0xFF
        if flags & ~(SKIP_COMPLETION_PORT_ON_SUCCESS | SKIP_SET_EVENT_ON_HANDLE):
            return self._fail(t, NtStatus.INVALID_PARAMETER)
        file.skip_packet |= bool(flags & SKIP_COMPLETION_PORT_ON_SUCCESS)  # a mode that is set stays set
        file.skip_event |= bool(flags & SKIP_SET_EVENT_ON_HANDLE)
        return 1
