"""Explanations: they are about the very run that broke the law, fault for fault and step for step."""

from __future__ import annotations

from ctypes import byref, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING

import pytest

import alertable
from kernel_model.choice import ChoiceKind, ChoicePoint
from sim.explore.races import dissect
from sim.explore.replay import ReplayChooser
from sim.runtime.execution import run
from sim.runtime.outcome import ReplayDivergence
from sim.runtime.schedule import parse
from sim.runtime.settings import Settings
from tests.explore.rows import in_threads
from winapi import INFINITE, INVALID_HANDLE_VALUE, LPTHREAD_START_ROUTINE

if TYPE_CHECKING:
    from winapi import WinApi


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
