"""What must hold: sanitizers by id, marks, and properties of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.specs.properties.base import Property
from alertable.specs.properties.data_race import DataRace
from alertable.specs.properties.marks import mark
from alertable.specs.properties.s01_freed_in_flight import FreedInFlight
from alertable.specs.properties.s02_context_freed import ContextFreed
from alertable.specs.properties.s03_overlapped_reused import OverlappedReused, SharedSignal
from alertable.specs.properties.s04_buffer_touched import BufferTouched
from alertable.specs.properties.s05_exactly_once import ExactlyOnce
from alertable.specs.properties.s06_result_discipline import ResultDiscipline
from alertable.specs.properties.s07_data_lost import DataLost
from alertable.specs.properties.s09_wait_results import WaitResults
from alertable.specs.properties.s10_apc_safety import ApcSafety
from alertable.specs.properties.s11_lock_order import LockOrder
from alertable.specs.properties.s12_progress import Progress
from alertable.specs.properties.s13_cancel_contract import CancelContract
from alertable.specs.properties.s14_thread_exit import ThreadExit
from alertable.specs.properties.s15_handle_hygiene import HandleHygiene
from alertable.specs.properties.s16_graceful_close import GracefulClose
from alertable.specs.properties.s17_edge_trigger import EdgeTrigger
from alertable.specs.properties.s18_status_attribution import StatusAttribution
from alertable.specs.properties.s19_armed_channel import ArmedChannel
from alertable.specs.properties.s20_wait_array import ContextMissing, WaitArray
from alertable.specs.properties.s21_signal_accounting import SignalAccounting
from alertable.specs.properties.s22_packet_authenticity import PacketAuthenticity
from alertable.specs.properties.s23_lock_not_held import LockNotHeld
from alertable.specs.properties.temporal import Sometimes, State, Temporal, always, eventually, sometimes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ALL", "DEFAULT", "SANITIZERS", "Property", "Sometimes", "State", "Temporal", "always", "eventually", "mark", "select",
    "sometimes",
]  # fmt: skip

SANITIZERS: Final[Mapping[str, type[Property]]] = {
    kind.id: kind
    for kind in (
        FreedInFlight, ContextFreed, OverlappedReused, SharedSignal, BufferTouched, ExactlyOnce, ResultDiscipline, DataLost,
        WaitResults, ApcSafety, LockOrder, Progress, CancelContract, ThreadExit, HandleHygiene, GracefulClose,
        EdgeTrigger, StatusAttribution, ArmedChannel, WaitArray, ContextMissing, SignalAccounting, PacketAuthenticity,
        LockNotHeld, DataRace,
    )
}  # fmt: skip
ALWAYS: Final = ("S8", "S8b")  # deadlock and starved APCs count in every search
DEFAULT: Final = tuple(name for name, kind in SANITIZERS.items() if kind.default)
ALL: Final = tuple(SANITIZERS)


def select(specs: Iterable[Any]) -> tuple[Property, ...]:
    """Fresh properties for ids and for properties of users; ValueError for an id that there is not."""
    chosen = []
    for spec in specs:
        if isinstance(spec, Property):
            chosen.append(spec.fresh())
        elif isinstance(spec, str) and spec in SANITIZERS:
            chosen.append(SANITIZERS[spec]())
        elif not isinstance(spec, str) or spec not in ALWAYS:
            raise ValueError(f"specs: {spec!r} does not exist; there are {', '.join([*SANITIZERS, *ALWAYS])}, and properties")
    return tuple(chosen)
