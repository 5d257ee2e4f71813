"""The programs print the same lines on both arms: what stands here is what the simulated kernel and a real ws2_32 show."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.programs import (
    callback_echo_server,
    echo_client,
    event_overlapped_server,
    five_receives,
    lecture_callback_server,
    lecture_client,
    lock_held,
    session_cast,
    session_cast_trap,
    thread_affinity,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi

    Program = Callable[[WinApi], object]

SEEDS: Final = range(20)
REAL_SECONDS: Final = 20


@dataclass(frozen=True)
class Case:
    """Programs that run together, and all that they print."""

    name: str
    programs: tuple[Program, ...]
    printed: str


CASES: Final = (
    Case(
        "lecture",
        (lecture_callback_server.program, lecture_client.program),
        """\
Client Connected !
Pending
Send Data ! Len = 14
Data Recv Len Callback = 14
Pending
Send Data ! Len = 14
Data Recv Len Callback = 14
Pending
Send Data ! Len = 14
Data Recv Len Callback = 14
Pending
""",
    ),
    Case("echo", (callback_echo_server.alone, echo_client.program), "1 clients served, 11 bytes echoed\n"),
    Case("echo-three-clients", (callback_echo_server.program, *[echo_client.program] * 3), "3 clients served, 33 bytes echoed\n"),
    Case("echo-three-threads", (callback_echo_server.program, echo_client.three), "3 clients served, 33 bytes echoed\n"),
    Case(
        "five-receives",
        (five_receives.program,),
        """\
Pending
Pending
Pending
Pending
Pending
After Sleep: 0 routines have run
Data Recv Len Callback = 4
Data Recv Len Callback = 4
Data Recv Len Callback = 4
Data Recv Len Callback = 4
Data Recv Len Callback = 4
SleepEx returned 192: 5 routines have run
SleepEx returned 0: nothing was left
The buffers, in the order of the calls: one  two  tri  four five
""",
    ),
    Case(
        "session-cast",
        (session_cast.program,),
        """\
Data Recv Len Callback = 11 from Lee: second here
Data Recv Len Callback = 13 from Kim: and the first
""",
    ),
    Case(
        "session-cast-trap",
        (session_cast_trap.program,),
        """\
Cast as it is: socket 0, buffer begins with byte 14
Cast after the offset is subtracted: socket is right, Hello Server !
""",
    ),
    Case(
        "event",
        (event_overlapped_server.program, event_overlapped_server.client),
        """\
Pending
Send Data ! Len = 14
Data Recv Len = 14
Pending
Send Data ! Len = 14
Data Recv Len = 14
Pending
Send Data ! Len = 14
Data Recv Len = 14
Pending
Data Recv Len = 0
""",
    ),
    Case(
        "lock-held",
        (lock_held.program,),
        """\
Lock taken
SleepEx in the lock returned 0, 4 bytes have arrived
Lock left
Data Recv Len Callback = 4, the accounts sum to 100
SleepEx after it returned 192
""",
    ),
    Case(
        "alertable-wait-inside-the-lock",
        (lock_held.alertable_wait_inside,),
        """\
Lock taken
Data Recv Len Callback = 4, the accounts sum to 70
SleepEx in the lock returned 192, 4 bytes have arrived
Lock left
SleepEx after it returned 0
""",
    ),
    Case(
        "thread-affinity",
        (thread_affinity.program,),
        """\
Other thread: SleepEx returned 0; 14 bytes have arrived, 0 routines have run
Data Recv Len Callback = 14
This thread: SleepEx returned 192; the routine ran on this thread
""",
    ),
)

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
ECHOES: Final = (b"one", b"two", b"three")


@each_case
def test_it_prints_this_on_the_model(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in (None, *SEEDS):
        execution = run(case.programs, seed=seed)
        assert execution.violation is None, f"seed {seed}: {execution.violation}"
        assert capsys.readouterr().out == case.printed, f"seed {seed}"


@pytest.mark.real_winsock
@each_case
def test_it_prints_this_on_real_winsock(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    run_in_threads(case.programs)
    assert capsys.readouterr().out == case.printed


def run_in_threads(programs: tuple[Program, ...]) -> None:
    """Each program in an OS thread of its own, until all that are no daemons have returned; a daemon is left behind."""
    from alertable.winapi.real import real

    w = real()
    raised: list[BaseException] = []

    def body(program: Program) -> None:
        try:
            program(w)
        except BaseException as error:
            raised.append(error)

    threads = [(program, Thread(target=body, args=(program,), daemon=True)) for program in programs]
    for _, thread in threads:
        thread.start()
    for program, thread in threads:
        if not getattr(program, "daemon", False):
            thread.join(REAL_SECONDS)
            assert not thread.is_alive(), f"{program.__module__} still runs after {REAL_SECONDS} s"
    assert not raised, raised


def outcome(*programs: Program) -> Any:
    """What they return on the default schedule."""
    execution = run(programs)
    assert execution.violation is None, execution.violation
    return execution.outcome


def test_every_client_of_the_echo_server_gets_its_own_words_back() -> None:
    served, *echoes = outcome(callback_echo_server.program, *[echo_client.program] * 3)
    assert served == (11, 11, 11)
    assert echoes == [ECHOES] * 3
    assert outcome(callback_echo_server.program, echo_client.three) == (served, (ECHOES,) * 3)


def test_one_alertable_wait_runs_all_five_routines() -> None:
    before, first, ran, second, _buffers = outcome(five_receives.program)
    assert (before, first, ran, second) == (0, 192, 5, 0)


def test_the_cast_finds_the_session_only_where_the_overlapped_is_first() -> None:
    assert outcome(session_cast.program) == (("Lee", b"second here"), ("Kim", b"and the first"))
    (right_by_cast, _, _), (right_by_offset, data) = outcome(session_cast_trap.program)
    assert (right_by_cast, right_by_offset, data) == (False, True, b"Hello Server !")


def test_the_event_server_sees_the_end_of_the_stream() -> None:
    assert outcome(event_overlapped_server.program, event_overlapped_server.client)[0] == (14, 14, 14, 0)


def test_a_lock_keeps_a_routine_out_only_if_nobody_waits_alertably_inside() -> None:
    assert outcome(lock_held.program)[3] == 100
    assert outcome(lock_held.alertable_wait_inside)[3] == 70


def test_no_other_thread_runs_the_routine() -> None:
    other_wait, arrived, ran_by_then, own_wait, on_own_thread = outcome(thread_affinity.program)
    assert (other_wait, arrived, ran_by_then, own_wait, on_own_thread) == (0, 14, 0, 192, True)


def test_the_server_of_the_lecture_does_not_notice_a_close(capsys: pytest.CaptureFixture[str]) -> None:
    execution = run((lecture_callback_server.program, lecture_client.closing), specs=())
    assert execution.violation is not None
    assert execution.violation.id == "step-bound"
    assert capsys.readouterr().out.endswith("Data Recv Len = 0\n" * 1000)


def test_nor_that_its_overlapped_is_still_in_use_then() -> None:
    violation = run((lecture_callback_server.program, lecture_client.closing)).violation
    assert violation is not None
    assert (violation.id, "whose completion routine is still queued" in violation.message) == ("S3", True)
