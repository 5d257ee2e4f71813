"""Bad input: every function answers it with a status, never crashes, and changes no other object."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_int32, c_int64, c_size_t, c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.execution import run
from alertable.sim.win32.api import SimWinApi
from alertable.specs.litmus.sockets import listener, pair, udp
from alertable.winapi import INFINITE, OVERLAPPED, SOCKADDR_IN, WSABUF
from alertable.winapi.surface import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

MODELLED = sorted(name for name in FUNCTIONS if hasattr(SimWinApi, name))
REFUSED = (OSError, TypeError, ctypes.ArgumentError)  # an access violation, or what ctypes would not pass on
NUMBERS = (0, 1, 2, 3, 4, 8, 16, 63, 64, 65, 127, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**48, 2**64 - 1, -1, -2, -3, -(2**31))
ODD = ("", "text", 1.5, (), object())
HANDLES = ("event", "mutex", "semaphore", "timer", "thread", "socket", "listening", "unbound", "datagram", "closed", "poor")
MEMORY = ("dword", "bytes4", "buffer", "overlapped", "address", "wsabuf", "large", "handles", "constant")
ROUTINES: dict[str, tuple[Any, ...]] = {
    "CreateThread": (c_uint32, c_void_p), "QueueUserAPC": (None, c_size_t), "QueueUserAPC2": (None, c_size_t),
    "SetWaitableTimer": (None, c_void_p, c_uint32, c_uint32), "NtQueueApcThread": (None, c_void_p, c_void_p, c_void_p),
    "ReadFileEx": (None, c_uint32, c_uint32, c_void_p), "WriteFileEx": (None, c_uint32, c_uint32, c_void_p),
}  # fmt: skip
COMPLETION = (None, c_uint32, c_uint32, c_void_p, c_uint32)


def is_routine(parameter: str) -> bool:
    return parameter in ("lpStartAddress", "pfnAPC", "lpfnCondition") or "Routine" in parameter


def arguments_of(name: str) -> st.SearchStrategy[list[Any]]:
    """Lists of what a careless program passes; strings in angle brackets name objects of the execution."""
    parts = []
    for parameter in FUNCTIONS[name].parameters:
        if is_routine(parameter) and not parameter.startswith("lpArg"):
            parts.append(st.sampled_from((None, 0, 12345, "<routine>")))
        else:
            named = [f"<{each}>" for each in (*HANDLES, *MEMORY)]
            parts.append(st.one_of(st.sampled_from(named), st.sampled_from((None, *NUMBERS)), st.sampled_from(ODD)))
    return st.tuples(*parts).map(list)


def objects(w: Any, name: str) -> dict[str, Any]:
    """One bait of every kind."""
    closed = w.CreateEventW(None, 1, 0, None)
    w.CloseHandle(closed)
    poor = c_void_p()
    event = w.CreateEventW(None, 1, 0, "bait")
    w.DuplicateHandle(w.GetCurrentProcess(), event, w.GetCurrentProcess(), byref(poor), 0, 0, 0)
    routine = w.CALLBACK(*ROUTINES.get(name, COMPLETION))(lambda *_: 0)
    body = w.CALLBACK(c_uint32, c_void_p)(lambda _: 0)
    buffer = create_string_buffer(64)
    return {
        "event": event, "mutex": w.CreateMutexW(None, 0, None), "semaphore": w.CreateSemaphoreW(None, 0, 2, None),
        "timer": w.CreateWaitableTimerW(None, 0, None), "thread": w.CreateThread(None, 0, body, None, 4, None),
        "socket": pair(w)[0], "listening": listener(w)[0], "unbound": w.socket(2, 1, 6), "datagram": udp(w),
        "closed": closed, "poor": poor.value, "routine": routine, "body": body,
        "dword": byref(c_uint32(4)), "bytes4": create_string_buffer(4), "buffer": buffer, "overlapped": byref(OVERLAPPED()),
        "address": byref(SOCKADDR_IN(2, 0x5000)), "wsabuf": byref(WSABUF(64, ctypes.addressof(buffer))),
        "large": byref(c_int64(-10_000)), "handles": (c_void_p * 2)(event, closed), "constant": b"constant",
    }  # fmt: skip


def with_sentinels(name: str, given_arguments: list[Any], answers: list[Any]) -> tuple[Callable[[Any], Any], ...]:
    """The program that owns the sentinels, and the careless one."""
    guarded: set[int] = set()

    def owner(w: Any) -> list[Any]:
        event, semaphore = w.CreateEventW(None, 1, 1, "sentinel"), w.CreateSemaphoreW(None, 1, 3, None)
        mutex, (client, server) = w.CreateMutexW(None, 1, None), pair(w)
        guarded.update((event, semaphore, mutex, client, server))
        w.send(client, b"sentinel", 8, 0)
        w.SetEvent(w.CreateEventW(None, 1, 0, "go"))
        w.SetLastError(1_234)
        w.Sleep(1_000)
        previous, buffer = c_int32(), create_string_buffer(16)
        state: list[Any] = [w.GetLastError(), w.WaitForSingleObject(event, 0)]
        state += [w.ReleaseSemaphore(semaphore, 1, byref(previous)), previous.value, w.ReleaseMutex(mutex)]
        return [*state, w.recv(server, buffer, 16, 0), buffer.value]

    def careless(w: Any) -> None:
        w.WaitForSingleObject(w.CreateEventW(None, 1, 0, "go"), INFINITE)
        baits = objects(w, name)
        arguments = [baits[a[1:-1]] if isinstance(a, str) and a.startswith("<") else a for a in given_arguments]
        if any(isinstance(a, int) and a & 2**64 - 4 in guarded for a in arguments):
            answers.append(0)
            return
        try:
            answers.append(getattr(w, name)(*arguments))
        except REFUSED:
            answers.append(None)
        w.SleepEx(5, 1)

    careless.daemon = True  # type: ignore[attr-defined]  # how a program says it
    return owner, careless


UNTOUCHED = [1_234, 0, 1, 1, 1, 8, b"sentinel"]


@pytest.mark.parametrize("name", MODELLED)
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bad_input_is_answered_and_changes_nothing_else(name: str, data: st.DataObject) -> None:
    answers: list[Any] = []
    owner, careless = with_sentinels(name, data.draw(arguments_of(name)), answers)
    try:
        execution = run([owner, careless], specs=())
    except NotModelled:
        return
    assert execution.violation is None, execution.violation
    assert execution.outcome[0] == UNTOUCHED
    assert all(answer is None or isinstance(answer, int) for answer in answers)


@pytest.mark.parametrize("name", [n for n in MODELLED if FUNCTIONS[n].parameters])
def test_too_few_and_too_many_arguments_are_refused(name: str) -> None:
    count = len(FUNCTIONS[name].parameters)

    def program(w: Any) -> int:
        refused = 0
        for arguments in ((0,) * (count - 1), (0,) * (count + 1)):
            try:
                getattr(w, name)(*arguments)
            except TypeError:
                refused += 1
        return refused

    assert run([program]).outcome == 2
