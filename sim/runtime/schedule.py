"""Schedules as readable, versioned text: `v1: server*4 client*3 c1> server*2`.

One word per actor that moves, in order; `*n` means n steps in a row.  Actors are threads by name, flows (`c1>` carries what
the connecting side of connection 1 sends, `c1<` the other direction, `u1>` datagrams) and timers (`timer#1`, `timeout:server`).
A word with an exclamation mark is a data outcome of the step before it (`client !partial-send=1`): what the
environment decided within that step, where that is not the usual.  `!usual` before it stands for a question of the same step
that had this answer too, and did not get it.
Words that begin with an at sign come first: places in memory at which every access is a step of its own (`@main.list#1.0`);
`@` alone: data races count.
What comes again and again is written once: `[ a b*2 ]*400` is `a b*2` four hundred times.  Only long schedules are rendered so.
A schedule that ends in `[ a b*2 ]*inf` is a lasso: `a b*2` leads back to the state before it, so it may go on for ever.
The text stands for choices, not for code: it does not depend on Python's version or on the platform.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alertable.sim.runtime.outcome import ScheduleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

VERSION: Final = "v1"
USUAL_WORD: Final = "!usual"
AT: Final = "@"
_WORD: Final = re.compile(r"(?P<label>[^\s*]+)(?:\*(?P<count>[1-9][0-9]*))?\Z")
BEGIN: Final = "["  # of words that come again and again
FOREVER: Final = "inf"
_END: Final = re.compile(rf"\](?:\*(?P<count>[1-9][0-9]*|{FOREVER}))?\Z")
LONG: Final = 100  # words; a schedule that is shorter is written word by word
LONGEST_ROUND: Final = 50  # words that come again together
MOST_WORDS: Final = 1_000_000  # that a text may stand for


class Place:
    """Where somebody who follows a schedule is in it."""

    __slots__ = ("_left", "_moves", "_next")

    def __init__(self, moves: Sequence[tuple[str, int]]) -> None:
        self._moves = moves
        self._next = -1
        self._left = 0
        self.advance()

    @property
    def label(self) -> str | None:
        """The word that comes next; None at the end."""
        return self._moves[self._next][0] if self._next < len(self._moves) else None

    def advance(self) -> None:
        """Go to the next word."""
        self._next += 1
        if self._next < len(self._moves):
            self._left = self._moves[self._next][1]

    def step(self) -> None:
        """One of the steps of this word was made."""
        self._left -= 1
        if self._left <= 0:
            self.advance()

    def answer(self, options: Sequence[str]) -> int:
        """What the text has for a question that is asked now: the usual, unless an outcome stands right here."""
        label = self.label
        if label == USUAL_WORD:
            meant = next((word for word, _ in self._moves[self._next :] if word != USUAL_WORD), None)
            if meant in options:
                self.advance()
            return 0
        if label is None or not label.startswith("!") or label not in options:
            return 0  # a question before the one that the word answers; else the next transition diverges
        self.advance()
        return options.index(label)


def render(moves: Iterable[tuple[str, int]]) -> str:
    """The text of (label, steps) pairs; neighbours of one label are joined."""
    words: list[tuple[str, int]] = []
    for label, count in moves:
        if not count:
            words.append((label, 1))
        elif words and words[-1][0] == label:
            words[-1] = (label, words[-1][1] + count)
        else:
            words.append((label, count))
    texts = [label if count == 1 else f"{label}*{count}" for label, count in words]
    return " ".join([f"{VERSION}:", *(_folded(texts) if len(texts) > LONG else texts)])


def lasso(prefix: Iterable[tuple[str, int]], loop: Iterable[tuple[str, int]]) -> str:
    """The text of a way and of a loop at its end that goes on for ever."""
    return f"{render(prefix)} {BEGIN} {render(loop).removeprefix(f'{VERSION}: ')} ]*{FOREVER}"


def is_lasso(text: str) -> bool:
    """Does the schedule end in a loop that goes on for ever?"""
    return text.rstrip().endswith(f"]*{FOREVER}")


def steps_of_lasso(text: str) -> tuple[int, int]:
    """How many steps there are before the loop, and how many in a round of it; ScheduleError as in `parse`."""
    everything = sum(count for _, count in parse(text))
    words, open_ = text.split(), 0
    for number in range(len(words) - 1, -1, -1):
        open_ += (_END.match(words[number]) is not None) - (words[number] == BEGIN)
        if not open_:
            break
    prefix = sum(count for _, count in parse(" ".join(words[:number])))
    return prefix, everything - prefix


def _folded(words: Sequence[str]) -> Iterator[str]:
    """The same with what comes again and again written once: at each word the round that covers most, the shortest of these."""
    at = 0
    while at < len(words):
        length, rounds = 1, 1
        for more in range(1, LONGEST_ROUND + 1):
            times = _rounds(words, at, more)
            if times > 1 and more * times > length * rounds:
                length, rounds = more, times
        body = words[at : at + length]
        yield from body if rounds == 1 else (BEGIN, *body, f"]*{rounds}")
        at += length * rounds


def _rounds(words: Sequence[str], at: int, length: int) -> int:
    """How often the next `length` words come in a row."""
    end = at + length
    while end < len(words) and words[end] == words[end - length]:
        end += 1
    return (end - at) // length


def at_places(places: Iterable[str]) -> list[tuple[str, int]]:
    """Keys of memory whose accesses are steps, as pairs that `render` takes."""
    return [(AT + place, 0) for place in sorted(set(places))]


def places_of(text: str) -> tuple[str, ...]:
    """The keys of memory that a schedule takes steps at."""
    return tuple(word[1:] for word in text.split() if word.startswith(AT))


def parse(text: str) -> list[tuple[str, int]]:
    """The (label, steps) pairs of a text, a loop that goes on for ever once; ScheduleError names the word that is wrong."""
    head, colon, rest = text.strip().partition(":")
    if not colon or not re.fullmatch(r"v\d+", head):
        raise ScheduleError(f"a schedule begins with '{VERSION}:', this begins with {text.strip()[:20]!r}")
    if head != VERSION:
        raise ScheduleError(f"schedule version {head} is not known; this program reads {VERSION}")
    open_: list[list[tuple[str, int]]] = [[]]
    words = rest.split()
    for number, word in enumerate(words, 1):
        end = _END.match(word)
        if word.startswith(AT):
            continue  # see places_of
        if word == BEGIN:
            open_.append([])
        elif end is None:
            open_[-1].append(_move(word))
        elif len(open_) == 1:
            raise ScheduleError(f"{word!r} ends what no {BEGIN!r} begins")
        else:
            if end["count"] == FOREVER and (len(open_) > 2 or number < len(words)):
                raise ScheduleError(f"{word!r}: a loop that goes on for ever is the end of a schedule")
            body, count = open_.pop(), 1 if end["count"] == FOREVER else int(end["count"] or 1)
            if len(body) * count > MOST_WORDS:
                raise ScheduleError(f"{word!r}: {len(body)} words {count} times are more than {MOST_WORDS}")
            open_[-1] += body * count
    if len(open_) > 1:
        raise ScheduleError(f"what {BEGIN!r} begins has no end, such as ']*2'")
    return open_[0]


def _move(word: str) -> tuple[str, int]:
    match = _WORD.match(word)
    if match is None:
        raise ScheduleError(f"{word!r} is no schedule word; write an actor's label, or label*count")
    is_outcome = word.startswith("!")
    if is_outcome and match["count"]:
        raise ScheduleError(f"{word!r}: an outcome belongs to one step, it has no count")
    return match["label"], 0 if is_outcome else int(match["count"] or 1)
