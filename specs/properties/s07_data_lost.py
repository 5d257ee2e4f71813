"""S7: what a completed receive put into memory is looked at before the memory is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.iomgr.irp import Major
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket, KApc, KThread

RESULTS: Final = ("GetOverlappedResult", "WSAGetOverlappedResult", "GetOverlappedResultEx")


class DataLost(Property):
    """Opt-in: a program may read InternalHigh itself, which nobody sees."""

    id = "S7"
    title = "received data thrown away"
    law = "The bytes of a completed receive are asked for before its OVERLAPPED is freed or used again."
    source = "CPython bpo-33694; Ladybird#5045; mypy#21228"
    instead = "After a cancellation take the result (GetOverlappedResult with bWait) and use the bytes if there are any"

    def __init__(self) -> None:
        self._pended: dict[Irp, None] = {}  # of the others the call itself says how many bytes there are
        self._unseen: dict[int, Irp] = {}  # address of the OVERLAPPED -> completed with data

    def irp_pended(self, irp: Irp) -> None:
        if irp.iosb is not None:
            self._pended[irp] = None
            self._dropped(irp.iosb.address, "is used for another operation")

    def irp_completed(self, irp: Irp) -> None:
        if irp in self._pended:
            del self._pended[irp]
            assert irp.iosb is not None
            if irp.major is Major.READ and irp.information:
                self._unseen[irp.iosb.address] = irp

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if function in RESULTS:
            self._unseen.pop(arguments[1], None)

    def apc_delivered(self, t: KThread, apc: KApc) -> None:
        self._seen()

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        self._seen()

    def _seen(self) -> None:
        told = self.operations.told
        if told is not None:
            self._unseen.pop(told.address, None)

    def released(self, block: Any) -> None:
        for irp in self._unseen.values():
            if getattr(irp.iosb, "block", None) is block:
                self._lost(irp, "is freed")  # it stays: a frame that dies with its thread is judged at the end

    def quiescent(self) -> None:
        for irp in self._unseen.values():
            self._lost(irp, "is left at the end")

    def _dropped(self, at: int, how: str) -> None:
        irp = self._unseen.pop(at, None)
        if irp is not None:
            self._lost(irp, how)

    def _lost(self, irp: Irp, how: str) -> None:
        self.report(f"{irp.information} bytes that arrived on {irp.file.label} were never looked at: their OVERLAPPED {how}")
