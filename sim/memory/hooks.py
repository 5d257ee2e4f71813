"""The hooks in instrumented code: they tell the monitor of the execution that runs, and give back what they were given."""

from __future__ import annotations

import builtins
import operator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.sim.memory.monitor import Monitor

_now: Monitor | None = None


@contextmanager
def watching(monitor: Monitor | None) -> Iterator[None]:
    """Hooks tell this monitor meanwhile."""
    global _now
    before, _now = _now, monitor
    try:
        yield
    finally:
        _now = before


def attr(obj: Any, name: str) -> Any:
    """`obj.name` is loaded next."""
    if _now is not None:
        _now.attribute(obj, name, write=False)
    return obj


def attrw(obj: Any, name: str) -> Any:
    """`obj.name` is stored or deleted next."""
    if _now is not None:
        _now.attribute(obj, name, write=True)
    return obj


def item(obj: Any, key: Any) -> Any:
    """`obj[key]` is loaded next."""
    if _now is not None:
        _now.item(obj, key, write=False)
    return obj


def itemw(obj: Any, key: Any) -> Any:
    """`obj[key]` is stored or deleted next."""
    if _now is not None:
        _now.item(obj, key, write=True)
    return obj


class Items:
    """`obj[...]` with a key that is not known yet, or an augmented assignment to one."""

    __slots__ = ("_obj",)

    def __init__(self, obj: Any) -> None:
        self._obj = obj

    def __getitem__(self, key: Any) -> Any:
        if _now is None:
            return self._obj[key]
        _now.item(self._obj, key, write=False)
        found = self._obj[key]
        if isinstance(key, slice):
            _now.made(found)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        if _now is not None:
            _now.item(self._obj, key, write=True)
        self._obj[key] = value

    def __delitem__(self, key: Any) -> None:
        if _now is not None:
            _now.item(self._obj, key, write=True)
        del self._obj[key]


class Attributes:
    """`obj.name op= value`."""

    __slots__ = ("_obj",)

    def __init__(self, obj: Any) -> None:
        object.__setattr__(self, "_obj", obj)

    def __getattribute__(self, name: str) -> Any:
        return getattr(attr(object.__getattribute__(self, "_obj"), name), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(attrw(object.__getattribute__(self, "_obj"), name), name, value)


def method(obj: Any, name: str) -> Any:
    """`obj.name` is called next, when the arguments are known."""
    return getattr(obj, name) if _now is None else _now.method(obj, name)


def call(function: Any) -> Any:
    """The function is called next, when the arguments are known."""
    return function if _now is None else _now.function(function)


def made(value: Any) -> Any:
    """A new object: a display, a comprehension."""
    if _now is not None:
        _now.made(value)
    return value


def iterated(value: Any) -> Any:
    """A loop over it comes next."""
    return value if _now is None else _now.iteration(value)


def truth(value: Any) -> Any:
    """Whether it is empty comes next."""
    if _now is not None:
        _now.shape(value)
    return value


def whole(value: Any) -> Any:
    """All of it is looked at next."""
    if _now is not None:
        _now.whole(value)
    return value


def grown(value: Any, target: Any) -> Any:
    """`target op= value` comes next."""
    if _now is not None:
        _now.whole(value)
        _now.grown(target)
    return value


def member(value: Any, container: Any) -> bool:
    """`value in container`."""
    if _now is not None:
        _now.member(container, value)
    return operator.contains(container, value)


def cell(capture: Callable[[], Any]) -> None:
    """The captured variable is loaded next."""
    if _now is not None:
        _now.cell(capture, write=False)


def cellw(capture: Callable[[], Any], value: Any) -> Any:
    """The value is stored in the captured variable next."""
    if _now is not None:
        _now.cell(capture, write=True)
    return value


def cells(capture: Callable[[], Any]) -> None:
    """A function begins; these are its new variables."""
    if _now is not None:
        _now.new_cells(capture)


def glob(name: str) -> None:
    """The global is loaded next."""
    if _now is not None:
        _now.global_(name, write=False)


def globw(name: str, value: Any) -> Any:
    """The value is stored in the global next."""
    if _now is not None:
        _now.global_(name, write=True)
    return value


HOOKS: Final[dict[str, Any]] = {
    "attr": attr, "attrw": attrw, "attrs": Attributes, "item": item, "itemw": itemw, "items": Items, "method": method,
    "call": call, "made": made, "iter": iterated, "truth": truth, "whole": whole, "grown": grown, "member": member,
    "cell": cell, "cellw": cellw, "cells": cells, "glob": glob, "globw": globw,
}  # fmt: skip


def install() -> None:
    """Have the names of the hooks mean something, from now on: instrumented code may outlive the search (`__del__`)."""
    for name, function in HOOKS.items():
        setattr(builtins, "@" + name, function)
