"""What a report says about itself: what was not looked for, and which options would tell more."""

from __future__ import annotations

import pickle
from ctypes import byref, c_int32, create_string_buffer, sizeof
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.specs.litmus.sockets import message_window, pair
from alertable.winapi import FD_CONNECT, FD_READ, MSG
from tests.explore.rows import in_threads, lastzero

if TYPE_CHECKING:
    from alertable.winapi import WinApi


WM = 0x401


def sleeps(w: WinApi) -> int:
    """Orders two threads by pauses, which no clock promises."""
    order: list[int] = []

    def body(n: int, pause: int) -> None:
        w.Sleep(pause)
        order.append(n)

    in_threads(w, lambda: body(1, 10), lambda: body(2, 20))
    assert order == [1, 2], "the longer pause was over first"
    return order[0]


def no_error_is_expected(w: WinApi) -> int:
    client, server = pair(w)
    w.send(client, b"hello", 5, 0)
    count = w.recv(server, create_string_buffer(8), 8, 0)
    assert count == 5, w.WSAGetLastError()
    kind = c_int32()
    w.getsockopt(server, 0xFFFF, 0x1008, byref(kind), byref(c_int32(sizeof(kind))))
    return kind.value


def lines(**options: Any) -> str:
    return "\n".join(alertable.check(sleeps, **options).not_searched)


def test_a_report_lists_what_was_not_searched() -> None:
    said = lines(memory="shared")
    for words in ("time-outs", "reset", "documentation leaves open", "S12", "given out again", "two statements"):
        assert words in said


@pytest.mark.parametrize(
    ("options", "gone"),
    [
        ({"clock": "free", "keep_going": True}, "time-outs"),
        ({"faults": {"reset": 1}}, "reset"),
        ({"profile": "documented"}, "documentation leaves open"),
        ({"specs": alertable.ALL}, "have to be asked for"),
    ],
)
def test_what_is_searched_is_not_listed(options: dict[str, Any], gone: str) -> None:
    assert gone in lines()
    assert gone not in lines(**options)


def test_what_locks_trusts_is_listed() -> None:
    assert "memory='locks' trusts" in lines(memory="locks")


def test_a_program_without_time_outs_needs_no_word_on_them() -> None:
    assert not any("time-outs" in line for line in alertable.check(lastzero(2)).not_searched)


def test_options_that_show_something_are_suggested_with_a_schedule() -> None:
    report = alertable.check(sleeps)
    assert report.ok
    (suggestion,) = (each for each in report.suggestions if "clock" in each.options)
    assert suggestion.options == {"clock": "free"}
    assert suggestion.violation is not None
    again = alertable.replay(sleeps, schedule=suggestion.violation.schedule, **suggestion.options)
    assert again.violation is not None
    assert again.violation.message == suggestion.violation.message
    assert str(suggestion).startswith("clock='free': ")


def test_faults_that_the_program_can_meet_are_suggested() -> None:
    report = alertable.check(no_error_is_expected)
    assert {"faults": {"reset": 1}} in [suggestion.options for suggestion in report.suggestions]
    assert not alertable.check(no_error_is_expected, **report.suggestions[0].options).ok


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"max_executions": 10, "memory": "shared"}, [{"memory": "precise"}, {"strategy": "dfs", "preemptions": 1}]),
        (
            {"max_executions": 10, "memory": "locks"},
            [{"strategy": "dfs", "preemptions": 1}, {"strategy": "pct", "max_executions": 10_000}],
        ),
        ({"max_executions": 5, "strategy": "random"}, [{"strategy": None}, {"max_executions": 50}]),
        ({"strategy": "dfs", "preemptions": 0}, [{"strategy": "dpor"}, {"strategy": "dfs", "preemptions": 1}]),
        ({"strategy": "dfs", "max_executions": 10}, [{"strategy": "dpor"}]),
    ],
)
def test_a_weak_answer_names_options_that_make_it_stronger(given: dict[str, Any], wanted: list[dict[str, Any]]) -> None:
    report = alertable.check(lastzero(4), **given)
    assert report.verdict != "COMPLETE"
    assert [suggestion.options for suggestion in report.suggestions] == wanted


def test_an_answer_that_is_complete_needs_no_advice() -> None:
    assert alertable.check(lastzero(3), memory="locks").suggestions == ()


def test_a_report_can_be_pickled_and_taken_apart() -> None:
    report = alertable.check(lastzero(2), strategy="dpor", max_executions=2)
    copy = pickle.loads(pickle.dumps(report))
    assert copy == report
    assert copy.suggestions == ()
    assert asdict(report)["verdict"] == "INCONCLUSIVE"


def test_nobody_advises_after_a_violation() -> None:
    assert alertable.check(sleeps, clock="free").suggestions == ()


def test_what_has_to_go_one_way_several_times_in_a_row_is_found_by_a_short_search() -> None:
    def storm(w: WinApi) -> int:
        s, peer = pair(w)
        window, message, connects = message_window(w), MSG(), 0
        w.WSAAsyncSelect(s, window, WM, FD_CONNECT | FD_READ)
        w.send(peer, b"data", 4, 0)
        while message.lParam & 0xFFFF != FD_READ:
            w.WSAAsyncSelect(s, window, WM, FD_CONNECT | FD_READ)  # documented: this may post FD_CONNECT anew
            w.GetMessageW(byref(message), window, WM, WM)
            connects += message.lParam & 0xFFFF == FD_CONNECT
            assert connects < 4
        return connects

    report = alertable.check(storm)
    assert report.verdict == "COMPLETE"
    (advice,) = (each for each in report.suggestions if each.options == {"profile": "documented"})
    assert "a short search with it ends in ProgramError" in str(advice)
    assert alertable.check(storm, profile="documented").verdict == "FAILED"
