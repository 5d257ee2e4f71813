"""What stands between two steps: threads with their queues and pending operations, the network, the timers, who may move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alertable.kernel_model.afd.endpoint import AfdEndpoint
from alertable.kernel_model.iomgr.irp import IrpState
from alertable.kernel_model.ke.kqueue import CompletionPort
from alertable.kernel_model.ke.structures import Dispatcher, ThreadState
from alertable.sim.runtime.deadlock import waited_for
from alertable.sim.runtime.whereabouts import line_of
from alertable.sim.trace.record import apc_text, segment_text
from alertable.sim.trace.traced import TracedWinApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.ob.object import KObject
    from alertable.sim.runtime.machine import Machine
    from alertable.sim.view.sources import Sources
    from alertable.sim.win32.api import SimWinApi

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Standing:
    """A thread: what it does or waits for, at which line; routines that are queued to it, operations that it has pending."""

    thread: str
    does: str
    where: str
    queued: tuple[str, ...]
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """enabled: who may move next, the default first; follows: whom the schedule takes, empty at its end."""

    step: int
    time_ms: float
    threads: tuple[Standing, ...]
    in_flight: tuple[str, ...]
    timers: tuple[str, ...]
    objects: tuple[str, ...]
    enabled: tuple[str, ...]
    follows: str


def state_of(machine: Machine, api: SimWinApi, follows: str) -> State:
    """Of a machine that is about to decide who moves."""
    k = machine.kernel
    return State(
        step=machine.steps,
        time_ms=k.now_100ns / 10_000,
        threads=tuple(_standing(t, api) for t in k.threads),
        in_flight=tuple(f"{flow.label} {', '.join(map(segment_text, flow.segments))}" for flow in k.wire),
        timers=tuple(f"{entry.label} due at {entry.due_100ns / 10_000:g} ms" for entry in sorted(k.timers) if entry.live),
        objects=tuple(f"{obj.label} {text}" for obj in _objects(k) if (text := _content(obj))),
        enabled=tuple(option.label for option in machine.options(machine.current if _goes_on(machine) else None)),
        follows=follows,
    )


def _goes_on(machine: Machine) -> bool:
    ready = machine.kernel.ready
    return bool(ready) and ready[0] is machine.current and not ready[0].yielding


def _standing(t: KThread, api: SimWinApi) -> Standing:
    pending = tuple(f"{irp.major.value} on {irp.file.label}" for irp in t.irps if irp.state is IrpState.PENDING)
    return Standing(t.label, _does(t, api), line_of(t), tuple(map(apc_text, t.user_apcs)), pending)


def _does(t: KThread, api: SimWinApi) -> str:
    if t.terminated:
        return f"has ended, exit code {t.exit_code}"
    if t.state is ThreadState.SUSPENDED:
        return f"is suspended (count {t.suspend_count})"
    if t.wait is not None:
        return f"waits in {t.wait.reason}{waited_for(t)}{', alertable' if t.wait.alertable else ''}"
    call = api.about_to_call(t) if isinstance(api, TracedWinApi) else ""
    if call:
        return f"is about to call {call}"
    return "is about to end" if t.routine_over else "goes on" if line_of(t) else "has not begun"


def _objects(k: Kernel) -> Iterator[KObject]:
    """What handles name, each once, in the order in which it was made."""
    seen: dict[KObject, None] = {}
    for process in k.processes:
        for obj, _ in process.handles.values():
            seen[obj] = None
    yield from seen


def _content(obj: KObject) -> str:
    """What an object holds that somebody may come for; empty for nothing."""
    if isinstance(obj, CompletionPort):
        return f"{len(obj.packets)} packet(s)" if obj.packets else ""
    if isinstance(obj, AfdEndpoint):
        parts = (
            (len(obj.received), "byte(s) received"), (len(obj.datagrams), "datagram(s)"), (len(obj.accept_queue), "to accept"),
            (int(obj.fin_received), "FIN received"),
        )  # fmt: skip
        return ", ".join(f"{count} {what}" if what != "FIN received" else what for count, what in parts if count)
    holder = obj.held_by() if isinstance(obj, Dispatcher) else None
    if holder is not None and holder is not obj:
        return f"held by {holder.label}"
    return "signalled" if isinstance(obj, Dispatcher) and holder is None and obj.signal_state > 0 else ""


def state_lines(state: State, sources: Sources) -> Iterator[str]:
    """For people, with the lines of the programs beside the threads."""
    yield f"after step {state.step}, at {state.time_ms:g} ms:"
    for t in state.threads:
        yield f"  {t.thread}: {t.does}"
        if t.where and not t.does.startswith("has ended"):
            yield f"{INDENT}{t.where}: {sources.line(t.where)}".rstrip(" :")
        for what, entries in (("queued", t.queued), ("pending", t.pending)):
            if entries:
                yield f"{INDENT}{what}: {', '.join(entries)}"
    for what, entries in (("in flight", state.in_flight), ("timers", state.timers), ("objects", state.objects)):
        if entries:
            yield f"  {what}: {'; '.join(entries)}"
    yield f"  may move next: {', '.join(state.enabled) or 'nobody'}"
    if state.follows:
        yield f"  the schedule goes on with: {state.follows}"
