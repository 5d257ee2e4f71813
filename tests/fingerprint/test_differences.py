"""One difference at a time gives two encodings; what must not matter gives one.  On every Python that the project runs on."""

from __future__ import annotations

import ctypes
import decimal
import itertools
import operator
import weakref
from collections import OrderedDict, deque
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from alertable.sim.fingerprint import frames, layouts
from tests.fingerprint.states import last, states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECOND = 0  # a global that programs assign
HELD: list[Any] = []


def test_the_layout_of_this_python_is_known_and_proven() -> None:
    assert layouts.works() == ""
    assert frames.BROKEN == ""


@pytest.mark.parametrize("wrong", [-16, -8, 8, 16])
def test_a_layout_that_reads_something_else_is_found_out(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "LAYOUT", layouts.LAYOUT._replace(row=layouts.LAYOUT.row + wrong))
    monkeypatch.setattr(layouts, "objects", None)  # nothing is taken for an object before it is where it should be
    assert layouts.works() != ""


def test_a_python_that_nobody_knows_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "LAYOUTS", {})
    assert "no known layout" in layouts.works()


def test_a_look_keeps_nothing_alive() -> None:
    alive: list[bool] = []

    class Thing:
        pass

    def program(w: Any) -> None:
        thing = Thing()
        known = weakref.ref(thing)
        w.Sleep(0)
        del thing
        alive.append(known() is not None)

    assert len(states(program).encodings) > 1
    assert alive == [False]


# ---- programs that differ in one thing, which `value` says -----------------------------------------------------------------


class Plain:
    shared: Any = None

    def __init__(self, value: Any) -> None:
        self.value = value

    def method(self) -> None:
        """For bound methods."""


class Slotted:
    __slots__ = ("one", "other")

    def __init__(self, value: int) -> None:
        self.one = 1
        if value:
            self.other = value


class Derived(list[int]):
    extra = 0


class Colour(IntEnum):
    RED = 0
    GREEN = 1


class Row(NamedTuple):
    field: int


@dataclass
class Record:
    field: int


class Pair(ctypes.Structure):
    _fields_ = (("number", ctypes.c_uint32), ("pointer", ctypes.c_void_p))


def generator(value: int) -> Iterator[int]:
    for each in range(value, 10):
        held = each * 7
        yield held


def advanced(iterator: Any, times: int) -> Any:
    for _ in range(times):
        next(iterator)
    return iterator


def in_a_list(make: Callable[[int], Any]) -> Callable[[Any, int], None]:
    def program(w: Any, value: int) -> None:
        kept = make(value)
        w.Sleep(0)
        HELD[:] = [kept]
        HELD.clear()

    return program


def on_the_stack(w: Any, value: int) -> None:
    assert [1, 2 + value, w.Sleep(0)]


def in_a_for(w: Any, value: int) -> None:
    done = None
    for _ in [5, 5, 5][value:]:
        if done is None:
            w.Sleep(0)
            done = True


def in_a_with(w: Any, value: int) -> None:
    @contextmanager
    def held(kept: int) -> Iterator[None]:
        yield
        assert kept == value

    with held(value):
        w.Sleep(0)


def in_an_except(w: Any, value: int) -> None:
    try:
        raise ValueError(value)
    except ValueError:
        w.Sleep(0)


def in_a_finally(w: Any, value: int) -> None:
    try:
        if value:
            raise KeyError
        HELD.append(1)
    except KeyError:
        HELD.append(1)
    finally:
        HELD.clear()
        w.Sleep(0)


def a_line_further(w: Any, value: int) -> None:
    if value:
        w.Sleep(0)
    else:
        w.Sleep(0)


def in_a_generator(w: Any, value: int) -> None:
    def inner() -> Iterator[int]:
        yield 1
        w.Sleep(0)
        yield value

    for each in inner():
        assert each in (1, value)


def in_a_cell(w: Any, value: int) -> None:
    kept = value

    def inner() -> int:
        w.Sleep(0)
        return kept

    inner()


def in_a_global(w: Any, value: int) -> None:
    global SECOND
    SECOND = value
    w.Sleep(0)
    assert value == SECOND


def in_a_class(w: Any, value: int) -> None:
    Plain.shared = [value]
    w.Sleep(0)
    assert Plain.shared == [value]


