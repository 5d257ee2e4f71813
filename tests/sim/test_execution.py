"""Executions: what they end with, and what a person reads when something is wrong."""

from __future__ import annotations

import contextlib
from ctypes import byref, c_size_t, c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

import pytest

from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.settings import Settings
from alertable.sim.timed.clock import timed
from alertable.specs.litmus.sockets import completion, join, listener, pair, post, tcp, thread
from alertable.specs.properties import always
from alertable.winapi import CRITICAL_SECTION, INFINITE, OVERLAPPED

if TYPE_CHECKING:
    from alertable.sim.runtime.outcome import Violation


def violation(*programs: Any, **options: Any) -> Violation:
    found = run(programs, **options).violation
    assert found is not None
    return found


def test_the_outcome_is_what_the_program_returned() -> None:
    execution = run([lambda w: ("ok", w.GetTickCount64())])
    assert (execution.outcome, execution.violation, execution.ok) == (("ok", 0), None, True)


def test_several_programs_are_threads_of_one_process() -> None:
    def first(w: Any) -> int:
        return int(w.WaitForSingleObject(w.CreateEventW(None, 1, 0, "shared"), INFINITE))

    def second(w: Any) -> int:
        return int(w.SetEvent(w.CreateEventW(None, 1, 0, "shared")))

    assert run([first, second]).outcome == (0, 1)


def test_a_daemon_may_go_on_for_ever() -> None:
    def server(w: Any) -> None:
        s, _ = listener(w)
        while True:
            w.accept(s, None, None)

    server.daemon = True  # type: ignore[attr-defined]  # how a program says it

    execution = run([server, lambda w: w.SleepEx(1_000, 1)])
    assert (execution.outcome, execution.violation) == ((None, 0), None)
    with pytest.raises(ValueError, match="daemon"):
        run([server])


# ---- deadlock ---------------------------------------------------------------------------------------------------------------


def test_a_deadlock_names_who_waits_for_what_held_by_whom() -> None:
    def program(w: Any) -> None:
        a, b = w.CreateMutexW(None, 1, None), CRITICAL_SECTION()
        w.InitializeCriticalSection(byref(b))

        def worker() -> None:
            w.EnterCriticalSection(byref(b))
            w.WaitForSingleObject(a, INFINITE)

        started = thread(w, worker)
        w.Sleep(10)
        w.EnterCriticalSection(byref(b))
        join(w, started)

    found = violation(program)
    assert found.id == "deadlock"
    assert found.message.splitlines() == [
        "test_execution waits in EnterCriticalSection for CRITICAL_SECTION#1 held by test_execution.1",
        "test_execution.1 waits in WaitForSingleObject for mutex#1 held by test_execution",
    ]


def test_a_deadlock_says_when_apcs_wait_for_an_alertable_wait_that_never_comes() -> None:
    def program(w: Any) -> None:
        w.QueueUserAPC(w.CALLBACK(None, c_size_t)(print), w.GetCurrentThread(), 1)
        w.WaitForSingleObject(w.CreateEventW(None, 0, 0, None), INFINITE)

    message = violation(program).message
    assert "waits in WaitForSingleObject for event#1, not alertable: 1 queued APC cannot run" in message


def test_a_deadlock_names_the_pending_operations() -> None:
    def program(w: Any) -> None:
        _, server = pair(w)
        ov, buffer = OVERLAPPED(), (c_uint32 * 4)()
        post(w, server, buffer, ov, completion(w, []))
        w.SleepEx(INFINITE, 1)

    assert "waits in SleepEx, alertable, no APC is queued; pending: recv on c1.server" in violation(program).message


def test_a_thread_that_waits_for_itself_and_a_suspended_one_are_named() -> None:
    def program(w: Any) -> None:
        w.CreateThread(None, 0, w.CALLBACK(c_uint32, c_void_p)(lambda _: 0), None, 4, None)
        w.WaitForSingleObject(w.GetCurrentThread(), INFINITE)

    lines = violation(program).message.splitlines()
    assert lines[0].endswith("(itself)")
    assert lines[1].endswith("is suspended (count 1); only ResumeThread could wake it")


def test_a_blocked_daemon_is_no_deadlock() -> None:
    def server(w: Any) -> None:
        w.Sleep(INFINITE)

    server.daemon = True  # type: ignore[attr-defined]  # how a program says it
    assert run([server, lambda _w: "done"]).ok


# ---- bounds and errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, 1])
def test_a_loop_without_progress_meets_the_step_bound(seed: int | None) -> None:
    def program(w: Any) -> None:
        while True:
            w.SetEvent(0)

    found = violation(program, max_steps=500, seed=seed)
    assert (found.id, "500 steps" in found.message) == ("step-bound", True)


@pytest.mark.parametrize("seed", [None, 1])
def test_a_program_that_catches_everything_cannot_hang(seed: int | None) -> None:
    def program(w: Any) -> None:
        while True:
            with contextlib.suppress(BaseException):
                w.Sleep(1)

    assert violation(program, max_steps=300, seed=seed).id == "step-bound"


def test_parked_threads_that_catch_everything_are_left_behind() -> None:
    def program(w: Any) -> str:
        def stubborn() -> None:
            while True:
                with contextlib.suppress(BaseException):
                    w.WaitForSingleObject(w.GetCurrentThread(), INFINITE)

        thread(w, stubborn)
        w.Sleep(1)
        raise ValueError("the end")

    assert violation(program).id == "ProgramError"


