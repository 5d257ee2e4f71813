"""Callbacks: the Python function is called as a C thunk would call it, however the program passes it."""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, byref, c_size_t, c_uint32, c_void_p, cast
from typing import Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.specs.litmus.sockets import join, pair, post, thread
from alertable.winapi import INFINITE, OVERLAPPED

APC = (None, c_size_t)


def call_with(argtype: Any, value: int) -> Any:
    """What an APC routine with this parameter type is given for a value."""

    def program(w: Any) -> Any:
        log: list[Any] = []
        w.QueueUserAPC(w.CALLBACK(None, argtype)(log.append), w.GetCurrentThread(), value)
        w.SleepEx(0, 1)
        return log

    execution = run([program])
    assert execution.violation is None, execution.violation
    [argument] = execution.outcome
    return argument


@pytest.mark.parametrize(
    ("argtype", "value", "expected"),
    [
        (ctypes.c_size_t, 2**64 - 1, 2**64 - 1),
        (ctypes.c_ssize_t, 2**64 - 1, -1),
        (ctypes.c_uint64, 2**63, 2**63),
        (ctypes.c_int64, 2**63, -(2**63)),
        (ctypes.c_uint32, 2**40 + 5, 5),
        (ctypes.c_int32, 0xFFFF_FFFF, -1),
        (ctypes.c_uint16, 0x1_2345, 0x2345),
        (ctypes.c_int16, 0x8000, -0x8000),
        (ctypes.c_uint8, 0x1FF, 0xFF),
        (ctypes.c_int8, 0xFF, -1),
        (ctypes.c_ulong, 7, 7),
        (ctypes.c_void_p, 0, None),
        (ctypes.c_void_p, 5, 5),
    ],
)
def test_an_argument_is_converted_to_the_parameters_type(argtype: Any, value: int, expected: int | None) -> None:
    argument = call_with(argtype, value)
    assert argument == expected
    assert type(argument) is type(expected)


def test_a_pointer_parameter_is_a_pointer_to_the_programs_memory() -> None:
    def program(w: Any) -> int:
        cell = c_uint32(41)

        def apc(pointer: Any) -> None:
            pointer.contents.value += 1

        routine = w.CALLBACK(None, ctypes.POINTER(c_uint32))(apc)
        w.QueueUserAPC(routine, w.GetCurrentThread(), ctypes.addressof(cell))
        w.SleepEx(0, 1)
        return cell.value

    assert run([program]).outcome == 42


def test_a_completion_routine_gets_its_overlapped_as_it_was_passed() -> None:  # S-04
    def program(w: Any) -> list[Any]:
        client, server = pair(w)
        log: list[Any] = []
        ov, buffer = OVERLAPPED(), ctypes.create_string_buffer(8)

        def routine(error: int, count: int, pointer: Any, flags: int) -> None:
            log.append((error, count, ctypes.addressof(pointer.contents) == ctypes.addressof(ov), flags))

        kept = w.CALLBACK(None, c_uint32, c_uint32, ctypes.POINTER(OVERLAPPED), c_uint32)(routine)
        post(w, server, buffer, ov, kept)
        w.send(client, b"abc", 3, 0)
        w.SleepEx(INFINITE, 1)
        return log

    assert run([program]).outcome == [(0, 3, True, 0)]


@pytest.mark.parametrize(
    "result, code",  # noqa: PT006 - two names in one word read better here
    [(5, 5), (-1, 0xFFFFFFFF), (2**32 + 3, 3), (None, 0), (True, 1)],
)
def test_a_threads_result_is_a_dword(result: object, code: int) -> None:
    def program(w: Any) -> int:
        handle = w.CreateThread(None, 0, w.CALLBACK(c_uint32, c_void_p)(lambda _: result), None, 0, None)
        w.WaitForSingleObject(handle, INFINITE)
        found = c_uint32()
        w.GetExitCodeThread(handle, byref(found))
        return found.value

    assert run([program]).outcome == code


