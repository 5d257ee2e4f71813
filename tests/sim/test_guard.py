"""The guard: no real time, threads, sockets or dice under simulation, and nothing else is disturbed."""

from __future__ import annotations

import importlib
import logging
import random
import sys
import threading
import time
from ctypes import c_uint32, c_void_p
from time import sleep
from typing import Any

import pytest

from sim.runtime.execution import run
from sim.runtime.guard import FORBIDDEN
from sim.runtime.outcome import ForbiddenCall

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "Thread.start": (threading.Thread(),), "randint": (1, 2), "randrange": (2,), "choice": ([1],), "choices": ([1],),
    "shuffle": ([1],), "sample": ([1], 1), "uniform": (0, 1), "getrandbits": (8,), "randbytes": (4,), "urandom": (4,),
    "token_bytes": (4,), "token_hex": (4,), "randbelow": (4,), "sleep": (0,), "select": ([], [], [], 0), "run": (None,),
}  # fmt: skip


def reach(module: str, attribute: str) -> Any:
    """The callable that a program would call: a class for its __init__."""
    found: Any = importlib.import_module(module)
    for part in attribute.removesuffix(".__init__").split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize(("module", "attribute", "instead"), [row[:3] for row in FORBIDDEN], ids=lambda x: str(x)[:24])
def test_every_forbidden_call_is_named_with_its_replacement(module: str, attribute: str, instead: str) -> None:
    importlib.import_module(module)

    def program(_w: Any) -> None:
        arguments = ARGUMENTS.get(attribute, (object(),) if attribute == "BaseProcess.start" else ())
        reach(module, attribute)(*arguments)

    violation = run([program]).violation
    assert violation is not None
    assert violation.id == "ProgramError"
    name = f"{module}.{attribute.removesuffix('.__init__').removesuffix('.start')}"
    assert violation.message.endswith(f"{name}() does not exist under simulation; use {instead}")


def test_a_name_that_the_programs_module_imported_is_guarded_too() -> None:
    before = sleep

    def program(_w: Any) -> None:
        sleep(0)

    violation = run([program]).violation
    assert violation is not None
    assert "time.sleep() does not exist under simulation; use w.Sleep(milliseconds)" in violation.message
    assert sleep is before
    sleep(0)


def test_what_a_program_imports_while_it_runs_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "secrets", raising=False)

    def program(_w: Any) -> str:
        import secrets

        return secrets.token_hex(4)

    violation = run([program]).violation
    assert violation is not None
    assert "secrets.token_hex()" in violation.message


def test_other_threads_of_the_program_are_guarded_as_well() -> None:
    def program(w: Any) -> None:
        routine = w.CALLBACK(c_uint32, c_void_p)(lambda _: int(time.time()))
        w.WaitForSingleObject(w.CreateThread(None, 0, routine, None, 0, None), 1_000)

    violation = run([program]).violation
    assert violation is not None
    assert "time.time() does not exist under simulation; use w.GetTickCount64()" in violation.message


def test_a_call_deep_inside_a_library_that_would_wait_for_real_is_forbidden() -> None:
    def program(_w: Any) -> None:
        threading.Timer(0, print).start()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "Event", lambda: None)  # Timer makes one, in the library's own frame
        violation = run([program]).violation
    assert violation is not None
    assert "threading.Thread() does not exist under simulation; use w.CreateThread" in violation.message


def test_the_tools_around_a_program_go_on_working(caplog: pytest.LogCaptureFixture) -> None:
    def program(_w: Any) -> float:
        logging.getLogger("program").warning("a log line takes the time and a lock")
        return random.Random(5).random()

    execution = run([program])
    assert (execution.violation, execution.outcome) == (None, random.Random(5).random())
    assert "a log line" in caplog.text


def test_afterwards_everything_is_as_before() -> None:
    before = [reach(module, attribute) for module, attribute, *_ in FORBIDDEN]
    initializers = [reach(m, a.rpartition(".")[0]).__init__ for m, a, *_ in FORBIDDEN if a.endswith("__init__")]
    imports = __import__
    run([lambda w: w.SleepEx(0, 0)])
    run([lambda _w: time.time()])
    assert [reach(module, attribute) for module, attribute, *_ in FORBIDDEN] == before
    assert [reach(m, a.rpartition(".")[0]).__init__ for m, a, *_ in FORBIDDEN if a.endswith("__init__")] == initializers
    assert __import__ is imports


def test_a_program_may_catch_the_refusal_and_then_goes_without() -> None:
    def program(w: Any) -> int:
        try:
            return int(time.time())
        except ForbiddenCall:
            return int(w.GetTickCount64())

    assert run([program]).outcome == 0
