"""kernel32: overlapped I/O on sockets, results, cancellation.

Models:  ReadFile(Ex), WriteFile(Ex), GetOverlappedResult(Ex), CancelIo, CancelIoEx on sockets.
Rejects: files, pipes, devices; synchronous ReadFile and WriteFile; CancelSynchronousIo.
Sources: learn.microsoft.com ReadFileEx, GetOverlappedResult, CancelIo, CancelIoEx (K-62 to K-67, S-56 to S-59).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.datagram import read_datagram, write_datagram
from alertable.kernel_model.afd.endpoint import AfdEndpoint
from alertable.kernel_model.afd.read import read_stream
from alertable.kernel_model.afd.write import write_stream
from alertable.kernel_model.iomgr.cancel import cancel_io, cancel_io_ex
from alertable.kernel_model.iomgr.irp import FileObject, Irp, Major
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ke.structures import Dispatcher
from alertable.kernel_model.ke.wait import wait_for_single_object
from alertable.kernel_model.ob.handle_table import lookup, reference
from alertable.kernel_model.ob.object import KObject
from alertable.kernel_model.status import NtStatus
from alertable.sim.win32.door import Callback, Door, Handle, dword, handle_value, timeout_100ns
from alertable.sim.win32.errormap import dos_error
from alertable.sim.win32.memory import EMPTY, Overlapped, Pointer, Region, address_of

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.sim.win32.callback import Routine

PENDING = NtStatus.PENDING
ERROR_IO_INCOMPLETE = 996
ERROR_NOACCESS = 998


class Kernel32Io(Door):
    """I/O by handle."""

    __slots__ = ()

    # ---- starting ------------------------------------------------------------------------------------------------------

    def ReadFile(
        self, hFile: Handle, lpBuffer: Pointer, nNumberOfBytesToRead: int, lpNumberOfBytesRead: Pointer, lpOverlapped: Pointer, /
    ) -> int:
        return self._transfer(
            "ReadFile", Major.READ, hFile, lpBuffer, nNumberOfBytesToRead, lpNumberOfBytesRead, lpOverlapped, None
        )

    def WriteFile(
        self,
        hFile: Handle,
        lpBuffer: Pointer,
        nNumberOfBytesToWrite: int,
        lpNumberOfBytesWritten: Pointer,
        lpOverlapped: Pointer,
        /,
    ) -> int:
        return self._transfer(
            "WriteFile", Major.WRITE, hFile, lpBuffer, nNumberOfBytesToWrite, lpNumberOfBytesWritten, lpOverlapped, None
        )

    def ReadFileEx(
        self, hFile: Handle, lpBuffer: Pointer, nNumberOfBytesToRead: int, lpOverlapped: Pointer, lpCompletionRoutine: Callback, /
    ) -> int:
        return self._transfer_ex(
            "ReadFileEx", Major.READ, hFile, lpBuffer, nNumberOfBytesToRead, lpOverlapped, lpCompletionRoutine
        )

    def WriteFileEx(
        self,
        hFile: Handle,
        lpBuffer: Pointer,
        nNumberOfBytesToWrite: int,
        lpOverlapped: Pointer,
        lpCompletionRoutine: Callback,
        /,
    ) -> int:
        return self._transfer_ex(
            "WriteFileEx", Major.WRITE, hFile, lpBuffer, nNumberOfBytesToWrite, lpOverlapped, lpCompletionRoutine
        )

    def _transfer_ex(
        self, function: str, major: Major, handle: Handle, buffer: Pointer, count: int, lpOverlapped: Pointer, callback: Callback
    ) -> int:
        routine = self._routine(callback)
        if routine is None:
            self._not_modelled(function, "a NULL completion routine")
        return self._transfer(function, major, handle, buffer, count, None, lpOverlapped, routine)

    def _transfer(
        self, function: str, major: Major, handle: Handle, lpBuffer: Pointer, count: int, lpDone: Pointer, lpOverlapped: Pointer,
        routine: Routine | None,
    ) -> int:  # fmt: skip
        t = self._enter()
        e = reference(t, handle_value(handle), FileObject, 0)
        if isinstance(e, NtStatus):
            return self._fail(t, e)
        assert isinstance(e, AfdEndpoint)
        e.written()
        if not address_of(lpOverlapped):
            if e.overlapped or routine is not None:
                return self._fail(t, NtStatus.INVALID_PARAMETER)
            self._not_modelled(function, "a socket without the overlapped attribute")
        overlapped = self._memory.overlapped(lpOverlapped)
        length = dword(count)
        buffer = EMPTY if not length else self._memory.region(lpBuffer, length, major is Major.READ)
        if overlapped is None or buffer is None:
            t.last_error = ERROR_NOACCESS
            return 0
        irp = self._file_irp(t, e, major, buffer, overlapped, routine)
        if isinstance(irp, NtStatus):
            return self._fail(t, irp)
        if major is Major.READ:
            status = read_stream(self._k, e, irp, may_pend=True) if e.stream else read_datagram(self._k, e, irp, may_pend=True)
        else:
            status = write_stream(self._k, e, irp, may_pend=True) if e.stream else write_datagram(self._k, e, irp, None)
        if routine is not None and status in (NtStatus.SUCCESS, PENDING):
            t.last_error = 0  # ReadFileEx and WriteFileEx: nonzero whether pending or not (K-65)
            return 1
        if status:
            return self._fail(t, status)
        if address_of(lpDone):
            self._memory.store_u32(lpDone, irp.information)
        return 1

    def _file_irp(
        self, t: KThread, e: AfdEndpoint, major: Major, buffer: Region, overlapped: Overlapped, routine: Routine | None
    ) -> Irp | NtStatus:
        event = None
        handle = overlapped.event
        if routine is None and handle & ~1:
            found = reference(t, handle & ~1, KEvent, 0)
            if isinstance(found, NtStatus):
                return found
            event = found
        elif routine is not None and e.port is not None:
            return NtStatus.INVALID_PARAMETER  # a port and a routine exclude each other (K-62)
        overlapped.used(t, e)
        irp = Irp(t, e, major, [buffer], 0, overlapped, event, routine, dos_error if routine is not None else None)
        irp.quiet = routine is None and bool(handle & 1)
        return irp

    # ---- results -------------------------------------------------------------------------------------------------------

    def GetOverlappedResult(
        self, hFile: Handle, lpOverlapped: Pointer, lpNumberOfBytesTransferred: Pointer, bWait: int, /
    ) -> int:
        return self._overlapped_result(
            "GetOverlappedResult", hFile, lpOverlapped, lpNumberOfBytesTransferred, None if bWait else 0, False
        )

    def GetOverlappedResultEx(
        self, hFile: Handle, lpOverlapped: Pointer, lpNumberOfBytesTransferred: Pointer, dwMilliseconds: int, bAlertable: int, /
    ) -> int:
        timeout = timeout_100ns(dwMilliseconds)
        return self._overlapped_result(
            "GetOverlappedResultEx", hFile, lpOverlapped, lpNumberOfBytesTransferred, timeout, bool(bAlertable)
        )

    def _overlapped_result(
        self, function: str, handle: Handle, lpOverlapped: Pointer, lpDone: Pointer, timeout: int | None, alertable: bool
    ) -> int:
        t = self._enter()
        overlapped = self._memory.overlapped(lpOverlapped) if address_of(lpOverlapped) else None
        if overlapped is None:
            self._need(function, lpOverlapped, 32)
            return 0
        named = lookup(t, handle_value(handle))
        if named is not None:
            named[0].read()
        status = overlapped.status(t)
        if status == PENDING and timeout != 0:
            waited = self._wait_overlapped(t, handle, overlapped, timeout, alertable, function)
            if waited:
                return self._fail(t, waited)  # WAIT_TIMEOUT and WAIT_IO_COMPLETION are last errors here (K-64)
            status = overlapped.status(t)
        if status == PENDING:
            self._m.polled_in_vain(t)
            t.last_error = ERROR_IO_INCOMPLETE
            return 0
        self._k.handoff.acquire(overlapped)
        self._need(function, lpDone, 4).write(0, (overlapped.internal_high & 0xFFFFFFFF).to_bytes(4, "little"))
        error = dos_error(status)
        if error:
            t.last_error = error
            return 0
        return 1

    def _wait_overlapped(
        self, t: KThread, handle: Handle, overlapped: Overlapped, timeout: int | None, alertable: bool, function: str
    ) -> int:
        """Wait for hEvent, or else for the file, which any other operation on it signals too (bug zoo A03)."""
        target: KObject | NtStatus = reference(t, (overlapped.event & ~1) or handle_value(handle), KObject, 0)
        if isinstance(target, NtStatus):
            return target
        if not isinstance(target, Dispatcher):
            return NtStatus.OBJECT_TYPE_MISMATCH
        return self._finish_wait(wait_for_single_object(self._k, t, target, timeout, alertable, function))

    def _result(self, t: KThread, handle: Handle, overlapped: Overlapped, wait: bool, function: str) -> int:
        """The status of an operation, after waiting for it if asked to (S-22)."""
        if wait and overlapped.status(t) == PENDING:
            self._wait_overlapped(t, handle, overlapped, None, False, function)
        self._k.handoff.acquire(overlapped)
        return overlapped.status(t)

    # ---- cancelling ----------------------------------------------------------------------------------------------------

    def CancelIo(self, hFile: Handle, /) -> int:
        t = self._enter()
        file = reference(t, handle_value(hFile), FileObject, 0)
        if isinstance(file, NtStatus):
            return self._fail(t, file)
        file.written()
        cancel_io(self._k, t, file)
        return 1

    def CancelIoEx(self, hFile: Handle, lpOverlapped: Pointer, /) -> int:
        t = self._enter()
        file = reference(t, handle_value(hFile), FileObject, 0)
        if isinstance(file, NtStatus):
            return self._fail(t, file)
        file.written()
        iosb = None
        if address_of(lpOverlapped):
            iosb = self._memory.overlapped(lpOverlapped)
            if iosb is None:
                return self._fail(t, NtStatus.NOT_FOUND)
        status = cancel_io_ex(self._k, file, iosb)
        return self._fail(t, status) if status else 1
