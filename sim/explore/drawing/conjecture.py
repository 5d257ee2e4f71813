"""All that is used of hypothesis beyond its public interface; tests/explore/test_conjecture.py says when a release changes it.

- Numbers are drawn with weights (`SearchStrategy.do_draw`, `ConjectureData.draw_integer`).
- A test case is known by its choices: what was learnt when it ran is told when hypothesis runs it for the report.
- Arguments of a row of observability are filled in when they are known.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, TypeVar

from hypothesis import currently_in_test_context
from hypothesis.control import cleanup, current_build_context
from hypothesis.errors import StopTest, UnsatisfiedAssumption
from hypothesis.internal.observability import observability_enabled
from hypothesis.strategies import SearchStrategy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    class Scheduled(Protocol):
        """What a test case is asked about."""

        @property
        def text(self) -> str:
            """The schedule that was followed."""


T = TypeVar("T")
DEFAULT: Final = "v1:"  # what was never run is as good as the default schedule
REMEMBERED: Final = 10_000  # failing test cases; hypothesis itself remembers as many
_FAILED: Final[OrderedDict[bytes, tuple[str, ...]]] = OrderedDict()  # the schedules of test cases by their choices
_RUNNING: Final[list[Case]] = []  # the test case that runs, if it has a schedule


class Case:
    """A test case that runs, and the schedules that it drew."""

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - a BuildContext
        self.context = context
        self.scheduled: list[Scheduled] = []
        self.told = _FAILED.get(_key(context.data.prefix)) if context.is_final and context.data.prefix else None

    def add(self, schedule: Scheduled) -> tuple[int, str]:
        """Its number in the test case, and the text that it will have; empty where nobody knows."""
        self.scheduled.append(schedule)
        number = len(self.scheduled)
        return number, self.told[number - 1] if self.told is not None and number <= len(self.told) else ""

    def over(self) -> None:
        """Keep what is known about a test case that failed: hypothesis runs it again to report it."""
        _RUNNING.clear()
        error = sys.exception()
        if error is None or isinstance(error, StopTest | UnsatisfiedAssumption):
            return
        key = _key(self.context.data.choices)
        _FAILED[key] = tuple(schedule.text or DEFAULT for schedule in self.scheduled)
        _FAILED.move_to_end(key)
        if len(_FAILED) > REMEMBERED:
            _FAILED.popitem(last=False)


def case() -> Case:
    """The test case that runs; there is one while hypothesis draws."""
    context = current_build_context()
    if not _RUNNING or _RUNNING[0].context is not context:
        _RUNNING[:] = [Case(context)]
        cleanup(_RUNNING[0].over)
    return _RUNNING[0]


def running() -> bool:
    """Is there a test case, and may it still be told something?"""
    return currently_in_test_context() and not current_build_context().data.frozen


def explicit() -> bool:
    """Does an `@example` run?  It is run for the report at once, and nothing is drawn for it."""
    return currently_in_test_context() and final() and not current_build_context().data.prefix


def final() -> bool:
    """Does hypothesis run the test case for its report?"""
    return bool(current_build_context().is_final)


def observed() -> bool:
    """Does somebody collect a row for each test case?"""
    return bool(observability_enabled())


class Numbers:
    """Draws numbers, without spans of their own: of spans that are alike hypothesis copies one over another, again and again."""

    __slots__ = ("_data",)

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - a ConjectureData
        self._data = data

    def number(self, most: int) -> int:
        """One of 0..most."""
        return int(self._data.draw_integer(0, most))

    def weighted(self, most: int, weights: Mapping[int, float]) -> int:
        """The same: these with their weights, for what is missing to 1 whatever hypothesis likes."""
        return int(self._data.draw_integer(0, most, weights=dict(weights)))


class Strategy(SearchStrategy[T]):
    """A strategy whose values are made of numbers."""

    def __init__(self, make: Callable[[Numbers], T], name: str) -> None:
        super().__init__()
        self._make = make
        self._name = name

    def do_draw(self, data: Any) -> T:  # noqa: ANN401 - as above
        return self._make(Numbers(data))

    def __repr__(self) -> str:
        return self._name


def fill_in(shown: str, text: str, label: str) -> None:
    """In the row of this test case: arguments that were shown as `shown` when they were drawn are `text`; a line says so too."""
    arguments: dict[str, Any] = current_build_context().data._observability_args
    for name, value in arguments.items():
        if value == shown:
            arguments[name] = text
    arguments[f"generate:Draw {label}"] = text


def _key(choices: Sequence[Any]) -> bytes:
    """Of what equals itself and nothing else: 1 is not True, and one NaN is like another."""
    return blake2b(repr(tuple(choices)).encode(), digest_size=16).digest()
