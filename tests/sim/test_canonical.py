"""Outcomes by content: what can be compared stands for itself, all else as text that is the same every time."""

from __future__ import annotations

import collections
import ctypes
import dataclasses
import enum
import fractions
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import alertable
from alertable.sim.runtime.canonical import canonical, text
from alertable.winapi import OVERLAPPED
from tests.child import python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclasses.dataclass
class Record:
    n: int
    parts: list[int]


@dataclasses.dataclass(frozen=True)
class Frozen:
    value: object


class Pair(NamedTuple):
    a: int
    b: object


class Colour(enum.Enum):
    RED = 1


class Point:
    """Has what it takes to be compared."""

    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and self.x == other.x

    def __hash__(self) -> int:
        return hash(self.x)


class Session:
    """Is only equal to itself."""

    def __init__(self) -> None:
        self.number, self.seen = 7, {"b", "a"}


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self) -> None:
        self.left = 1


class NoRepr:
    def __repr__(self) -> str:
        raise ValueError("no")


class NoEq:
    def __eq__(self, other: object) -> bool:
        raise ValueError("no")

    def __hash__(self) -> int:
        return 1


class NoHash:
    def __hash__(self) -> int:
        raise ValueError("no")


class Context(ctypes.Structure):
    _fields_ = (("overlapped", OVERLAPPED), ("data", ctypes.c_void_p), ("kind", ctypes.c_int))


THEMSELVES: list[Any] = [
    None, True, 3, 1.5, "text", b"bytes", (1, ("a", b"b")), frozenset({1, 2}), Pair(1, 2), Colour.RED, Frozen(1), Point(3), ...,
    int, fractions.Fraction(1, 2), range(3),
]  # fmt: skip


@pytest.mark.parametrize("value", THEMSELVES, ids=str)
def test_what_can_be_compared_stands_for_itself(value: Any) -> None:
    assert canonical(value) is value or canonical(value) == value
    assert type(canonical(value)) is type(value)


def ring() -> Any:
    node = Session()
    node.number, node.seen = node, set()  # type: ignore[assignment]  # on purpose: it leads back to itself
    return node


def local() -> Any:
    @dataclasses.dataclass(frozen=True)
    class Local:
        n: int

    return Local(1)


BY_CONTENT: dict[str, tuple[Callable[[], Any], str]] = {
    "list": (lambda: [1, {3, 2}], "[1, {2, 3}]"),
    "tuple": (lambda: ([1],), "([1],)"),
    "set": (lambda: {"b", "a"}, "{'a', 'b'}"),
    "empty set": (set, "set()"),
    "dict": (lambda: {"b": 1, "a": {2, 1}}, "{'b': 1, 'a': {1, 2}}"),
    "deque": (lambda: collections.deque([1]), "deque([1])"),
    "dataclass": (lambda: Record(1, [2]), "Record(n=1, parts=[2])"),
    "frozen": (lambda: Frozen([1]), "Frozen(value=[1])"),
    "frozen with NaN": (lambda: Frozen(float("nan")), "Frozen(value=nan)"),
    "named tuple": (lambda: Pair(1, [2]), "Pair(a=1, b=[2])"),
    "instance": (Session, "Session(number=7, seen={'a', 'b'})"),
    "slots": (Slotted, "Slotted(left=1)"),
    "a class of its own every time": (local, "Local(n=1)"),
    "ring": (ring, "Session(number=..., seen=set())"),
    "no repr": (NoRepr, "<NoRepr: ValueError when it is looked at>"),
    "no eq": (NoEq, "<NoEq>"),
    "no hash": (NoHash, "<NoHash>"),
    "plain object": (object, "<object>"),
    "exception": (lambda: ValueError("x", {2, 1}), "ValueError('x', {1, 2})"),
    "c_ulong": (lambda: ctypes.c_ulong(5), "c_ulong(5)"),
    "array": (lambda: (ctypes.c_short * 2)(1, 2), "c_short_Array_2([1, 2])"),
    "buffer": (lambda: ctypes.create_string_buffer(b"ab"), r"c_char_Array_3(b'ab\x00')"),
    "structure": (
        lambda: Context(data=0x7F00_0000_1000, kind=3),
        "Context(overlapped=OVERLAPPED(Internal=0, InternalHigh=0, Offset=0, OffsetHigh=0, hEvent=NULL), data=<address>, kind=3)",
    ),
    "pointer": (lambda: ctypes.pointer(ctypes.c_short(3)), "<LP_c_short>"),
    "bytearray": (lambda: bytearray(b"x"), "bytearray(b'x')"),
    "memoryview": (lambda: memoryview(b"x"), "memoryview(b'x')"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BY_CONTENT)
def test_all_else_is_text_by_content(kind: str) -> None:
    make, expected = BY_CONTENT[kind]
    assert canonical(make()) == expected
    kept = [make(), make()]  # two that lie at different addresses
    assert canonical(kept[0]) == canonical(kept[1])


def test_not_a_number_is_one_outcome() -> None:
    assert canonical(float("nan")) is canonical(float("nan"))
    assert {canonical((1, float("nan"))), canonical((1, float("nan")))} == {canonical((1, float("nan")))}
    assert len({canonical(frozenset({float("nan")})), canonical(frozenset({float("nan")}))}) == 1


def test_what_lies_deep_or_is_large_is_cut() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    assert "..." in text(deep)
    assert text(list(range(20_000))).endswith("9999, Ellipsis]")


@pytest.mark.parametrize("kind", BY_CONTENT)
def test_a_check_takes_equal_content_for_one_outcome(kind: str) -> None:
    make, expected = BY_CONTENT[kind]

    def program(w: Any) -> Any:
        event = w.CreateEventW(None, 1, 0, None)
        routine = w.CALLBACK(ctypes.c_ulong, ctypes.c_void_p)(lambda _: w.SetEvent(event) and 0)
        thread = w.CreateThread(None, 0, routine, None, 0, None)
        w.WaitForSingleObject(event, 0)
        w.WaitForSingleObject(thread, 0xFFFFFFFF)
        return make()

    report = alertable.check(program)
    assert report.ok, report.violations
    assert list(report.outcomes) == [expected]
    assert report.executions > 1


def test_an_outcome_that_raises_when_it_is_compared_is_no_crash() -> None:
    class Same(NoEq):
        pass

    Same.__qualname__, Same.__module__ = "NoEq.Same", __name__
    NoEq.Same = Same  # type: ignore[attr-defined]  # so that it is found where it says it is

    def program(w: Any) -> Any:
        w.Sleep(0)
        return Same()

    assert list(alertable.check(program).outcomes) == ["<Same>"]


def test_the_command_line_shows_what_has_no_repr(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(
        "class Odd:\n    def __repr__(self):\n        raise ValueError('no')\ndef program(w):\n    return [Odd(), {'b', 'a'}]\n",
        encoding="utf-8",
    )
    for command in ("run", "check"):
        for words in ([], ["--json"]):
            done = python("-m", "alertable", command, "odd.py", *words, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
            if command == "run" or words:
                assert "[<Odd: ValueError when it is looked at>, {'a', 'b'}]" in done.stdout
