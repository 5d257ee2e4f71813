"""Iterators, without moving them: what they are of, and how far they are.

Those of the builtins say it to `copy` (`__reduce__` makes nothing but a description); those of itertools, which no longer do, are
read field by field: every field is an object, a number, or a row of numbers.
"""

from __future__ import annotations

import ctypes
import gc
import itertools
from array import array
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alertable.sim.fingerprint.walker import Handler, Walker

WORD: Final = 8
HEADER: Final = 16


def add_described(walker: Walker, value: Any) -> None:  # noqa: ANN401 - an iterator, here and below
    """By what `copy` is told: what it is of, and a position."""
    described = value.__reduce__()
    walker.plain(type(value).__name__)
    walker.many(described[1])
    walker.add(described[2] if len(described) > 2 else None)


def add_of_dict(walker: Walker, value: Any) -> None:  # noqa: ANN401
    """Of a dictionary: which, and how many items are left (they are its last ones), and how many it had."""
    walker.plain(type(value).__name__)
    address = id(value) + HEADER
    dictionary = ctypes.c_size_t.from_address(address).value
    left = len(value.__reduce__()[1][0])
    walker.add(_object(dictionary) if dictionary else None)
    walker.plain(left)
    walker.plain(ctypes.c_ssize_t.from_address(address + WORD).value if dictionary else 0)


def add_of_set(walker: Walker, value: Any) -> None:  # noqa: ANN401
    """Of a set: which, and what is left of it."""
    walker.plain(type(value).__name__)
    owner = ctypes.c_size_t.from_address(id(value) + HEADER).value
    walker.add(_object(owner) if owner else None)
    left = list(value.__reduce__()[1][0])
    walker.many(left if all(type(each) is int for each in left) else sorted(left, key=walker.rank))


def add_of_ordered(walker: Walker, value: Any) -> None:  # noqa: ANN401
    """Of an OrderedDict: which, and what is left of it."""
    walker.plain(type(value).__name__)
    walker.many([each for each in gc.get_referents(value) if isinstance(each, OrderedDict)])
    walker.many(value.__reduce__()[1][0])


def add_fields(walker: Walker, value: Any) -> None:  # noqa: ANN401
    """An iterator of itertools, by its fields."""
    kind = type(value)
    walker.plain(kind.__name__)
    words = array("Q", ctypes.string_at(id(value) + HEADER, kind.__basicsize__ - HEADER))
    if kind is TEE:
        words = array("Q", (words[0], words[1] & INT))  # a piece, and the place in it
    elif kind is TEE_DATA:
        words[1] &= INT
        del words[3 + words[1] :]  # what it is of, how many values there are, the next piece, and the values
    behind = ROWS.get(kind)
    rows = behind(value, words) if behind is not None else {}
    objects = {id(each): each for each in gc.get_referents(value)}
    weak = kind.__weakrefoffset__
    for index, word in enumerate(words):
        if HEADER + index * WORD == weak:
            continue
        if index in rows:
            walker.plain(ctypes.string_at(word, rows[index] * WORD) if word else b"")
        elif word in objects:
            walker.raw(b"+")
            walker.add(objects[word])
        else:
            walker.plain(word)


def _object(address: int) -> Any:  # noqa: ANN401
    return ctypes.cast(address, ctypes.py_object).value


def _length(words: array[int]) -> int:
    return len(_object(words[0]))


# Which words point to rows of numbers, and how long these are.
INT: Final = 0xFFFFFFFF  # the rest of such a word is not filled
TEE: Final[Any] = getattr(itertools, "_tee", None)
TEE_DATA: Final[Any] = getattr(itertools, "_tee_dataobject", None)
ROWS: Final[dict[Any, Any]] = {
    itertools.product: lambda _, words: {1: _length(words)},
    itertools.permutations: lambda _, words: {1: _length(words), 2: words[4]},
    itertools.combinations: lambda _, words: {1: words[3]},
    itertools.combinations_with_replacement: lambda _, words: {1: words[3]},
}
_NAMES: Final = (
    "accumulate", "batched", "chain", "combinations", "combinations_with_replacement", "compress", "count", "cycle", "dropwhile",
    "filterfalse", "groupby", "islice", "pairwise", "permutations", "product", "repeat", "starmap", "takewhile", "zip_longest",
    "_grouper", "_tee", "_tee_dataobject",
)  # fmt: skip
class _Sequence:
    def __getitem__(self, _index: int) -> None:
        """For the iterator of what has no other."""


_DESCRIBED: Final[tuple[Any, ...]] = (
    iter(_Sequence()), iter(deque()), reversed(deque()),
    iter([]), iter(()), iter(""), iter("\u00e9"), iter(b""), iter(bytearray()), iter(range(0)), iter(range(2**70)), reversed([]),
    reversed(()), iter(int, 1), zip(), map(int, ()), filter(None, ()), enumerate(()), iter(memoryview(b"")), iter(array("b")),
)  # fmt: skip
_OF_DICTS: Final[tuple[Any, ...]] = (
    iter({}), iter({}.values()), iter({}.items()), reversed({}), reversed({}.values()), reversed({}.items()),
)  # fmt: skip
CONTENT: Final[dict[Any, Handler]] = {
    **{getattr(itertools, name): add_fields for name in _NAMES if hasattr(itertools, name)},
    **{type(each): add_described for each in _DESCRIBED},
    **{type(each): add_of_dict for each in _OF_DICTS},
    range: lambda walker, value: walker.many((value.start, value.stop, value.step)),
    type(iter(set())): add_of_set,
    type(iter(OrderedDict())): add_of_ordered,
}  # fmt: skip
