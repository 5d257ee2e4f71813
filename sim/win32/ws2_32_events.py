"""ws2_32: WSAEventSelect, WSAEnumNetworkEvents, WSAAsyncSelect.

Rejects: FD_QOS and later events in the mask are accepted and never happen.
Sources: learn.microsoft.com WSAEventSelect, WSAEnumNetworkEvents, WSAAsyncSelect (S-94 to S-107).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.async_select import WindowSelection
from alertable.kernel_model.afd.event_select import EventSelection, enumerate_events, select
from alertable.kernel_model.ke.event import KEvent
from alertable.kernel_model.ob.handle_table import reference
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.win32k.window import find_window
from alertable.sim.win32.door import Handle, dword, handle_value, signed
from alertable.sim.win32.errormap import wsa_error
from alertable.sim.win32.ws2_32_door import SOCKET_ERROR, WSAEFAULT, WSAEINVAL, Ws2Door

if TYPE_CHECKING:
    from alertable.sim.win32.memory import Pointer

FD_MAX_EVENTS: Final = 10


class Ws2Events(Ws2Door):
    """Network events."""

    __slots__ = ()

    def WSAEventSelect(self, s: Handle, hEventObject: Handle, lNetworkEvents: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        mask, handle = signed(lNetworkEvents), handle_value(hEventObject)
        event = reference(t, handle, KEvent, 0) if handle else None
        if isinstance(event, NtStatus) or (event is None and mask):
            return self._error(t, WSAEINVAL)
        select(self._k, e, EventSelection(event, mask) if event is not None and mask else None)
        return 0

    def WSAAsyncSelect(self, s: Handle, hWnd: Handle, wMsg: int, lEvent: int, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        mask, window = signed(lEvent), handle_value(hWnd)
        if mask and find_window(self._k, window) is None:
            return self._error(t, WSAEINVAL)
        select(self._k, e, WindowSelection(window, dword(wMsg), mask, handle_value(s), wsa_error) if mask else None)
        return 0

    def WSAEnumNetworkEvents(self, s: Handle, hEventObject: Handle, lpNetworkEvents: Pointer, /) -> int:
        t = self._enter()
        e = self._socket(t, s)
        if e is None:
            return SOCKET_ERROR
        size = 4 + 4 * FD_MAX_EVENTS
        record_at = self._memory.region(lpNetworkEvents, size) if lpNetworkEvents is not None else None
        if record_at is None:
            return self._error(t, WSAEFAULT)
        handle = handle_value(hEventObject)
        event = reference(t, handle, KEvent, 0) if handle else None
        if isinstance(event, NtStatus):
            return self._fail_wsa(t, event)
        record, errors = enumerate_events(self._k, e, event)
        codes = [wsa_error(errors.get(1 << bit, 0)) for bit in range(FD_MAX_EVENTS)]
        record_at.write(0, struct.pack(f"<i{FD_MAX_EVENTS}i", record, *codes))
        if not record:
            self._m.polled_in_vain(t)
        return 0
