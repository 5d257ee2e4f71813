"""S20: waits get arrays that can be waited for; S20b: calls whose precondition fails silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.afd.endpoint import EndpointState
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread

MANY: Final = ("WaitForMultipleObjects", "WaitForMultipleObjectsEx", "WSAWaitForMultipleEvents", "MsgWaitForMultipleObjectsEx")
FAILED: Final = 2**32 - 1
WSAEINVAL: Final = 10022
WSAENOTCONN: Final = 10057


class WaitArray(Property):
    """1 to 64 valid handles; a select with something to wait for."""

    id = "S20"
    title = "a wait that cannot work"
    law = "Arrays of handles have 1 to 64 valid entries; select waits for at least one socket."
    source = "learn.microsoft.com WaitForMultipleObjects, select; libusb#612; gevent 8bd6e622"
    instead = "Wait in batches with a stop event, or use a completion port; for an empty select use Sleep"

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if function in MANY and result == FAILED:
            self.report(f"{function} of {t.label} failed with error {t.last_error} for {arguments[0]} handles")
        elif function == "select" and result == -1 and t.last_error == WSAEINVAL:
            self.report(f"select of {t.label} has three empty sets: it fails with WSAEINVAL and does not wait")


class ContextMissing(Property):
    """After AcceptEx and ConnectEx a socket is not quite connected until its context is updated."""

    id = "S20b"
    title = "the context of an AcceptEx socket was not updated"
    law = "shutdown, getpeername and their kin come after SO_UPDATE_ACCEPT_CONTEXT or SO_UPDATE_CONNECT_CONTEXT."
    source = "learn.microsoft.com AcceptEx, ConnectEx; nng#1598; pjsip#1001; S-78"
    instead = "setsockopt(SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT) with the listener first"

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if result != -1 or t.last_error != WSAENOTCONN:
            return
        e = self.named(t, arguments[0])
        if getattr(e, "state", None) is EndpointState.CONNECTED:
            self.report(f"{function} of {t.label} fails with WSAENOTCONN on {e.label}, which is connected")
