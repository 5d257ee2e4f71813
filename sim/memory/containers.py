"""What methods and functions do to the containers that they are given.

A method that Python makes atomic (`append`, `pop`, `setdefault`, ...) is one access to the container's shape: two of them never
race, as two Interlocked operations do not, but with anything else that looks at the container they do.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from enum import Enum
from typing import Any, Final


class Effect(Enum):
    """SHAPE: its length and which keys there are; ALL: also every element; PUT and TAKE: one atomic change of the shape."""

    SHAPE = "shape"
    ALL = "all"
    PUT = "put"
    TAKE = "take"
    KEY = "key"  # looks at the key that is its first argument
    PUT_KEY = "put key"
    TAKE_KEY = "take key"
    CHANGE = "change"  # every element


def _table(**effects: str) -> dict[str, Effect]:
    return {name: Effect[effect] for effect, names in effects.items() for name in names.split()}


_LIST: Final = _table(PUT="append extend insert", TAKE="pop remove", ALL="count index copy", CHANGE="sort reverse clear")
_DEQUE: Final = _table(
    PUT="append appendleft extend extendleft insert", TAKE="pop popleft remove", ALL="count index copy",
    CHANGE="reverse rotate clear",
)  # fmt: skip
_DICT: Final = _table(
    KEY="get __contains__", PUT_KEY="setdefault", TAKE_KEY="pop", TAKE="popitem", ALL="items values copy", SHAPE="keys",
    CHANGE="update clear move_to_end subtract",
)  # fmt: skip
_SET: Final = _table(
    PUT_KEY="add", TAKE_KEY="discard remove", TAKE="pop",
    CHANGE="update clear difference_update intersection_update symmetric_difference_update",
    ALL="copy union intersection difference symmetric_difference issubset issuperset isdisjoint",
)  # fmt: skip
_BYTES: Final = _table(
    CHANGE="append extend insert pop remove clear reverse",
    ALL="find index count startswith endswith split decode hex copy join partition strip rstrip lstrip replace splitlines",
)  # fmt: skip

METHODS: Final[dict[type[Any], dict[str, Effect]]] = {
    list: _LIST, deque: _DEQUE, dict: _DICT, OrderedDict: _DICT, defaultdict: _DICT, Counter: _DICT, set: _SET, bytearray: _BYTES,
}  # fmt: skip
KEYED: Final = (dict, OrderedDict, defaultdict, Counter, set)
# Functions that look at all of what they are given, also of bytes and ctypes arrays.
READERS: Final = frozenset(
    {bytes, bytearray, list, tuple, set, frozenset, dict, str, deque, sorted, sum, min, max, any, all, enumerate, zip, map,
     filter, iter, reversed, repr, print}
)  # fmt: skip
