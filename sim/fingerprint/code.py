"""What a program's code brings with it: functions, methods, classes, and those globals that its functions name.

Code of the standard library, of packages and of alertable is a name; nobody changes it between two steps.
"""

from __future__ import annotations

import builtins
import functools
import sys
import weakref
from dis import get_instructions
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.fingerprint.digest import digest_of
from alertable.sim.fingerprint.statics import Statics
from alertable.sim.fingerprint.walker import PLAIN, Handlers, Walker
from alertable.sim.runtime.guard import _guard
from alertable.sim.runtime.own import is_own_module, is_program

if TYPE_CHECKING:
    from alertable.sim.fingerprint.statics import Followed

GLOBAL: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
REFLECTIVE: Final = frozenset({"globals", "eval", "exec", "__import__", "import_module"})  # who has these may use any global
REFLECTING: Final = frozenset({"modules", "__globals__", "f_globals", "import_module"})  # or these as attributes
UNSEEN: Final = frozenset(
    {"__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__annotate__", "__annotate_func__",
     "__annotations_cache__", "__static_attributes__", "__firstlineno__", "__abstractmethods__", "_abc_impl", "__builtins__",
     "_fields_", "_anonymous_", "__spec__", "__loader__", "__file__", "__cached__", "__package__", "__qualname__",
     "__parameters__", "__orig_bases__", "__slots__", "__match_args__", "__dataclass_fields__", "__dataclass_params__"}
)  # fmt: skip
_CLASS_DICT: Final[Any] = type.__dict__["__dict__"]
_BASES: Final[Any] = type.__dict__["__bases__"]
_FOREIGN: Final[dict[Any, bool]] = {}
_PIECES: Final[dict[Any, bytes]] = {}  # what classes are written as that have a name for ever
CLASSES_MAX: Final = 5_000
_PROXIES: Final[weakref.WeakKeyDictionary[Any, Any]] = weakref.WeakKeyDictionary()


# ---- functions -------------------------------------------------------------------------------------------------------------


def place_function(walker: Walker, function: Any) -> None:  # noqa: ANN401 - here and below: what the program has
    code = function.__code__
    if code in GUARDS:
        walker.raw(b"f")
        walker.plain(f"{function.__module__}.{function.__qualname__}")
    elif function.__closure__ is None and not is_program_file(code.co_filename):
        walker.raw(b"f" + digest_of(code))
    elif not _place_static(walker, function):
        walker.raw(b"r%d;" % walker.number(function))


def _place_static(walker: Walker, thing: Any) -> bool:  # noqa: ANN401
    """Write a static function or class, if it is one: its token, and where it is met first, its leaves."""
    statics = walker.statics if walker.statics is not None else _statics(walker)
    followed = statics.of(thing) if statics else None
    if followed is None:
        return False
    walker.raw(b"S" + followed.token)
    _add_leaves(walker, followed)
    return True


def _statics(walker: Walker) -> Statics:
    """What of programs never changes is kept from pass to pass, with the handlers; in each it is looked at once."""
    places = walker._in_place
    if places.statics is None:
        places.statics = Statics(Facts(walker._handlers, places))
    walker.statics = found = places.statics
    assert isinstance(found, Statics)
    found.begin()
    return found


def _add_leaves(walker: Walker, followed: Followed) -> None:
    if followed.token in walker.tokens:
        return
    walker.tokens.add(followed.token)
    for mapping, name in followed.leaves:
        if name in mapping:
            walker.add(mapping[name])
        else:
            walker.raw(b"~")


@functools.cache
def is_program_file(filename: str) -> bool:
    """Is code from this file the program's?"""
    return is_program(filename)


def add_function(walker: Walker, function: Any) -> None:  # noqa: ANN401
    """Its code, its defaults, its cells, its attributes, and the globals that it names."""
    code = function.__code__
    walker.raw(b"f" + digest_of(code))
    add = walker.add
    add(function.__defaults__)
    add(function.__kwdefaults__)
    for cell in function.__closure__ or ():
        add(cell)
    if function.__dict__:
        walker.named(list(function.__dict__.items()))
    walker.raw(b";")
    if is_program_file(code.co_filename):
        add_globals(walker, code, function.__globals__)


