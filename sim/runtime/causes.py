"""Why a program may do something else the second time: what of it outlives an execution, and what it uses.

Only what the program's own code names is looked at: globals, defaults, closures, attributes of functions and classes, caches,
also of the modules that it imports from beside it.  Library modules and this package are not the program's.
"""

from __future__ import annotations

import dis
import functools
import io
import random
import sys
import zlib
from collections.abc import Iterator, Sized
from operator import length_hint
from types import BuiltinFunctionType, CodeType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from alertable.sim.runtime.canonical import text
from alertable.sim.runtime.own import globals_of, is_own, is_own_module
from alertable.sim.runtime.whereabouts import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOWN: Final = 60  # characters of a value
NAMED: Final = 3  # causes in one message
CACHE: Final[Any] = functools._lru_cache_wrapper
ADVICE: Final = "no cause was found: look for state that outlives an execution, id(), hash(), set order, files and threads"

A_SET: Final = "BUILD_SET"
ORDER: Final = "in an order that is not the same every time"
ITERATES: Final = "GET_ITER"
# What a name stands for, where it is not what the simulated machine gives; the order is the order of suspicion.
SUSPECTS: Final[dict[str, str]] = {
    "id": "an address, which differs every time",
    "addressof": "an address, which differs every time",
    "Random": "dice; give them a seed within the program",
    "SystemRandom": "dice that nobody can throw again",
    "now": "the real clock", "utcnow": "the real clock", "today": "the real clock",
    **dict.fromkeys(("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"), "the real clock"),
    **dict.fromkeys(("process_time", "thread_time", "localtime", "gmtime", "clock_gettime"), "the real clock"),
    **dict.fromkeys(("CDLL", "PyDLL", "WinDLL", "OleDLL", "cdll", "windll", "pythonapi"), "a library outside the simulation"),
    **dict.fromkeys(("Thread", "start_new_thread", "ThreadPoolExecutor"), "real threads"),
    "open": "a file, which outlives an execution",
    **dict.fromkeys(("read_text", "write_text", "read_bytes", "write_bytes"), "a file, which outlives an execution"),
    **dict.fromkeys(("listdir", "scandir", "iterdir", "glob", "exists", "stat"), "what is on the disk"),
    **dict.fromkeys(("environ", "getenv", "putenv"), "the environment of the process"),
    **dict.fromkeys(("getrefcount", "get_objects", "WeakSet", "WeakKeyDictionary"), "how the interpreter keeps objects"),
    "hash": "a number that differs from process to process",
    "set": ORDER, "frozenset": ORDER, A_SET: ORDER,
}  # fmt: skip
HASHING: Final = ("hash", "set", "frozenset", A_SET)
GOES_THROUGH: Final = frozenset({"list", "tuple", "next", "iter", "enumerate", "zip", "map", "join", "pop"})
GLOBAL: Final = ("LOAD_GLOBAL", "LOAD_NAME")
ATTRIBUTE: Final = ("LOAD_ATTR", "LOAD_METHOD")
BUILT_IN: Final = frozenset({"id", "hash", "set", "frozenset", "open"})
TELLING_NAMES: Final = frozenset((*SUSPECTS, *GOES_THROUGH, *BUILT_IN))
TELLING_CODES: Final = frozenset(dis.opmap[name] for name in (A_SET, "SET_ADD", ITERATES))


class State(NamedTuple):
    """Something that outlives executions: what it is, how many entries it has (-1: it is no container), what is in it."""

    what: str
    size: int
    content: str


def remembered(programs: Sequence[Any]) -> dict[str, State]:
    """What the programs' code can reach and an execution does not make anew, by name, as it is now."""
    seen = _Walk()
    for program in programs:
        seen.program(program)
    return seen.states


def changed(before: dict[str, State], after: dict[str, State]) -> list[str]:
    """What is different now, a sentence each."""
    found = []
    for name, now in after.items():
        then = before.get(name)
        if then is not None and then.content == now.content:
            continue
        if then is None:
            was, is_now = "did not exist", _short(now.content)
        elif then.size != now.size and -1 not in (then.size, now.size):
            was, is_now = f"had {_entries(then.size)}", str(now.size)
        else:
            was, is_now = f"was {_short(then.content)}", _short(now.content)
        found.append(f"{name} ({now.what}) {was} before the first execution and {is_now} after it")
    return found


def changing(before: dict[str, State], after: dict[str, State]) -> list[str]:
    """Names of what is different now."""
    return [f"{name} ({now.what})" for name, now in after.items() if name not in before or before[name].content != now.content]


def suspicious(programs: Sequence[Any]) -> dict[str, str]:
    """Names in the programs' code that stand for something outside the simulation, each with the first place."""
    walk = _Walk()
    for program in programs:
        walk.program(program)
    found: dict[str, str] = {}
    for code, space in walk.code.values():
        for name, line in _names(code, space):
            found.setdefault(name, place(code, line))
    for name in walk.sets:
        found.setdefault(A_SET, name)
    return found


