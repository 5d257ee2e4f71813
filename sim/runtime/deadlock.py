"""Deadlock at quiescence: who waits for what, held by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.iomgr.irp import IrpState
from alertable.kernel_model.ke.structures import ThreadState

if TYPE_CHECKING:
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel


def blocked_threads(k: Kernel) -> list[KThread]:
    """Threads that will never end by themselves: not daemons, not ended."""
    return [t for t in k.threads if not t.terminated and not t.daemon]


def laws(k: Kernel) -> tuple[str, ...]:
    """S8: no stuck state; S8b: no APC waits for a thread that will never wait alertably."""
    starved = any(t.user_apcs and (t.wait is None or not t.wait.alertable) for t in k.threads if not t.terminated)
    return ("S8b", "S8") if starved else ("S8",)


def describe(k: Kernel) -> str:
    """One line per blocked thread: the wait-for chain."""
    return "\n".join(_line(t) for t in k.threads if not t.terminated)


def _line(t: KThread) -> str:
    who = f"{t.label} (daemon)" if t.daemon else t.label
    if t.state is ThreadState.SUSPENDED:
        return f"{who} is suspended (count {t.suspend_count}); only ResumeThread could wake it"
    wait = t.wait
    if wait is None:
        return f"{who} has not ended"
    line = f"{who} waits in {wait.reason}{waited_for(t)}"
    if wait.alertable:
        line += ", alertable, no APC is queued"
    elif t.user_apcs:
        count = len(t.user_apcs)
        line += f", not alertable: {count} queued {'APC' if count == 1 else 'APCs'} cannot run"
    if t.irps:
        line += "; pending: " + ", ".join(f"{irp.major.value} on {irp.file.label}" for irp in t.irps)
    wakers = _wakers(t)
    return f"{line}; only {' or '.join(wakers)} could wake it" if wakers else line


def _wakers(t: KThread) -> list[str]:
    """What could still end the wait, if anybody or the network did it; holders are named already."""
    wait = t.wait
    assert wait is not None
    found: dict[str, None] = {}
    for obj in wait.objects:
        irp = next((irp for irp in t.irps if irp.event is obj), None)
        holder = obj.held_by()
        if irp is not None:
            found[f"the completion of its {irp.major.value} on {irp.file.label}"] = None
        elif holder is None:
            found[f"a signal of {obj.label}"] = None
    if wait.port is not None:
        found[f"a packet on {wait.port.label}"] = None
    if wait.alertable:
        found["an APC queued to it"] = None
        for irp in t.irps:
            if irp.apc_routine is not None:
                found[f"the completion of its {irp.major.value} on {irp.file.label}"] = None
    return list(found)


def waited_for(t: KThread) -> str:
    """The objects of its wait, with who holds them; begins with a space or is empty."""
    wait = t.wait
    assert wait is not None
    if wait.lock is not None:
        holders = [wait.lock.owner] if wait.lock.owner is not None else list(wait.lock.shared)
        return f" for {wait.lock.label} held by {', '.join(h.label for h in holders) or 'nobody'}"
    if wait.condition is not None:
        return f" on {wait.condition.label}; nobody is left to wake it"
    if wait.gate is not None:
        return f" for {wait.gate.label}"
    if not wait.objects:
        return ""
    parts = []
    for obj in wait.objects:
        pending = next((irp for irp in t.irps if irp.event is obj and irp.state is IrpState.PENDING), None)
        holder = obj.held_by()
        if pending is not None:
            parts.append(f"{pending.major.value} on {pending.file.label}")
        elif holder is t:
            parts.append(f"{obj.label} (itself)")
        elif holder is not None:
            parts.append(f"{obj.label} {'which is that thread' if holder is obj else 'held by ' + holder.label}")
        else:
            parts.append(obj.label)
    return (" for all of " if wait.all and len(parts) > 1 else " for ") + ", ".join(parts)
