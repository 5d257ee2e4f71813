"""What C code holds between two frames of Python: nothing, or something that can be read, or the state cannot be.

Where an instruction of one frame led to the other frame through C (`next(generator)`, `sorted(key=...)`, `with`, `__del__`),
C's own variables are out of sight.  Here are the ways of which it is known that nothing is lost with them; how a frame was
entered is no part of the state, for CPython enters the same call in both ways.
"""

from __future__ import annotations

import functools
from dis import get_instructions
from types import BuiltinFunctionType, CodeType, FunctionType, GeneratorType, MethodType
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.fingerprint.layouts import ABSENT

if TYPE_CHECKING:
    from alertable.sim.fingerprint.depth import Place

NOTHING: Final[tuple[Any, ...]] = ()
PLAINLY: Final[frozenset[Any]] = frozenset(
    {next, iter, len, getattr, setattr, delattr, hasattr, isinstance, issubclass, callable, repr}
)
SEARCHES: Final[frozenset[Any]] = frozenset({any, all})  # they keep nothing but the iterator
RESUMES: Final = frozenset({"send", "throw", "close", "__next__"})  # of generators
# Special methods that an instruction calls, and does nothing else.
SPECIAL: Final = {
    "BEFORE_WITH": ("__enter__",), "WITH_EXCEPT_START": ("__exit__",), "GET_ITER": ("__iter__",), "FOR_ITER": ("__next__",),
    "LOAD_ATTR": ("__getattr__", "__getattribute__", "__get__"), "LOAD_METHOD": ("__getattr__", "__getattribute__", "__get__"),
    "STORE_ATTR": ("__setattr__", "__set__"), "DELETE_ATTR": ("__delattr__", "__delete__"),
    "BINARY_SUBSCR": ("__getitem__", "__missing__"), "STORE_SUBSCR": ("__setitem__",), "DELETE_SUBSCR": ("__delitem__",),
    "CONTAINS_OP": ("__contains__",), "TO_BOOL": ("__bool__", "__len__"), "UNARY_NOT": ("__bool__", "__len__"),
}  # fmt: skip
SUBSCRIPT: Final = 26  # NB_SUBSCR, the operation of BINARY_OP that took the place of BINARY_SUBSCR (3.14)
CALLS: Final = frozenset({"CALL", "CALL_KW", "CALL_FUNCTION_EX"})


class Hidden(Exception):
    """C code holds what nobody can see; its name."""


def held(place: Place, code: CodeType, inputs: list[Any], iterator: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a value of the stack
    """What of the instruction's inputs is needed to know the state, where it led to the code through C.

    inputs: those of a call, from the callable on; iterator: what lies on top below them.  Raises Hidden.
    """
    if place.name in CALLS and inputs:
        return _by_call(code, *_callable(place, inputs))
    name = code.co_name
    if place.name == "BINARY_OP" and place.named == SUBSCRIPT and name in SPECIAL["BINARY_SUBSCR"]:
        _first_stays(code)
        return NOTHING
    if name in SPECIAL.get(place.name, ()) or (place.name in ("LOAD_ATTR", "STORE_ATTR", "LOAD_METHOD") and name == place.named):
        _first_stays(code)
        return NOTHING
    if place.name == "FOR_ITER":
        _steps(iterator)
        return NOTHING
    if place.name in ("SEND", "YIELD_FROM", "YIELD_VALUE") and isinstance(iterator, GeneratorType):
        return NOTHING
    raise Hidden(f"what C code does at {place.name} before it calls {code.co_qualname}")


def _callable(place: Place, inputs: list[Any]) -> tuple[Any, list[Any]]:
    """The callable of a call and its arguments."""
    if place.name == "CALL_FUNCTION_EX":
        found = next(each for each in inputs if each is not ABSENT)
        return found, [each for each in inputs if each is not ABSENT and each is not found]
    first, second, *rest = inputs
    if first is ABSENT:
        return second, rest
    return (first, rest) if second is ABSENT else (first, [second, *rest])


def _by_call(code: CodeType, function: Any, arguments: list[Any]) -> tuple[Any, ...]:  # noqa: ANN401 - anything
    kind = type(function)
    if kind is FunctionType:
        return NOTHING
    if kind is MethodType:
        return NOTHING if type(function.__func__) is FunctionType else _by_call(code, function.__func__, arguments)
    if kind is functools.partial:
        return (function, *_by_call(code, function.func, arguments))
    if kind is BuiltinFunctionType:
        if function in PLAINLY:
            return tuple(arguments)
        if function in SEARCHES:
            _steps(arguments[0])
            return tuple(arguments)
        if function.__name__ in RESUMES and isinstance(function.__self__, GeneratorType):
            return (function.__self__,)
    if kind.__name__ == "method_descriptor" and function.__name__ in RESUMES and isinstance(arguments[0], GeneratorType):
        return (arguments[0],)
    if isinstance(function, type):
        if code.co_name == "__init__" and type(function).__call__ is type.__call__:
            _first_stays(code)
            return NOTHING
    elif code.co_name == "__call__" and _of_class(kind, "__call__") is not None:
        _first_stays(code)
        return NOTHING
    name = getattr(function, "__qualname__", kind.__qualname__) if kind in (BuiltinFunctionType, type) else kind.__qualname__
    raise Hidden(f"what {name} holds while it calls {code.co_qualname}")


def _of_class(kind: type, name: str) -> FunctionType | None:
    for each in kind.__mro__:
        found = each.__dict__.get(name)
        if found is not None:
            return found if type(found) is FunctionType else None
    return None


def _steps(iterator: Any) -> None:  # noqa: ANN401 - anything
    """Does C hold nothing but what the iterator itself shows, while one of its items is made?"""
    while type(iterator) is enumerate or (type(iterator) is map and len(iterator.__reduce__()[1]) == 2):
        iterator = iterator.__reduce__()[1][0 if type(iterator) is enumerate else 1]
        if not isinstance(iterator, enumerate | map | GeneratorType):
            return
    if not isinstance(iterator, GeneratorType) and _of_class(type(iterator), "__next__") is None:
        raise Hidden(f"what {type(iterator).__qualname__} holds while it makes an item")


@functools.cache
def _rebinds_first(code: CodeType) -> bool:
    """Does the function ever give its first parameter another value?"""
    if not code.co_argcount:
        return True
    first = code.co_varnames[0]
    return any(
        first in (one.argval if isinstance(one.argval, tuple) else (one.argval,))
        for one in get_instructions(code)
        if one.opname.startswith(("STORE_FAST", "DELETE_FAST", "STORE_DEREF", "DELETE_DEREF"))
    )


def _first_stays(code: CodeType) -> None:
    """C holds the object whose method runs: it is read from the method's own frame."""
    if _rebinds_first(code):
        raise Hidden(f"the object that {code.co_qualname} was called for")