def hashing(names: dict[str, str]) -> list[str]:
    """Where code with these names may depend on hashes: it asks for them, or makes sets and goes through something."""
    return _told(names, HASHING) if "hash" in names or ITERATES in names else []


def _told(places: dict[str, str], wanted: Iterable[str]) -> list[str]:
    return [
        f"{'a set' if name == A_SET else name} at {places[name]} is {SUSPECTS[name]}" for name in wanted if name in places
    ]  # fmt: skip


def likely_cause(programs: Sequence[Any], before: dict[str, State], names: dict[str, str]) -> str:
    """A sentence about what makes the programs differ from one execution to the next: what has changed, then suspicious names."""
    found = [*changed(before, remembered(programs)), *_told(names, SUSPECTS)][:NAMED]
    return f"likely cause: {'; '.join(found)}" if found else ADVICE


class _Walk:
    """Everything that the code of programs names."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.code: dict[int, tuple[CodeType, dict[str, Any]]] = {}
        self.sets: list[str] = []  # names of such as code goes through
        self._met: dict[int, Any] = {}  # by id; the objects are kept, so that an id stays theirs
        self._fresh: tuple[dict[str, Any], str] | None = None

    def program(self, program: Any) -> None:  # noqa: ANN401 - anything callable
        """Begin here."""
        inner = getattr(program, "program", None)
        if inner is not None and hasattr(program, "arguments"):  # a Process
            for place, argument in enumerate(program.arguments):
                self._value(argument, f"argument {place + 1} of {program.__name__}", "an argument of a process")
            self.program(inner)
        elif hasattr(program, "as_loaded"):  # of a file
            self._fresh = (globals_of(program), str(program.path))
            self.code[id(program.code)] = (program.code, {})  # of the module, without what it defines
            self._callable(program.as_loaded)
        else:
            self._callable(program)

    def _callable(self, value: Any) -> None:  # noqa: ANN401 - anything callable
        if isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, MethodType):
            self._callable(value.__func__)
            self._value(value.__self__, f"the object of {value.__qualname__}", f"a {type(value.__self__).__name__}")
        elif isinstance(value, functools.partial):
            for place, argument in enumerate((*value.args, *value.keywords.values())):
                self._value(argument, f"argument {place + 1} of a partial", type(argument).__name__)
            self._callable(value.func)
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, CACHE):
            self._cache(value)
        elif not isinstance(value, BuiltinFunctionType):
            self._value(value, f"the {type(value).__name__} that is run", "an instance")
            self._class(type(value))

    # ---- code ----------------------------------------------------------------------------------------------------------------

    def _function(self, f: FunctionType) -> None:
        if id(f) in self._met or not is_own(f.__code__.co_filename):
            return
        self._met[id(f)] = f
        label = self._label(f)
        lives_on = not self._is_fresh(f.__globals__)
        names = f.__code__.co_varnames[: f.__code__.co_argcount]
        defaults = f.__defaults__ or ()
        by_name = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True)) | (f.__kwdefaults__ or {})
        for name, value in by_name.items():
            self._value(value, f"the default of {name!r} in {label}", _kind(value), lives_on)
        for name, value in f.__dict__.items():
            if name != "__wrapped__":
                self._value(value, f"{label}.{name}", "an attribute of a function", lives_on)
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            try:
                value = cell.cell_contents
            except ValueError:
                continue  # it is not bound yet
            self._value(value, f"{name!r} in the closure of {label}", _kind(value), lives_on)
        wrapped = f.__dict__.get("__wrapped__")
        if wrapped is not None:
            self._callable(wrapped)
        self._code(f.__code__, f.__globals__)

    def _code(self, code: CodeType, space: dict[str, Any]) -> None:
        """Whatever it names."""
        self.code[id(code)] = (code, space)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._code(constant, space)
        for name in code.co_names:
            if name in space:
                self._named(name, space[name], space, code)

    def _named(self, name: str, value: Any, space: dict[str, Any], code: CodeType) -> None:  # noqa: ANN401 - anything
        if isinstance(value, ModuleType):
            if is_own_module(value):
                for attribute in code.co_names:
                    if attribute in value.__dict__:
                        self._named(attribute, value.__dict__[attribute], value.__dict__, code)
            return
        label = f"{self._module(space)}.{name}"
        self._value(value, label, f"{_kind(value)} at module level", not self._is_fresh(space))

    # ---- values --------------------------------------------------------------------------------------------------------------

    def _value(self, value: Any, label: str, what: str, lives_on: bool = True) -> None:  # noqa: ANN401 - anything
        if isinstance(value, FunctionType):
            self._function(value)
            return
        if isinstance(value, CACHE):
            if lives_on:
                info = value.cache_info()
                self.states[label] = State("a cache of functools", info.currsize, repr(info))
            self._callable(value.__wrapped__)
            return
        if isinstance(value, type):
            self._class(value)
            return
        if isinstance(value, ModuleType | BuiltinFunctionType):
            return
        if id(value) not in self._met:
            self._met[id(value)] = value
            self._class(type(value))
        if isinstance(value, MethodType | functools.partial):
            self._callable(value)
        if isinstance(value, set | frozenset):
            self.sets.append(label)
        if lives_on:
            self.states[label] = State(what, _size(value), _content(value))

    def _cache(self, value: Any) -> None:  # noqa: ANN401 - a cache
        self._value(value, self._label(value.__wrapped__), "a cache of functools")

    def _class(self, kind: type) -> None:
        module = sys.modules.get(kind.__module__)
        file = getattr(module, "__file__", None) or (self._fresh[1] if self._fresh is not None else None)
        if id(kind) in self._met or not is_own(file) or kind.__module__ == "builtins":
            return
        self._met[id(kind)] = kind
        lives_on = module is not None and getattr(module, kind.__qualname__.partition(".")[0], None) is not None
        for name, value in list(vars(kind).items()):
            if name == "__hash__":  # it matters to whoever goes through a set, and that is seen there
                continue
            plain = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if isinstance(plain, property):
                for function in (plain.fget, plain.fset):
                    if function is not None:
                        self._callable(function)
            elif isinstance(plain, FunctionType):
                self._function(plain)
            elif not name.startswith("__") and not hasattr(type(plain), "__get__"):
                self._value(value, f"{self._module_of(kind)}.{kind.__qualname__}.{name}", "an attribute of a class", lives_on)
        for base in kind.__bases__:
            self._class(base)

    # ---- names ---------------------------------------------------------------------------------------------------------------

    def _is_fresh(self, space: dict[str, Any]) -> bool:
        return self._fresh is not None and space is self._fresh[0]

    def _module(self, space: dict[str, Any]) -> str:
        return str(space.get("__name__", "?")).rpartition(".")[2]

    def _module_of(self, kind: type) -> str:
        return kind.__module__.rpartition(".")[2]

    def _label(self, f: Any) -> str:  # noqa: ANN401 - a function, or a cache around one
        return f"{(f.__module__ or '').rpartition('.')[2]}.{f.__qualname__.rpartition('<locals>.')[2]}"


def _kind(value: Any) -> str:  # noqa: ANN401 - anything
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _size(value: Any) -> int:  # noqa: ANN401 - anything
    return len(value) if isinstance(value, Sized) and not isinstance(value, str | bytes) else -1


def _content(value: Any) -> str:  # noqa: ANN401 - anything
    """As text, also of what has a state that its repr does not show."""
    try:
        if isinstance(value, random.Random):
            return f"in state {zlib.crc32(repr(value.getstate()).encode()):08x}"
        if isinstance(value, GeneratorType):
            return "at its end" if value.gi_frame is None else f"at line {value.gi_frame.f_lineno}, {value.gi_frame.f_lasti}"
        if isinstance(value, io.IOBase):
            return "closed" if value.closed else f"at {value.tell()}"
        if isinstance(value, Iterator) and type(value).__module__ == "builtins":
            return f"with {length_hint(value)} left"
    except (OSError, ValueError, TypeError) as error:
        return type(error).__name__
    return text(value, _is_own_class)


def _is_own_class(kind: type) -> bool:
    module = sys.modules.get(kind.__module__)
    return kind.__module__ != "builtins" and (module is None or is_own(getattr(module, "__file__", None)))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _short(content: str) -> str:
    return content if len(content) <= SHOWN else f"{content[: SHOWN - 3]}..."


def _names(code: CodeType, space: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Suspicious names that the code uses, with their lines.  Most code has none, and taking it apart takes long."""
    if TELLING_NAMES.isdisjoint(code.co_names) and TELLING_CODES.isdisjoint(code.co_code[::2]):
        return
    line, constant = code.co_firstlineno, None
    for instruction in dis.get_instructions(code):
        position = instruction.positions  # starts_line is a number before 3.13, and a truth since
        line = position.lineno or line if position is not None else line
        operation, name = instruction.opname, instruction.argval
        if operation in ("BUILD_SET", "SET_ADD") or (operation == "GET_ITER" and isinstance(constant, frozenset)):
            yield A_SET, line
        constant = name if operation == "LOAD_CONST" else None
        if operation == "GET_ITER" or (operation in (*GLOBAL, *ATTRIBUTE) and name in GOES_THROUGH):
            yield ITERATES, line
        if operation in GLOBAL and name in BUILT_IN:
            if name not in space:
                yield name, line
        elif operation in (*GLOBAL, *ATTRIBUTE, "IMPORT_FROM") and name in SUSPECTS:
            yield name, line
