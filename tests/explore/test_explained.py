"""Explanations: they are about the very run that broke the law, fault for fault and step for step."""

from __future__ import annotations

from ctypes import byref, c_char, c_int32, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING

import pytest

import alertable
from alertable.kernel_model.choice import ChoiceKind, ChoicePoint
from alertable.sim.explore.explaining.races import dissect
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.outcome import ReplayDivergence
from alertable.sim.runtime.replay import ReplayChooser
from alertable.sim.runtime.schedule import parse
from alertable.sim.runtime.settings import Settings
from alertable.specs.litmus.sockets import loopback
from alertable.winapi import INFINITE, INVALID_HANDLE_VALUE, LPTHREAD_START_ROUTINE
from tests.explore.rows import in_threads

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def second_post_fails(w: WinApi) -> None:
    """msquic#5369: the packet that announces the end is never posted; the one before it, by the same call, is."""
    port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)
    if not port:
        return

    @w.CALLBACK(*LPTHREAD_START_ROUTINE)
    def worker(_parameter: int | None) -> int:
        count, key, overlapped = c_uint32(), c_size_t(), c_void_p()
        while key.value != 2:
            w.GetQueuedCompletionStatus(port, byref(count), byref(key), byref(overlapped), INFINITE)
        return 0

    thread = w.CreateThread(None, 0, worker, None, 0, None)
    while thread and not w.PostQueuedCompletionStatus(port, 0, 1, None):
        pass
    if thread:
        w.PostQueuedCompletionStatus(port, 0, 2, None)
        w.WaitForSingleObject(thread, INFINITE)


def test_a_fault_belongs_to_the_call_that_had_it() -> None:
    """A run with two calls that could fail is told as it was, not as the first that fits."""
    (violation,) = alertable.check(second_post_fails, faults={"api-failure": 1}).violations
    assert violation.id == "deadlock"
    assert not violation.note
    posts = [line for line in violation.story if "Post" in line]
    assert len(posts) == 2
    assert any("api-failure" in line for line in violation.switches)


def test_a_run_that_cannot_be_followed_is_not_explained_by_another() -> None:
    settings = Settings(faults={"api-failure": 1})
    (violation,) = alertable.check(second_post_fails, faults={"api-failure": 1}).violations
    execution = run([second_post_fails], schedule=violation.schedule, settings=settings)
    moves = parse(violation.schedule)
    assert dissect([second_post_fails], moves, execution, settings).trace == execution.trace
    without = [move for move in moves if move[1]]
    with pytest.raises(ReplayDivergence):
        dissect([second_post_fails], without, execution, settings)


def test_of_two_equal_questions_in_a_step_the_second_can_be_meant() -> None:
    """A word is an answer by name; `!usual` stands for a question of that name that had the usual answer."""
    for text, expected in (("v1: a !x a", [1, 0]), ("v1: a !usual !x a", [0, 1])):
        chooser = ReplayChooser(parse(text))
        chooser.choose(ChoicePoint(ChoiceKind.TRANSITION, ("a", "b"), 1))
        chooser.choose(ChoicePoint(ChoiceKind.OUTCOME, ("usual", "!y"), 1))
        answers = [chooser.choose(ChoicePoint(ChoiceKind.OUTCOME, ("usual", "!x"), 1)) for _ in range(2)]
        assert answers == expected
        assert chooser.choose(ChoicePoint(ChoiceKind.TRANSITION, ("b", "a"), 2)) == 1
        assert chooser.exhausted


def test_the_race_that_decides_lies_before_the_violation() -> None:
    """Others race as well, later too; the two that matter are the signal and its reset."""

    def program(w: WinApi) -> None:
        event, other = w.CreateEventW(None, 1, 0, None), w.CreateEventW(None, 1, 0, None)

        def signals() -> None:
            w.SetEvent(event)
            w.SetEvent(other)

        def resets() -> None:
            w.ResetEvent(event)
            w.ResetEvent(other)

        def waits() -> None:
            w.WaitForSingleObject(event, INFINITE)

        in_threads(w, signals, resets, waits)

    (violation,) = alertable.check(program).violations
    assert violation.id == "deadlock"
    first, second = violation.race.split(" comes before ")
    assert "ResetEvent(event#1)" in first
    assert "WaitForSingleObject(event#1, ...)" in second


def test_the_reset_that_decides_is_in_the_story() -> None:
    """A server that takes every byte count for data; the reset is the environment's decision, and its segment is told."""

    def server(w: WinApi) -> None:
        sockets, address = [w.socket(2, 1, 6), w.socket(2, 1, 6)], loopback()
        w.bind(sockets[0], byref(address), 16)
        w.listen(sockets[0], 1)
        w.getsockname(sockets[0], byref(address), byref(c_int32(16)))
        w.connect(sockets[1], byref(address), 16)
        accepted = w.accept(sockets[0], None, None)
        w.send(sockets[1], b"hello", 5, 0)
        buffer = (c_char * 8)()
        assert w.recv(accepted, buffer, 8, 0) == 5

    (violation,) = alertable.check(server, faults={"reset": 1}).violations
    assert violation.id == "ProgramError"
    told = [text for row in violation.rows for text in row.kernel]
    assert "the environment decides: reset" in told
    assert any(text.endswith("brings RST (fault)") for text in told)
    assert any("-1 (error 10054 WSAECONNRESET)" in row.text for row in violation.rows)
    assert any(line.endswith(": reset") for line in violation.switches)


def test_a_story_is_cut_at_the_violation_and_not_before() -> None:
    """A buffer dies while a step of the environment may still come: what happens after the law is broken is not told."""

    def program(w: WinApi) -> None:
        port = w.CreateIoCompletionPort(INVALID_HANDLE_VALUE, None, 0, 0)

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def waits(_parameter: int | None) -> int:
            w.GetQueuedCompletionStatus(port, byref(c_uint32()), byref(c_size_t()), byref(c_void_p()), INFINITE)
            return 0

        threads = [w.CreateThread(None, 0, waits, None, 0, None) for _ in range(2)]
        w.PostQueuedCompletionStatus(port, 0, 1, None)
        for thread in threads:
            w.WaitForSingleObject(thread, INFINITE)

    (violation,) = alertable.check(program).violations
    last = violation.rows[-1]
    assert (last.step, last.kernel) == (violation.step, ("!! deadlock: blocked for ever",))
    assert [row.step for row in violation.rows] == sorted(row.step for row in violation.rows)
    assert any("waits for ever" in text for row in violation.rows for text in row.kernel)


def test_the_default_memory_and_the_precise_one_are_explained() -> None:
    """A lost wake-up: the event is reset after the signal; under every idea of what threads share."""

    def program(w: WinApi) -> None:
        event, state = w.CreateEventW(None, 1, 0, None), w.Interlocked(0)

        def signals() -> None:
            state.store(1)
            w.SetEvent(event)

        def waits() -> None:
            while not state.load():
                w.ResetEvent(event)
                w.WaitForSingleObject(event, INFINITE)

        in_threads(w, signals, waits)

    for memory in ("precise", "shared", "locks"):
        (violation,) = alertable.check(program, memory=memory).violations
        assert violation.id == "deadlock"
        assert not violation.note
        assert "ResetEvent(event#1)" in violation.race
        assert len(violation.where) == 2
