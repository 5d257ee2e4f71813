"""The part of a program that nobody changes, written once: functions, classes and the globals that they name.

A function that stands where its name says, has no cells, no attributes and plain defaults is a *static*; so is a class whose
attributes are.  What a static reaches through names is followed once; then it is a token (a digest of all that is static there)
and its *leaves*: the objects with content that changes, and the globals that some function assigns.
Before each pass it is looked at, by identity, whether everything that was followed is still bound to what it was bound to.  If
not, what was bound to something else is a leaf from then on, and everything is followed again.
"""

from __future__ import annotations

import functools
from dis import get_instructions
from hashlib import blake2b
from itertools import chain, repeat
from operator import attrgetter, is_
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, Protocol

from alertable.sim.fingerprint.walker import ABOVE_MASKS, HIGHEST, LOWEST, MASKS, PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

Space = dict[str, Any]
UNBOUND: Final = object()
DATA: Final = frozenset({*PLAIN, int, tuple})  # attributes of classes that may get another value
_STATE: Final = attrgetter("__code__", "__defaults__", "__kwdefaults__", "__closure__")
PARTS: Final = 4
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

    def __init__(self, token: bytes, leaves: tuple[tuple[Mapping[str, Any], str], ...]) -> None:
        self.token = token
        self.leaves = leaves


class Statics:
    """Those of one execution."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._most = 0  # functions that are kept
        self.restless: set[str] = set()  # names that were seen to be bound anew, functions that were given attributes
        self._clear()

    def _clear(self) -> None:
        self._followed: dict[Any, Followed | None] = {}
        self._kept: list[Any] = []
        self._bound: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}  # what is static in namespaces and in classes
        self._functions: dict[int, FunctionType] = {}
        self._classes: dict[int, tuple[Mapping[str, Any], tuple[str, ...]]] = {}
        self._expected: list[Any] = []

    def begin(self) -> None:
        """A pass begins: is everything bound as it was?  Modules of executions that are over are let go of at times."""
        if len(self._functions) > self._most or not self._holds():
            self._note_changes()
            self._clear()

    def _holds(self) -> bool:
        for mapping, bound in self._bound.values():
            if not all(map(is_, map(mapping.get, bound, repeat(UNBOUND)), bound.values())):
                return False
        functions = self._functions.values()
        if not all(map(is_, chain.from_iterable(map(_STATE, functions)), self._expected)) or any(map(_ATTRIBUTES, functions)):
            return False
        return all(tuple(attributes) == names for attributes, names in self._classes.values())

    def _note_changes(self) -> None:
        for mapping, bound in self._bound.values():
            self.restless |= {name for name, value in bound.items() if mapping.get(name, UNBOUND) is not value}
        for index, function in enumerate(self._functions.values()):
            state = self._expected[index * PARTS : (index + 1) * PARTS]
            if function.__dict__ or not all(map(is_, _STATE(function), state)):
                self.restless.add(function.__qualname__)

    # ---- what walkers ask --------------------------------------------------------------------------------------------------

    def of_code(self, code: CodeType, space: Space) -> Followed | None:
        """What the code's globals lead to; None if it may name any."""
        key = id(code), id(space)
        if key not in self._followed:
            self._kept += code, space
            self._followed[key] = self._follow((code, space))
        return self._followed[key]

    def of(self, thing: Any) -> Followed | None:  # noqa: ANN401 - a function or a class of the program
        """What it leads to, if it is static."""
        key = id(thing)
        if key not in self._followed:
            self._kept.append(thing)
            self._followed[key] = self._follow(thing) if self.is_static(thing) else None
        return self._followed[key]

    # ---- following -----------------------------------------------------------------------------------------------------------

    def is_static(self, thing: Any) -> bool:  # noqa: ANN401
        if type(thing) is FunctionType:
            known = thing.__qualname__ not in self.restless and self._facts.names_of(thing.__code__) is not None
            return known and _is_bare(thing) and lasting(thing, thing.__globals__)
        if not isinstance(thing, type) or self._facts.is_foreign(thing):
            return False
        space = self._facts.home_of(thing)
        return space is not None and lasting(thing, space)

    def _follow(self, root: Any) -> Followed | None:  # noqa: ANN401 - a function, a class, or code with its namespace
        """Everything static behind the root, each thing once."""
        one = _Following(self)
        todo = one.todo
        todo.append(root)
        while todo:
            thing = todo.pop(0)
            if isinstance(thing, type):
                attributes = self._facts.attributes(thing)
                self._classes[id(thing)] = attributes, tuple(attributes)
                one.say(b"c", f"{thing.__module__}.{thing.__qualname__}")
                for each in (type(thing), *thing.__bases__):
                    one.base(each)
                for name in attributes:
                    if name not in self._facts.unseen:
                        one.name(attributes, name, leaf=type(attributes[name]) in DATA)
                continue
            code, space = thing if type(thing) is tuple else (thing.__code__, thing.__globals__)
            if type(thing) is FunctionType:
                self._functions[id(thing)] = thing
                one.say(b"f" + self._facts.digest(code))
                one.value(thing.__defaults__ or ())
                one.value(tuple(chain.from_iterable((thing.__kwdefaults__ or {}).items())))
            names = self._facts.names_of(code)
            if names is None:
                return None
            assigned = stored_in(code) | self._assigned(space)
            for name in names:
                one.name(space, name, leaf=name in assigned)
        self._expected = list(chain.from_iterable(map(_STATE, self._functions.values())))
        self._most = self._most or 2 * len(self._functions) + 50
        return Followed(one.digest.digest(), tuple(one.leaves))

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

    def bind(self, mapping: Mapping[str, Any], name: str, value: object) -> None:
        """What is static is held, so that whatever is bound there later is another object.  Nothing else is."""
        self._bound.setdefault(id(mapping), (mapping, {}))[1][name] = value

    def constant(self, thing: Any) -> bytes | None:  # noqa: ANN401
        """What has one encoding for ever; None for anything else."""
        kind = type(thing)
        if kind is int:
            return None if LOWEST <= thing < HIGHEST and not MASKS <= thing < ABOVE_MASKS else b"i%d;" % thing
        if kind in PLAIN:
            return PLAIN[kind](thing)
        if kind is tuple and all(type(each) in PLAIN or type(each) is int for each in thing):
            parts = [self.constant(each) for each in thing]
            return None if None in parts else b"(%d;" % len(parts) + b"".join(filter(None, parts))
        return self._facts.constant(thing)


