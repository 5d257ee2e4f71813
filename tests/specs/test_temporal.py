"""always, sometimes, eventually: properties that programs bring along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable import always, eventually, mark, sometimes
from tests.explore.rows import in_threads

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def ids(specs: Any, program: Any) -> list[str]:
    """What a check finds with these properties and no sanitizer."""
    return [violation.id for violation in alertable.check(program, specs=(specs,), keep_going=True).violations]


def two_owners(w: WinApi) -> None:
    """Each says that it is an owner, and in the end that it is none any more."""
    owners = w.Interlocked(0)

    def body() -> None:
        mark("owners", owners.fetch_add(1) + 1)
        mark("owners", owners.fetch_add(-1) - 1)

    in_threads(w, body, body)


def test_always_is_broken_by_one_state_of_one_interleaving() -> None:
    assert ids(always("one owner", lambda s: s.marks.get("owners", 0) < 2), two_owners) == ["always: one owner"]
    assert ids(always("two owners", lambda s: s.marks.get("owners", 0) < 3), two_owners) == []


def test_what_never_held_is_named_and_breaks_nothing() -> None:
    reached = sometimes("2 owners", lambda s: s.marks.get("owners") == 2)
    never = sometimes("3 owners", lambda s: s.marks.get("owners") == 3)
    report = alertable.check(two_owners, specs=(reached, never))
    assert (report.ok, report.never) == (True, ("3 owners",))


def test_eventually_is_asked_of_every_execution() -> None:
    assert ids(eventually("both", lambda s: s.marks.get("owners") == 2), two_owners) == ["eventually: both"]
    assert ids(eventually("one", lambda s: s.marks.get("owners") == 1), two_owners) == []


def test_what_held_once_has_held() -> None:
    def program(w: WinApi) -> None:
        for n in range(3):
            mark("n", n)
            w.Sleep(0)

    assert ids(eventually("one", lambda s: s.marks.get("n") == 1), program) == []
    assert ids(always("not one", lambda s: s.marks.get("n") != 1), program) == ["always: not one"]


@pytest.mark.parametrize("kernel", [False, True])
def test_predicates_see_the_kernel(kernel: bool) -> None:
    def program(w: WinApi) -> None:
        w.Sleep(5)

    def late(s: Any) -> bool:
        return bool(s.kernel.now_100ns >= 50_000 if kernel else s.now_ms >= 5)

    assert ids(eventually("later", late), program) == []
    assert ids(always("not yet", lambda s: not late(s)), program) == ["always: not yet"]


def test_a_plain_run_looks_after_every_step_too() -> None:
    assert alertable.run(two_owners, specs=(eventually("one", lambda s: s.marks.get("owners") == 1),)).ok
    violation = alertable.run(two_owners, specs=(always("nobody", lambda s: not s.marks.get("owners")),)).violation
    assert violation is not None
    assert violation.id == "always: nobody"