def in_a_function_attribute(w: Any, value: int) -> None:
    generator.count = value  # type: ignore[attr-defined]  # functions take attributes
    w.Sleep(0)
    assert generator.count == value  # type: ignore[attr-defined]  # as above
    del generator.count  # type: ignore[attr-defined]  # as above


def in_defaults(w: Any, value: int) -> None:
    def inner(kept: list[int] = [value]) -> int:  # noqa: B006 - the object is what counts
        w.Sleep(0)
        return kept[0]

    inner()


def behind_a_pointer(w: Any, value: int) -> None:
    memory = ctypes.create_string_buffer(b"abc", 16)
    pair = Pair(1, ctypes.addressof(memory))
    memory[5] = bytes([value])
    w.Sleep(0)
    assert pair.pointer


def where_a_pointer_points(w: Any, value: int) -> None:
    memory = ctypes.create_string_buffer(16)
    number = ctypes.addressof(memory) + value
    w.Sleep(0)
    assert number


def which_it_points_to(w: Any, value: int) -> None:
    first, second = (ctypes.c_char * 16)(), (ctypes.c_char * 16)()
    pair = Pair(1, ctypes.addressof((first, second)[value]))
    w.Sleep(0)
    assert pair.pointer
    assert second


def in_the_heap(w: Any, value: int) -> None:
    heap = w.GetProcessHeap()
    address = w.HeapAlloc(heap, 8, 16)
    ctypes.memset(address + 3, value, 1)
    w.Sleep(0)
    w.HeapFree(heap, 0, address)


def in_a_callback(w: Any, value: int) -> None:
    def routine(_context: int) -> int:
        return value

    kept = w.CALLBACK(ctypes.c_uint32, ctypes.c_void_p)(routine)
    w.Sleep(0)
    assert kept


def who_is_the_same(w: Any, value: int) -> None:
    first: list[int] = []
    pair = (first, first if value else [])
    w.Sleep(0)
    assert pair


def in_a_loop_through_c(w: Any, value: int) -> None:
    values = [0, value]
    assert not any(w.Sleep(0) for _ in values)


