"""The pass itself: identity by order of first encounter, lengths in front, addresses by what they lie in."""

from __future__ import annotations

from typing import Any

from alertable.sim.fingerprint.walker import Handlers, Walker, unknown


def listed(walker: Walker, values: list[Any]) -> None:
    walker.raw(b"L")
    walker.many(values)


class Memory:
    """Something that owns memory."""

    def __init__(self, begin: int, content: bytes, words: tuple[int, ...] = ()) -> None:
        self.begin = begin
        self.content = content
        self.words = words


def remembered(walker: Walker, memory: Memory) -> None:
    walker.block(memory, memory.begin, len(memory.content))
    walker.memory(memory.content, memory.words)


def encoded(*roots: Any) -> bytes:
    walker = Walker({list: listed, Memory: remembered})
    for root in roots:
        walker.add(root)
    return walker.finish()


def test_equal_content_gives_equal_bytes() -> None:
    assert encoded([1, "a", b"b", None, 2.5, [True]]) == encoded([1, "a", b"b", None, 2.5, [True]])


def test_values_of_different_types_differ() -> None:
    values = [1, 1.0, True, "1", b"1", None, ..., 1j, NotImplemented, 0.0, -0.0, "", b"", 2**64, -1]
    assert len({encoded(value) for value in values}) == len(values)


def test_where_one_value_ends_is_said() -> None:
    assert encoded("ab", "c") != encoded("a", "bc")
    assert encoded([1], [2, 3]) != encoded([1, 2], [3])
    assert encoded([], 1) != encoded([1])


def test_the_same_object_twice_is_not_two_equal_ones() -> None:
    one: list[int] = []
    assert encoded(one, one) != encoded([], [])


def test_a_ring_ends() -> None:
    def ring() -> list[Any]:
        first: list[Any] = []
        first.append([first])
        return first

    assert encoded(ring()) == encoded(ring())


def test_an_address_is_an_object_and_an_offset_wherever_the_object_lies() -> None:
    def state(begin: int, offset: int) -> bytes:
        return encoded(begin + offset, Memory(begin, b"12345678"))

    assert state(0x10_0000, 4) == state(0x7000_0000_0000, 4) != state(0x10_0000, 5)


def test_a_number_that_lies_in_nothing_is_itself() -> None:
    assert encoded(0x10_0000) != encoded(0x10_0001)
    assert encoded(0x10_0000, Memory(0x20_0000, b"x")) == encoded(0x10_0000, Memory(0x30_0000, b"x"))


def test_addresses_within_memory() -> None:
    def chain(first: int, second: int, text: bytes) -> bytes:
        return encoded(Memory(first, second.to_bytes(8, "little") + b"tail", (0,)), Memory(second, text))

    assert chain(0x10_0000, 0x20_0000, b"a") == chain(0x50_0000, 0x40_0000, b"a") != chain(0x10_0000, 0x20_0000, b"b")


def test_what_only_an_address_leads_to_is_found_and_written() -> None:
    def state(begin: int, text: bytes) -> bytes:
        hidden = Memory(begin, text)
        inside = begin, begin + len(text)
        walker = Walker({Memory: remembered}, owners=lambda a: (hidden, begin, len(text)) if inside[0] <= a < inside[1] else None)
        walker.add(begin + 1)
        return walker.finish()

    assert state(0x10_0000, b"abc") == state(0x20_0000, b"abc") != state(0x20_0000, b"abd")


def test_what_cannot_be_read_is_said_with_its_holder() -> None:
    walker = Walker({list: listed})
    walker.holder = "server.py:41"
    walker.add([object()])
    walker.holder = "server.py:50"
    walker.finish()
    assert walker.unread == {"builtins.object": "server.py:41"}


def test_handlers_are_found_once_for_each_type() -> None:
    asked = []

    def find(kind: type) -> Any:
        asked.append(kind)
        return unknown(kind)

    handlers = Handlers({}, find)
    for _ in range(2):
        walker = Walker(handlers)
        walker.add(object())
        walker.finish()
    assert asked == [object]


def test_in_place_a_name_says_everything() -> None:
    walker = Walker({}, {Memory: lambda w, memory: w.plain(memory.begin)})
    walker.add(Memory(7, b""))
    assert walker.finish() == b"i7;"