def place_method(walker: Walker, method: Any) -> None:  # noqa: ANN401
    """A bound method is its function and its object; who makes another one gets the same."""
    walker.raw(b"M")
    walker.add(method.__func__)
    walker.add(method.__self__)


def add_cell(walker: Walker, cell: Any) -> None:  # noqa: ANN401
    try:
        content = cell.cell_contents
    except ValueError:
        walker.raw(b"~")
        return
    walker.raw(b"l")
    walker.add(content)


# ---- globals ---------------------------------------------------------------------------------------------------------------


def add_globals(walker: Walker, code: CodeType, space: dict[str, Any]) -> None:
    """The globals that the code names, and that the pass has not met yet."""
    statics = walker.statics if walker.statics is not None else _statics(walker)
    if statics:
        followed = statics.of_code(code, space)
        if followed is not None:
            walker.raw(b"S" + followed.token)
            _add_leaves(walker, followed)
            return
    names = named_by(code)
    if names is None:
        names = tuple(name for name in space if name not in UNSEEN)
    met = walker.spaces.get(id(space))
    if met is None:
        met = walker.spaces[id(space)] = set()
    for name in names:
        if name in met:
            continue
        met.add(name)
        if name in space:
            walker.plain(name)
            walker.add(space[name])
        elif not hasattr(builtins, name):
            walker.plain(name)


def named_by(code: CodeType) -> tuple[str, ...] | None:
    """The names of globals in the code and in the functions that it makes; None if it may use others."""
    known = _NAMES.get(id(code))
    if known is None:
        if len(_NAMES) >= NAMES_MAX:
            _NAMES.clear()
        known = _NAMES[id(code)] = code, _named_by(code)
    return known[1]


_NAMES: Final[dict[int, tuple[CodeType, tuple[str, ...] | None]]] = {}
NAMES_MAX: Final = 10_000


def _named_by(code: CodeType) -> tuple[str, ...] | None:
    names: dict[str, None] = {}
    for one in get_instructions(code):
        if one.opname in GLOBAL:
            names[one.argval] = None
        elif one.opname in ("LOAD_ATTR", "LOAD_METHOD") and one.argval in REFLECTING:
            return None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = named_by(constant)
            if inner is None:
                return None
            names.update(dict.fromkeys(inner))
    return None if REFLECTIVE & names.keys() else tuple(names)


def place_module(walker: Walker, module: ModuleType) -> None:
    name = ModuleType.__getattribute__(module, "__dict__").get("__name__")
    if type(name) is not str or sys.modules.get(name) is not module or is_own_module(module):
        walker.raw(b"r%d;" % walker.number(module))
    else:
        walker.raw(b"u")
        walker.plain(name)


def add_module(walker: Walker, module: ModuleType) -> None:
    """A module of the program: all of its globals, for whoever has the module may ask for any."""
    walker.raw(b"u")
    space = ModuleType.__getattribute__(module, "__dict__")
    walker.named([(name, value) for name, value in space.items() if name not in UNSEEN])


# ---- classes ---------------------------------------------------------------------------------------------------------------


def is_foreign_class(kind: type) -> bool:
    """Is the class of the standard library, of a package, or of alertable?"""
    known = _FOREIGN.get(kind)
    if known is None:
        if len(_FOREIGN) >= CLASSES_MAX:
            _FOREIGN.clear()
        module = sys.modules.get(str(type.__getattribute__(kind, "__module__")))
        if module is None:
            known = False
        else:
            file = getattr(module, "__file__", None)
            known = not (file and is_program(file)) and module.__name__ != "__main__"
        _FOREIGN[kind] = known
    return known


def place_class(walker: Walker, kind: Any) -> None:  # noqa: ANN401
    """By its name if it is foreign; a type that ctypes made by what it is made of."""
    piece = _PIECES.get(kind)
    if piece is not None:
        walker.raw(piece)
        return
    pieces = made_by_ctypes(kind)
    if pieces is not None:
        walker.raw(b"c%d;" % len(pieces))
        for each in pieces:
            walker.add(each)
        _keep_piece(kind, [b"c%d;" % len(pieces), *map(_piece_of, pieces)])
    elif is_foreign_class(kind):
        name = f"{kind.__module__}.{kind.__qualname__}".encode("utf-8", "surrogatepass")
        _keep_piece(kind, [b"Cs%d:%b" % (len(name), name)])
        walker.raw(_PIECES[kind])
    elif not _place_static(walker, kind):
        walker.raw(b"r%d;" % walker.number(kind))


