"""Arguments and results on their way through the door: handles, time-outs, what routines are given."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_int64, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

import pytest

from alertable.kernel_model.core import BOOT_TIME_100NS
from alertable.sim.runtime.execution import run

if TYPE_CHECKING:
    from alertable.winapi import WinApi

THIS_THREAD = 2**64 - 2


@pytest.mark.parametrize(
    "handle", [-2, THIS_THREAD, c_void_p(-2), ctypes.c_size_t(THIS_THREAD), ctypes.c_int(-2)], ids=lambda each: repr(each)[:20]
)
def test_a_handle_is_a_number_whatever_it_came_as(handle: Any) -> None:
    def program(w: WinApi) -> tuple[int, int]:
        return w.WaitForSingleObject(handle, 0), w.GetLastError()

    assert run([program]).outcome == (258, 0)


def test_a_timer_s_routine_is_given_the_time_in_two_halves() -> None:
    def program(w: WinApi) -> list[tuple[int, int]]:
        seen: list[tuple[int, int]] = []
        routine = w.CALLBACK(None, c_void_p, c_uint32, c_uint32)(lambda _, low, high: seen.append((low, high)))
        timer = w.CreateWaitableTimerW(None, True, None)
        w.SetWaitableTimer(timer, byref(c_int64(-50_000)), 0, routine, None, False)
        w.SleepEx(0xFFFFFFFF, True)
        return seen

    ((low, high),) = run([program]).outcome
    assert high << 32 | low == BOOT_TIME_100NS + 50_000
