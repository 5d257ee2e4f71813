"""The program's values: containers, instances, what is callable, and what the standard library keeps in C.

No code of the program runs here: attributes are read from the dictionary and the slots that hold them, containers by the methods
of the builtin type.  What has its own memory in C and is not listed is unreadable, and its state equals no other.
"""

from __future__ import annotations

import functools
import gc
import io
import logging
import operator
import random
import re
import struct
import types
import weakref
from collections import Counter, OrderedDict, defaultdict, deque
from enum import EnumMeta
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, ParamSpec, TypeVar

from alertable.sim.fingerprint import iterators, memory
from alertable.sim.fingerprint.code import (
    add_cell,
    add_class,
    add_function,
    add_module,
    is_foreign_class,
    is_program_file,
    place_class,
    place_function,
    place_method,
    place_module,
)
from alertable.sim.fingerprint.digest import digest_of
from alertable.sim.fingerprint.frames import add_generator
from alertable.sim.fingerprint.instances import fields_of, is_of_python
from alertable.sim.fingerprint.walker import PLAIN, PLAIN_PLACES, Handlers, Walker, unknown
from alertable.sim.win32.memory import CData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alertable.sim.fingerprint.walker import Handler

Anything = Any  # what the program has
BUFFERED: Final = (io.StringIO, io.BytesIO)


# ---- containers ------------------------------------------------------------------------------------------------------------


def add_tuple(walker: Walker, value: Anything) -> None:
    walker.raw(b"(")
    walker.many(tuple.__getitem__(value, slice(None)) if type(value) is not tuple else value)


def add_list(walker: Walker, value: Anything) -> None:
    walker.raw(b"[")
    walker.many(list.__getitem__(value, slice(None)) if type(value) is not list else value)


def add_dict(walker: Walker, value: Anything) -> None:
    """In the order of insertion, which is a part of it."""
    walker.raw(b"{%d;" % dict.__len__(value))
    add = walker.add
    for key, each in dict.items(value):
        add(key)
        add(each)


def add_defaultdict(walker: Walker, value: Anything) -> None:
    walker.add(value.default_factory)
    add_dict(walker, value)


def add_ordered(walker: Walker, value: Anything) -> None:
    """Its order may be another than that of the dictionary in it."""
    walker.raw(b"O%d;" % dict.__len__(value))
    for key in OrderedDict.__iter__(value):
        walker.add(key)
        walker.add(dict.__getitem__(value, key) if type(key) in PLAIN or type(key) is int else _item(value, key))


def _item(value: Anything, key: Anything) -> Anything:
    return next(each for other, each in dict.items(value) if other is key)


def add_set(walker: Walker, value: Anything) -> None:
    """Integers in the order in which a loop meets them, which is the same in every process; all else in an order by content."""
    base = set if isinstance(value, set) else frozenset
    walker.raw(b"<%d;" % base.__len__(value))
    members = list(base.__iter__(value))
    if not all(type(each) is int for each in members):
        members = in_order(walker, members)
    for each in members:
        walker.add(each)


def in_order(walker: Walker, members: list[Anything]) -> list[Anything]:
    """Members of a set: what was met by its number, then by what is in it.  Any order is right; this one is always the same."""
    if len(members) < 2:
        return members
    return sorted(members, key=lambda each: walker.rank(each))


def add_deque(walker: Walker, value: Anything) -> None:
    walker.raw(b"Q")
    walker.plain(value.maxlen)
    walker.many(list(deque.__iter__(value)))


def add_namespace(walker: Walker, value: Anything) -> None:
    walker.raw(b"n")
    walker.named(list(value.__dict__.items()))


def add_proxy(walker: Walker, value: Anything) -> None:
    walker.raw(b"y")
    walker.add(gc.get_referents(value)[0])


def add_view(walker: Walker, value: Anything) -> None:
    """Keys, values or items of a dictionary."""
    walker.plain(type(value).__name__)
    walker.add(gc.get_referents(value)[0])


