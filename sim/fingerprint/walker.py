"""One canonical pass over everything that a state consists of.

What is plain (numbers, text, bytes) is written where it stands.  Everything else has an identity: where it stands, its number
is written, counted in the order in which the pass meets objects, and its content is written once, when its turn comes.  So the
encoding says which objects are the same one, and knows nothing of addresses, hashes and the order in which things were made.
Every piece says how long it is, so two different states never give the same bytes.

An address is a number like any other until the pass is over and all memory is known: one inside an object that the pass has
met stands for that object and an offset.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from struct import pack
from types import EllipsisType, NotImplementedType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Handler = Callable[["Walker", Any], None]
    Found = tuple[Any, int, int] | None  # an object, where its memory begins, how long it is

LOWEST: Final = 1 << 16  # no memory lies below
HIGHEST: Final = 1 << 47  # nor above, for programs
MASKS, ABOVE_MASKS = 1 << 31, 1 << 32  # INFINITE, INADDR_LOOPBACK and their like; what lies there stays a number
WORD: Final = 8


class Handlers(dict[type, "Handler | None"]):
    """Who writes objects of a type; those of types that are met for the first time are asked for."""

    def __init__(self, given: dict[type, Handler], find: Callable[[type], Handler | None]) -> None:
        super().__init__(given)
        self._find = find
        self.statics: Any = None  # what of programs never changes, for the handlers of functions and classes

    def __missing__(self, kind: type) -> Handler | None:
        found = self[kind] = self._find(kind)
        return found


def unknown(kind: type) -> Handler:
    """The handler of a type that nobody knows: its objects are never taken for equal."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    return lambda walker, _obj: walker.unreadable(name)


def _nothing(_kind: type) -> None:
    """No other type is written in place."""


