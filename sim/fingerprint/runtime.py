"""The runtime's part of a state: the machine, what user mode keeps for a process, peers, properties, data races.

What a machine counts (steps, decisions) is no part of it; neither are recorders, nor what is kept to be found faster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.iomgr.irp import Irp
from alertable.kernel_model.ob.object import KObject
from alertable.sim.fingerprint.kernel import LABEL, put
from alertable.sim.memory.monitor import Monitor
from alertable.sim.runtime.machine import Machine
from alertable.sim.runtime.process import Process
from alertable.sim.runtime.watch import Watch
from alertable.sim.trace.record import Recorder
from alertable.sim.trace.traced import TracedCell, TracedWinApi
from alertable.sim.win32.api import SimWinApi
from alertable.sim.win32.callback import Routine
from alertable.sim.win32.interlocked import InterlockedDoor, Memory, Number, SimInterlocked
from alertable.sim.win32.memory import Block, Overlapped, Region, UserMemory
from alertable.sim.win32.peer import Bytes, Peer, RemoteEndpoint

if TYPE_CHECKING:
    from alertable.sim.fingerprint.kernel import Pass
    from alertable.sim.fingerprint.walker import Handler
    from alertable.specs.properties.base import Property

CONSTANT: Final = (Machine, Watch, Recorder, Monitor, SimWinApi, TracedWinApi, UserMemory, InterlockedDoor)


# ---- objects ----------------------------------------------------------------------------------------------------------------


def _constant(kind: type) -> Handler:
    data = b"<%b>" % kind.__name__.encode()
    return lambda walker, _value: walker.raw(data)


def _region(walker: Any, region: Region) -> None:  # noqa: ANN401 - a Pass, here and below
    walker.raw(b"R")
    walker.add(region.block)
    walker.plain(region.address - region.block.base)
    walker.plain(region.length)


def _block(walker: Any, block: Block) -> None:  # noqa: ANN401
    """Memory of the program: the object that owns it, or that it is gone."""
    walker.raw(b"B%d,%d,%d,%d;" % (block.alive, block.freed, block.writable, block.size))
    if block.held is not None:
        walker.add(block.held)
        walker.plain(block.offset)
    elif block.owner is not None:
        walker.add(block.owner())
    elif block.alive and block.base:
        walker.address(block.base)


def _overlapped(walker: Any, overlapped: Overlapped) -> None:  # noqa: ANN401
    walker.raw(b"O")
    walker.add(overlapped.block)
    walker.plain(overlapped.address - overlapped.block.base)
    _used(walker, overlapped)


def _used(walker: Any, overlapped: Overlapped) -> None:  # noqa: ANN401
    """What footprints of later calls depend on: was it asked about, and which file did an operation use it on?"""
    walker.raw(b"a" if overlapped.asked else b"-")
    walker.plain(overlapped.file.label if overlapped.file is not None else "")


def _bytes(walker: Any, memory: Bytes) -> None:  # noqa: ANN401
    walker.raw(b"Y")
    walker.plain(bytes(memory.data))


def _routine(walker: Any, routine: Routine) -> None:  # noqa: ANN401
    walker.raw(b"U")
    walker.add(routine.function)
    walker.add(routine._mask)
    walker.plain(len(routine._convert))


def _peer(walker: Any, peer: RemoteEndpoint) -> None:  # noqa: ANN401
    """A remote endpoint: its socket, and how its last call ended."""
    walker.raw(b"P")
    walker.add(peer._e)
    walker.add(peer._listener)
    walker.add(peer.was_reset)


def _process(walker: Any, process: Process) -> None:  # noqa: ANN401
    walker.raw(b"S")
    walker.add(process.program)
    walker.add(process.arguments)


def _cell(walker: Any, cell: SimInterlocked) -> None:  # noqa: ANN401
    walker.raw(b"I")
    walker.plain(cell.name)
    walker.add(cell._number)


def _number(walker: Any, number: Number) -> None:  # noqa: ANN401
    walker.raw(b"N")
    walker.add(number.value)


def _memory(walker: Any, memory: Memory) -> None:  # noqa: ANN401
    walker.raw(b"M")
    walker.add(memory.region)
    walker.add(memory.kind)


CONTENT: Final[dict[type, Handler]] = {
    Region: _region, Block: _block, Overlapped: _overlapped, Bytes: _bytes, Routine: _routine, RemoteEndpoint: _peer,
    Process: _process, Peer: _process, SimInterlocked: _cell, TracedCell: _cell, Number: _number, Memory: _memory,
}  # fmt: skip
IN_PLACE: Final[dict[type, Handler]] = {kind: _constant(kind) for kind in CONSTANT}


# ---- the machine ------------------------------------------------------------------------------------------------------------


def add_machine(walker: Pass) -> None:
    """How far the execution is, apart from what threads are doing."""
    m = walker.machine
    walker.raw(b"%d%d%d%d;" % (m.finished, m.aftermath, m.over, m.to_the_end))
    for violation in (m.violation, m.pending):
        walker.plain("" if violation is None else f"{violation.id}: {violation.message}")
    for t in sorted(m.leaving, key=LABEL):
        walker.plain(t.label)
        walker.plain(m.leaving[t].code)
    walker.raw(b".")
    for t in sorted(m.followed, key=LABEL):
        walker.plain(t.label)
    walker.raw(b".")
    walker.add(m.results)
    for t in sorted(m.running, key=LABEL):
        walker.add(m.routines.get(t))


# ---- user mode --------------------------------------------------------------------------------------------------------------


def add_locks(walker: Pass, api: SimWinApi) -> None:
    """Locks and condition variables by the memory that they are in, and who made how many."""
    for process in sorted(api._locks, key=LABEL):
        walker.plain(process.label)
        for address, (lock, block) in sorted(api._locks[process].entries.items(), key=lambda item: item[1][0].key):
            walker.add(lock)
            walker.add(block)
            walker.plain(address - block.base)
    walker.raw(b".")
    for t in sorted(api._named, key=LABEL):
        walker.plain(t.label)
        walker.plain(api._named[t])
    walker.raw(b".")
    awake = [(address, each) for address, each in api._conditions.items() if each.sleepers]
    for address, condition in sorted(awake, key=lambda item: str(item[1].sleepers[0].thread.label)):
        walker.address(address)
        walker.add(condition)
    walker.raw(b".")
    for name in sorted(api._thunks):
        walker.plain(name)
        walker.add(api._thunks[name])


def add_overlapped(walker: Pass, api: SimWinApi) -> None:
    """What is known of OVERLAPPEDs of the program that no operation uses; after all memory has been met, which orders them."""
    found = []
    for address, each in api._memory._overlapped.items():
        place = walker.place(address)
        if place is not None and (each.asked or each.file is not None):
            found.append((place, each))
    for (number, offset), each in sorted(found, key=lambda item: item[0]):
        walker.raw(b"o%d+%d;" % (number, offset))
        _used(walker, each)
        if walker.machine.memory is not None:
            walker.number(each)  # it keeps a clock


# ---- properties -------------------------------------------------------------------------------------------------------------


def add_watch(walker: Pass, watch: Watch | None) -> None:
    """What the properties remember."""
    if watch is None:
        return
    if watch.state is not None:
        walker.add(watch.state.marks)
    if watch.operations is not None:
        _operations(walker, watch.operations)
    for one in watch.properties:
        walker.plain(one.id)
        _remembered(walker, one)


def _operations(walker: Pass, operations: Any) -> None:  # noqa: ANN401 - Operations
    """Those that are open: looked up by the OVERLAPPED, the oldest first."""
    for each in sorted(operations.open.values(), key=lambda each: _name(each[0].irp)):
        for operation in each:
            walker.add(operation.irp)
            walker.raw(b"f" if operation.freed else b"-")
        walker.raw(b",")
    walker.raw(b".")


def _remembered(walker: Pass, one: Property) -> None:
    """By name; collections that the property goes through in no order by labels."""
    essence = one.essence()
    for name in sorted(essence):
        walker.plain(name)
        value = essence[name]
        if isinstance(value, dict) and value and all(isinstance(key, KObject | Irp) for key in value):
            for key in sorted(value, key=_name):
                walker.add(key)
                walker.add(value[key])
            walker.raw(b".")
        elif isinstance(value, set | frozenset) and all(isinstance(key, KObject | Irp) for key in value):
            for key in sorted(value, key=_name):
                walker.add(key)
            walker.raw(b".")
        else:
            put(walker, value)
    walker.raw(b".")


def _name(key: Any) -> tuple[str, int]:  # noqa: ANN401 - an Irp or a KObject
    return (key.thread.label, key.number) if type(key) is Irp else (key.label, 0)
