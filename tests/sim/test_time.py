"""Virtual time: it passes only when nothing else can happen; busy loops let others run."""

from __future__ import annotations

import contextlib
import sys
import time
from ctypes import byref, c_int64, c_void_p, create_string_buffer
from typing import Any

import pytest

from alertable.sim.runtime import watchdog
from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import join, listener, nonblocking, pair, readable, tcp, thread
from alertable.winapi import INFINITE

EACH = [None, *range(10)]
each_seed = pytest.mark.parametrize("seed", EACH)


def test_a_sleep_takes_exactly_its_time_and_no_real_time() -> None:
    def program(w: Any) -> list[int]:
        seen = []
        for ms in (0, 1, 1_000, 86_400_000):
            w.Sleep(ms)
            seen.append(w.GetTickCount64())
        return seen

    begin = time.monotonic()
    assert run([program]).outcome == [0, 1, 1_001, 86_401_001]
    assert time.monotonic() - begin < 5


@each_seed
def test_time_passes_only_when_nothing_else_can_happen(seed: int | None) -> None:
    def program(w: Any) -> list[str]:
        log: list[str] = []

        def worker() -> None:
            for _ in range(20):
                w.SetEvent(0)
            log.append("worker")

        started = thread(w, worker)
        w.Sleep(1)
        log.append("sleeper")
        join(w, started)
        return log

    assert run([program], seed=seed).outcome == ["worker", "sleeper"]


@each_seed
def test_due_timers_come_in_due_order(seed: int | None) -> None:
    def program(w: Any) -> list[int]:
        log: list[int] = []

        def after(ms: int) -> Any:
            def body() -> None:
                w.Sleep(ms)
                log.append(ms)

            return thread(w, body)

        for started in [after(ms) for ms in (30, 10, 20)]:
            join(w, started)
        return log

    assert run([program], seed=seed).outcome == [10, 20, 30]


@each_seed
def test_a_busy_accept_loop_ends(seed: int | None) -> None:
    def program(w: Any) -> bytes:
        s, address = listener(w)
        nonblocking(w, s)

        def client() -> None:
            w.Sleep(20)
            c = tcp(w)
            w.connect(c, byref(address), 16)
            w.send(c, b"late", 4, 0)

        started = thread(w, client)
        while (server := w.accept(s, None, None)) == 2**64 - 1:
            pass
        buffer = create_string_buffer(8)
        while w.recv(server, buffer, 8, 0) == -1:
            pass
        join(w, started)
        return buffer.value

    execution = run([program], seed=seed)
    assert (execution.violation, execution.outcome) == (None, b"late")


@each_seed
def test_every_way_to_poll_lets_time_pass(seed: int | None) -> None:
    def program(w: Any) -> int:
        event, (_, server) = w.CreateEventW(None, 1, 0, None), pair(w)
        lock = c_void_p()

        def holder() -> None:
            w.AcquireSRWLockExclusive(byref(lock))
            w.Sleep(10)
            w.ReleaseSRWLockExclusive(byref(lock))
            w.SetEvent(event)

        started = thread(w, holder)
        w.Sleep(1)
        loops = 0
        while not w.TryAcquireSRWLockExclusive(byref(lock)):
            loops += 1
        while w.WaitForSingleObject(event, 0):
            loops += 1
        for look in (lambda: w.SleepEx(0, 1), lambda: readable(w, server, 0), w.SwitchToThread):
            until = w.GetTickCount64() + 5
            w.CloseHandle(w.CreateEventW(None, 1, 0, None))
            while w.GetTickCount64() < until:
                look()
                loops += 1
        join(w, started)
        return loops

    execution = run([program], seed=seed)
    assert execution.violation is None, execution.violation
    assert 0 < execution.outcome < 1_000


@each_seed
def test_two_polling_threads_do_not_starve_a_third(seed: int | None) -> None:
    def program(w: Any) -> int:
        event = w.CreateEventW(None, 1, 0, None)

        def poller() -> None:
            while w.WaitForSingleObject(event, 0):
                pass

        def worker() -> None:
            for _ in range(50):
                w.ResetEvent(event)
            w.SetEvent(event)

        threads = [thread(w, body) for body in (poller, poller, worker)]
        return sum(join(w, started) for started in threads)

    execution = run([program], seed=seed)
    assert (execution.violation, execution.outcome) == (None, 0)


def test_a_timer_apc_is_told_the_time_at_which_it_was_due() -> None:
    def program(w: Any) -> tuple[list[tuple[int, int]], int]:
        from ctypes import c_uint32

        log: list[tuple[int, int]] = []

        def apc(argument: int | None, low: int, high: int) -> None:
            log.append((argument or 0, high << 32 | low))

        routine = w.CALLBACK(None, c_void_p, c_uint32, c_uint32)(apc)
        timer, due = w.CreateWaitableTimerW(None, 0, None), c_int64(-30_000)
        w.SetWaitableTimer(timer, byref(due), 5, routine, 7, 0)
        w.Sleep(11)
        for _ in range(2):
            w.SleepEx(INFINITE, 1)
        return log, w.GetTickCount64()

    (first, second), now = run([program]).outcome
    assert (first[0], second[0], second[1] - first[1], now) == (7, 7, 100_000, 13)


# ---- the watchdog ------------------------------------------------------------------------------------------------------------


def test_a_program_that_computes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.1)

    def program(w: Any) -> None:
        w.Sleep(5)
        while True:
            pass

    violation = run([program]).violation
    assert violation is not None
    assert violation.id == "stuck"
    assert "without a system call" in violation.message


def test_a_program_that_computes_for_ever_is_stopped_also_while_somebody_measures_coverage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.1)

    def tracer(*_: object) -> Any:
        return tracer

    def program(w: Any) -> None:
        while True:
            pass

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        traced = run([program]).violation
    finally:
        sys.settrace(before)
    afterwards = run([program]).violation  # in a greenlet whose frame was traced
    assert [violation and violation.id for violation in (traced, afterwards)] == ["stuck", "stuck"]


@pytest.mark.parametrize("where", ["around", "within", "in the way out"])
def test_a_program_that_catches_everything_is_left_behind(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.1)

    def work(rounds: int) -> None:
        for _ in range(rounds):
            pass

    def program(w: Any) -> None:
        w.Sleep(5)
        while where == "around":
            try:
                while True:
                    work(1000)
            except BaseException:
                continue
        while where == "within":
            try:
                work(1000)
            except BaseException:
                work(10)
        try:
            w.Sleep(INFINITE)
        finally:
            while True:
                with contextlib.suppress(BaseException):
                    work(1000)

    violation = run([program]).violation
    assert violation is not None
    assert violation.id == ("deadlock" if where == "in the way out" else "stuck")
    assert run([lambda w: w.Sleep(1)]).violation is None


def test_the_watchdog_leaves_a_program_alone_that_goes_on_calling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.05)
    begin = time.monotonic()
    real_time = time.monotonic

    def program(w: Any) -> str:
        while real_time() - begin < 0.6:
            w.SetEvent(0)
        return "done"

    assert run([program], max_steps=10**8).outcome == "done"
