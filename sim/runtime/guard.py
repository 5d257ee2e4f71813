"""The guard: a program under simulation that reaches for real time, threads, sockets or dice gets a clear error.

Patched while an execution runs; a call counts only if it comes from a simulated thread, so that the tools around the
program (pytest, hypothesis) go on working.  Functions are forbidden either when the program itself calls them, or, where any use
would escape the simulation, however deep the call is.  A log line is fair: logging gets the virtual time.
Differs: F-009 a threading lock made before the execution, and a function that ctypes found before it, are not seen by the guard.
"""

from __future__ import annotations

import builtins
import sys
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from greenlet import getcurrent

from alertable.kernel_model.core import BOOT_TIME_100NS
from alertable.sim.runtime.calendar import stand_ins
from alertable.sim.runtime.carrier import Carrier
from alertable.sim.runtime.forbidden import FORBIDDEN, FOREIGN, Forbidden
from alertable.sim.runtime.outcome import ForbiddenCall
from alertable.sim.runtime.own import is_program, own_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.sim.runtime.machine import Machine

MODULES: Final = frozenset(module.partition(".")[0] for module, *_ in FORBIDDEN)
BUILTINS: Final = "builtins"
UNIX_100NS: Final = 116_444_736_000_000_000  # 1970 since 1601

_ACTIVE: list[Machine] = []
_SPACES: list[int] = []  # ids of the namespaces that an outer guard has replaced names in
_ORIGINALS: Final[dict[tuple[str, str], tuple[Any, str, Any]]] = {}  # (holder, name, original)
_MADE: Final[dict[tuple[str, str], tuple[Any, Any]]] = {}  # guards of earlier executions: (original, guard)
_CALENDAR: Final[list[tuple[Any, Any]]] = []  # what is real in datetime, and what programs get; made once
INHERITED: Final = object()  # instead of an original: the holder had none of its own
_GUARDS: Final[dict[int, tuple[Any, Any]]] = {}  # id of the original -> (original, guard)


@contextmanager
def guarded(machine: Machine, namespaces: list[dict[str, Any]]) -> Iterator[None]:
    """Forbid real time and friends to the threads of this machine.

    namespaces: globals of the programs; names that hold a forbidden function (`from time import sleep`) are replaced too, by the
    outermost guard also in the modules that the programs import from beside them.
    """
    if not _ACTIVE:
        _patch()
        namespaces = [*namespaces, *(module.__dict__ for module in own_modules(namespaces))]
    _ACTIVE.append(machine)
    replaced = []
    new = [space for space in namespaces if id(space) not in _SPACES]
    _SPACES.extend(map(id, new))
    for space in new:
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
        del _SPACES[len(_SPACES) - len(new) :]
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
            if _ACTIVE and name.partition(".")[0] in MODULES:
                _guard_loaded()
            if _ACTIVE and name == "datetime" and _called_by_program(sys._getframe(1)):
                return _GUARDS[id(module)][1]
            return module

        _ORIGINALS[BUILTINS, "__import__"] = (builtins, "__import__", original)
        builtins.__import__ = guarding_import


def _guard_loaded() -> None:
    for forbidden in (*FORBIDDEN, *FOREIGN):
        key = forbidden.module, forbidden.attribute
        if key in _ORIGINALS or forbidden.module not in sys.modules:
            continue
        try:
            holder, name = _holder(*key)
            original = getattr(holder, name)
        except AttributeError:
            continue  # the module is still being imported; it is looked at again when it is complete
        made = _MADE.get(key)
        if made is None or made[0] is not original:
            made = _MADE[key] = (original, _guard(original, forbidden))
        _ORIGINALS[key] = (holder, name, original if name in vars(holder) else INHERITED)
        _GUARDS[id(original)] = made
        setattr(holder, name, made[1])
    if not _CALENDAR:
        _CALENDAR.extend(stand_ins(_guard))
    _GUARDS.update((id(real), (real, stand_in)) for real, stand_in in _CALENDAR)


def _unpatch() -> None:
    for holder, name, original in _ORIGINALS.values():
        if original is INHERITED:
            delattr(holder, name)
        else:
            setattr(holder, name, original)
    _ORIGINALS.clear()
    _GUARDS.clear()


def _guard(original: Callable[..., Any], forbidden: Forbidden) -> Callable[..., Any]:
    given, virtual = forbidden.given, VIRTUAL.get((forbidden.module, forbidden.attribute))

    @wraps(original)
    def guard(*arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - whatever the original takes
        if _in_simulated_thread():
            caller = sys._getframe(1)
            if forbidden.deep or _called_by_program(caller):
                values = (*arguments, *keywords.values())
                is_plain = not given or len(values) < given or values[given - 1] is None
                if is_plain and not (forbidden.public and values[-1].startswith("_")):
                    raise ForbiddenCall(f"{forbidden.name}() does not exist under simulation; use {forbidden.instead}")
            elif virtual is not None and caller.f_globals.get("__name__") == "logging":
                return virtual()
        return original(*arguments, **keywords)

    return guard


def _virtual_ns() -> int:
    """What the simulated machine would say, in nanoseconds since 1970."""
    return (BOOT_TIME_100NS - UNIX_100NS + _ACTIVE[-1].kernel.told_time_100ns()) * 100


VIRTUAL: Final[dict[tuple[str, str], Callable[[], float]]] = {
    ("time", "time"): lambda: _virtual_ns() / 1e9,
    ("time", "time_ns"): _virtual_ns,
}


def _in_simulated_thread() -> bool:
    machine = _ACTIVE[-1] if _ACTIVE else None
    t = machine.current if machine is not None else None
    return t is not None and type(t.carrier) is Carrier and t.carrier.greenlet is getcurrent()


def _called_by_program(frame: Any) -> bool:  # noqa: ANN401 - a frame
    file = frame.f_code.co_filename
    return is_program(file) and not file.startswith("<frozen")