@pytest.mark.parametrize("how", ["prototype", "decorator", "plain CFUNCTYPE", "address", "c_void_p", "own prototype class"])
def test_a_callback_may_be_passed_in_any_way_that_ctypes_knows(how: str) -> None:
    def program(w: Any) -> list[int]:
        log: list[int] = []
        if how == "decorator":

            @w.CALLBACK(*APC)  # type: ignore[untyped-decorator]  # ctypes makes the type at run time
            def routine(data: int) -> None:
                log.append(data)

            kept = routine
        else:
            make = CFUNCTYPE(*APC) if how in ("plain CFUNCTYPE", "own prototype class") else w.CALLBACK(*APC)
            kept = make(log.append)
        passed = {
            "address": lambda: cast(kept, c_void_p).value,
            "c_void_p": lambda: cast(kept, c_void_p),
        }.get(how, lambda: kept)()
        w.QueueUserAPC(passed, w.GetCurrentThread(), 3)
        w.SleepEx(0, 1)
        return log

    execution = run([program])
    assert (execution.violation, execution.outcome) == (None, [3])


@pytest.mark.parametrize("bad", [12345, "text", 1.5, print])
def test_what_is_no_callback_is_an_error_of_the_program(bad: Any) -> None:
    violation = run([lambda w: w.QueueUserAPC(bad, w.GetCurrentThread(), 0)]).violation
    assert violation is not None
    assert violation.id == "ProgramError"


def test_a_routine_with_the_wrong_number_of_parameters_is_an_error_of_the_program() -> None:
    def program(w: Any) -> None:
        w.QueueUserAPC(w.CALLBACK(None, c_size_t, c_size_t)(lambda *_: None), w.GetCurrentThread(), 0)
        w.SleepEx(0, 1)

    violation = run([program]).violation
    assert violation is not None
    assert "a callback with 2 parameters is called with 1 arguments" in violation.message


def test_one_prototype_per_signature_is_made() -> None:
    assert run([lambda w: w.CALLBACK(*APC) is w.CALLBACK(*APC)]).outcome is True


def test_bound_methods_and_callable_objects_are_routines() -> None:
    class Server:
        def __init__(self) -> None:
            self.log: list[int] = []

        def __call__(self, data: int) -> None:
            self.log.append(data)

        def method(self, data: int) -> None:
            self.log.append(-data)

    def program(w: Any) -> list[int]:
        server = Server()
        kept = [w.CALLBACK(*APC)(server), w.CALLBACK(*APC)(server.method)]
        for routine in kept:
            w.QueueUserAPC(routine, w.GetCurrentThread(), 4)
        w.SleepEx(0, 1)
        return server.log

    assert run([program]).outcome == [4, -4]


def test_nested_alertable_waits_nest() -> None:  # K-07
    def program(w: Any) -> list[Any]:
        log: list[Any] = []

        def apc(data: int) -> None:
            log.append(("begin", data))
            if data < 3:
                log.append((data, w.SleepEx(0, 1)))
            log.append(("end", data))

        routine = w.CALLBACK(*APC)(apc)
        for data in (1, 2, 3):
            w.QueueUserAPC(routine, w.GetCurrentThread(), data)
        log.append(w.SleepEx(INFINITE, 1))
        return log

    assert run([program]).outcome == [
        ("begin", 1), ("begin", 2), ("begin", 3), ("end", 3), (2, 192), ("end", 2), (1, 192), ("end", 1), 192,
    ]  # fmt: skip


def test_an_exception_passes_through_a_routine_into_the_wait() -> None:
    def program(w: Any) -> str:
        def apc(_data: int) -> None:
            raise LookupError("from the routine")

        w.QueueUserAPC(w.CALLBACK(*APC)(apc), w.GetCurrentThread(), 0)
        try:
            w.SleepEx(0, 1)
        except LookupError as error:
            return str(error)
        return ""

    assert run([program]).outcome == "from the routine"


def test_a_routine_may_block_while_other_threads_run() -> None:
    def program(w: Any) -> list[str]:
        event, log = w.CreateEventW(None, 0, 0, None), []

        def apc(_data: int) -> None:
            w.WaitForSingleObject(event, INFINITE)
            log.append("routine")

        def worker() -> None:
            log.append("worker")
            w.SetEvent(event)

        w.QueueUserAPC(w.CALLBACK(*APC)(apc), w.GetCurrentThread(), 0)
        started = thread(w, worker)
        w.SleepEx(INFINITE, 1)
        join(w, started)
        return log

    assert run([program]).outcome == ["worker", "routine"]