class Walker:
    """One pass: `add` the roots in an order that is always the same, then `finish`.

    handlers: who writes the content of an object, by its exact type, on its turn.  in_place: who writes an object, wherever it
    stands, instead of a number: what has a name that says everything, and no content that changes.
    owners: what else owns memory, by address, for addresses in objects that the pass did not meet.
    holder: where in the program's source whatever is met now is held, for `unread`: what could not be read -> where.
    statics: what of programs never changes, once somebody asks for it (False: nobody may); tokens: what of it was met.
    spaces: of namespaces, by id, the names that handlers have written.
    """

    __slots__ = (
        "_blocks", "_handlers", "_holders", "_in_place", "_kept", "_laid", "_later", "_next", "_numbers", "_out", "_within",
        "holder", "owners", "spaces", "statics", "tokens", "unread",
    )  # fmt: skip

    def __init__(
        self, handlers: dict[type, Any], in_place: dict[type, Any] | None = None, owners: Callable[[int], Found] | None = None,
        *, within: bool = False,
    ) -> None:  # fmt: skip
        self._handlers = handlers if isinstance(handlers, Handlers) else Handlers(handlers, unknown)
        self._in_place = in_place if isinstance(in_place, Handlers) else Handlers({**PLAIN_PLACES, **(in_place or {})}, _nothing)
        self._out: list[bytes] = []
        self._kept: list[Any] = []  # every object by its number, which keeps it alive and its id its own
        self._holders: list[str] = []
        self._numbers: dict[int, int] = {}
        self._next = 0  # whose content is written next
        self._blocks: list[tuple[int, int, int]] = []  # where memory begins, where it ends, the number of the object
        self._later: list[tuple[int, int, bytes, tuple[int, ...]]] = []  # see _patch
        self._laid: set[int] = set()  # numbers of the objects whose memory is known
        self._within = within  # a pass within a pass, to put things in an order
        self.spaces: dict[int, set[str]] = {}  # of namespaces: the names that were met
        self.statics: Any = None
        self.tokens: set[bytes] = set()
        self.owners = owners
        self.holder = ""
        self.unread: dict[str, str] = {}

    # ---- what is written in place ------------------------------------------------------------------------------------------

    def add(self, value: Any) -> None:  # noqa: ANN401 - anything, here and in all that follows
        """The value, or the number of the object; its content follows on its turn."""
        kind = type(value)
        if kind is int:
            if LOWEST <= value < HIGHEST and not MASKS <= value < ABOVE_MASKS:
                self.address(value)
            else:
                self._out.append(b"i%d;" % value)
            return
        if value is None:
            self._out.append(b"N")
            return
        place = self._in_place[kind]
        if place is not None:
            place(self, value)
            return
        number = self._numbers.get(id(value))
        if number is None:
            number = self.number(value)
        self._out.append(b"r%d;" % number)

    def many(self, values: Sequence[Any]) -> None:
        """How many there are, then each."""
        self._out.append(b"#%d;" % len(values))
        add = self.add
        for value in values:
            add(value)

    def named(self, items: Iterable[tuple[str, Any]]) -> None:
        """Names with their values, in the order in which they are given, until the end is said."""
        out, add = self._out, self.add
        for name, value in items:
            out.append(_text(name))
            add(value)
        out.append(b".")

    def plain(self, data: bytes | str | int) -> None:
        """A tag, a label, a count: an integer here is no address."""
        if type(data) is int:
            self._out.append(b"i%d;" % data)
        else:
            self._out.append(PLAIN[type(data)](data))

    def raw(self, piece: bytes) -> None:
        """A piece that was made before, of what this writes, and ends where it says itself."""
        self._out.append(piece)

    def address(self, number: int) -> None:
        """A number that may be an address: inside a known block it becomes the object and an offset."""
        self._later.append((len(self._out), number, b"", ()))
        self._out.append(b"")

    def memory(self, content: bytes, words: tuple[int, ...]) -> None:
        """Bytes of memory; words: offsets of eight bytes in it that may be addresses."""
        if not words:
            self._out.append(b"m%d:%b" % (len(content), content))
            return
        self._later.append((len(self._out), 0, content, words))
        self._out.append(b"")

    def unreadable(self, what: str, holder: str = "") -> None:
        """This cannot be read, so the state equals no other; holder: where it is held, if it is not where the pass is."""
        self.unread.setdefault(what, holder or self.holder)
        self._out.append(b"?")

    # ---- objects -----------------------------------------------------------------------------------------------------------

    def number(self, obj: object) -> int:
        """The object's number; one that is met for the first time gets the next one, and its turn."""
        found = self._numbers.get(id(obj))
        if found is None:
            found = self._numbers[id(obj)] = len(self._kept)
            self._kept.append(obj)
            self._holders.append(self.holder)
        return found

    def met(self, obj: object) -> bool:
        """Has the pass met the object?"""
        return id(obj) in self._numbers

    @property
    def has_objects(self) -> bool:
        """Was anything met that has content, or could not be read, or may be an address?"""
        return bool(self._kept or self._later or self.unread)

    def block(self, obj: object, begin: int, size: int) -> None:
        """The object, which is met herewith, owns this memory."""
        number = self.number(obj)
        self._laid.add(number)
        insort(self._blocks, (begin, begin + size, number))

    def lies(self, obj: object) -> bool:
        """Is it known where the object's memory lies?"""
        return self._numbers.get(id(obj)) in self._laid

    def rank(self, obj: object) -> tuple[int, int, bytes]:
        """An order for what has none: what was met by its number, then by content, as far as that goes without going in rings."""
        number = self._numbers.get(id(obj))
        if number is not None:
            return 0, number, b""
        if self._within:
            return 1, 0, PLAIN[type(obj)](obj) if type(obj) in PLAIN else b""
        alone = self.another()
        alone.statics = self.statics
        alone.add(obj)
        return 1, 0, alone.finish()

    def another(self) -> Walker:
        """A pass within this one."""
        return Walker(self._handlers, self._in_place, within=True)

    def known(self, ident: int) -> int | None:
        """The number of the object with this id, if the pass has met it."""
        return self._numbers.get(ident)

    def place(self, address: int) -> tuple[int, int] | None:
        """In which object's memory, of those that were met, an address lies, and where in it."""
        index = bisect_right(self._blocks, (address, HIGHEST, 0)) - 1
        if index >= 0:
            begin, end, number = self._blocks[index]
            if begin <= address < end:
                return number, address - begin
        return None

    # ---- the end -----------------------------------------------------------------------------------------------------------

    def finish(self) -> bytes:
        """The whole encoding, once everything that was met has had its turn."""
        self.settle()
        return b"".join(self._out)

    def settle(self) -> None:
        """Everything that was met so far has its turn."""
        kept, holders, handlers = self._kept, self._holders, self._handlers
        while True:
            while self._next < len(kept):
                obj, self.holder = kept[self._next], holders[self._next]
                self._next += 1
                write = handlers[type(obj)]
                assert write is not None
                write(self, obj)
            if not self._later or not self._patch_all():
                break

    def _patch_all(self) -> bool:
        """Say what addresses stand for; True if new objects were met by that, whose content is still to be written.

        Addresses of nothing wait as long as there are new objects, which may be what they lie in.
        """
        later, self._later = self._later, []
        before = len(self._kept)
        for place in later:
            if not self._patch(*place):
                self._later.append(place)
        if len(self._kept) > before:
            return True
        for index, number, content, _ in self._later:
            self._out[index] = b"m%d:%b" % (len(content), content) if content else b"i%d;" % number
        self._later = []
        return False

    def _patch(self, index: int, number: int, content: bytes, words: tuple[int, ...]) -> bool:
        """Fill a place in the encoding: a number, or content with words in it that may be addresses.  False: none."""
        if not words:
            found = self._found(number)
            if found is not None:
                self._out[index] = b"@%d+%d;" % found
            return found is not None
        bare, pointers = bytearray(content), []
        for offset in words:
            found = self._found(int.from_bytes(content[offset : offset + WORD], "little"))
            if found is not None:
                bare[offset : offset + WORD] = bytes(WORD)
                pointers.append(b"%d@%d+%d;" % (offset, *found))
        if len(pointers) < len(words) and self._next < len(self._kept):
            return False  # new objects may say more
        if not pointers:
            return False
        self._out[index] = b"p%d;%b%d:%b" % (len(pointers), b"".join(pointers), len(bare), bytes(bare))
        return True

    def _found(self, address: int) -> tuple[int, int] | None:
        """The number of the object whose memory this is, and the offset in it; its end is its own as well."""
        blocks = self._blocks
        place = bisect_right(blocks, (address, HIGHEST, 0)) - 1
        if place >= 0:
            begin, end, number = blocks[place]
            if begin <= address <= end:
                return number, address - begin
        owner = self.owners(address) if self.owners is not None else None
        if owner is None:
            return None
        obj, begin, size = owner
        self.block(obj, begin, size)
        return self.number(obj), address - begin


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"s%d:%b" % (len(data), data)


def _place_text(walker: Walker, value: str) -> None:
    data = value.encode("utf-8", "surrogatepass")
    walker._out.append(b"s%d:%b" % (len(data), data))


def _place(write: Callable[[Any], bytes]) -> Handler:
    return lambda walker, value: walker._out.append(write(value))


PLAIN: Final[dict[Any, Callable[[Any], bytes]]] = {
    type(None): lambda _: b"N",
    bool: lambda value: b"T" if value else b"F",
    str: _text,
    bytes: lambda value: b"b%d:%b" % (len(value), value),
    float: lambda value: b"d" + pack("<d", value),
    complex: lambda value: b"c" + pack("<dd", value.real, value.imag),
    EllipsisType: lambda _: b"E",
    NotImplementedType: lambda _: b"I",
}
PLAIN_PLACES: Final[dict[Any, Handler]] = {**{kind: _place(write) for kind, write in PLAIN.items()}, str: _place_text}
