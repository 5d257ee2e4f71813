"""The guard: a program under simulation that reaches for real time, threads, sockets or dice gets a clear error.

Patched while an execution runs; a call counts only if it comes from a simulated thread, so that the tools around the
program (pytest, hypothesis, logging) go on working.  Functions are forbidden either when the program itself calls them,
or, where any use would escape the simulation, however deep the call is.
Differs: F-009 the clock of datetime and a threading lock made before the execution are not seen by the guard.
"""

from __future__ import annotations

import builtins
import sys
import sysconfig
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent

from sim.runtime.carrier import Carrier
from sim.runtime.outcome import ForbiddenCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.runtime.machine import Machine

CLOCK: Final = "w.GetTickCount64() (virtual milliseconds)"
DICE: Final = "hypothesis to draw the value, or random.Random(seed)"
THREADS: Final = "w.CreateThread"
LOCKS: Final = "w.EnterCriticalSection, w.AcquireSRWLockExclusive or w.CreateMutexW"
SOCKETS: Final = "w.WSASocketW and its kin"

CLOCKS: Final = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
DRAWS: Final = (
    "random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "getrandbits", "randbytes", "gauss",
)  # fmt: skip
# (module, attribute, what to use instead, even when called deep inside a library)
FORBIDDEN: Final[tuple[tuple[str, str, str, bool], ...]] = (
    ("time", "sleep", "w.Sleep(milliseconds)", True),
    *(("time", name, CLOCK, False) for name in CLOCKS),
    ("threading", "Thread.start", THREADS, True),
    ("threading", "Lock", LOCKS, False),
    ("threading", "RLock", LOCKS, False),
    ("threading", "Condition.__init__", "w.SleepConditionVariableCS", False),
    ("threading", "Event.__init__", "w.CreateEventW", False),
    ("threading", "Semaphore.__init__", "w.CreateSemaphoreW", False),
    ("threading", "Barrier.__init__", "w.CreateEventW and w.Interlocked", False),
    ("queue", "Queue.__init__", "a list under a critical section", False),
    ("socket", "socket.__init__", SOCKETS, True),
    ("select", "select", "w.select", True),
    ("subprocess", "Popen.__init__", "another program of the same run", True),
    ("multiprocessing.process", "BaseProcess.start", "another program of the same run", True),
    ("asyncio", "run", "the Win32 API itself", True),
    *(("random", name, DICE, False) for name in DRAWS),
    ("os", "urandom", DICE, False),
    ("uuid", "uuid4", DICE, False),
    ("uuid", "uuid1", DICE, False),
    *(("secrets", name, DICE, False) for name in ("token_bytes", "token_hex", "randbelow", "choice")),
)  # fmt: skip
MODULES: Final = frozenset(module.partition(".")[0] for module, *_ in FORBIDDEN)
BUILTINS: Final = "builtins"
LIBRARIES: Final = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
OWN: Final = ("sim", "kernel_model", "winapi", "alertable")

_ACTIVE: list[Machine] = []
_ORIGINALS: Final[dict[tuple[str, str], tuple[Any, str, Any]]] = {}  # (holder, name, original)
_MADE: Final[dict[tuple[str, str], tuple[Any, Any]]] = {}  # guards of earlier executions: (original, guard)
_GUARDS: Final[dict[int, tuple[Any, Any]]] = {}  # id of the original -> (original, guard)


@contextmanager
def guarded(machine: Machine, namespaces: list[dict[str, Any]]) -> Iterator[None]:
    """Forbid real time and friends to the threads of this machine.

    namespaces: globals of the programs; names that hold a forbidden function (`from time import sleep`) are replaced too.
    """
    if not _ACTIVE:
        _patch()
    _ACTIVE.append(machine)
    replaced = []
    for space in namespaces:
        for name, value in [(name, value) for name, value in space.items() if id(value) in _GUARDS]:
            original, guard = _GUARDS[id(value)]
            if original is value:
                replaced.append((space, name, value))
                space[name] = guard
    try:
        yield
    finally:
        for space, name, value in replaced:
            space[name] = value
        _ACTIVE.pop()
        if not _ACTIVE:
            _unpatch()


def _holder(module: str, attribute: str) -> tuple[Any, str]:
    holder: Any = sys.modules[module]
    *path, name = attribute.split(".")
    for part in path:
        holder = getattr(holder, part)
    return holder, name


def _patch() -> None:
    """Guard what is imported; what a program imports while it runs is guarded then."""
    _guard_loaded()
    if (BUILTINS, "__import__") not in _ORIGINALS:
        original = builtins.__import__

        def guarding_import(name: str, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the original
            module = original(name, *arguments, **keywords)
            if name.partition(".")[0] in MODULES and _ACTIVE:
                _guard_loaded()
            return module

        _ORIGINALS[BUILTINS, "__import__"] = (builtins, "__import__", original)
        builtins.__import__ = guarding_import


def _guard_loaded() -> None:
    for module, attribute, instead, deep in FORBIDDEN:
        if (module, attribute) in _ORIGINALS or module not in sys.modules:
            continue
        try:
            holder, name = _holder(module, attribute)
            original = getattr(holder, name)
        except AttributeError:
            continue  # the module is still being imported; it is looked at again when it is complete
        made = _MADE.get((module, attribute))
        if made is None or made[0] is not original:
            name_ = f"{module}.{attribute.removesuffix('.__init__').removesuffix('.start')}"
            made = _MADE[module, attribute] = (original, _guard(original, name_, instead, deep))
        guard = made[1]
        _ORIGINALS[module, attribute] = (holder, name, original)
        _GUARDS[id(original)] = (original, guard)
        setattr(holder, name, guard)


def _unpatch() -> None:
    for holder, name, original in _ORIGINALS.values():
        setattr(holder, name, original)
    _ORIGINALS.clear()
    _GUARDS.clear()


def _guard(original: Callable[..., Any], name: str, instead: str, deep: bool) -> Callable[..., Any]:
    @wraps(original)
    def guard(*arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - whatever the original takes
        if _in_simulated_thread() and (deep or _called_by_program(sys._getframe(1))):
            raise ForbiddenCall(f"{name}() does not exist under simulation; use {instead}")
        return original(*arguments, **keywords)

    return guard


def _in_simulated_thread() -> bool:
    machine = _ACTIVE[-1] if _ACTIVE else None
    t = machine.current if machine is not None else None
    return t is not None and type(t.carrier) is Carrier and t.carrier.greenlet is getcurrent()


def _called_by_program(frame: Any) -> bool:  # noqa: ANN401 - a frame
    name = frame.f_globals.get("__name__", "")
    return name.partition(".")[0] not in OWN and not frame.f_code.co_filename.startswith(LIBRARIES)