class _Following:
    """What is being found behind one root."""

    def __init__(self, statics: Statics) -> None:
        self._statics = statics
        self._numbers: dict[int, int] = {}
        self._named: set[tuple[int, str]] = set()
        self.digest = blake2b(digest_size=16)
        self.leaves: list[tuple[Mapping[str, Any], str]] = []
        self.todo: list[Any] = []

    def say(self, tag: bytes, text: str = "") -> None:
        data = text.encode("utf-8", "surrogatepass")
        self.digest.update(b"%b%d;%b" % (tag, len(data), data))

    def name(self, mapping: Mapping[str, Any], name: str, *, leaf: bool) -> None:
        """What is bound to the name, once; a leaf is looked up in every pass."""
        if (id(mapping), name) in self._named:
            return
        self._named.add((id(mapping), name))
        self.say(b"g", name)
        value = mapping.get(name, UNBOUND)
        if leaf or name in self._statics.restless or (value is not UNBOUND and not self.value(value)):
            self.say(b"l")
            self.leaves.append((mapping, name))
            return
        if value is UNBOUND:
            self.say(b"u")
        self._statics.bind(mapping, name, value)

    def base(self, kind: type) -> None:
        """A base of a class, or its metaclass."""
        if not self.value(kind):
            self.say(b"b", f"{kind.__module__}.{kind.__qualname__}")

    def value(self, thing: Any) -> bool:  # noqa: ANN401
        """Say what the value is, if it is static."""
        constant = self._statics.constant(thing)
        if constant is not None:
            self.digest.update(b"=%d;%b" % (len(constant), constant))
            return True
        if (type(thing) is FunctionType or isinstance(thing, type)) and self._statics.is_static(thing):
            if id(thing) not in self._numbers:
                self._numbers[id(thing)] = len(self._numbers)
                self.todo.append(thing)
            self.say(b"s%d" % self._numbers[id(thing)])
            return True
        parts = _parts(thing)
        if parts is None or not all(self._statics.constant(each) is not None or self._statics.is_static(each) for each in parts):
            return False
        self.say(b"%d" % len(parts), type(thing).__name__)
        for each in parts:
            self.value(each)
        return True


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
