"""The part of a program that nobody changes, written once: functions, classes and the globals that they name.

A function that stands where its name says, has no cells, no attributes and plain defaults is a *static*; so is a class whose
attributes are.  What a static reaches through names is followed once; then it is a token (a digest of all that is static there)
and its *leaves*: the objects with content that changes, and the globals that some function assigns.
Before each pass it is looked at, by identity, whether everything that was followed is still bound to what it was bound to.  If
not, it is followed again.
"""

from __future__ import annotations

import functools
from dis import get_instructions
from hashlib import blake2b
from itertools import chain
from operator import attrgetter, is_
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, Protocol

from alertable.sim.fingerprint.walker import HIGHEST, LOWEST, PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Space = dict[str, Any]
UNBOUND: Final = object()
_STATE: Final = attrgetter("__code__", "__defaults__", "__kwdefaults__", "__closure__")
_ATTRIBUTES: Final = attrgetter("__dict__")


class Facts(Protocol):
    """What has to be known of code and classes."""

    unseen: frozenset[str]  # attributes of classes that say nothing

    def digest(self, code: CodeType, /) -> bytes:
        """What the code does."""

    def names_of(self, code: CodeType, /) -> tuple[str, ...] | None:
        """The globals that it names; None if it may use any."""

    def is_foreign(self, kind: type, /) -> bool:
        """Is the class none of the program?"""

    def attributes(self, kind: type, /) -> Mapping[str, Any]:
        """What is in the class itself."""

    def home_of(self, kind: type, /) -> Space | None:
        """The namespace that it was made in."""

    def constant(self, thing: object, /) -> bytes | None:
        """What the thing is always written as, wherever it stands; None if it has content."""


class Followed:
    """What can be reached from one place: the token of what is static, and where the rest is found."""

    __slots__ = ("leaves", "token")

    def __init__(self, token: bytes, leaves: tuple[tuple[Space | None, Any], ...]) -> None:
        self.token = token
        self.leaves = leaves  # (namespace, name), or (None, object)


