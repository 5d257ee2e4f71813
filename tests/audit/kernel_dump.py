"""The state of a kernel as plain text, by structure: two kernels that no program can tell apart have the same dump.

Objects are named by their labels, or by the place where the walk from the kernel meets them first; addresses of the program's
memory by the order in which they are met.  `SKIPPED` and `UNORDERED` say, with reasons, what nobody can observe.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from enum import Enum
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alertable.kernel_model.kernel import Kernel
    from alertable.sim.win32.api import SimWinApi

SKIPPED: Final[Mapping[str, str]] = {
    "Core.trace": "the observer",
    "Core.clock_read": "of the search",
    "Core.outcomes": "dumped as its budgets",
    "Core.timer_sequence": "orders what is due at one time, any of which may come first",
    "TimerEntry.sequence": "the same",
    "Core.live_timers": "counts what is listed",
    "KThread.ordinal": "the order of creation, for sorting only",
    "KThread.carrier": "the runtime's",
    "KThread.attended_step": "the runtime's",
    "KThread.polled_since": "the runtime's",
    "KThread.vain_polls": "the runtime's",
    "KThread.yielding": "the runtime's",
    "KThread.wait_status": "until the thread runs again it says what its next step does, which is compared; then nothing",
}
UNORDERED: Final[Mapping[str, str]] = {
    "Core.ready": "whoever is ready may be next",
    "Kernel.wire": "any flow may be next",
    "Core.timers": "by due time; the order within one is nobody's",
    "Kernel.threads": "in the order of creation, looked up by identifier",
    "Kernel.processes": "the same",
    "Kernel.flows": "in the order of creation; only its end goes through them",
    "RtlLock.waiting": "any of them may come next (law 1)",
    "RtlLock.shared": "shared holders have no order",
    "AfdEndpoint.polls": "all of them are told in one step",
    "Gate.waits": "all of them are let in in one step",
}
OBSERVER: Final = "alertable.kernel_model.footprint"
ADDRESSES: Final = 1 << 32  # numbers from here on are addresses, or handles of windows, which are small enough
PLAIN: Final = (bool, float, str, bytes, type(None))


def kernel_dump(kernel: Kernel, api: SimWinApi) -> str:
    """The kernel, and what user mode keeps beside it: locks and condition variables."""
    return Dump().of(kernel, api)


class Dump:
    """One walk."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._named: dict[int, str] = {}
        self._addresses: dict[int, str] = {}
        self._open: list[tuple[str, Any]] = []

    def of(self, kernel: Kernel, api: SimWinApi) -> str:
        """Everything that can be reached."""
        self._named[id(kernel)] = "kernel"
        self._open.append(("kernel", kernel))
        for thread in sorted(kernel.threads, key=lambda t: t.label):
            self._value(thread, thread.label)
        locks = sorted((lock for table in api._locks.values() for lock, _ in table.entries.values()), key=lambda lock: lock.key)
        for lock in locks:
            self._value(lock, f"lock {lock.key}")
        if kernel.outcomes is not None:
            self._lines.append(f"budgets = {sorted(kernel.outcomes.budgets.items())}")
        while self._open:
            name, obj = self._open.pop(0)
            self._object(name, obj)
        return "\n".join(self._lines)

    def _object(self, name: str, obj: Any) -> None:
        """Its slots, one a line."""
        for cls in type(obj).__mro__:
            if cls.__module__ == OBSERVER:
                continue
            for slot in sorted(cls.__dict__.get("__slots__", ())):
                full = f"{cls.__name__}.{slot}"
                if slot.startswith("__") or full in SKIPPED or not hasattr(obj, slot):
                    continue
                value = getattr(obj, slot)
                if type(value).__module__ == OBSERVER:
                    continue
                if full in UNORDERED or (slot == "waiters" and not obj.takes()):
                    text = self._unordered(value, f"{name}.{slot}")
                elif full == "CompletionPacket.overlapped" and value:
                    text = self._address(value)
                else:
                    text = self._value(value, f"{name}.{slot}")
                self._lines.append(f"{name}.{slot} = {text}")

    def _unordered(self, value: Any, place: str) -> str:
        items = list(value.items()) if isinstance(value, Mapping) and not isinstance(value, OrderedDict) else list(value)
        items.sort(key=self._sort_key)
        texts = [self._value(item, f"{place}[{i}]") for i, item in enumerate(items) if getattr(item, "live", True)]
        return f"{{{', '.join(texts)}}}"

    def _sort_key(self, item: Any) -> tuple[int, str]:
        """By what everybody sees of it: when it is due, whose it is, its label."""
        if isinstance(item, tuple):
            item = item[0]
        if isinstance(item, int | str):
            return 0, str(item)
        waiters = getattr(getattr(item, "event", None), "waiters", ())  # of a poll
        thread = getattr(item, "thread", None) or next((wait.thread for wait in waiters), None)
        return getattr(item, "due_100ns", 0), str(getattr(thread, "label", None) or getattr(item, "label", ""))

    def _value(self, value: Any, place: str) -> str:
        """A text for the value; objects are named here and written down later."""
        if isinstance(value, Enum) and not isinstance(value, int):
            return value.name
        if isinstance(value, PLAIN):
            return repr(value)
        if isinstance(value, int):
            return self._address(value) if value >= ADDRESSES else str(int(value))
        if isinstance(value, bytearray):
            return repr(bytes(value))
        if isinstance(value, tuple | list | deque):
            return f"({', '.join(self._value(item, f'{place}[{i}]') for i, item in enumerate(value))})"
        if isinstance(value, Mapping):
            pairs = list(value.items())
            if all(isinstance(key, int | str | tuple) for key in value):
                pairs.sort(key=lambda pair: str(pair[0]))
            return f"{{{', '.join(self._pair(key, item, place, i) for i, (key, item) in enumerate(pairs))}}}"
        if isinstance(value, FunctionType | MethodType):
            return value.__qualname__
        return self._reference(value, place)

    def _address(self, value: int) -> str:
        """The how manieth it is.  On Windows addresses may be as small as handle values: not all are told by their size."""
        return self._addresses.setdefault(value, f"address {len(self._addresses)}")

    def _pair(self, key: Any, item: Any, place: str, index: int) -> str:
        known = self._value(key, f"{place}[{index}]")
        return f"{known}: {self._value(item, f'{place}[{known}]')}"

    def _reference(self, obj: Any, place: str) -> str:
        name = self._named.get(id(obj))
        if name is not None:
            return f"<{name}>"
        module = type(obj).__module__
        if not module.startswith("alertable.kernel_model"):
            address = getattr(obj, "address", None)
            return f"{type(obj).__name__} {self._address(address) if isinstance(address, int) else ''}".rstrip()
        if type(obj).__name__ == "Process":
            return place
        label = getattr(obj, "label", None)
        name = f"{label} ({type(obj).__name__})" if isinstance(label, str) else place
        self._named[id(obj)] = name
        self._open.append((name, obj))
        return f"<{name}>"


def difference(one: str, other: str) -> str:
    """The first lines that differ."""
    left, right = one.splitlines(), other.splitlines()
    missing = [f"- {line[:200]}" for line in left if line not in right][:4]
    extra = [f"+ {line[:200]}" for line in right if line not in left][:4]
    return "\n".join([*missing, *extra]) or "the order of the objects"
