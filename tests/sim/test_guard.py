"""The guard: no real time, threads, sockets or dice under simulation, and nothing else is disturbed."""

from __future__ import annotations

import ctypes
import datetime
import importlib
import logging
import random
import sys
import threading
import time
from ctypes import c_uint32, c_void_p
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest

from alertable.sim.runtime.execution import run
from alertable.sim.runtime.forbidden import FORBIDDEN, Forbidden
from alertable.sim.runtime.outcome import ForbiddenCall
from tests.child import python

if TYPE_CHECKING:
    from pathlib import Path

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


def there(row: Forbidden) -> bool:
    """Has this system the function?  time.clock_gettime is none of Windows'."""
    module, attribute, *_ = row
    return hasattr(importlib.import_module(module), attribute.partition(".")[0])


PRESENT = [row for row in FORBIDDEN if there(row)]


@pytest.mark.parametrize("forbidden", PRESENT, ids=lambda row: row.name)
def test_every_forbidden_call_is_named_with_its_replacement(forbidden: Forbidden) -> None:
    module, attribute, instead, *_ = forbidden
    importlib.import_module(module)

    def program(_w: Any) -> None:
        arguments = ARGUMENTS.get(attribute, (object(),) if attribute == "BaseProcess.start" else ())
        reach(module, attribute)(*arguments)

    violation = run([program]).violation
    assert violation is not None
    assert violation.id == "ProgramError"
    assert violation.message.endswith(f"{forbidden.name}() does not exist under simulation; use {instead}")


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


def refused(program: Any) -> str:
    """What the guard says to it."""
    violation = run([program]).violation
    assert violation is not None
    assert violation.id == "ProgramError"
    return violation.message


READERS = ["datetime.datetime.now()", "datetime.datetime.utcnow()", "datetime.datetime.today()", "datetime.date.today()"]


@pytest.mark.parametrize("call", READERS)
def test_the_clock_of_datetime_is_refused(call: str) -> None:
    def program(_w: Any) -> Any:
        return eval(call)

    def imports_it(_w: Any) -> Any:
        from datetime import date as day
        from datetime import datetime as moment

        return eval(call.replace("datetime.datetime", "moment").replace("datetime.date", "day"), {"moment": moment, "day": day})

    for each in (program, imports_it):
        assert refused(each) == f"{call} does not exist under simulation; use w.GetTickCount64() (virtual milliseconds)"


def test_all_else_of_datetime_works_as_ever() -> None:
    before = datetime.datetime

    class Own(datetime.datetime):
        pass

    def program(_w: Any) -> tuple[Any, ...]:
        moment = datetime.datetime(2024, 1, 2, 3, tzinfo=datetime.UTC)
        parsed = datetime.datetime.fromisoformat("2024-01-02T03:00:00+00:00")
        kinds = isinstance(moment, datetime.datetime), isinstance(Own(2024, 1, 1), datetime.date), isinstance(3, datetime.date)
        return moment == parsed, kinds, datetime.date(2024, 1, 2) == moment.date(), type(moment) is before, datetime.datetime.min

    assert run([program]).outcome == (True, (True, True, False), True, True, before.min)
    assert datetime.datetime is before
    assert datetime.datetime.now().year > 2020


def test_functions_of_foreign_libraries_are_refused_and_loading_them_too() -> None:
    library = ctypes.CDLL(None) if sys.platform != "win32" else ctypes.CDLL("msvcrt")
    library.time.restype = ctypes.c_long  # so ctypes has found it before

    def calls(_w: Any) -> Any:
        return library.time(None)

    def loads(_w: Any) -> Any:
        return ctypes.CDLL(None)

    def finds(_w: Any) -> Any:
        return ctypes.cdll.nothing

    for program in (calls, loads, finds):
        assert "does not exist under simulation; use w, which has the functions that are modelled" in refused(program)
    assert library.time(None) > 0
    assert "__getattribute__" not in vars(ctypes.CDLL)


@pytest.mark.parametrize("call", ["random.Random()", "random.Random(None)", "random.SystemRandom()", "random.Random(5).seed()"])
def test_dice_without_a_seed_are_refused(call: str) -> None:
    assert "does not exist under simulation; use hypothesis to draw the value, or random.Random(seed)" in refused(
        lambda _w: eval(call)
    )


@pytest.mark.parametrize(
    "call", ["time.localtime(0)", "time.ctime(0)", "time.strftime('%Y', time.gmtime(0))", "random.Random(5)"]
)
def test_what_does_not_ask_the_clock_or_the_dice_is_allowed(call: str) -> None:
    assert run([lambda _w: str(type(eval(call)))]).violation is None


def test_names_in_modules_beside_the_program_are_guarded_too(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("from time import monotonic\ndef stamp():\n    return monotonic()\n", encoding="utf-8")
    (tmp_path / "uses.py").write_text("import beside\ndef program(w):\n    return beside.stamp()\n", encoding="utf-8")
    done = python("-m", "alertable", "run", "uses.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "time.monotonic() does not exist under simulation; use w.GetTickCount64()" in done.stdout


def test_a_log_line_has_the_virtual_time(caplog: pytest.LogCaptureFixture) -> None:
    def program(w: Any) -> None:
        w.Sleep(1500)
        logging.getLogger("program").warning("late")

    run([program])
    assert [record.created for record in caplog.records] == [1_704_067_201.5]  # 2024-01-01 00:00:01.5 UTC


def test_the_tools_around_a_program_go_on_working(caplog: pytest.LogCaptureFixture) -> None:
    def program(_w: Any) -> float:
        logging.getLogger("program").warning("a log line takes the time and a lock")
        return random.Random(5).random()

    execution = run([program])
    assert (execution.violation, execution.outcome) == (None, random.Random(5).random())
    assert "a log line" in caplog.text


def test_afterwards_everything_is_as_before() -> None:
    before = [reach(module, attribute) for module, attribute, *_ in PRESENT]
    initializers = [reach(m, a.rpartition(".")[0]).__init__ for m, a, *_ in PRESENT if a.endswith("__init__")]
    imports = __import__
    run([lambda w: w.SleepEx(0, 0)])
    run([lambda _w: time.time()])
    assert [reach(module, attribute) for module, attribute, *_ in PRESENT] == before
    assert [reach(m, a.rpartition(".")[0]).__init__ for m, a, *_ in PRESENT if a.endswith("__init__")] == initializers
    assert __import__ is imports


def test_a_program_may_catch_the_refusal_and_then_goes_without() -> None:
    def program(w: Any) -> int:
        try:
            return int(time.time())
        except ForbiddenCall:
            return int(w.GetTickCount64())

    assert run([program]).outcome == 0