def _piece_of(value: Any) -> bytes | None:  # noqa: ANN401
    if isinstance(value, type):
        return _PIECES.get(value)
    return b"i%d;" % value if type(value) is int else PLAIN[type(value)](value)


def _keep_piece(kind: Any, parts: list[bytes | None]) -> None:  # noqa: ANN401
    """What is made of the program's own classes has numbers in it, and is not kept."""
    if len(_PIECES) >= CLASSES_MAX:
        _PIECES.clear()
    if None not in parts:
        _PIECES[kind] = b"".join(filter(None, parts))


_MADE: Final[dict[Any, tuple[Any, ...] | None]] = {}


def made_by_ctypes(kind: Any) -> tuple[Any, ...] | None:  # noqa: ANN401
    """What a pointer type, an array type or a function type is of; None for any other."""
    if kind not in _MADE:
        if len(_MADE) >= CLASSES_MAX:
            _MADE.clear()
        _MADE[kind] = _pieces(kind)
    return _MADE[kind]


def _pieces(kind: Any) -> tuple[Any, ...] | None:  # noqa: ANN401
    meta = type(kind).__name__
    if meta == "PyCArrayType" and len(kind.__mro__) == 4:
        return "array", kind._type_, kind._length_
    if meta == "PyCPointerType" and len(kind.__mro__) == 4:
        return "pointer", kind._type_
    if meta == "PyCFuncPtrType" and (len(kind.__mro__) == 4 or kind.__module__ == "alertable.sim.win32.callback"):
        return "function", kind._flags_, getattr(kind, "_restype_", None), *getattr(kind, "_argtypes_", ())
    return None


def add_class(walker: Walker, kind: Any) -> None:  # noqa: ANN401
    """A class of the program: its name, its bases, its attributes."""
    walker.raw(b"C")
    walker.plain(f"{type.__getattribute__(kind, '__module__')}.{type.__getattribute__(kind, '__qualname__')}")
    place_class(walker, type(kind))
    for base in _BASES.__get__(kind):
        place_class(walker, base)
    walker.named([(name, value) for name, value in _CLASS_DICT.__get__(kind).items() if name not in UNSEEN])


# ---- what is static --------------------------------------------------------------------------------------------------------


class Facts:
    """What statics have to know of code and classes."""

    unseen = UNSEEN

    def __init__(self, handlers: Handlers, in_place: Handlers) -> None:
        self._handlers = handlers
        self._in_place = in_place

    digest = staticmethod(digest_of)
    names_of = staticmethod(named_by)
    is_foreign = staticmethod(is_foreign_class)

    @staticmethod
    def attributes(kind: type) -> Any:  # noqa: ANN401 - a mapping proxy
        """What is in the class itself; always the same object."""
        found = _PROXIES.get(kind)
        if found is None:
            found = _PROXIES[kind] = _CLASS_DICT.__get__(kind)
        return found

    @staticmethod
    def home_of(kind: type) -> dict[str, Any] | None:
        """The namespace that the class was made in: of one of its functions, or of its module."""
        for value in _CLASS_DICT.__get__(kind).values():
            if type(value) is FunctionType and value.__module__ == kind.__module__:
                return value.__globals__
        module = sys.modules.get(kind.__module__)
        return module.__dict__ if module is not None else None

    def constant(self, thing: object) -> bytes | None:
        """What the thing is always written as, wherever it stands; None if it has content."""
        alone = Walker(self._handlers, self._in_place)
        alone.statics = False
        if isinstance(thing, type) and not is_foreign_class(thing) and made_by_ctypes(thing) is None:
            return None
        alone.add(thing)
        return None if alone.has_objects else alone.finish()


GUARDS: Final = frozenset(each for each in _guard.__code__.co_consts if isinstance(each, CodeType))