MADE: dict[str, Callable[[int], Any]] = {
    "a local": lambda v: v,
    "an item of a list": lambda v: [1, v],
    "an item of a tuple": lambda v: (1, [v]),
    "a value of a dict": lambda v: {"a": v},
    "a key of a dict": lambda v: {v: 0},
    "the order of a dict": lambda v: {v: 0, 1 - v: 0},
    "a member of a set": lambda v: {"a", str(v)},
    "an object in a set": lambda v: {(v,), ("a",)},
    "an item of a deque": lambda v: deque([v]),
    "the bound of a deque": lambda v: deque(maxlen=v + 1),
    "the order of an OrderedDict": lambda v: ordered(v),
    "an attribute": Plain,
    "a slot": lambda v: Slotted(v + 1),
    "an unbound slot": Slotted,
    "an item of a derived list": lambda v: Derived([v]),
    "a member of an enum": Colour,
    "a byte of a bytearray": lambda v: bytearray([v]),
    "the part of a memoryview": lambda v: memoryview(bytearray(8))[v:],
    "the place of a list's iterator": lambda v: advanced(iter([1, 1, 1]), v),
    "the place of a tuple's iterator": lambda v: advanced(iter((1, 1, 1)), v),
    "the place of a string's iterator": lambda v: advanced(iter("aaa"), v),
    "the place of a range's iterator": lambda v: advanced(iter(range(3)), v),
    "the place of a dict's iterator": lambda v: advanced(iter({1: 1, 2: 1, 3: 1}), v),
    "the place of items": lambda v: advanced(iter({1: 1, 2: 1, 3: 1}.items()), v),
    "the place of a set's iterator": lambda v: advanced(iter({1, 2, 3}), v),
    "the place of a reversed list": lambda v: advanced(reversed([1, 1, 1]), v),
    "the place of zip": lambda v: advanced(zip([1, 1, 1], [1, 1, 1], strict=True), v),
    "the place of enumerate": lambda v: advanced(enumerate([1, 1, 1]), v),
    "the start of enumerate": lambda v: enumerate([1], v),
    "the place of map": lambda v: advanced(map(abs, [1, 1, 1]), v),
    "the place of filter": lambda v: advanced(filter(None, [1, 1, 1]), v),
    "itertools.count": lambda v: itertools.count(v),
    "itertools.cycle": lambda v: advanced(itertools.cycle([1, 1, 2]), v),
    "itertools.chain": lambda v: advanced(itertools.chain([1, 1], [1, 1]), v),
    "itertools.islice": lambda v: advanced(itertools.islice([1, 1, 1, 1], 3), v),
    "itertools.repeat": lambda v: advanced(itertools.repeat(1, 3), v),
    "itertools.product": lambda v: advanced(itertools.product([1, 1], [1, 1]), v),
    "itertools.permutations": lambda v: advanced(itertools.permutations([1, 1, 1]), v),
    "itertools.combinations": lambda v: advanced(itertools.combinations([1, 1, 1], 2), v),
    "itertools.accumulate": lambda v: advanced(itertools.accumulate([0, 0, 0]), v),
    "itertools.pairwise": lambda v: advanced(itertools.pairwise([1, 1, 1]), v),
    "itertools.zip_longest": lambda v: advanced(itertools.zip_longest([1, 1], [1, 1]), v),
    "itertools.takewhile": lambda v: advanced(itertools.takewhile(bool, [1, 1, 1]), v),
    "itertools.tee": lambda v: advanced(itertools.tee([1, 1, 1])[0], v),
    "itertools.groupby": lambda v: advanced(itertools.groupby([1, 2, 3]), v),
    "the frame of a generator": lambda v: advanced(generator(0), v),
    "a generator that has begun": lambda v: advanced(generator(5), v),
    "a generator's argument": generator,
    "the function of a partial": lambda v: partial((min, max)[v]),
    "an argument of a partial": lambda v: partial(min, v),
    "the object of a bound method": lambda v: Plain(v).method,
    "a builtin method's object": lambda v: [v].append,
    "the place of a deque's iterator": lambda v: advanced(iter(deque([1, 1, 1])), v),
    "the place of an OrderedDict's iterator": lambda v: advanced(iter(OrderedDict({1: 1, 2: 1})), v),
    "the place of a ctypes array's iterator": lambda v: advanced(iter((ctypes.c_int * 3)()), v),
    "a field of a named tuple": lambda v: Row(v),
    "a field of a data class": lambda v: Record(v),
    "an itemgetter": lambda v: operator.itemgetter(v),
    "an alias": lambda v: (list[int], list[str])[v],
    "what a c_wchar_p is to": lambda v: ctypes.c_wchar_p(f"ab{v}"),
    "what a py_object is": lambda v: ctypes.py_object([v]),
    "an exception's argument": lambda v: ValueError(v),
    "the state of Random": lambda v: Random(v),
    "a number in a structure": lambda v: Pair(v),
    "an element of an array": lambda v: (ctypes.c_uint32 * 4)(0, v),
    "what a pointer is to": lambda v: ctypes.pointer(ctypes.c_int(v)),
    "what a c_char_p is to": lambda v: ctypes.c_char_p(b"ab%d" % v),
    "what byref is to": lambda v: ctypes.byref(ctypes.c_int(v)),
    "where byref is to": lambda v: ctypes.byref((ctypes.c_int * 4)(), v),
    "a view's place": lambda v: (ctypes.c_char * 4).from_buffer(bytearray(8), v),
    "a range": lambda v: range(v),
    "a slice": lambda v: slice(v),
    "a large number": lambda v: 2**70 + v,
    "a number like an address": lambda v: 10**9 + v,
    "a float": lambda v: 0.0 if v else -0.0,
    "True and 1": lambda v: True if v else 1,
    "a function": lambda v: (generator, ordered)[v],
    "a module that was made by hand": lambda v: module(v),
    "a class": lambda v: (Plain, Slotted)[v],
}
PROGRAMS: dict[str, Callable[[Any, int], None]] = {
    **{name: in_a_list(make) for name, make in MADE.items()},
    **{
        each.__name__: each
        for each in (
            on_the_stack, in_a_for, in_a_with, in_an_except, in_a_finally, a_line_further, in_a_generator, in_a_cell, in_a_global,
            in_a_class, in_a_function_attribute, in_defaults, behind_a_pointer, where_a_pointer_points, which_it_points_to,
            in_the_heap, in_a_callback, who_is_the_same, in_a_loop_through_c,
        )
    },
}  # fmt: skip