# ---- what is callable ------------------------------------------------------------------------------------------------------


def add_builtin(walker: Walker, value: Anything) -> None:
    """A bound method of an object in C."""
    walker.plain(value.__qualname__)
    walker.add(value.__self__)


def place_builtin(walker: Walker, value: Anything) -> None:
    owner = value.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        walker.raw(b"B")
        walker.plain(f"{value.__module__}.{value.__qualname__}")
    elif isinstance(owner, type) and is_foreign_class(owner):
        walker.raw(b"B")
        walker.plain(f"{owner.__module__}.{value.__qualname__}")
    else:
        walker.raw(b"r%d;" % walker.number(value))


def place_descriptor(walker: Walker, value: Anything) -> None:
    owner = value.__objclass__
    walker.plain(f"{owner.__module__}.{owner.__qualname__}.{value.__name__}")


def add_static(walker: Walker, value: Anything) -> None:
    walker.plain(type(value).__name__)
    walker.add(value.__func__)


def add_property(walker: Walker, value: Anything) -> None:
    walker.raw(b"p")
    for each in (value.fget, value.fset, value.fdel):
        walker.add(each)


def add_partial(walker: Walker, value: Anything) -> None:
    walker.raw(b"P")
    walker.add(value.func)
    walker.many(value.args)
    walker.add(value.keywords)


def add_cached_property(walker: Walker, value: Anything) -> None:
    """Without the lock that some versions keep in it."""
    walker.add(value.func)
    walker.plain(value.attrname)


def place_lru(walker: Walker, value: Anything) -> None:
    """A cached function that is not the program's keeps from one execution to the next what it knows, and says the same."""
    wrapped = value.__wrapped__
    if type(wrapped) is types.FunctionType and not is_program_file(wrapped.__code__.co_filename):
        walker.plain(f"{wrapped.__module__}.{wrapped.__qualname__}")
    else:
        walker.raw(b"r%d;" % walker.number(value))


def add_lru(walker: Walker, value: Anything) -> None:
    walker.add(value.__wrapped__)
    info = value.cache_info()
    walker.plain(info.currsize)
    if not info.currsize:
        return
    if info.maxsize is not None:
        walker.unreadable("functools.lru_cache with a size")
        return
    for each in gc.get_referents(value):
        if type(each) is dict and each is not value.__dict__:
            walker.add(each)


# ---- the standard library -------------------------------------------------------------------------------------------------


def add_weakref(walker: Walker, value: Anything) -> None:
    walker.raw(b"w")
    walker.add(weakref.ref.__call__(value))
    walker.add(value.__callback__)


def add_weak_proxy(walker: Walker, _value: Anything) -> None:
    walker.unreadable("weakref.proxy")


def add_exception(walker: Walker, value: Anything) -> None:
    """Without its traceback."""
    walker.raw(b"X")
    walker.add(BaseException.args.__get__(value))  # type: ignore[attr-defined]  # a getset descriptor
    for name in ("__cause__", "__context__", "__suppress_context__"):
        walker.add(object.__getattribute__(value, name))
    for kind in type(value).__mro__:
        if not is_of_python(kind) and kind is not BaseException:
            for name, each in kind.__dict__.items():
                if type(each) is types.MemberDescriptorType and name != "__suppress_context__":
                    walker.plain(name)
                    walker.add(each.__get__(value))


def add_random(walker: Walker, value: Anything) -> None:
    walker.add(random.Random.getstate(value))


def add_pattern(walker: Walker, value: Anything) -> None:
    walker.plain(value.pattern)
    walker.plain(value.flags)


def add_match(walker: Walker, value: Anything) -> None:
    walker.add(value.re)
    walker.add(value.string)
    walker.add(value.regs)


def add_struct(walker: Walker, value: Anything) -> None:
    walker.plain(value.format)


