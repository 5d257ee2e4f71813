"""Interlocked operations on memory that the program owns: `w.Interlocked.at`, InterlockedIncrement and its kin."""

from __future__ import annotations

import ctypes
from ctypes import byref
from typing import Any

import pytest

import alertable
from alertable.winapi import INFINITE
from alertable.winapi.interlocked import INTRINSICS, Interlocked, intrinsic
from tests.sim.memory.test_races import thread


class Counters(ctypes.Structure):
    _fields_ = [("spare", ctypes.c_int32), ("n", ctypes.c_int32), ("wide", ctypes.c_int64)]


def values(w: Any, counters: Counters) -> list[object]:
    n = byref(counters, 4)
    cell = w.Interlocked.at(n)
    seen: list[object] = [
        cell.load(),
        cell.exchange(7),
        cell.fetch_add(2),
        cell.compare_exchange(9, 1),
        cell.compare_exchange(5, 6),
    ]
    seen += [w.InterlockedIncrement(n), w.InterlockedDecrement(n), w.InterlockedExchange(n, 2**31 - 1), w.InterlockedIncrement(n)]
    seen += [w.InterlockedExchangeAdd(n, 5), w.InterlockedCompareExchange(n, 12, counters.n), counters.n]
    seen += [w.InterlockedAnd(n, 8), w.InterlockedOr(n, 3), w.InterlockedXor(n, 1), counters.n]
    wide = byref(counters, 8)
    seen += [w.InterlockedDecrement64(wide), w.InterlockedExchangeAdd64(wide, 2**40), counters.wide, counters.spare]
    return seen


EXPECTED = [
    0, 0, 7, 9, 1, 2, 1, 1, -(2**31), -(2**31), -(2**31) + 5, 12, 12, 8, 11, 10, -1, -1, 2**40 - 1, 0,
]  # fmt: skip


class RealCells:
    """What the real arm makes of these names, which no DLL is asked for."""

    Interlocked = Interlocked

    def __getattr__(self, name: str) -> Any:
        return intrinsic(name)


def test_both_arms_do_the_same_to_memory() -> None:
    assert values(RealCells(), Counters()) == EXPECTED
    assert alertable.run(lambda w: values(w, Counters())).outcome == EXPECTED


def test_every_intrinsic_exists_on_both_arms() -> None:
    assert len(INTRINSICS) == 16
    assert alertable.run(lambda w: all(callable(getattr(w, name)) for name in INTRINSICS)).outcome is True


def test_an_address_alone_does_not_say_how_wide_the_integer_is() -> None:
    number = ctypes.c_int32(3)
    with pytest.raises(ValueError, match="how wide"):
        Interlocked.at(ctypes.addressof(number))
    violation = alertable.run(lambda w: w.Interlocked.at(ctypes.addressof(number))).violation
    assert violation is not None
    assert "how wide" in violation.message
    assert Interlocked.at(ctypes.addressof(number), ctypes.c_int32).load() == 3


@pytest.mark.parametrize("memory", ["precise", "shared", "locks"])
def test_additions_on_a_field_are_not_lost_and_no_race(memory: str) -> None:
    def program(w: Any) -> int:
        counters = Counters()
        handles = [thread(w, lambda: w.InterlockedIncrement(byref(counters, 4))) for _ in range(2)]
        for handle in handles:
            w.WaitForSingleObject(handle, INFINITE)
        return int(counters.n)

    report = alertable.check(program, memory=memory)
    assert report.verdict == "COMPLETE"
    assert set(report.outcomes) == {2}
    assert report.executions > 1


def test_a_plain_access_beside_interlocked_ones_is_a_race() -> None:
    def program(w: Any) -> None:
        counters = Counters()
        handle = thread(w, lambda: w.InterlockedIncrement(byref(counters, 4)))
        counters.n = 5
        w.WaitForSingleObject(handle, INFINITE)

    (violation,) = alertable.check(program, memory="precise").violations
    assert violation.id == "data-race"
    assert "InterlockedIncrement" in violation.message


def test_an_interlocked_flag_hands_over() -> None:
    def program(w: Any) -> int:
        counters = Counters()
        flag, seen = w.Interlocked.at(byref(counters, 4)), [0]

        def worker() -> None:
            while not flag.load():
                w.Sleep(1)
            seen[0] = counters.spare

        handle = thread(w, worker)
        counters.spare = 4
        flag.store(1)
        w.WaitForSingleObject(handle, INFINITE)
        return seen[0]

    report = alertable.check(program, memory="precise")
    assert report.ok, report.violations
    assert set(report.outcomes) == {4}