class Statics:
    """Those of one execution."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._clear()

    def _clear(self) -> None:
        self._followed: dict[Any, Followed | None] = {}
        self._kept: list[Any] = []
        self._spaces: dict[int, tuple[Space, dict[str, Any]]] = {}
        self._functions: dict[int, FunctionType] = {}
        self._classes: dict[int, tuple[Any, tuple[str, ...], tuple[Any, ...]]] = {}
        self._expected: list[Any] = []

    def begin(self) -> None:
        """A pass begins: is everything bound as it was?"""
        if not self._holds():
            self._clear()

    def _holds(self) -> bool:
        for space, bound in self._spaces.values():
            if not all(map(is_, map(space.get, bound, _unbound()), bound.values())):
                return False
        functions = self._functions.values()
        if not all(map(is_, chain.from_iterable(map(_STATE, functions)), self._expected)) or any(map(_ATTRIBUTES, functions)):
            return False
        for attributes, names, values in self._classes.values():
            if len(attributes) != len(names) or not all(map(is_, attributes.values(), values)) or tuple(attributes) != names:
                return False
        return True

    # ---- what walkers ask --------------------------------------------------------------------------------------------------

    def of_code(self, code: CodeType, space: Space) -> Followed | None:
        """What the code's globals lead to; None if it may name any."""
        key = code, id(space)
        if key not in self._followed:
            self._kept.append(space)
            self._followed[key] = self._follow([(code, space)])
        return self._followed[key]

    def of(self, thing: Any) -> Followed | None:  # noqa: ANN401 - a function or a class of the program
        """What it leads to, if it is static."""
        key = id(thing)
        if key not in self._followed:
            self._kept.append(thing)
            self._followed[key] = self._follow([thing]) if self._is_static(thing) else None
        return self._followed[key]

    # ---- following -----------------------------------------------------------------------------------------------------------

    def _is_static(self, thing: Any) -> bool:  # noqa: ANN401
        if type(thing) is FunctionType:
            return _is_bare(thing) and self._facts.names_of(thing.__code__) is not None and lasting(thing, thing.__globals__)
        if not isinstance(thing, type) or self._facts.is_foreign(thing):
            return False
        space = self._facts.home_of(thing)
        return space is not None and lasting(thing, space)

    def _follow(self, roots: list[Any]) -> Followed | None:
        """Everything static behind the roots, each thing once."""
        digest = blake2b(digest_size=16)
        leaves: list[tuple[Space | None, Any]] = []
        numbers: dict[int, int] = {}
        named: set[tuple[int, str]] = set()
        todo = list(roots)

        def value(thing: Any) -> None:  # noqa: ANN401
            constant = self._constant(thing)
            if constant is not None:
                digest.update(b"=%d;" % len(constant) + constant)
            elif (type(thing) is FunctionType or isinstance(thing, type)) and self._is_static(thing):
                if id(thing) not in numbers:
                    numbers[id(thing)] = len(numbers)
                    todo.append(thing)
                digest.update(b"s%d;" % numbers[id(thing)])
            else:
                inner = _parts(thing)
                if inner is None:
                    digest.update(b"l")
                    leaves.append((None, thing))
                    return
                digest.update(b"%d,%b;" % (len(inner), type(thing).__name__.encode()))
                for each in inner:
                    value(each)

        while todo:
            thing = todo.pop(0)
            if type(thing) is tuple:
                code, space = thing
            elif type(thing) is FunctionType:
                code, space = thing.__code__, thing.__globals__
                self._functions[id(thing)] = thing
                digest.update(b"f" + self._facts.digest(code))
                value(thing.__defaults__ or ())
                value(tuple(sorted((thing.__kwdefaults__ or {}).items())))
            else:
                attributes = self._facts.attributes(thing)
                self._classes[id(thing)] = attributes, tuple(attributes), tuple(attributes.values())
                digest.update(b"c" + f"{thing.__module__}.{thing.__qualname__}".encode("utf-8", "surrogatepass"))
                for each in (type(thing), *thing.__bases__):
                    value(each)
                for name, each in attributes.items():
                    if name not in self._facts.unseen:
                        digest.update(b"a%d;" % len(name) + name.encode("utf-8", "surrogatepass"))
                        value(each)
                continue
            names = self._facts.names_of(code)
            if names is None:
                return None
            written = stored_in(code)
            for name in names:
                if (id(space), name) in named:
                    continue
                named.add((id(space), name))
                digest.update(b"g%d;" % len(name) + name.encode("utf-8", "surrogatepass"))
                if name in written or name in self._assigned(space):
                    digest.update(b"d")
                    leaves.append((space, name))
                    continue
                bound = self._bind(space, name)
                if bound is UNBOUND:
                    digest.update(b"u")
                else:
                    value(bound)
        self._expected = list(chain.from_iterable(map(_STATE, self._functions.values())))
        return Followed(digest.digest(), tuple(leaves))

    def _bind(self, space: Space, name: str) -> Any:  # noqa: ANN401
        bound = self._spaces.setdefault(id(space), (space, {}))[1]
        bound[name] = space.get(name, UNBOUND)
        return bound[name]

    def _assigned(self, space: Space) -> frozenset[str]:
        """Names of the namespace that some function in it assigns."""
        key = "assigned", id(space)
        if key not in self._followed:
            names: set[str] = set()
            for each in list(space.values()):
                if type(each) is FunctionType and each.__globals__ is space:
                    names |= stored_in(each.__code__)
                elif isinstance(each, type) and not self._facts.is_foreign(each):
                    for attribute in self._facts.attributes(each).values():
                        if type(attribute) is FunctionType:
                            names |= stored_in(attribute.__code__)
            self._followed[key] = frozenset(names)  # type: ignore[assignment]  # of its own kind of key
        return self._followed[key]  # type: ignore[return-value]  # see above

    def _constant(self, thing: Any) -> bytes | None:  # noqa: ANN401
        """What has one encoding for ever; None for anything else."""
        kind = type(thing)
        if kind is int:
            return None if LOWEST <= thing < HIGHEST else b"i%d;" % thing
        if kind in PLAIN:
            return PLAIN[kind](thing)
        if kind is tuple and all(type(each) in PLAIN or type(each) is int for each in thing):
            parts = [self._constant(each) for each in thing]
            return None if None in parts else b"(%d;" % len(parts) + b"".join(filter(None, parts))
        return self._facts.constant(thing)


def _parts(thing: Any) -> tuple[Any, ...] | None:  # noqa: ANN401
    """What a wrapper around functions in a class wraps; None for what is none."""
    if type(thing) in (staticmethod, classmethod):
        return (thing.__func__,) if not set(thing.__dict__) - _COPIED else None
    if type(thing) is property:
        return thing.fget, thing.fset, thing.fdel
    return None


_COPIED: Final = {
    "__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__wrapped__", "__annotate__", "__type_params__",
}  # fmt: skip


def _is_bare(function: FunctionType) -> bool:
    """Has it nothing of its own that may change?"""
    values = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    plain = all(type(each) in PLAIN or type(each) is int for each in values)
    return plain and function.__closure__ is None and not function.__dict__


def lasting(thing: Any, space: Space) -> bool:  # noqa: ANN401
    """Does it stand in the namespace where its name says?"""
    found: Any = None
    for index, part in enumerate(thing.__qualname__.split(".")):
        if index == 0:
            found = space.get(part)
        elif isinstance(found, type):
            found = type.__dict__["__dict__"].__get__(found).get(part)
            if type(found) in (staticmethod, classmethod):
                found = found.__func__
        else:
            return False
    return found is thing


@functools.cache
def stored_in(code: CodeType) -> frozenset[str]:
    """Names of globals that the code, or a function in it, assigns."""
    names = {one.argval for one in get_instructions(code) if one.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= stored_in(constant)
    return frozenset(names)


def _unbound() -> Iterator[object]:
    while True:
        yield UNBOUND