def at(program: Callable[[Any, int], None], value: int) -> bytes:
    return last(lambda w: program(w, value))


def module(value: int) -> ModuleType:
    made = ModuleType("made")
    made.__dict__["kept"] = value
    return made


def ordered(value: int) -> OrderedDict[int, int]:
    made = OrderedDict({0: 0, 1: 0})
    if value:
        made.move_to_end(0)
    return made


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_difference_is_seen_and_none_is_none(name: str) -> None:
    program = PROGRAMS[name]
    first = at(program, 0)
    garbage = [bytearray(size) for size in range(1, 4_000, 97)]
    also_first = at(program, 0)
    del garbage
    second = at(program, 1)
    assert first == also_first
    assert first != second


# ---- what must not matter --------------------------------------------------------------------------------------------------


def unseen(program: Callable[[Any, int], None], value: int) -> bytes:
    """The same, without the value itself in the state."""
    HELD[:] = [value]
    return last(lambda w: program(w, HELD.pop()))


def test_the_order_in_which_things_were_made_does_not_matter() -> None:
    def program(w: Any, value: int) -> None:
        made = [Plain(index) for index in ((0, 1), (1, 0))[value]]
        made.sort(key=lambda each: each.value)
        memory = [ctypes.create_string_buffer(8) for _ in made]
        memory = memory[::-1] if value else memory
        pointers = [Pair(0, ctypes.addressof(each)) for each in memory]
        value = 0
        w.Sleep(value)
        assert pointers

    assert unseen(program, 0) == unseen(program, 1)


def test_sets_of_text_and_of_objects_have_no_order() -> None:
    def program(w: Any, value: int) -> None:
        words = ["a", "b", "c", "d", "e"]
        text = set(words[::-1] if value else words)
        objects = {Plain(index) for index in range(5)}
        value = 0
        w.Sleep(value)
        assert text
        assert objects

    assert len({unseen(program, value) for value in (0, 1, 0, 1)}) == 1


def test_with_and_without_what_is_kept_of_statics_the_same_states_are_equal() -> None:
    def program(w: Any) -> None:
        value = 0
        while True:
            in_a_global(w, value)
            in_a_class(w, value)
            in_a_function_attribute(w, value)
            value = 1 - value

    kept = states(program, looks=60).encodings[20:]
    without = states(program, looks=60, keep_statics=False).encodings[20:]
    assert [kept.index(each) for each in kept] == [without.index(each) for each in without]
    assert len(set(kept)) < 20


def test_what_c_holds_out_of_sight_is_unreadable_and_said_where() -> None:
    def program(w: Any) -> None:
        assert sorted([1, 2], key=lambda each: w.Sleep(0) or each)

    unread = states(program).unread
    (what,) = unread
    assert what.startswith("what sorted holds while it calls")
    assert "test_differences.py:" in unread[what]


def test_an_unknown_type_of_c_is_unreadable_and_said_where() -> None:
    def program(w: Any) -> None:
        kept = decimal.getcontext()
        w.Sleep(0)
        assert kept is not None

    (what, where), *_ = states(program).unread.items()
    assert what == "decimal.Context"
    assert "test_differences.py:" in where


def test_no_code_of_the_program_runs() -> None:
    class Touchy:
        armed = False

        def __init__(self) -> None:
            object.__setattr__(self, "kept", 1)

        def _touched(self, *_: Any) -> Any:
            if Touchy.armed:
                raise AssertionError("touched")
            return 1

        __eq__ = __getattribute__ = __iter__ = __len__ = __bool__ = __repr__ = __index__ = _touched
        __hash__ = None  # type: ignore[assignment]  # as a class with __eq__ has it

    class TouchyDict(dict[str, int]):
        items = keys = values = __iter__ = __len__ = __getitem__ = Touchy._touched

    def program(w: Any) -> None:
        kept = [Touchy(), TouchyDict(a=1)]
        Touchy.armed = True
        w.Sleep(0)
        Touchy.armed = False
        assert kept is not None

    assert not states(program).unread
