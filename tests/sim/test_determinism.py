"""Law 6: the same program and the same choices give the same trace, byte for byte, anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from ctypes import byref, c_void_p, create_string_buffer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertable.sim.runtime.execution import run
from alertable.sim.runtime.outcome import Execution, ReplayDivergence, ScheduleError
from alertable.sim.runtime.schedule import parse, render
from alertable.specs.litmus.sockets import bufs, completion, join, listener, pair, post, tcp, thread, wsasend
from alertable.specs.programs import callback_echo_server, echo_client, lecture_callback_server, lecture_client
from alertable.winapi import INFINITE, OVERLAPPED, WAIT_IO_COMPLETION

if TYPE_CHECKING:
    from collections.abc import Callable

    Program = Callable[[Any], Any]

ROOT = Path(__file__).parents[2]
SEEDS = 30


def locks_and_events(w: Any) -> tuple[int, ...]:
    """Three threads over one semaphore and one event."""
    semaphore, event, lock, log = w.CreateSemaphoreW(None, 1, 2, None), w.CreateEventW(None, 0, 0, None), c_void_p(), []

    def body(i: int) -> Callable[[], None]:
        def worker() -> None:
            w.WaitForSingleObject(semaphore, INFINITE)
            w.AcquireSRWLockExclusive(byref(lock))
            log.append(i)
            w.ReleaseSRWLockExclusive(byref(lock))
            w.ReleaseSemaphore(semaphore, 1, None)
            w.SetEvent(event)

        return worker

    threads = [thread(w, body(i)) for i in range(3)]
    w.WaitForSingleObject(event, INFINITE)
    for started in threads:
        join(w, started)
    return tuple(log)


def overlapped_traffic(w: Any) -> tuple[Any, ...]:
    """Routines, a time-out and a cancellation."""
    client, server = pair(w)
    log: list[Any] = []
    buffers, ovs = [create_string_buffer(4) for _ in range(3)], [OVERLAPPED() for _ in range(4)]
    data = create_string_buffer(b"abcdef", 6)
    routine = completion(w, log, *ovs)
    for buffer, ov in zip(buffers, ovs, strict=False):
        post(w, server, buffer, ov, routine)
    wsasend(w, client, bufs(data), ovs[3], routine)
    w.SleepEx(5, 1)
    w.CancelIo(server)
    while w.SleepEx(20, 1) == WAIT_IO_COMPLETION:
        pass
    w.closesocket(client)
    w.closesocket(server)
    return tuple(log)


def accept_race(w: Any) -> Any:
    """Two threads in accept on one listener."""
    s, address = listener(w)
    log: list[int] = []

    def acceptor(i: int) -> Callable[[], None]:
        def body() -> None:
            w.accept(s, None, None)
            log.append(i)

        return body

    threads = [thread(w, acceptor(i)) for i in range(2)]
    for _ in threads:
        w.connect(tcp(w), byref(address), 16)
    for started in threads:
        join(w, started)
    return tuple(log)


PROGRAMS: dict[str, tuple[Program, ...]] = {
    "locks": (locks_and_events,),
    "overlapped": (overlapped_traffic,),
    "accept": (accept_race,),
    "two programs": (locks_and_events, overlapped_traffic),
    "lecture": (lecture_callback_server.program, lecture_client.program),
    "echo": (callback_echo_server.alone, echo_client.program),
}


def fingerprint(execution: Execution) -> bytes:
    """Everything that a reader could see."""
    return repr((execution.outcome, execution.violation, execution.schedule, execution.steps, execution.trace)).encode()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_run_twice_gives_the_same_trace(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert fingerprint(run(PROGRAMS[name])) == fingerprint(run(PROGRAMS[name]))
    capsys.readouterr()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_replay_gives_the_same_trace_byte_for_byte(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    schedules = set()
    for seed in (None, *range(SEEDS)):
        first = run(PROGRAMS[name], seed=seed)
        assert first.ok, first.violation
        assert fingerprint(run(PROGRAMS[name], schedule=first.schedule)) == fingerprint(first), seed
        schedules.add(first.schedule)
    assert len(schedules) > 3  # the schedules did differ
    capsys.readouterr()


def test_random_schedules_reach_several_outcomes() -> None:
    assert len({run([locks_and_events], seed=seed).outcome for seed in range(SEEDS)}) > 2
    assert {run([accept_race], seed=seed).outcome for seed in range(SEEDS)} == {(0, 1), (1, 0)}


def test_two_processes_with_different_hash_seeds_agree() -> None:
    script = (
        "import hashlib; from tests.sim.test_determinism import PROGRAMS, fingerprint; "
        "from alertable.sim.runtime.execution import run;"
        "names = [n for n in PROGRAMS if n not in ('lecture', 'echo')];"
        "print(hashlib.sha256(b''.join(fingerprint(run(PROGRAMS[n], seed=s)) for n in names for s in (None, 1, 2))).hexdigest())"
    )
    answers = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        answers.add(done.stdout.strip())
    assert len(answers) == 1
    assert len(answers.pop()) == 64


# ---- divergence -------------------------------------------------------------------------------------------------------------


def test_a_label_that_is_not_offered_is_a_divergence_that_says_what_is() -> None:
    with pytest.raises(ReplayDivergence) as caught:
        run([locks_and_events], schedule="v1: locks_and_events*2 nobody")
    divergence = caught.value
    assert (divergence.step, divergence.expected) == (3, "nobody")
    assert "locks_and_events" in divergence.options
    assert str(divergence).startswith("step 3: the schedule says 'nobody', the program offers [locks_and_events")


def test_a_schedule_of_a_longer_run_is_a_divergence() -> None:
    def short(w: Any) -> None:
        w.Sleep(0)

    recorded = run([locks_and_events]).schedule
    with pytest.raises(ReplayDivergence, match="the execution was over"):
        run([short], schedule=recorded.replace("locks_and_events", "short"))


def test_a_divergence_cannot_be_swallowed() -> None:
    def program(w: Any) -> str:
        while True:
            try:
                w.Sleep(1)
            except BaseException:
                return "swallowed"

    with pytest.raises(ReplayDivergence):
        run([program], schedule="v1: test_determinism*2 nobody")


def test_past_its_end_a_schedule_goes_on_with_the_default() -> None:
    recorded = run([locks_and_events], seed=4)
    moves = parse(recorded.schedule)
    half = run([locks_and_events], schedule=render(moves[: len(moves) // 2]))
    assert half.ok
    assert half.schedule.startswith(render(moves[: len(moves) // 2 - 1]))


def test_a_schedule_and_a_seed_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        run([locks_and_events], schedule="v1:", seed=1)


@pytest.mark.parametrize("text", ["", "server*2", "v2: a", "v1: a**2", "v1: a*0", "v1: a*-1", "v1: *3", "v: a", "v1 a", "v1: [ a",
                                  "v1: a ]*2", "v1: [ a ]*0", "v1: [ a ]*1000001"])  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse(text)


LABELS = st.text(st.characters(exclude_characters="*!@[]", exclude_categories=("Z", "C")), min_size=1)


@given(st.lists(st.tuples(LABELS, st.integers(1, 10**9))))
def test_the_text_of_a_schedule_stands_for_its_moves(moves: list[tuple[str, int]]) -> None:
    joined: list[tuple[str, int]] = []
    for label, count in moves:
        if joined and joined[-1][0] == label:
            joined[-1] = (label, joined[-1][1] + count)
        else:
            joined.append((label, count))
    assert parse(render(moves)) == joined


ROUNDS = st.lists(st.tuples(st.lists(st.tuples(st.sampled_from("abc"), st.just(1)), min_size=1, max_size=6), st.integers(1, 90)))


@given(ROUNDS)
@settings(deadline=None)
def test_what_comes_again_and_again_is_written_once(rounds: list[tuple[list[tuple[str, int]], int]]) -> None:
    moves = [move for body, times in rounds for move in body * times]
    text = render(moves)
    assert [label for label, count in parse(text) for _ in range(count)] == [label for label, _ in moves]
    assert render(parse(text)) == text
    assert len(text.split()) <= 1 + max(100, 40 * len(rounds))


def test_a_loop_that_was_cut_has_a_short_schedule() -> None:
    def server(w: Any) -> None:
        while True:
            w.SwitchToThread()

    def client(w: Any) -> None:
        while True:
            w.SwitchToThread()

    recorded = run([server, client], max_steps=4_000)
    assert recorded.violation is not None
    assert recorded.violation.id == "step-bound"
    assert recorded.schedule.split().count("[") == 1
    assert len(recorded.schedule) < 100
    assert run([server, client], schedule=recorded.schedule, max_steps=4_000).schedule == recorded.schedule
