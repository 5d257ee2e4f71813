"""Instrumented code in the place of a program's own, for as long as somebody explores.

Functions that a program can reach (its globals, closures, classes, modules of its own) get, for the duration, the code object
that their source gives with hooks in it.  What has no source that fits keeps its own code; the threads of such a program are
explored as with `memory="shared"`, and the report says so.
"""

from __future__ import annotations

import ast
import functools
import linecache
import os
import sys
from contextlib import contextmanager
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.memory.hooks import install
from alertable.sim.memory.instrument import instrumented
from alertable.sim.runtime.own import is_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Key = tuple[str, int, str]

_exchanged: Final[list[tuple[int, ...]]] = []  # programs whose code is exchanged now
_codes: Final[dict[tuple[str, bool], tuple[float, dict[Key, list[CodeType]]]]] = {}
REWRITTEN: Final = "@pytest_ar"  # a global of modules whose asserts pytest has rewritten


def can_be_watched(filename: str) -> bool:
    """Is this a program's file, and is there source to put hooks into?"""
    return is_program(filename) and (not filename.startswith("<") or filename in linecache.cache)


def compiled(filename: str, source: bytes | str, *, asserts: bool = False) -> CodeType:
    """A file's code with hooks; whoever runs it needs them installed.  asserts: pytest has them say what was compared."""
    install()
    tree = ast.parse(source, filename)
    rewrite = getattr(sys.modules.get("_pytest.assertion.rewrite"), "rewrite_asserts", None) if asserts else None
    if rewrite is not None:
        rewrite(tree, source.encode() if isinstance(source, str) else source)
        for node in ast.walk(tree):  # what pytest puts in has no ends, and would get those of what is around it
            if getattr(node, "lineno", None) is not None and getattr(node, "end_lineno", None) is None:
                node.end_lineno, node.end_col_offset = node.lineno, node.col_offset  # type: ignore[attr-defined]  # it has both
    return instrumented(tree, filename)


class Swapped:
    """Whose code is exchanged; without: names of functions that have no source that fits."""

    def __init__(self) -> None:
        self._before: dict[FunctionType, CodeType] = {}
        self._seen: set[int] = set()
        self.without: dict[str, None] = {}

    def reach(self, things: Iterable[Any]) -> None:
        """Exchange the code of all functions that can be reached from these."""
        todo = list(things)
        roots = [getattr(thing, "program", thing) for thing in todo]
        while todo:
            thing = todo.pop()
            if id(thing) in self._seen:
                continue
            self._seen.add(id(thing))
            if isinstance(thing, FunctionType):
                if can_be_watched(thing.__code__.co_filename):
                    todo += self._behind(thing)
                    self._exchange(thing)
                elif hasattr(thing, "__wrapped__"):
                    todo.append(thing.__wrapped__)
                elif any(thing is root for root in roots):
                    self.without[thing.__qualname__] = None
            elif isinstance(thing, type):
                module = sys.modules.get(thing.__module__)
                if can_be_watched(getattr(module, "__file__", None) or "<"):
                    todo += [*thing.__dict__.values(), *thing.__bases__]
            else:
                todo += _inside(thing)

    @staticmethod
    def _behind(function: FunctionType) -> list[Any]:
        found: list[Any] = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        for cell in function.__closure__ or ():
            try:
                found.append(cell.cell_contents)
            except ValueError:
                continue  # not assigned yet
        names = _names(function.__code__)
        return found + [function.__globals__[name] for name in names if name in function.__globals__]

    def _exchange(self, function: FunctionType) -> None:
        code = function.__code__
        better = _code_for(code, asserts=REWRITTEN in function.__globals__)
        if better is None:
            self.without[function.__qualname__] = None
        elif better is not code:
            self._before[function] = code
            function.__code__ = better

    @property
    def said(self) -> tuple[str, ...]:
        """What a report has to say about it."""
        if not self.without:
            return ()
        who = ", ".join(self.without)
        return (f"switches between two statements, and data races: {who} has no source that fits (memory='shared' instead)",)

    def undo(self) -> None:
        """Everything as it was."""
        for function, code in self._before.items():
            function.__code__ = code


