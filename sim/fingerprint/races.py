"""What decides data races from here on: which accesses are not known to be over, and who and what knows of which.

Vector clocks are numbers that only grow; of them matters only whether a thread, or a thing that one thread leaves for another,
knows of an access.  An access that every thread of the process knows of cannot race with anything any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alertable.kernel_model.handoff import VectorClocks
from alertable.sim.fingerprint.kernel import LABEL
from alertable.sim.memory.monitor import Element

if TYPE_CHECKING:
    from alertable.kernel_model.handoff import Clock
    from alertable.sim.fingerprint.kernel import Pass
    from alertable.sim.memory.races import Access, Location
    from alertable.sim.memory.spaces import Space


def add_races(walker: Pass) -> None:
    """The accesses that could still race, by what they touched; then what each thing that keeps a clock knows of them."""
    monitor, clocks = walker.machine.memory, walker.kernel.handoff
    if monitor is None or not isinstance(clocks, VectorClocks):
        return
    open_: list[Access] = []
    alive = [t for t in sorted(walker.kernel.threads, key=LABEL) if not t.terminated]
    for process in walker.kernel.processes:
        knowing = [clocks.of(t) for t in alive if t.process is process]
        space = monitor._spaces.get(process)
        if space is not None:
            _add_space(walker, space, knowing, open_)
        walker.raw(b";")
    module = monitor._spaces.get(None)
    everybody = [clocks.of(t) for t in alive]
    if module is not None:
        _add_space(walker, module, everybody, open_)
    for thing in sorted(monitor._globals.values(), key=lambda thing: thing.name):
        _add_thing(walker, thing, everybody, open_)
    if open_:
        _add_clocks(walker, clocks, open_)


def _add_space(walker: Pass, space: Space, knowing: list[Clock], open_: list[Access]) -> None:
    met = []
    for ident, thing in space._things.items():
        number = walker.known(ident)
        if number is not None and thing.locations and (thing.ref is None or thing.ref() is not None):
            met.append((number, thing))
    for number, thing in sorted(met, key=lambda item: item[0]):
        _add_thing(walker, thing, knowing, open_, b"t%d;" % number)


def _add_thing(
    walker: Pass, thing: Any, knowing: list[Clock], open_: list[Access], number: bytes = b"",  # noqa: ANN401 - a Thing
) -> None:  # fmt: skip
    """A thing is told of only where an access is open: others may be what is left of an object whose place another has."""
    told = False
    for place, location in sorted(thing.locations.items(), key=lambda item: _place_name(item[0])):
        accesses = [each for each in _accesses(location) if any(clock.get(each.ordinal, 0) < each.count for clock in knowing)]
        if not accesses:
            continue
        if not told:
            walker.raw(number)
            walker.plain(thing.name)  # footprints name it so
            told = True
        _add_place(walker, place)
        for each in accesses:
            knows = b"".join([b"1" if clock.get(each.ordinal, 0) >= each.count else b"0" for clock in knowing])
            walker.plain(each.thread)
            walker.raw(b"%d%d%b;" % (each.write, each.atomic, knows))
            open_.append(each)


def _accesses(location: Location) -> list[Access]:
    found = [] if location.write is None else [location.write]
    for kept in (location.reads, location.atomics):
        if kept:
            found += sorted(kept.values(), key=lambda access: access.thread)
    return found


def _place_name(place: Any) -> tuple[str, str]:  # noqa: ANN401 - see Thing
    if type(place) is Element:
        key = place.key
        return "element", repr(key) if type(key) in (int, str, bytes, bool) else ""
    return type(place).__name__, str(place)


def _add_place(walker: Pass, place: Any) -> None:  # noqa: ANN401 - see Thing
    if type(place) is Element:
        walker.raw(b"e")
        walker.add(place.key)
    elif type(place) is tuple:
        walker.raw(b"m%d,%d;" % place)
    else:
        walker.plain(place)


def _add_clocks(walker: Pass, clocks: VectorClocks, open_: list[Access]) -> None:
    """Which of the accesses each thing knows of that the pass has met."""
    known = []
    for ident, (_, clock) in clocks._kept.items():
        number = walker.known(ident)
        if number is None:
            continue
        knows = 0
        for place, access in enumerate(open_):
            if clock.get(access.ordinal, 0) >= access.count:
                knows |= 1 << place
        if knows:
            known.append((number, knows))
    for number, knows in sorted(known):
        walker.raw(b"k%d,%x;" % (number, knows))