def add_buffered(walker: Walker, value: Anything) -> None:
    if value.closed:
        walker.raw(b"-")
        return
    walker.plain(value.getvalue())
    walker.plain(value.tell())


def add_described(walker: Walker, value: Anything) -> None:
    """By what `copy` is told."""
    walker.many(value.__reduce__()[1])


def add_path(walker: Walker, value: Anything) -> None:
    walker.plain(PurePath.__str__(value))


def add_reduced(walker: Walker, value: Anything) -> None:
    """A value that never changes, by what makes another one like it."""
    walker.add(value.__reduce_ex__(2)[1])


def place_logger(walker: Walker, value: Anything) -> None:
    walker.plain(f"logger {value.name}")


def place_alias(walker: Walker, value: Anything) -> None:
    """list[int] and int | str."""
    walker.raw(b"t")
    walker.add(getattr(value, "__origin__", None))
    walker.add(value.__args__)


def place_type_variable(walker: Walker, value: Anything) -> None:
    walker.plain(f"{value.__module__}.{value.__name__}")


def place_tuple_getter(walker: Walker, value: Anything) -> None:
    """A field of a named tuple."""
    walker.plain(value.__reduce__()[1][0])


def add_slice(walker: Walker, value: Anything) -> None:
    for each in (value.start, value.stop, value.step):
        walker.add(each)


def place_code(walker: Walker, value: Anything) -> None:
    walker.raw(b"D" + digest_of(value))


def place_member(walker: Walker, value: Anything) -> None:
    """A member of an Enum: its class, its name and its value."""
    fields = object.__getattribute__(value, "__dict__")
    walker.raw(b"e")
    place_class(walker, type(value))
    walker.plain(fields.get("_name_"))
    walker.add(fields.get("_value_"))
    walker.named([(name, each) for name, each in fields.items() if name not in ENUM_FIELDS])


ENUM_FIELDS: Final = frozenset({"_name_", "_value_", "__objclass__", "_sort_order_", "_inverted_", "_hashable_values_"})


def add_object(walker: Walker, _value: Anything) -> None:
    walker.raw(b"o")


def nothing(walker: Walker, _value: Anything) -> None:
    walker.raw(b"_")


def plain(walker: Walker, value: Anything) -> None:
    """What is plain wherever it stands, as an object of its own: memory behind a pointer."""
    walker.plain(value)


def add_int(walker: Walker, value: Anything) -> None:
    walker.add(int(value) if type(value) is int else int.__index__(value))


def _based(kind: Any) -> Callable[[Walker, Any], None]:  # noqa: ANN401 - a class
    """An instance of a subclass of a plain type: the plain value in it."""
    return lambda walker, value: walker.plain(kind.__str__(value) if kind is str else kind.__getnewargs__(value)[0])


class _Fields(NamedTuple):
    field: int