def test_an_error_of_the_program_has_its_traceback_and_only_its() -> None:
    def routine(_data: int) -> None:
        raise KeyError("boom")

    def program(w: Any) -> None:
        w.QueueUserAPC(w.CALLBACK(None, c_size_t)(routine), w.GetCurrentThread(), 0)
        w.SleepEx(0, 1)

    found = violation(program)
    assert found.id == "ProgramError"
    assert found.message.startswith("program: ") or found.message.startswith("test_execution: ")
    assert "KeyError: 'boom'" in found.message
    assert found.message.count("File ") == 2  # program and routine
    assert "door.py" not in found.message


def test_a_call_with_what_ctypes_refuses_is_an_error_of_the_program() -> None:
    for call in (lambda w: w.Sleep("x"), lambda w: w.SetEvent(1.5), lambda w: w.Sleep(), lambda w: w.CreateEventW(None, 1, 0, 5)):
        assert violation(call).id == "ProgramError"


def test_a_function_that_nobody_declares_is_not_modelled() -> None:
    with pytest.raises(NotModelled, match=r"CreateFileW: a function that winapi does not declare is not modelled"):
        run([lambda w: getattr(w, "CreateFileW")()])  # noqa: B009 - no checker knows the name
    with pytest.raises(NotModelled, match="did you mean SleepEx"):
        run([lambda w: getattr(w, "SleeepEx")(0, 1)])  # noqa: B009 - no checker knows the name


def test_an_access_violation_is_an_error_of_the_program() -> None:
    found = violation(lambda w: w.EnterCriticalSection(None))
    assert "access violation in EnterCriticalSection: 40 bytes at NULL" in found.message


# ---- the end of threads -----------------------------------------------------------------------------------------------------


def exit_code(w: Any, handle: int) -> int:
    code = c_uint32()
    assert w.GetExitCodeThread(handle, byref(code))
    return code.value


def test_exit_thread_leaves_every_frame_with_its_code() -> None:
    def program(w: Any) -> tuple[int, list[str]]:
        log: list[str] = []

        def deep() -> None:
            w.ExitThread(7)
            log.append("went on")

        def body() -> None:
            deep()
            log.append("went on")

        handle, _keep = thread(w, body)
        w.WaitForSingleObject(handle, INFINITE)
        return exit_code(w, handle), log

    assert run([program]).outcome == (7, [])


@pytest.mark.parametrize("seed", [None, 3])
def test_exit_thread_does_not_return_whatever_the_program_catches(seed: int | None) -> None:
    def program(w: Any) -> int:
        def body() -> int:
            for _ in range(50):
                with contextlib.suppress(BaseException):
                    w.ExitThread(9)
            return 1

        handle, _keep = thread(w, body)
        w.WaitForSingleObject(handle, INFINITE)
        return exit_code(w, handle)

    assert run([program], seed=seed).outcome == 9


def test_an_apc_may_end_its_thread() -> None:
    def program(w: Any) -> tuple[int, list[int]]:
        log: list[int] = []

        def apc(data: int) -> None:
            log.append(data)
            w.ExitThread(data)

        routine = w.CALLBACK(None, c_size_t)(apc)

        def body() -> None:
            for data in (5, 6):
                w.QueueUserAPC(routine, w.GetCurrentThread(), data)
            w.SleepEx(INFINITE, 1)

        handle, _keep = thread(w, body)
        w.WaitForSingleObject(handle, INFINITE)
        return exit_code(w, handle), log

    assert run([program]).outcome == (5, [5])  # the second APC is dropped (K-11)


def test_terminate_thread_ends_a_blocked_thread_a_suspended_one_and_itself() -> None:
    def program(w: Any) -> list[int]:
        def forever() -> None:
            w.Sleep(INFINITE)

        def suicide() -> None:
            w.TerminateThread(w.GetCurrentThread(), 3)

        blocked, killed = thread(w, forever), thread(w, suicide)
        suspended = w.CreateThread(None, 0, blocked[1], None, 4, None)
        w.Sleep(10)
        w.TerminateThread(blocked[0], 1)
        w.TerminateThread(suspended, 2)
        return [exit_code(w, handle) for handle in (blocked[0], suspended, killed[0])]

    assert run([program]).outcome == [1, 2, 3]


def test_what_a_terminated_thread_held_stays_held_but_its_mutex_is_abandoned() -> None:  # K-38
    def program(w: Any) -> tuple[int, int]:
        mutex, lock = w.CreateMutexW(None, 0, None), c_void_p()

        def holder() -> None:
            w.WaitForSingleObject(mutex, INFINITE)
            w.AcquireSRWLockExclusive(byref(lock))
            w.Sleep(INFINITE)

        handle, _keep = thread(w, holder)
        w.Sleep(10)
        w.TerminateThread(handle, 0)
        return w.WaitForSingleObject(mutex, INFINITE), w.TryAcquireSRWLockShared(byref(lock))

    assert run([program]).outcome == (0x80, 0)


def test_a_socket_of_an_ended_thread_stays_open() -> None:
    def program(w: Any) -> int:
        made: list[int] = []
        join(w, thread(w, lambda: made.append(tcp(w))))
        return int(w.closesocket(made[0]))

    assert run([program]).outcome == 0


@pytest.mark.parametrize("clock", ["eager", "timed"])
def test_predicates_look_at_the_state_after_every_call_of_a_plain_run(clock: str) -> None:
    def busy(w: Any) -> None:
        routine = w.CALLBACK(None, c_size_t)(lambda _: None)
        for number in range(3):
            w.QueueUserAPC(routine, w.GetCurrentThread(), number)
        w.SleepEx(0, 1)

    two = always("two APCs at most", lambda s: s.apcs("busy") <= 2)
    found = violation(busy, settings=Settings(specs=(two,), clock=timed() if clock == "timed" else clock))
    assert found.id == "always: two APCs at most"