@contextmanager
def swapped(programs: Iterable[Any], *, precise: bool) -> Iterator[Swapped]:
    """The programs' functions with hooks meanwhile, if somebody wants to know."""
    exchange, these = Swapped(), tuple(map(id, programs))
    if not precise or these in _exchanged:
        yield exchange
        return
    install()
    try:
        exchange.reach(programs)
        exchange.reach(program.fresh(watched=True) for program in programs if hasattr(program, "fresh"))
        _exchanged.append(these)
        yield exchange
    finally:
        if these in _exchanged:
            _exchanged.remove(these)
        exchange.undo()


def adopted(functions: Sequence[Any]) -> None:
    """Functions that were made for one execution get code with hooks for good."""
    Swapped().reach(functions)


def _inside(thing: Any) -> list[Any]:  # noqa: ANN401 - anything that a program refers to
    """What may hold further functions of the program."""
    if isinstance(thing, MethodType):
        return [thing.__func__, thing.__self__]
    if isinstance(thing, staticmethod | classmethod):
        return [thing.__func__]
    if isinstance(thing, property):
        return [thing.fget, thing.fset, thing.fdel]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, list | tuple):
        return [each for each in thing if callable(each)]
    if isinstance(thing, dict):
        return [each for each in thing.values() if callable(each)]
    if isinstance(thing, ModuleType):
        return list(vars(thing).values()) if can_be_watched(getattr(thing, "__file__", None) or "<") else []
    inner = [getattr(thing, name, None) for name in ("program", "arguments", "python", "__wrapped__", "script", "held")]
    return [each for each in (*inner, type(thing)) if each is not None and each is not type]


def _names(code: CodeType) -> set[str]:
    """Names of globals that the code and the functions in it use."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _code_for(code: CodeType, *, asserts: bool) -> CodeType | None:
    """The code with hooks that belongs there; None if the source does not fit."""
    if "@attr" in code.co_names:
        return code
    better = _nearest(_codes_of(code.co_filename, asserts=asserts).get(_key(code), ()), code)
    if code.co_name.startswith("<"):
        return better or code
    if (
        better is None
        or better.co_freevars != code.co_freevars
        or better.co_varnames[: _arguments(code)] != code.co_varnames[: _arguments(code)]
    ):
        return None
    return better


def _arguments(code: CodeType) -> int:
    return code.co_argcount + code.co_kwonlyargcount


def _key(code: CodeType) -> Key:
    return code.co_qualname, code.co_firstlineno, code.co_name


def _nearest(candidates: Sequence[CodeType], code: CodeType) -> CodeType | None:
    """Of several functions in one line the one that stands there: lambdas have no names."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    return next((each for each in candidates if _extent(each) == _extent(code)), None)


def _extent(code: CodeType) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the code's text begins and ends."""
    places = [place for place in code.co_positions() if place[3]]
    starts = [(line, column) for line, _, column, _ in places if line is not None and column is not None]
    ends = [(line, column) for _, line, _, column in places if line is not None and column is not None]
    return min(starts, default=(0, 0)), max(ends, default=(0, 0))


def _codes_of(filename: str, *, asserts: bool) -> dict[Key, list[CodeType]]:
    """The code objects with hooks of a file, as it is now."""
    try:
        stamp = os.stat(filename).st_mtime
        linecache.checkcache(filename)
    except OSError:
        if filename not in linecache.cache:  # of a notebook or a doctest it has what was typed
            return {}
        stamp = 0.0
    known = _codes.get((filename, asserts))
    if known is None or known[0] != stamp:
        try:
            whole = compiled(filename, "".join(linecache.getlines(filename)), asserts=asserts)
        except (SyntaxError, ValueError):
            return {}
        by_key: dict[Key, list[CodeType]] = {}
        for key, code in _all(whole):
            by_key.setdefault(key, []).append(code)
        known = _codes[filename, asserts] = stamp, by_key
    return known[1]


def _all(code: CodeType) -> Iterator[tuple[Key, CodeType]]:
    yield _key(code), code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all(constant)