CONTENT: Final[dict[Any, Handler]] = {
    object: add_object, tuple: add_tuple, list: add_list, dict: add_dict, defaultdict: add_defaultdict, OrderedDict: add_ordered,
    Counter: add_dict, set: add_set, frozenset: add_set, deque: add_deque, slice: add_slice, types.SimpleNamespace: add_namespace,
    types.MappingProxyType: add_proxy, types.FunctionType: add_function, types.BuiltinFunctionType: add_builtin,
    types.MethodWrapperType: add_builtin, types.CellType: add_cell, types.ModuleType: add_module, staticmethod: add_static,
    classmethod: add_static, property: add_property, functools.partial: add_partial,
    functools.cached_property: add_cached_property,
    functools._lru_cache_wrapper: add_lru, types.GeneratorType: add_generator, types.CoroutineType: add_generator,
    weakref.ref: add_weakref, weakref.ProxyType: add_weak_proxy, weakref.CallableProxyType: add_weak_proxy,
    BaseException: add_exception, random.Random: add_random, re.Pattern: add_pattern, re.Match: add_match,
    struct.Struct: add_struct, io.StringIO: add_buffered, io.BytesIO: add_buffered, types.TracebackType: nothing,
    bytes: plain, str: _based(str), int: add_int, float: _based(float), complex: _based(complex),
    type({}.keys()): add_view, type({}.values()): add_view, type({}.items()): add_view,
    **dict.fromkeys((operator.itemgetter, operator.attrgetter, operator.methodcaller), add_described),
    **iterators.CONTENT, **memory.CONTENT,
}  # fmt: skip
IN_PLACE: Final[dict[Any, Handler]] = {
    types.FunctionType: place_function, types.MethodType: place_method, types.BuiltinFunctionType: place_builtin,
    types.ModuleType: place_module, functools._lru_cache_wrapper: place_lru, logging.Logger: place_logger,
    types.GenericAlias: place_alias, types.UnionType: place_alias, TypeVar: place_type_variable, ParamSpec: place_type_variable,
    type(_Fields.field): place_tuple_getter,
    types.CodeType: place_code, types.MethodDescriptorType: place_descriptor,
    types.WrapperDescriptorType: place_descriptor, types.ClassMethodDescriptorType: place_descriptor,
    types.GetSetDescriptorType: place_descriptor, types.MemberDescriptorType: place_descriptor, **memory.IN_PLACE,
}  # fmt: skip
REDUCED: Final = {
    "datetime": ("date", "time", "datetime", "timedelta", "timezone"), "decimal": ("Decimal",), "fractions": ("Fraction",),
    "uuid": ("UUID",), "ipaddress": ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"),
}  # fmt: skip
UNREAD: Final = frozenset({types.AsyncGeneratorType})


def find_handler(kind: type) -> Handler:
    """Who writes the content of objects of a type that has no handler of its own."""
    if issubclass(kind, type):
        return add_class
    if kind.__qualname__ in REDUCED.get(kind.__module__, ()) and not is_of_python(kind):
        return add_reduced
    if issubclass(kind, PurePath) and kind.__module__.startswith(Path.__module__.partition(".")[0]):
        return add_path
    base = next((each for each in kind.__mro__ if not is_of_python(each)), object)
    known = next((CONTENT[each] for each in base.__mro__ if each in CONTENT), None)
    if known is None or (known is add_object and base is not object) or kind in UNREAD:
        return unknown(kind)
    if base is not object and base not in CONTENT and not issubclass(base, (BaseException, CData)):
        return unknown(kind)
    if kind is base:
        return known
    return _instances(kind, known if base is not object else None)


def _instances(kind: type, base: Handler | None) -> Handler:
    """Instances of a class that is written in Python: what their base in C holds, their dictionary, their slots."""
    dictionary, slots = fields_of(kind)

    def add_instance(walker: Walker, value: Anything) -> None:
        walker.raw(b"^")
        place_class(walker, kind)
        if base is not None:
            base(walker, value)
        if dictionary is not None:
            walker.named(list(dictionary(value).items()))
        for read in slots:
            try:
                found = read(value)
            except AttributeError:
                walker.raw(b"~")
                continue
            walker.add(found)

    return add_instance


def find_place(kind: type) -> Handler | None:
    """Who writes objects of a type in place, if somebody does."""
    if issubclass(kind, type):
        return place_class
    if isinstance(kind, EnumMeta):
        return place_member
    return None


def handlers(content: Mapping[type, Handler], in_place: Mapping[type, Handler]) -> tuple[Handlers, Handlers]:
    """Those of the program's values with others for types that somebody else knows: `Walker(*handlers(...))`."""

    def found(kind: type) -> Handler | None:
        return None if kind in content else find_place(kind)

    places = {kind: place for kind, place in IN_PLACE.items() if kind not in content}
    return Handlers({**CONTENT, **content}, find_handler), Handlers({**PLAIN_PLACES, **places, **in_place}, found)
